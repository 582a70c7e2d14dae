"""The score item by item, made of a compiled function's numbers when it is asked for."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from app.policies.domain import tree
from app.policies.domain.compiling_findings import bounds
from app.policies.domain.compiling_writing import Graded, Legend
from app.policies.domain.facts import FactKey, Facts
from app.policies.domain.folding import whole
from app.policies.domain.growing import Span, mean_growth
from app.policies.domain.knowledge import ends
from app.policies.domain.linear import Bounds
from app.policies.domain.measuring import as_measure, quotient, shown_beside
from app.policies.domain.policy import ScoredItem, Scoring
from app.policies.domain.scoring import Seen, best, of_blocks, of_worlds, scored_block
from app.policies.domain.splitting import counts_years
from app.policies.domain.units import Unit
from app.policies.domain.verdict import Basis, ItemFinding, Measure, Reason, ScoreFinding


class Reading(NamedTuple):
    """What a function found in one scene: each test's outcome, and the numbers that `legend` explains."""

    legend: Legend
    codes: tuple[int, ...]
    numbers: tuple[Any, ...]
    items: tuple[Any, ...]


def explained_score(scoring: Scoring, readings: Sequence[Reading], facts: Facts, on: date) -> ScoreFinding:
    """The score over the scenes that may hold."""
    blocks = []
    for place, block in enumerate(scoring.blocks):
        if any(place in reading.legend.apart for reading in readings):
            blocks.append(scored_block(block, facts, on))
            continue
        worlds = readings if counts_years(block.node) else readings[:1]
        seen = [
            _all_seen(block.items, _Looking(reading.legend, facts, on), reading.items[place], place)
            for reading in worlds
        ]
        blocks.append(of_worlds(block, seen, facts, years_open=len(worlds) > 1))
    return of_blocks(scoring, blocks)


class _Looking(NamedTuple):
    legend: Legend
    facts: Facts
    on: date


def _all_seen(items: Sequence[ScoredItem], looking: _Looking, found: Sequence[Any], block: int) -> list[Seen]:
    column = zip(looking.legend.items[block], found, strict=True)
    return [_seen(item, column, looking) for item in items]


def _seen(item: ScoredItem, column: Iterator[tuple[Graded, Any]], looking: _Looking) -> Seen:
    if item.options:
        return best([_seen(option, column, looking) for option in item.options], item)
    graded, (low, high, places, *numbers) = next(column)
    legend, facts, on = looking
    gradings = item.node.gradings
    code = gradings[places[0]].grade if len(places) == 1 else None
    grade = Measure(Unit.GRADE, *ends(facts.of(FactKey(code)))) if code else None
    measured = any(item.bands[place] is not None for place in places)
    actual, basis, course, reason = _measured(graded, numbers) if measured else _NOT_MEASURED
    read = legend.reach.of_item(item.node, places, item.by if measured else None, on.year)
    missing: tuple[FactKey, ...] = ()
    if low != high and reason is not Reason.MANUAL_REVIEW:
        missing = facts.unknown(read if len(places) > 1 else [FactKey(code)] if code else ())
    return Seen(ItemFinding(item, low, high, places, actual, basis, course, grade, reason, missing), read)


_Measured = tuple[Measure | None, tuple[Basis, ...], tuple[Measure, ...], Reason | None]
_NOT_MEASURED: _Measured = (None, (), (), None)


def _measured(graded: Graded, numbers: Sequence[Any]) -> _Measured:
    """What the item's bands measure, and for a growth its yearly values."""
    by = graded.item.by
    sides = list(map(bounds, numbers, graded.scales))
    if isinstance(by, tree.RatioComparison):
        return _ratio(by, *sides)
    assert by is not None
    if graded.growth is None:
        return as_measure(by.left.unit, sides[0]), (), (), None
    course = tuple(Measure(graded.growth.body.unit, low, high) for low, high in sides)
    if any(high is not None and high < 0 for _, high in sides):
        return None, (), course, Reason.MANUAL_REVIEW
    growth = mean_growth([Span(low, high) for low, high in sides], whole(graded.growth.body))
    return as_measure(by.left.unit, growth), (), course, None


def _ratio(by: tree.RatioComparison, top: Bounds, bottom: Bounds) -> _Measured:
    sides = (by.numerator, top), (by.denominator, bottom)
    basis = tuple(Basis(node, as_measure(node.unit, side)) for node, side in sides if shown_beside(node))
    if bottom[1] is not None and bottom[1] <= 0:
        return None, basis, (), Reason.ZERO_DENOMINATOR
    return as_measure(Unit.SHARE, quotient(top, bottom)), basis, (), None
