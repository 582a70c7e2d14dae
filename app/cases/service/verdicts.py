"""The verdict that a step looks at: asked of the policies for the application date, and kept with the case."""

from datetime import date, datetime
from typing import Any

from app.cases.domain.verdicts import verdicts_kept
from app.cases.service.loading import LoadedCase
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.policies.queries import find_standing_override
from app.policies.service.verdicts import evaluate_enterprise, store_verdict
from app.programmes.domain.definition import StageAction


def guard_outcome(case: LoadedCase, action: StageAction, on: date) -> str | None:
    """The outcome of the policy that `action` insists on, for the application date; None where it does not insist.

    What an officer decided otherwise about the newest verdict kept for the case goes before it.
    """
    guard = action.needs.verdict
    if guard is None or guard.mode != "require":
        return None
    standing = find_standing_override(case.session, case.row.id, guard.policy)
    if standing is not None:
        return standing.outcome
    verdict = evaluate_enterprise(case.session, case.row.enterprise, guard.policy, case.row.submitted_on or on)
    return verdict.evaluation.outcome.value


def keep_verdicts(
    case: LoadedCase, action: StageAction, *, actor: Actor, now: datetime, on: date
) -> list[dict[str, Any]]:
    """Store the verdicts that belong to `action`, with their inputs; what the case's event says about them.

    A policy of which no version was in force on the application date leaves none.
    """
    applied_on = case.row.submitted_on or on
    kept = (
        _keep(case, policy, action.code, actor, now, applied_on) for policy in verdicts_kept(case.programme, action)
    )
    return [told for told in kept if told is not None]


def _keep(
    case: LoadedCase, policy: str, reason: str, actor: Actor, now: datetime, applied_on: date
) -> dict[str, Any] | None:
    standing = find_standing_override(case.session, case.row.id, policy)
    try:
        stored = store_verdict(case.session, actor, case.row.enterprise, policy, applied_on, reason, case.row.id, now)
    except NotFound:
        return None
    told: dict[str, Any] = {"id": stored.id, "policy": policy, "outcome": stored.outcome, "on": applied_on}
    if standing is not None:
        told["override"] = {
            "id": standing.id,
            "outcome": standing.outcome,
            "by": standing.actor_name,
            "document": standing.document,
        }
    return told
