"""What can be said of a formula before any firm is looked at: `20 % / (100 % - 20 %)` is a number."""

from fractions import Fraction

from app.policies.domain.language import tree
from app.policies.domain.values.linear import Number
from app.policies.domain.values.units import WHOLE as COUNTED
from app.policies.domain.values.units import Unit, plain

WHOLE = COUNTED | {Unit.YUAN}
"""The units of facts that are whole numbers; amounts are kept in 分."""


def known(node: tree.Node) -> Number | None:
    """The value of a formula over numbers and plain parameters; None when it needs a fact."""
    match node:
        case tree.Literal(value=value):
            return value
        case tree.Named(body=body):
            return known(body)
        case tree.DividedBy(body=body, divisor=divisor):
            inner = known(body)
            return None if inner is None else quotient(inner, divisor)
        case tree.Arithmetic(operator=operator, left=left, right=right):
            return _both(operator, known(left), known(right))
        case _:
            return None


def whole(node: tree.Node) -> bool:
    """Whether a quantity is always a whole number: something counted, an amount in 分, and sums of such."""
    match node:
        case tree.Literal(value=value):
            return isinstance(value, int)
        case tree.Fact():
            return node.unit in WHOLE
        case tree.Score() | tree.DaysBetween() | tree.YearsCounted():
            return True
        case tree.Named(body=body):
            return whole(body)
        case tree.OverYears(body=body):
            return node.gathering is not tree.Gathering.AVERAGE and whole(body)
        case tree.Arithmetic(left=left, right=right):
            return whole(left) and whole(right)
        case _:
            return False


def quotient(value: Number, divisor: Number) -> Number:
    """The exact quotient, an int where it is whole."""
    return plain(Fraction(value) / divisor)


def _both(operator: tree.Operator, left: Number | None, right: Number | None) -> Number | None:
    if left is None or right is None:
        return None
    if operator is tree.Operator.MULTIPLY:
        return plain(Fraction(left * right))
    return left + right if operator is tree.Operator.ADD else left - right


def extent(node: tree.Node, known: dict[tree.Node, tuple[int, int]] | None = None) -> tuple[int, int]:
    """How many nodes lie one in another below `node`, and how many steps it comes to where each use of one counts; the
    score counts as one.
    """
    known = {} if known is None else known
    if node not in known:
        below = [] if isinstance(node, tree.Score) else [extent(part, known) for part in tree.parts(node)]
        known[node] = 1 + max((depth for depth, _ in below), default=0), 1 + sum(steps for _, steps in below)
    return known[node]
