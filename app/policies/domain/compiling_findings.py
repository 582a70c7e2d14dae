"""Findings made of a compiled function's numbers when they are asked for; the same as the explaining interpreter's."""

from collections.abc import Sequence
from fractions import Fraction
from math import inf
from typing import Any

from app.policies.domain import tree
from app.policies.domain.compiling_exact import Numbers
from app.policies.domain.explaining import why_empty
from app.policies.domain.facts import FactKey, Facts
from app.policies.domain.findings import compared, ratio
from app.policies.domain.knowledge import Known, ends
from app.policies.domain.linear import Linear, unknown
from app.policies.domain.measuring import as_dates, as_numbers, shown_beside
from app.policies.domain.outcome import Outcome
from app.policies.domain.units import Unit, plain
from app.policies.domain.verdict import Basis, Finding, Requirement, measure

Pair = tuple[Any, Any]


def finding_of(where: Numbers, outcome: Outcome, pairs: Sequence[Pair], years: tuple[int, ...]) -> Finding:
    """The finding of a comparison whose numbers lie between `pairs`, in the order of `Numbers`."""
    left, right, bottom, excess, *subjects = (
        _form(place, pair, scale) for place, (pair, scale) in enumerate(zip(pairs, where.scales, strict=True))
    )
    test = where.test
    if isinstance(test, tree.Comparison):
        return compared(test, outcome, left, right, excess, _bases([(test.right, right)]), None)
    shown = _bases([(test.numerator, left), (test.denominator, bottom)])
    used = tuple(_basis(node, form) for node, form in zip(where.subjects, subjects, strict=True))
    return ratio(test, outcome, left, bottom, right, excess, (*shown, *used), lambda: why_empty(test, years))


def _form(place: int, pair: Pair, scale: int) -> Linear:
    low, high = (_end(end, scale) for end in pair)
    return unknown(place, low, high)


def _end(end: Any, scale: int) -> Any:
    if end in {inf, -inf}:
        return None
    return end if scale == 1 else plain(Fraction(end) / scale)


def _bases(sides: Sequence[tuple[tree.Node, Linear]]) -> tuple[Basis, ...]:
    return tuple(_basis(node, form) for node, form in sides if shown_beside(node))


def _basis(node: tree.Node, form: Linear) -> Basis:
    shown = as_dates if node.unit is Unit.DATE else as_numbers
    return Basis(node, shown(node.unit, form.low, form.high))


def simple_finding(test: tree.Node, facts: Facts, outcome: Outcome) -> Finding | None:
    """What a single yes-or-no or a code says; None of another test."""
    wanted = not isinstance(test, tree.Opposite)
    fact = test.part if isinstance(test, tree.Opposite) else test
    if not isinstance(fact, (tree.Fact, tree.ListedIn)) or (isinstance(fact, tree.ListedIn) and not wanted):
        return None
    known = facts.of(FactKey(fact.code))
    missing = (FactKey(fact.code),) if outcome is Outcome.UNKNOWN and not isinstance(known, Known) else ()
    low, high = ends(known)
    if isinstance(fact, tree.ListedIn):
        actual = measure(Unit.CODE, low) if isinstance(known, Known) else None
        return Finding(outcome, Requirement("in", None, fact.list_name), actual, missing=missing)
    actual = measure(Unit.YES_NO, low) if low is not None and low == high else None
    return Finding(outcome, Requirement("=", measure(Unit.YES_NO, wanted)), actual, missing=missing)
