"""What the calculator's numbers are as measures: values with their unit, or the bounds of values."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from app.policies.domain.language import tree
from app.policies.domain.language.calculator import Calculator
from app.policies.domain.language.verdict import ClauseReason, IntermediateValue, Measure
from app.policies.domain.values.knowledge import Exact
from app.policies.domain.values.linear import Bounds, End
from app.policies.domain.values.units import Unit, divided


def value_of(calculator: Calculator, node: tree.Node) -> Measure:
    """The value of a quantity or date."""
    return as_measure(node.unit, calculator.number(node).bounds)


def as_measure(unit: Unit, bounds: Bounds) -> Measure:
    """A quantity, or numbers of days as dates."""
    low, high = bounds
    return Measure(unit, _day(low), _day(high)) if unit is Unit.DATE else Measure(unit, low, high)


def _day(ordinal: End) -> Exact | None:
    inside = ordinal is not None and 1 <= ordinal <= date.max.toordinal()
    return date.fromordinal(int(ordinal)) if inside and ordinal is not None else None


def quotient(top: Bounds, bottom: Bounds) -> Bounds:
    """Bounds of a quotient over the positive values of `bottom`; exact when both are."""
    least = _least_quotient(top[0], bottom)
    if top[0] == top[1] is not None and bottom[0] == bottom[1] is not None:
        return least, least
    return least, _negated(_least_quotient(_negated(top[1]), bottom))


def _least_quotient(least_top: End, bottom: Bounds) -> End:
    """The lowest quotient that `least_top` can have; None when there is none."""
    if least_top is None:
        return None
    low, high = bottom
    if least_top >= 0:
        return 0 if high is None else divided(least_top, high)
    return divided(least_top, low) if low is not None and low > 0 else None


def _negated(end: End) -> End:
    return None if end is None else -end


def bases(calculator: Calculator, *nodes: tree.Node) -> tuple[IntermediateValue, ...]:
    """Named and gathered values worth showing beside a clause."""
    return tuple(IntermediateValue(node, value_of(calculator, node)) for node in nodes if shown_beside(node))


def shown_beside(node: tree.Node) -> bool:
    """Whether a value is worth showing beside a clause: it has a name, or is gathered; not the law's own numbers."""
    return isinstance(node, (tree.OverYears, tree.Fact)) or (isinstance(node, tree.Named) and not _is_parameter(node))


def bands_used(calculator: Calculator, node: tree.Node) -> tuple[IntermediateValue, ...]:
    """The values that choose the bands within a formula."""
    banded = [found for found in tree.walk(node) if isinstance(found, tree.Banded)]
    return tuple(IntermediateValue(found.subject, value_of(calculator, found.subject)) for found in banded)


def _is_parameter(node: tree.Named) -> bool:
    return isinstance(node.body, (tree.Literal, tree.Banded))


def review_reason(calculator: Calculator, test: tree.Node) -> ClauseReason | None:
    """Why people must look at it: a growth from, through or to something negative means nothing."""
    courses = (calculator.course(node) for node in growths(test))
    negative = any(value.negative for course in courses for value in course)
    return ClauseReason.MANUAL_REVIEW if negative else None


@lru_cache(maxsize=1024)
def growths(test: tree.Node) -> tuple[tree.Growth, ...]:
    """The growths that `test` is about."""
    return tuple(node for node in tree.walk(test, into_score=False) if isinstance(node, tree.Growth))


def course(calculator: Calculator, test: tree.Node) -> tuple[Measure, ...]:
    """The yearly values of the growth that `test` is about, oldest first."""
    found = growths(test)
    if len(found) != 1:
        return ()
    return tuple(Measure(found[0].body.unit, value.low, value.high) for value in calculator.course(found[0]))


def hull(measures: Sequence[Measure | None]) -> Measure | None:
    """The bounds around all measures; None when one of them is missing."""
    present = [item for item in measures if item is not None]
    if not present or len(present) < len(measures):
        return None
    lows: list[Any] = [item.low for item in present]
    highs: list[Any] = [item.high for item in present]
    return Measure(present[0].unit, None if None in lows else min(lows), None if None in highs else max(highs))
