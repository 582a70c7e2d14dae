"""The verdict that a step looks at: asked of the policies for the application date, and kept with the case."""

from datetime import date, datetime
from typing import Any

from app.cases.service.loading import LoadedCase
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.policies.service.verdicts import evaluate_enterprise, store_verdict
from app.programmes.domain.definition import StageAction


def guard_outcome(case: LoadedCase, action: StageAction, on: date) -> str | None:
    """The outcome of the policy that `action` insists on, for the application date; None where it does not insist."""
    guard = action.needs.verdict
    if guard is None or guard.mode != "require":
        return None
    verdict = evaluate_enterprise(case.session, case.row.enterprise, guard.policy, case.row.submitted_on or on)
    return verdict.evaluation.outcome.value


def keep_verdict(
    case: LoadedCase, action: StageAction, *, actor: Actor, now: datetime, on: date
) -> dict[str, Any] | None:
    """Store the verdict that `action` looks at, with its inputs; what the case's event says about it.

    None where the action looks at no policy, or none was in force on the application date.
    """
    guard = action.needs.verdict
    if guard is None:
        return None
    applied_on = case.row.submitted_on or on
    try:
        stored = store_verdict(
            case.session, actor, case.row.enterprise, guard.policy, applied_on, action.code, case.row.id, now
        )
    except NotFound:
        return None
    return {"id": stored.id, "policy": guard.policy, "outcome": stored.outcome, "on": applied_on}
