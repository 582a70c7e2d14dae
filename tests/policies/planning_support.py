"""Asking for a plan as the tests do, and trying out what it lists."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from app.policies.domain.explain.explainer import evaluate
from app.policies.domain.explain.fact_input import read_facts
from app.policies.domain.facts.catalogue import Facts
from app.policies.domain.language.policy import Policy
from app.policies.domain.plan.changes import Change, applied, applied_on
from app.policies.domain.plan.ladders import STEPS
from app.policies.domain.plan.planner import GapPlan, plan
from app.policies.domain.values.knowledge import Known, ends
from app.policies.domain.values.outcome import Outcome
from tests.policies.support import DAY, POLICY, firm

#: Besides the firm of the golden cases: figures and grades that bring it to 69 to 82 points.
GRADED: dict[str, Any] = {
    "net_assets": {"2018": "10000000", "2019": "11000000", "2020": "12000000"},
    "conversions": {"2018": 5, "2019": 5, "2020": 5},
    "ip_advancement": 7,
    "ip_core_support": 7,
    "management_1": 5,
    "management_2": 5,
    "management_3": 3,
    "management_4": 3,
    "ip_self_developed": True,
    "standards_led": False,
}


def known(**changes: Any) -> Facts:
    """The graded firm, changed; None takes a fact away."""
    return read_facts(POLICY, firm(**(GRADED | changes)))


def planned(**changes: Any) -> GapPlan:
    """The plan of the graded firm, changed; it must not pass already."""
    found = plan(POLICY, known(**changes), DAY)
    assert found is not None
    return found


def outcome(policy: Policy, facts: Facts, on: date) -> Outcome:
    """How the whole stands."""
    return evaluate(policy, facts, on).outcome


def goal_outcome(policy: Policy, change: Change, facts: Facts, on: date) -> Outcome:
    """How the change's goal stands."""
    clauses = evaluate(policy, facts, on).clauses
    pending = list(clauses)
    while pending:
        clause = pending.pop()
        if clause.condition.id == change.goal.id:
            return clause.outcome
        pending.extend(clause.children)
    raise AssertionError(change.goal.id)


def after(facts: Facts, on: date, *changes: Change) -> tuple[Facts, date]:
    """The facts and the day of application after the changes."""
    return applied(facts, changes), applied_on(on, changes)


def one_step_less(change: Change) -> Change | None:
    """The change one step smaller; None where that is no change at all, or a change has no steps."""
    if change.waits and isinstance(change.after, date):
        return replace(change, after=change.after - timedelta(days=1))
    if not change.unit.is_quantity or (change.relation == "=" and not isinstance(change.before, Known)):
        return None
    size = STEPS.get(change.unit, 1)
    step = -size if change.rises else size
    value = change.after + step  # type: ignore[operator]
    if not isinstance(change.before, Known):
        low, high = ends(change.before)
        if (low is not None and value < low) or (high is not None and value > high):
            return None
    return replace(change, after=value)


def figures(changes: tuple[Change, ...]) -> dict[tuple[Any, ...], Any]:
    """The changes as `(code, year, part) → value`, without what is not told by year or part."""
    return {tuple(item for item in change.key if item is not None): change.after for change in changes}


def shown(change: Change) -> str:
    """A change in a line, for messages of failing tests."""
    return f"{change.goal.id} {change.key}: {change.before} {change.relation} {change.after}"
