"""What a comparison says, from the bounds of its two sides: the same words whoever did the calculation."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from app.policies.domain.explain.measurement import as_measure, quotient
from app.policies.domain.language import tree
from app.policies.domain.language.constants import whole
from app.policies.domain.language.verdict import ClauseReason, Finding, IntermediateValue, Measure, Requirement
from app.policies.domain.values.linear import Bounds
from app.policies.domain.values.outcome import Outcome
from app.policies.domain.values.units import Unit

Basics = tuple[IntermediateValue, ...]


def requirement(test: tree.Comparison | tree.RatioComparison, right: Bounds) -> Requirement:
    """What a comparison asks for."""
    unit = Unit.SHARE if isinstance(test, tree.RatioComparison) else test.right.unit
    return Requirement(test.relation, as_measure(unit, right))


def compared(
    test: tree.Comparison,
    outcome: Outcome,
    left: Bounds,
    required: Requirement,
    excess: Bounds,
    basis: Basics,
    reason: ClauseReason | None,
) -> Finding:
    """The finding of two quantities compared; `excess` is what the left has over the right."""
    unit = test.left.unit
    actual = _where(outcome, as_measure(unit, left), required)
    gap = _gap(outcome, Unit.DAYS if unit is Unit.DATE else unit, test, excess)
    return Finding(outcome, required, actual, gap, basis, reason)


def ratio(  # noqa: PLR0913 - what a ratio is made of
    test: tree.RatioComparison,
    outcome: Outcome,
    top: Bounds,
    bottom: Bounds,
    required: Requirement,
    excess: Bounds,
    basis: Basics,
    why_empty: Callable[[], ClauseReason],
) -> Finding:
    """The finding of a ratio compared; `excess` is what `top` has over `bottom` times the threshold."""
    if bottom[1] is not None and bottom[1] <= 0:
        return Finding(outcome, required, None, None, basis, why_empty())
    actual = _where(outcome, as_measure(Unit.SHARE, quotient(top, bottom)), required)
    return Finding(outcome, required, actual, _gap(outcome, test.numerator.unit, test, excess), basis)


def _gap(outcome: Outcome, unit: Unit, test: tree.Comparison | tree.RatioComparison, excess: Bounds) -> Measure | None:
    """How much is lacking, given what the left side has over the right; above 70 points begins at 71."""
    if outcome is Outcome.MET:
        return None
    low, high = excess
    if test.relation not in {tree.Relation.AT_MOST, tree.Relation.LESS}:
        low, high = None if high is None else -high, None if low is None else -low
    step = 1 if isinstance(test, tree.Comparison) and _begins_above(test) else 0
    least = 0 if low is None else max(0, low + step)
    return Measure(unit, least, None if high is None else max(0, high + step))


@lru_cache(maxsize=1024)
def _begins_above(test: tree.Comparison) -> bool:
    """Whether what meets it begins one whole step beyond the right side."""
    return test.relation in {tree.Relation.MORE, tree.Relation.LESS} and whole(test.left) and whole(test.right)


def _where(outcome: Outcome, actual: Measure, required: Requirement) -> Measure:
    """The bounds of the actual value, with what the outcome itself tells about them."""
    if actual.low is actual.high is not None or actual.unit is Unit.DATE:
        return actual
    if required.relation is not tree.Relation.AT_LEAST or required.value is None:
        return actual
    if outcome is Outcome.MET:
        return Measure(actual.unit, _tighter(max, actual.low, required.value.low), actual.high)
    if outcome is Outcome.UNMET:
        return Measure(actual.unit, actual.low, _tighter(min, actual.high, required.value.high))
    return actual


def _tighter(choose: Callable[..., Any], known: Any, other: Any) -> Any:
    if known is None or other is None:
        return other if known is None else known
    return choose(known, other)
