"""The tree that a policy's formulas are parsed into, once. It is immutable and knows nothing of how it is read:
deciding, explaining and wording are interpreters of their own, and a later one is another module, not a method here.

Every node has the `unit` of its value. A node's place in its tree is its identity (`eq=False`): two equal formulas
at two places are two nodes, one definition used twice is one node.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum

from app.kit.i18n import Bilingual
from app.policies.domain.values.linear import Number
from app.policies.domain.values.units import Unit


@dataclass(frozen=True, eq=False)
class Node:
    """A place in a tree."""

    unit: Unit


# -- values -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Literal(Node):
    """A number written in the formula, in the smallest unit (分 for amounts)."""

    value: Number


@dataclass(frozen=True, eq=False)
class Fact(Node):
    """A fact; inside `OverYears` the value of that year. With parts, the sum of `parts` (first, last)."""

    code: str
    parts: tuple[int, int] | None = None


@dataclass(frozen=True, eq=False)
class ApplicationDay(Node):
    """The day on which the application is made."""


@dataclass(frozen=True, eq=False)
class YearsCounted(Node):
    """How many fiscal years count: up to three before the application year, those since the registration."""


@dataclass(frozen=True, eq=False)
class Named(Node):
    """A parameter or definition, used by its name; it has the value of `body`."""

    name: str
    label: Bilingual
    body: Node


class Operator(StrEnum):
    """The arithmetic of two quantities."""

    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"


@dataclass(frozen=True, eq=False)
class Arithmetic(Node):
    """Two quantities calculated together."""

    operator: Operator
    left: Node
    right: Node


@dataclass(frozen=True, eq=False)
class DividedBy(Node):
    """A quantity divided by a known number; a quotient of facts is a `RatioComparison`."""

    body: Node
    divisor: Number


@dataclass(frozen=True, eq=False)
class Extreme(Node):
    """The least or the greatest of some quantities."""

    least: bool
    options: tuple[Node, ...]


class Gathering(StrEnum):
    """How the values of the fiscal years become one."""

    SUM = "sum"
    AVERAGE = "average"
    LATEST = "latest"
    PREVIOUS = "previous"


@dataclass(frozen=True, eq=False)
class OverYears(Node):
    """A quantity told by year, gathered: sum or average over the years that count; the latest fiscal year's, or that of
    the year before the latest.
    """

    gathering: Gathering
    body: Node


@dataclass(frozen=True, eq=False)
class DaysBetween(Node):
    """The calendar days from one date to another; negative when the second lies before the first."""

    start: Node
    end: Node


@dataclass(frozen=True)
class Band:
    """One band: from `low` to `high`, an end included or not, open where None; in it, `value` holds."""

    low: Number | None
    low_included: bool
    high: Number | None
    high_included: bool
    value: Literal


@dataclass(frozen=True, eq=False)
class Banded(Node):
    """The value of the band in which `subject` lies. The bands meet without hole or overlap, lowest first."""

    subject: Node
    bands: tuple[Band, ...]


@dataclass(frozen=True, eq=False)
class Growth(Node):
    """The mean yearly growth of `body`, a quantity told by year, over the fiscal years that count: a share.

    Three years: ½ · (v2 / v1 + v3 / v2) − 1. Year 1 zero: years 2 and 3 only. Year 2 zero: 0. Two years: v2 / v1 − 1.
    Fewer: 0; two of which the first is zero are one. A negative value makes it unknowable: people review it.
    """

    body: Node


@dataclass(frozen=True, eq=False)
class Grading(Node):
    """One way to grade an item: while `condition` holds (None: whenever no grading above holds), `low` to `high`
    points; the grade that was given for the fact `grade`, within them, where it names one.
    """

    condition: Node | None
    low: int
    high: int
    grade: str | None = None


@dataclass(frozen=True, eq=False)
class ScoreItem(Node):
    """An item of a score: the first of `gradings` whose condition holds; or the best of `options`."""

    id: str
    most: int
    gradings: tuple[Grading, ...] = ()
    options: tuple["ScoreItem", ...] = ()


@dataclass(frozen=True, eq=False)
class ScoreBlock(Node):
    """A block of a score: the sum of its items, `most` points at the most."""

    id: str
    most: int
    items: tuple[ScoreItem, ...]


@dataclass(frozen=True, eq=False)
class Score(Node):
    """The score of a policy: the sum of its blocks, in whole points. A condition compares it as a quantity."""

    blocks: tuple[ScoreBlock, ...]


@dataclass(frozen=True, eq=False)
class IfStated(Node):
    """One quantity (or condition) when something was told of a fact, else another."""

    code: str
    then: Node
    otherwise: Node


# -- conditions -------------------------------------------------------------------------------------------------------


class Relation(StrEnum):
    """How two quantities stand to each other."""

    AT_LEAST = ">="
    MORE = ">"
    AT_MOST = "<="
    LESS = "<"
    EQUAL = "="


@dataclass(frozen=True, eq=False)
class Comparison(Node):
    """Two quantities compared."""

    relation: Relation
    left: Node
    right: Node


@dataclass(frozen=True, eq=False)
class RatioComparison(Node):
    """`numerator / denominator` compared with a share by cross-multiplication; unmet when the denominator is 0."""

    relation: Relation
    numerator: Node
    denominator: Node
    right: Node


@dataclass(frozen=True, eq=False)
class ListedIn(Node):
    """Whether a code stands in a list of the policy; `deeper` is how many digits more than a lowest one of it a code may have."""

    code: str
    list_name: str
    codes: frozenset[str]
    deeper: int


@dataclass(frozen=True, eq=False)
class AllOf(Node):
    """Every part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class AnyOf(Node):
    """At least one part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Opposite(Node):
    """The part does not hold."""

    part: Node


@dataclass(frozen=True, eq=False)
class Judged(Node):
    """A condition that people judge from the named facts; the version has no rule yet that would decide it."""

    codes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Always(Node):
    """`yes` or `no`, written in the formula."""

    value: bool


def parts(node: Node) -> Iterator[Node]:
    """The nodes directly below `node`."""
    for item in fields(node):
        value = getattr(node, item.name)
        for child in value if isinstance(value, tuple) else (value,):
            if isinstance(child, Node):
                yield child


def walk(node: Node, seen: set[Node] | None = None, *, into_score: bool = True) -> Iterator[Node]:
    """`node` and all nodes below it, each once; what the score is made of only if `into_score`."""
    seen = set() if seen is None else seen
    if node in seen:
        return
    seen.add(node)
    yield node
    if into_score or not isinstance(node, Score):
        for child in parts(node):
            yield from walk(child, seen, into_score=into_score)
