"""Deciding otherwise than a kept verdict, and taking that back: both stay on file, each with its reason.

The caller holds the lock of the case that the verdict was kept for and names the case as the event's subject.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.journal.domain import Change, SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import _
from app.kit.permissions import require
from app.policies import events
from app.policies.actions import OVERRIDE
from app.policies.models import StoredVerdict, VerdictOverride, by_actor
from app.policies.queries import find_newest_of_case, list_overrides
from app.policies.schemas import OverrideInput, TakeBackInput


def override_verdict(
    session: Session,
    *,
    actor: Actor,
    stored: StoredVerdict,
    data: OverrideInput,
    reported_override: SubjectKey,
    now: datetime,
) -> VerdictOverride:
    """Decide otherwise than `stored`, the newest verdict kept for its case. One event on `reported_override`.

    Raises `Conflict` (a newer verdict is kept, another override stands) or `Invalid` (nothing is decided otherwise).
    """
    require(actor, OVERRIDE, session.get_one(Enterprise, stored.enterprise_id))
    _check(session, stored, data)
    row = VerdictOverride(
        stored_verdict_id=stored.id,
        outcome=data.outcome,
        reason=data.reason,
        document=data.document,
        **by_actor(actor),
        created_at=now,
    )
    session.add(row)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        type=events.OVERRIDDEN,
        subject=reported_override,
        changes={"outcome": (stored.outcome, row.outcome), "document": (None, row.document)},
        data=_data(stored, row, row.reason),
    )
    return row


def take_back_override(
    session: Session,
    *,
    actor: Actor,
    row: VerdictOverride,
    data: TakeBackInput,
    reported_override: SubjectKey,
    now: datetime,
) -> VerdictOverride:
    """Let the kept verdict speak again. One event on `reported_override`. Raises `Conflict` when it was taken back already."""
    stored = session.get_one(StoredVerdict, row.stored_verdict_id)
    require(actor, OVERRIDE, session.get_one(Enterprise, stored.enterprise_id))
    if row.withdrawn_at is not None:
        raise Conflict("policies.override.taken_back", _("这项决定已经撤回。"))
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = now, actor.name, data.reason
    changes: dict[str, Change] = {"outcome": (row.outcome, stored.outcome)}
    record(
        session,
        actor=actor,
        now=now,
        type=events.OVERRIDE_TAKEN_BACK,
        subject=reported_override,
        changes=changes,
        data=_data(stored, row, data.reason),
    )
    return row


def _check(session: Session, stored: StoredVerdict, data: OverrideInput) -> None:
    newest = find_newest_of_case(session, stored.case_id, stored.policy_code) if stored.case_id else None
    if newest is None or newest.id != stored.id:
        raise Conflict("policies.override.superseded", _("该件已有更新的判定记录，请对最新的一份作出决定。"))
    if any(row.withdrawn_at is None for row in list_overrides(session, [stored.id])):
        raise Conflict("policies.override.stands", _("这份判定已有另作的决定；如需更改，请先撤回。"))
    if data.outcome == stored.outcome:
        message = _("与判定结果相同，不需要另作决定。")
        raise Invalid("policies.override.same", message, {"outcome": message})


def _data(stored: StoredVerdict, row: VerdictOverride, reason: str) -> dict[str, object]:
    return {
        "override": row.id,
        "verdict": stored.id,
        "policy": stored.policy_code,
        "on": stored.on_day,
        "reason": reason,
    }
