"""The explaining interpreter: a policy applied to what is known of one subject, with the reason for every clause."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from app.policies.domain.explain.findings import compared, ratio, requirement
from app.policies.domain.explain.item_scores import scored
from app.policies.domain.explain.measurement import bands_used, bases, hull, review_reason
from app.policies.domain.facts.catalogue import FactKey, Facts
from app.policies.domain.language import tree
from app.policies.domain.language.alternatives import assumptions, counts_years
from app.policies.domain.language.assumptions import REGISTERED_ON, Assumption
from app.policies.domain.language.calculator import Calculator, chosen
from app.policies.domain.language.policy import Condition, Policy
from app.policies.domain.language.verdict import (
    Clause,
    ClauseReason,
    Evaluation,
    Finding,
    IntermediateValue,
    Requirement,
    ScoreFinding,
    measure,
)
from app.policies.domain.values.knowledge import Known, ends
from app.policies.domain.values.linear import product
from app.policies.domain.values.outcome import Outcome, all_of, any_of, whichever
from app.policies.domain.values.units import Unit


def evaluate(policy: Policy, facts: Facts, on: date) -> Evaluation:
    """How the subject stands for an application on `on`: unmet if any clause is, else unknown if any is, else met."""
    score = scored(policy.scoring, facts, on) if policy.scoring else None
    asked = EvaluationContext(facts, on, score)
    clauses = tuple(_clause(condition, asked) for condition in policy.conditions)
    return Evaluation(policy, facts, on, all_of(clause.outcome for clause in clauses), clauses, score)


@dataclass(frozen=True)
class EvaluationContext:
    """What is known of the subject, for an application on `on`, and its score."""

    facts: Facts
    on: date
    score: ScoreFinding | None

    def calculator(self, assumption: Assumption) -> Calculator:
        """The calculator of one assumption."""
        return Calculator(self.facts, self.on, assumption, (self.score.low, self.score.high) if self.score else None)


def _clause(condition: Condition, asked: EvaluationContext) -> Clause:
    if condition.test is not None:
        return Clause(condition, finding(condition.test, asked))
    children = tuple(_clause(part, asked) for part in condition.parts)
    together = any_of if condition.any_part else all_of
    outcome = together(child.outcome for child in children)
    return Clause(condition, of_parts(outcome, children), children)


def of_parts(outcome: Outcome, children: Sequence[Clause]) -> Finding:
    """The finding of a condition made of parts: what its first deciding part says, and all that it waits for."""
    deciding = next((child.finding for child in children if child.outcome is outcome), children[0].finding)
    missing = _unique(key for child in children for key in child.finding.missing) if outcome is Outcome.UNKNOWN else ()
    return Finding(outcome, deciding.required, deciding.actual, deciding.gap, deciding.basis, deciding.reason, missing)


# -- one test, over its possible assumptions -------------------------------------------------------------------------------


def finding(test: tree.Node, asked: EvaluationContext) -> Finding:
    """How one test stands, and why."""
    facts = asked.facts
    while isinstance(test, tree.IfStated):
        test = chosen(test, facts, None)
    possible = assumptions(test, facts, asked.on)
    found = []
    touched: list[FactKey] = [REGISTERED_ON] if counts_years(test) and len({w.years for w in possible}) > 1 else []
    for assumption in possible:
        calculator = asked.calculator(assumption)
        found.append(_LOOKS.get(type(test), _plainly)(calculator, test))
        touched.extend(calculator.touched)
    return waiting(joined(found), test, touched, asked)


def waiting(joined: Finding, test: tree.Node, touched: Iterable[FactKey], asked: EvaluationContext) -> Finding:
    """The finding of a test, with the facts that it waits for while it is open: those `touched` that are not known."""
    if joined.outcome is not Outcome.UNKNOWN:
        return joined
    missing = asked.facts.unknown(touched)
    if asked.score is None or not compares_score(test):
        return joined._replace(missing=missing)
    return _open_score(joined, _unique([*missing, *asked.score.missing]), asked.facts)


def _open_score(finding: Finding, missing: tuple[FactKey, ...], facts: Facts) -> Finding:
    """A score that is still open: where nothing else is missing, it waits for experts, who grade and choose within bands."""
    only_experts = all(facts.catalogue[key.code].graded_by_experts for key in missing)
    reason = ClauseReason.WAITS_FOR_EXPERTS if only_experts else finding.reason
    return finding._replace(missing=missing, reason=reason)


@lru_cache(maxsize=1024)
def compares_score(test: tree.Node) -> bool:
    """Whether a test is about the score."""
    return any(isinstance(node, tree.Score) for node in tree.walk(test, into_score=False))


def joined(found: Sequence[Finding]) -> Finding:
    """What holds under every assumption; values become the bounds of all assumptions' values."""
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


def _joined_basis(found: Sequence[Finding]) -> tuple[IntermediateValue, ...]:
    """The intermediate values that every assumption has, with the bounds of them all."""
    values = [{basis.node: basis.value for basis in finding.basis} for finding in found]
    joined = ((basis.node, hull([assumption.get(basis.node) for assumption in values])) for basis in found[0].basis)
    return tuple(IntermediateValue(node, value) for node, value in joined if value is not None)


def _unique(keys: Iterable[FactKey]) -> tuple[FactKey, ...]:
    return tuple(dict.fromkeys(keys))


# -- one test under one assumption --------------------------------------------------------------------------------------------


def _plainly(calculator: Calculator, test: tree.Node) -> Finding:
    return Finding(calculator.holds(test))


def _yes_no(calculator: Calculator, test: tree.Fact, *, wanted: bool = True) -> Finding:
    outcome = calculator.holds(test) if wanted else ~calculator.holds(test)
    low, high = ends(calculator.knowledge(FactKey(test.code)))
    actual = measure(Unit.YES_NO, low) if low is not None and low == high else None
    return Finding(outcome, Requirement("=", measure(Unit.YES_NO, wanted)), actual)


def _opposite(calculator: Calculator, test: tree.Opposite) -> Finding:
    if isinstance(test.part, tree.Fact):
        return _yes_no(calculator, test.part, wanted=False)
    return _plainly(calculator, test)


def _listed(calculator: Calculator, test: tree.ListedIn) -> Finding:
    known = calculator.knowledge(FactKey(test.code))
    actual = measure(Unit.CODE, known.value) if isinstance(known, Known) else None
    return Finding(calculator.holds(test), Requirement("in", None, test.list_name), actual)


def _judged(calculator: Calculator, test: tree.Judged) -> Finding:
    return Finding(calculator.holds(test), reason=ClauseReason.JUDGED_BY_PEOPLE)


def _compared(calculator: Calculator, test: tree.Comparison) -> Finding:
    left, right = calculator.number(test.left), calculator.number(test.right)
    basis, reason = bases(calculator, test.right), review_reason(calculator, test)
    required = requirement(test, right.bounds)
    return compared(test, calculator.holds(test), left.bounds, required, (left - right).bounds, basis, reason)


def _ratio(calculator: Calculator, test: tree.RatioComparison) -> Finding:
    top, bottom, threshold = map(calculator.number, (test.numerator, test.denominator, test.right))
    excess = top - product(bottom, threshold, test)
    basis = (*bases(calculator, test.numerator, test.denominator), *bands_used(calculator, test.right))
    required, empty = requirement(test, threshold.bounds), lambda: why_empty(test, calculator.assumption.years)
    return ratio(test, calculator.holds(test), top.bounds, bottom.bounds, required, excess.bounds, basis, empty)


def why_empty(test: tree.Node, years: tuple[int, ...]) -> ClauseReason:
    """Why a ratio has nothing below the line."""
    return ClauseReason.NO_FISCAL_YEAR if counts_years(test) and not years else ClauseReason.ZERO_DENOMINATOR


_LOOKS: dict[type[tree.Node], Callable[[Calculator, Any], Finding]] = {
    tree.Comparison: _compared,
    tree.RatioComparison: _ratio,
    tree.Fact: _yes_no,
    tree.Opposite: _opposite,
    tree.ListedIn: _listed,
    tree.Judged: _judged,
}
