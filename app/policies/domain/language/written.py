"""Numbers as they are written in formulas, and what bands measure."""

from dataclasses import dataclass

from app.policies.domain.language import tree
from app.policies.domain.language.constants import known, quotient
from app.policies.domain.language.syntax import NumberSyntax
from app.policies.domain.values.linear import Number
from app.policies.domain.values.units import WRITTEN, Unit, plain


@dataclass(frozen=True)
class Measured:
    """What bands measure: a quantity, or a ratio of two."""

    unit: Unit
    left: tree.Node
    denominator: tree.Node | None = None

    def against(self, relation: tree.Relation, end: Number) -> tree.Comparison | tree.RatioComparison:
        """The measure compared with an end of a band."""
        right = tree.Literal(self.unit, end)
        if self.denominator is None:
            return tree.Comparison(Unit.YES_NO, relation, self.left, right)
        return tree.RatioComparison(Unit.YES_NO, relation, self.left, self.denominator, right)


def number(syntax: NumberSyntax) -> tree.Literal:
    """A written number in the smallest unit."""
    if syntax.unit is None:
        return tree.Literal(Unit.NUMBER, plain(syntax.value))
    written = WRITTEN[syntax.unit]
    return tree.Literal(written.unit, plain(syntax.value * written.factor))


def in_unit(node: tree.Node, unit: Unit) -> tree.Node:
    """A plain number as a count."""
    value = known(node)
    if value is not None:
        return tree.Literal(unit, value)
    return tree.DividedBy(unit, node, quotient(1, 1))


def unit_hint(left: Unit, right: Unit) -> str:
    """What to write where two units do not agree."""
    if Unit.NUMBER in {left, right}:
        other = right if left is Unit.NUMBER else left
        written = {Unit.YUAN: "元 or 万元, as in 5000 万元", Unit.SHARE: "%, as in 10 %"}.get(other)
        if written:
            return f"write the number with its unit: {written}"
    return "bring both sides to one unit, or use another fact"
