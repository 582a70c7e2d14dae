"""The score item by item, made of a compiled function's numbers when it is asked for."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from app.policies.domain.compile.findings import SceneFindings, bounds
from app.policies.domain.compile.growth import bounds_of
from app.policies.domain.compile.writer import Graded
from app.policies.domain.explain.item_scores import Seen, best, of_blocks, over_assumptions, scored_block
from app.policies.domain.explain.measurement import as_measure, quotient, shown_beside
from app.policies.domain.facts.catalogue import Facts
from app.policies.domain.language import tree
from app.policies.domain.language.alternatives import counts_years
from app.policies.domain.language.assumptions import FISCAL_YEARS
from app.policies.domain.language.constants import whole
from app.policies.domain.language.growth import YearBounds, mean_growth
from app.policies.domain.language.policy import ScoredItem, Scoring
from app.policies.domain.language.verdict import ClauseReason, IntermediateValue, ItemFinding, Measure, ScoreFinding
from app.policies.domain.values.knowledge import ends
from app.policies.domain.values.linear import Bounds
from app.policies.domain.values.units import Unit


def explained_score(scoring: Scoring, readings: Sequence[SceneFindings], facts: Facts, on: date) -> ScoreFinding:
    """The score over the scenes that may hold."""
    apart = {place for reading in readings for place in reading.legend.apart}
    blocks = []
    for place, block in enumerate(scoring.blocks):
        if place in apart:
            blocks.append(scored_block(block, facts, on))
            continue
        assumptions = readings if counts_years(block.node) else readings[:1]
        columns = [
            zip(assumption.legend.items[place], assumption.items[place], strict=True) for assumption in assumptions
        ]
        seen = [[_seen(item, column, facts, on.year) for item in block.items] for column in columns]
        blocks.append(over_assumptions(block, seen, facts, years_open=len(assumptions) > 1))
    return of_blocks(scoring, blocks)


def _seen(item: ScoredItem, column: Iterator[tuple[Graded, Any]], facts: Facts, year: int) -> Seen:
    """An item in one scene, or the best of its options."""
    if item.options:
        return best([_seen(option, column, facts, year) for option in item.options], item)
    graded, (low, high, places, *numbers) = next(column)
    view = graded.view(places, year)
    grade = Measure(Unit.GRADE, *ends(facts.of(view.grade))) if view.grade else None
    actual, basis, course, reason = _measured(graded, numbers) if view.measured else _NOT_MEASURED
    open_ = low != high and reason is not ClauseReason.MANUAL_REVIEW
    missing = facts.unknown(view.waits) if open_ and view.waits else ()
    return Seen(ItemFinding(item, low, high, places, actual, basis, course, grade, reason, missing), view.read)


_Measured = tuple[Measure | None, tuple[IntermediateValue, ...], tuple[Measure, ...], ClauseReason | None]
_NOT_MEASURED: _Measured = (None, (), (), None)


def _measured(graded: Graded, numbers: Sequence[Any]) -> _Measured:
    """What the item's bands measure, and for a growth its yearly values."""
    by = graded.item.by
    sides = tuple(map(bounds, numbers, graded.scales))
    if isinstance(by, tree.RatioComparison):
        return _ratio(by, *sides)
    assert by is not None
    if graded.growth is None:
        return as_measure(by.left.unit, sides[0]), (), (), None
    course = tuple(Measure(graded.growth.body.unit, low, high) for low, high in sides)
    if any(high is not None and high < 0 for _, high in sides):
        return None, (), course, ClauseReason.MANUAL_REVIEW
    growth = bounds_of(numbers[-1])
    if len(sides) == FISCAL_YEARS and sides[0][1] is None:  # the least can only be approached, and is bounded here
        growth = mean_growth([YearBounds(low, high) for low, high in sides], whole(graded.growth.body))
    return as_measure(by.left.unit, growth), (), course, None


def _ratio(by: tree.RatioComparison, top: Bounds, bottom: Bounds) -> _Measured:
    sides = (by.numerator, top), (by.denominator, bottom)
    basis = tuple(IntermediateValue(node, as_measure(node.unit, side)) for node, side in sides if shown_beside(node))
    if bottom[1] is not None and bottom[1] <= 0:
        return None, basis, (), ClauseReason.ZERO_DENOMINATOR
    return as_measure(Unit.SHARE, quotient(top, bottom)), basis, (), None
