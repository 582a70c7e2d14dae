"""The score of one subject: between which points each item, each block and the whole lie, and why.

A block is looked at under every assumption that may be the real one (how many fiscal years count, which bands hold), so that
its items go together; the score is the sum of its blocks' bounds.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from app.policies.domain.explain.measurement import as_measure, bases, course, hull, quotient, review_reason, value_of
from app.policies.domain.facts.catalogue import FactKey, Facts
from app.policies.domain.language import tree
from app.policies.domain.language.alternatives import assumptions
from app.policies.domain.language.assumptions import REGISTERED_ON, Assumption
from app.policies.domain.language.calculator import Calculator
from app.policies.domain.language.policy import ScoredBlock, ScoredItem, Scoring
from app.policies.domain.language.verdict import BlockFinding, ClauseReason, ItemFinding, Measure, ScoreFinding
from app.policies.domain.values.knowledge import ends
from app.policies.domain.values.outcome import Outcome
from app.policies.domain.values.units import Unit


class Seen(NamedTuple):
    """An item as one assumption has it, and the facts that were read for it."""

    finding: ItemFinding
    touched: tuple[FactKey, ...]


def scored(scoring: Scoring, facts: Facts, on: date) -> ScoreFinding:
    """The subject's score for an application on `on`."""
    return of_blocks(scoring, [scored_block(block, facts, on) for block in scoring.blocks])


def of_blocks(scoring: Scoring, blocks: Sequence[BlockFinding]) -> ScoreFinding:
    """The score of all blocks."""
    low, high = sum(block.low for block in blocks), sum(block.high for block in blocks)
    return ScoreFinding(scoring, low, high, tuple(blocks))


def scored_block(block: ScoredBlock, facts: Facts, on: date) -> BlockFinding:
    """One block."""
    possible = assumptions(block.node, facts, on)
    seen = [[_seen(item, facts, on, assumption) for item in block.items] for assumption in possible]
    return over_assumptions(block, seen, facts, years_open=len({assumption.years for assumption in possible}) > 1)


def over_assumptions(
    block: ScoredBlock, seen: Sequence[Sequence[Seen]], facts: Facts, *, years_open: bool
) -> BlockFinding:
    """A block from its items as each assumption has them."""
    most = block.node.most
    low = min([min(most, sum([item.finding.low for item in items])) for items in seen])
    high = max([min(most, sum([item.finding.high for item in items])) for items in seen])
    if len(seen) == 1:
        return BlockFinding(block, low, high, tuple([item.finding for item in seen[0]]))
    items = [_joined(each, facts, years_open) for each in zip(*seen, strict=True)]
    return BlockFinding(block, low, high, tuple(items))


# -- an item under one assumption ---------------------------------------------------------------------------------------------


def _seen(item: ScoredItem, facts: Facts, on: date, assumption: Assumption) -> Seen:
    if item.options:
        return best([_seen(option, facts, on, assumption) for option in item.options], item)
    calculator = Calculator(facts, on, assumption)
    possible = _possible(item.node, calculator)
    bounds = [_bounds(item.node.gradings[place], calculator) for place in possible]
    finding = ItemFinding(
        item,
        min(low for low, _ in bounds),
        max(high for _, high in bounds),
        possible,
        grade=_grade(possible, item, calculator),
    )
    finding = _with_measure(finding, calculator)
    return Seen(finding._replace(missing=_missing(finding, calculator)), tuple(calculator.touched))


def best(options: Sequence[Seen], item: ScoredItem) -> Seen:
    """An item of which the best option counts."""
    findings = tuple(option.finding for option in options)
    low, high = max(option.low for option in findings), max(option.high for option in findings)
    missing = () if low == high else _unique(key for option in findings for key in option.missing)
    touched = _unique(key for option in options for key in option.touched)
    return Seen(ItemFinding(item, low, high, missing=missing, options=findings), touched)


def _possible(item: tree.ScoreItem, calculator: Calculator) -> tuple[int, ...]:
    """The places of the gradings that may hold: those not unmet, from the top until one is met."""
    found = []
    for place, grading in enumerate(item.gradings):
        outcome = Outcome.MET if grading.condition is None else calculator.holds(grading.condition)
        if outcome is not Outcome.UNMET:
            found.append(place)
        if outcome is Outcome.MET:
            break
    return tuple(found)


def _bounds(grading: tree.Grading, calculator: Calculator) -> tuple[int, int]:
    if grading.grade is None:
        return grading.low, grading.high
    low, high = ends(calculator.knowledge(FactKey(grading.grade)))
    return max(grading.low, low), min(grading.high, high)


def _grade(possible: Sequence[int], item: ScoredItem, calculator: Calculator) -> Measure | None:
    """What is known of the grade, where it is one that counts."""
    graded = item.node.gradings[possible[0]].grade if len(possible) == 1 else None
    return Measure(Unit.GRADE, *ends(calculator.knowledge(FactKey(graded)))) if graded else None


def _with_measure(finding: ItemFinding, calculator: Calculator) -> ItemFinding:
    """What the item's bands measure, unless a case above them has decided."""
    by = finding.item.by
    if by is None or all(finding.item.bands[place] is None for place in finding.gradings):
        return finding
    if isinstance(by, tree.RatioComparison):
        top, bottom = calculator.number(by.numerator).bounds, calculator.number(by.denominator).bounds
        empty = bottom[1] is not None and bottom[1] <= 0
        actual = None if empty else as_measure(Unit.SHARE, quotient(top, bottom))
        reason = ClauseReason.ZERO_DENOMINATOR if empty else None
        return finding._replace(actual=actual, basis=bases(calculator, by.numerator, by.denominator), reason=reason)
    reason = review_reason(calculator, by)
    actual = None if reason else value_of(calculator, by.left)
    return finding._replace(actual=actual, course=course(calculator, by), reason=reason)


def _missing(finding: ItemFinding, calculator: Calculator) -> tuple[FactKey, ...]:
    """The facts that would narrow the item: those that choose the grading while that is open, and the grade itself."""
    if finding.low == finding.high or finding.reason is ClauseReason.MANUAL_REVIEW:
        return ()
    if len(finding.gradings) > 1:
        return calculator.facts.unknown(calculator.touched)
    grade = finding.item.node.gradings[finding.gradings[0]].grade
    return calculator.facts.unknown([FactKey(grade)]) if grade else ()


# -- an item over all assumptions ------------------------------------------------------------------------------------------


def _joined(seen: Sequence[Seen], facts: Facts, years_open: bool) -> ItemFinding:
    """The hull of what each assumption has."""
    first = seen[0].finding
    if len(seen) == 1:
        return first
    low, high = min(each.finding.low for each in seen), max(each.finding.high for each in seen)
    options = tuple(
        _joined([Seen(option, each.touched) for option, each in zip(column, seen, strict=True)], facts, years_open)
        for column in zip(*(each.finding.options for each in seen), strict=True)
    )
    alike = all((each.finding.low, each.finding.high) == (first.low, first.high) for each in seen)
    missing = [key for each in seen for key in each.finding.missing]
    if not alike:
        missing = [REGISTERED_ON] if years_open else []
        missing += facts.unknown(key for each in seen for key in each.touched)
    return first._replace(
        low=low,
        high=high,
        gradings=tuple(sorted({place for each in seen for place in each.finding.gradings})),
        actual=hull([each.finding.actual for each in seen]),
        basis=(),
        course=(),
        reason=first.reason if all(each.finding.reason is first.reason for each in seen) else None,
        missing=() if low == high else _unique(missing),
        options=options,
    )


def _unique(keys: Iterable[FactKey]) -> tuple[FactKey, ...]:
    return tuple(dict.fromkeys(keys))
