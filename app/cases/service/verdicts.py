"""The verdict that a step looks at: asked of the policies for the application date, and kept with the case."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from app.cases.domain.supplies import Supplies, VerdictTally
from app.cases.domain.verdicts import verdicts_kept
from app.cases.loaded import LoadedCase
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.policies.domain.values.outcome import Outcome
from app.policies.queries import find_override_in_force
from app.policies.service.verdicts import evaluate_enterprise, store_verdict
from app.programmes.domain.definition import StageAction


def with_verdict(case: LoadedCase, action: StageAction, supplies: Supplies, on: date) -> Supplies:
    """`supplies` with the tally of the policy that `action` looks at, for the application date.

    What an officer decided otherwise about the newest verdict kept for the case goes before it; a policy that was not
    in force has no tally, which a step that insists on it takes for not known.
    """
    guard = action.needs.verdict
    found = _tally(case, guard.policy, case.row.submitted_on or on) if guard and guard.mode == "require" else None
    verdicts = {guard.policy: found} if guard and found else {}
    return replace(supplies, verdicts=verdicts, verdicts_seen=True)


def _tally(case: LoadedCase, policy: str, on: date) -> VerdictTally | None:
    override = find_override_in_force(case.session, case.row.id, policy)
    if override is not None:
        return VerdictTally(unmet=0 if override.outcome == Outcome.MET else 1, unknown=0)
    try:
        found = evaluate_enterprise(case.session, case.row.enterprise, policy, on).evaluation
    except NotFound:
        return None
    return tally_of(found.outcome, found.count(Outcome.UNMET), found.count(Outcome.UNKNOWN))


def tally_of(outcome: str, unmet: int, unknown: int) -> VerdictTally:
    """The open conditions of a verdict: none where it is met as a whole, at least one where it is not."""
    if outcome == Outcome.MET:
        return VerdictTally(0, 0)
    return VerdictTally(max(unmet, 1), unknown) if outcome == Outcome.UNMET else VerdictTally(unmet, max(unknown, 1))


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
    return [reported for reported in kept if reported is not None]


def _keep(
    case: LoadedCase, policy: str, reason: str, actor: Actor, now: datetime, applied_on: date
) -> dict[str, Any] | None:
    override = find_override_in_force(case.session, case.row.id, policy)
    try:
        stored = store_verdict(case.session, actor, case.row.enterprise, policy, applied_on, reason, case.row.id, now)
    except NotFound:
        return None
    reported: dict[str, Any] = {"id": stored.id, "policy": policy, "outcome": stored.outcome, "on": applied_on}
    if override is not None:
        reported["override"] = {
            "id": override.id,
            "outcome": override.outcome,
            "by": override.actor_name,
            "document": override.document,
        }
    return reported
