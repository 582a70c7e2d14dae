"""Findings made of a compiled function's numbers when they are asked for; the same as the explaining interpreter's."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from app.policies.domain.compile.writer import Legend, Numbers
from app.policies.domain.explain.explainer import joined, why_empty
from app.policies.domain.explain.findings import compared, ratio, requirement
from app.policies.domain.explain.measurement import as_measure
from app.policies.domain.facts.catalogue import FactKey, Facts
from app.policies.domain.language import tree
from app.policies.domain.language.verdict import ClauseReason, Finding, IntermediateValue, Requirement, measure
from app.policies.domain.values.knowledge import Known, ends
from app.policies.domain.values.linear import Bounds, End
from app.policies.domain.values.outcome import Outcome
from app.policies.domain.values.units import Unit, divided

OUTCOMES = (Outcome.UNMET, Outcome.UNKNOWN, Outcome.MET)
_YES, _NO = (Requirement("=", measure(Unit.YES_NO, wanted)) for wanted in (True, False))


class SceneFindings(NamedTuple):
    """What a function found in one scene: each test's outcome, and the numbers that `legend` explains."""

    legend: Legend
    codes: tuple[int, ...]
    numbers: tuple[Any, ...]
    items: tuple[Any, ...]


def finding_in(reading: SceneFindings, place: int, facts: Facts) -> Finding | None:
    """What a test says in a scene, without what it waits for; None where the numbers do not tell it."""
    legend, codes, numbers, _ = reading
    where = legend.numbers.get(place)
    if where is None:
        return _simple(legend.tests[place], facts, OUTCOMES[codes[place]])
    own = numbers[where.first : where.first + len(where.scales)]
    if where.banded is not None:
        return joined(list(_in_bands(where, own, legend.scene.years)))
    return _compared(where, OUTCOMES[codes[place]], own, legend.scene.years)


def _simple(test: tree.Node, facts: Facts, outcome: Outcome) -> Finding | None:
    """What a test says that compares nothing; None of a growth."""
    match test:
        case tree.Comparison() | tree.RatioComparison():
            return None
        case tree.Fact(code=code):
            return _yes_no(code, facts, outcome, _YES)
        case tree.Opposite(part=tree.Fact(code=code)):
            return _yes_no(code, facts, outcome, _NO)
        case tree.ListedIn(code=code, list_name=name):
            known = facts.of(FactKey(code))
            actual = measure(Unit.CODE, known.value) if isinstance(known, Known) else None
            return Finding(outcome, Requirement("in", None, name), actual)
        case tree.Judged():
            return Finding(outcome, reason=ClauseReason.JUDGED_BY_PEOPLE)
        case _:
            return Finding(outcome)


def _yes_no(code: str, facts: Facts, outcome: Outcome, required: Requirement) -> Finding:
    low, high = ends(facts.of(FactKey(code)))
    return Finding(outcome, required, measure(Unit.YES_NO, low) if low is not None and low == high else None)


def _compared(where: Numbers, outcome: Outcome, numbers: Sequence[Any], years: tuple[int, ...]) -> Finding:
    sides = list(map(bounds, numbers, where.scales))
    return _found(where, outcome, where.required or requirement(where.test, sides[1]), sides, years)


def _in_bands(where: Numbers, ends: Sequence[Any], years: tuple[int, ...]) -> Iterator[Finding]:
    """The finding in each band that may hold."""
    assert where.banded is not None
    for code, value, pairs, scales in where.banded.stated(*ends):
        left, bottom, excess, subject = map(bounds, pairs, scales)
        right = value, value
        sides = left, right, bottom, excess, subject
        yield _found(where, OUTCOMES[code], requirement(where.test, right), sides, years)


def _found(
    where: Numbers, outcome: Outcome, required: Requirement, sides: Sequence[Bounds], years: tuple[int, ...]
) -> Finding:
    test, left, excess = where.test, sides[0], sides[3]
    basis = tuple([IntermediateValue(node, as_measure(node.unit, sides[place])) for place, node in where.beside])
    if isinstance(test, tree.Comparison):
        return compared(test, outcome, left, required, excess, basis, None)
    return ratio(test, outcome, left, sides[2], required, excess, basis, lambda: why_empty(test, years))


def bounds(number: Any, scale: int) -> Bounds:
    """A function's number, or pair of numbers, as bounds."""
    if number.__class__ is tuple:
        return _end(number[0], scale), _end(number[1], scale)
    end = _end(number, scale)
    return end, end


def _end(end: Any, scale: int) -> End:
    if end.__class__ is float:  # infinite: what is bounded is exact
        return None
    return end if scale == 1 else divided(end, scale)
