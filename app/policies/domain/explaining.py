"""The explaining interpreter: a policy applied to what is known of one subject, with the reason for every clause."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from app.policies.domain import tree
from app.policies.domain.facts import FactKey, Facts
from app.policies.domain.folding import whole
from app.policies.domain.knowledge import Known, ends
from app.policies.domain.linear import End, Linear, constant, product
from app.policies.domain.measuring import as_dates, as_numbers, bands_used, bases, hull, quotient, review_reason
from app.policies.domain.outcome import Outcome, all_of, any_of, whichever
from app.policies.domain.policy import Condition, Policy
from app.policies.domain.reckoning import Reckoner, chosen
from app.policies.domain.scoring import scored
from app.policies.domain.splitting import counts_years, worlds
from app.policies.domain.units import Unit
from app.policies.domain.verdict import (
    Basis,
    Clause,
    Evaluation,
    Finding,
    Measure,
    Reason,
    Requirement,
    ScoreFinding,
    measure,
)
from app.policies.domain.worlds import REGISTERED_ON, World


def evaluate(policy: Policy, facts: Facts, on: date) -> Evaluation:
    """How the subject stands for an application on `on`: unmet if any clause is, else unknown if any is, else met."""
    score = scored(policy.scoring, facts, on) if policy.scoring else None
    asked = _Asked(facts, on, score)
    clauses = tuple(_clause(condition, asked) for condition in policy.conditions)
    return Evaluation(policy, on, all_of(clause.outcome for clause in clauses), clauses, score)


@dataclass(frozen=True)
class _Asked:
    """What is known of the subject, for an application on `on`, and its score."""

    facts: Facts
    on: date
    score: ScoreFinding | None

    def reckoner(self, world: World) -> Reckoner:
        return Reckoner(self.facts, self.on, world, (self.score.low, self.score.high) if self.score else None)


def _clause(condition: Condition, asked: _Asked) -> Clause:
    if condition.test is not None:
        return Clause(condition, _finding(condition.test, asked))
    children = tuple(_clause(part, asked) for part in condition.parts)
    together = any_of if condition.any_part else all_of
    outcome = together(child.outcome for child in children)
    return Clause(condition, _of_parts(outcome, children), children)


def _of_parts(outcome: Outcome, children: Sequence[Clause]) -> Finding:
    """The finding of a condition made of parts: what its first deciding part says, and all that it waits for."""
    deciding = next((child.finding for child in children if child.outcome is outcome), children[0].finding)
    missing = _unique(key for child in children for key in child.finding.missing) if outcome is Outcome.UNKNOWN else ()
    return Finding(outcome, deciding.required, deciding.actual, deciding.gap, deciding.basis, deciding.reason, missing)


# -- one test, over its possible worlds -------------------------------------------------------------------------------


def _finding(test: tree.Node, asked: _Asked) -> Finding:
    facts = asked.facts
    while isinstance(test, tree.IfTold):
        test = chosen(test, facts, None)
    possible = worlds(test, facts, asked.on)
    found = []
    touched: list[FactKey] = [REGISTERED_ON] if counts_years(test) and len({w.years for w in possible}) > 1 else []
    for world in possible:
        reckoner = asked.reckoner(world)
        found.append(_LOOKS.get(type(test), _plainly)(reckoner, test))
        touched.extend(reckoner.touched)
    finding = _joined(found)
    if finding.outcome is not Outcome.UNKNOWN:
        return finding
    missing = [key for key in touched if not isinstance(facts.of(key), Known)]
    if asked.score is None or not _compares_score(test):
        return replace(finding, missing=_unique(missing))
    return _open_score(finding, _unique([*missing, *asked.score.missing]), facts)


def _open_score(finding: Finding, missing: tuple[FactKey, ...], facts: Facts) -> Finding:
    """A score that is still open: where nothing else is missing, it waits for experts, who grade and choose within bands."""
    only_experts = all(facts.catalogue[key.code].graded_by_experts for key in missing)
    reason = Reason.WAITS_FOR_EXPERTS if only_experts else finding.reason
    return replace(finding, missing=missing, reason=reason)


@lru_cache(maxsize=1024)
def _compares_score(test: tree.Node) -> bool:
    return any(isinstance(node, tree.Score) for node in tree.walk(test, into_score=False))


def _joined(found: Sequence[Finding]) -> Finding:
    """What holds in every world; values become the bounds of all worlds' values."""
    if len(found) == 1:
        return found[0]
    outcome = whichever(finding.outcome for finding in found)
    first = found[0]
    return Finding(
        outcome,
        _joined_requirement([finding.required for finding in found]),
        hull([finding.actual for finding in found]),
        hull([finding.gap for finding in found]) if outcome is not Outcome.MET else None,
        _joined_basis(found),
        first.reason if all(finding.reason is first.reason for finding in found) else None,
    )


def _joined_requirement(required: Sequence[Requirement | None]) -> Requirement | None:
    first = required[0]
    if first is None or first.value is None:
        return first
    value = hull([item.value if item else None for item in required])
    return Requirement(first.relation, value) if value else first


def _joined_basis(found: Sequence[Finding]) -> tuple[Basis, ...]:
    """The intermediate values that every world has, with the bounds of them all."""
    values = [{basis.node: basis.value for basis in finding.basis} for finding in found]
    joined = ((basis.node, hull([world.get(basis.node) for world in values])) for basis in found[0].basis)
    return tuple(Basis(node, value) for node, value in joined if value is not None)


def _unique(keys: Iterable[FactKey]) -> tuple[FactKey, ...]:
    return tuple(dict.fromkeys(keys))


# -- one test in one world --------------------------------------------------------------------------------------------


def _plainly(reckoner: Reckoner, test: tree.Node) -> Finding:
    return Finding(reckoner.holds(test))


def _yes_no(reckoner: Reckoner, test: tree.Fact, *, wanted: bool = True) -> Finding:
    outcome = reckoner.holds(test) if wanted else ~reckoner.holds(test)
    low, high = ends(reckoner.knowledge(FactKey(test.code)))
    actual = measure(Unit.YES_NO, low) if low is not None and low == high else None
    return Finding(outcome, Requirement("=", measure(Unit.YES_NO, wanted)), actual)


def _opposite(reckoner: Reckoner, test: tree.Opposite) -> Finding:
    if isinstance(test.part, tree.Fact):
        return _yes_no(reckoner, test.part, wanted=False)
    return _plainly(reckoner, test)


def _listed(reckoner: Reckoner, test: tree.ListedIn) -> Finding:
    known = reckoner.knowledge(FactKey(test.code))
    actual = measure(Unit.CODE, known.value) if isinstance(known, Known) else None
    return Finding(reckoner.holds(test), Requirement("in", None, test.list_name), actual)


def _judged(reckoner: Reckoner, test: tree.Judged) -> Finding:
    return Finding(reckoner.holds(test), reason=Reason.JUDGED_BY_PEOPLE)


def _compared(reckoner: Reckoner, test: tree.Comparison) -> Finding:
    outcome = reckoner.holds(test)
    left, right = reckoner.number(test.left), reckoner.number(test.right)
    shown = as_dates if test.left.unit is Unit.DATE else as_numbers
    unit = Unit.DAYS if test.left.unit is Unit.DATE else test.left.unit
    return Finding(
        outcome,
        Requirement(test.relation, shown(test.right.unit, right.low, right.high)),
        _where(outcome, shown(test.left.unit, left.low, left.high), test.relation, right),
        _gap(outcome, unit, _shortfall(test, left - right)),
        bases(reckoner, test.right),
        review_reason(reckoner, test),
    )


def _ratio(reckoner: Reckoner, test: tree.RatioComparison) -> Finding:
    outcome = reckoner.holds(test)
    top, bottom, threshold = map(reckoner.number, (test.numerator, test.denominator, test.right))
    empty = bottom.high is not None and bottom.high <= 0
    excess = top - product(bottom, threshold, test)
    actual = None if empty else as_numbers(Unit.SHARE, *quotient(top, bottom))
    return Finding(
        outcome,
        Requirement(test.relation, as_numbers(Unit.SHARE, threshold.low, threshold.high)),
        None if actual is None else _where(outcome, actual, test.relation, threshold),
        None if empty else _gap(outcome, test.numerator.unit, _shortfall(test, excess)),
        (*bases(reckoner, test.numerator, test.denominator), *bands_used(reckoner, test.right)),
        _why_empty(reckoner, test) if empty else None,
    )


def _why_empty(reckoner: Reckoner, test: tree.Node) -> Reason:
    if counts_years(test) and not reckoner.world.years:
        return Reason.NO_FISCAL_YEAR
    return Reason.ZERO_DENOMINATOR


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


_LOOKS: dict[type[tree.Node], Callable[[Reckoner, Any], Finding]] = {
    tree.Comparison: _compared,
    tree.RatioComparison: _ratio,
    tree.Fact: _yes_no,
    tree.Opposite: _opposite,
    tree.ListedIn: _listed,
    tree.Judged: _judged,
}
