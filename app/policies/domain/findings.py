"""What a comparison says, from how its two sides stand: the same words whoever did the reckoning."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from app.policies.domain import tree
from app.policies.domain.folding import whole
from app.policies.domain.linear import End, Linear, constant
from app.policies.domain.measuring import as_dates, as_numbers, quotient
from app.policies.domain.outcome import Outcome
from app.policies.domain.units import Unit
from app.policies.domain.verdict import Basis, Finding, Measure, Reason, Requirement

Basics = tuple[Basis, ...]


def compared(
    test: tree.Comparison,
    outcome: Outcome,
    left: Linear,
    right: Linear,
    excess: Linear,
    basis: Basics,
    reason: Reason | None,
) -> Finding:
    """The finding of two quantities compared; `excess` is what the left has over the right."""
    shown = as_dates if test.left.unit is Unit.DATE else as_numbers
    unit = Unit.DAYS if test.left.unit is Unit.DATE else test.left.unit
    return Finding(
        outcome,
        Requirement(test.relation, shown(test.right.unit, right.low, right.high)),
        _where(outcome, shown(test.left.unit, left.low, left.high), test.relation, right),
        _gap(outcome, unit, _shortfall(test, excess)),
        basis,
        reason,
    )


def ratio(  # noqa: PLR0913 - what a ratio is made of
    test: tree.RatioComparison,
    outcome: Outcome,
    top: Linear,
    bottom: Linear,
    threshold: Linear,
    excess: Linear,
    basis: Basics,
    why_empty: Callable[[], Reason],
) -> Finding:
    """The finding of a ratio compared; `excess` is what `top` has over `bottom · threshold`."""
    empty = bottom.high is not None and bottom.high <= 0
    actual = None if empty else as_numbers(Unit.SHARE, *quotient(top, bottom))
    return Finding(
        outcome,
        Requirement(test.relation, as_numbers(Unit.SHARE, threshold.low, threshold.high)),
        None if actual is None else _where(outcome, actual, test.relation, threshold),
        None if empty else _gap(outcome, test.numerator.unit, _shortfall(test, excess)),
        basis,
        why_empty() if empty else None,
    )


def _shortfall(test: tree.Comparison | tree.RatioComparison, excess: Linear) -> Linear:
    """How much is lacking, given what the left side has over the right; above 70 points begins at 71."""
    downwards = test.relation in {tree.Relation.AT_MOST, tree.Relation.LESS}
    lacking = excess if downwards else excess.times(-1)
    if isinstance(test, tree.RatioComparison) or test.relation not in {tree.Relation.MORE, tree.Relation.LESS}:
        return lacking
    return lacking + constant(1) if _steps(test.left, test.right) else lacking


@lru_cache(maxsize=1024)
def _steps(left: tree.Node, right: tree.Node) -> bool:
    """Whether two sides can only differ by whole numbers."""
    return whole(left) and whole(right)


def _gap(outcome: Outcome, unit: Unit, lacking: Linear) -> Measure | None:
    if outcome is Outcome.MET:
        return None
    low, high = lacking.low, lacking.high
    return Measure(unit, max(0, low) if low is not None else 0, max(0, high) if high is not None else None)


def _where(outcome: Outcome, actual: Measure, relation: tree.Relation, required: Linear) -> Measure:
    """The bounds of the actual value, with what the outcome itself tells about them."""
    low, high = actual.low, actual.high
    if outcome is Outcome.MET and relation is tree.Relation.AT_LEAST:
        low = _tighter(max, low, required.low)
    if outcome is Outcome.UNMET and relation is tree.Relation.AT_LEAST:
        high = _tighter(min, high, required.high)
    return Measure(actual.unit, low, high) if actual.unit is not Unit.DATE else actual


def _tighter(choose: Callable[..., Any], known: Any, other: End) -> Any:
    if known is None or other is None:
        return other if known is None else known
    return choose(known, other)
