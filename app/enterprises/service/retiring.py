"""Taking a firm out of use and back. Nothing is deleted; upper slices may object."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.enterprises import actions, events
from app.enterprises.models import Enterprise
from app.enterprises.schemas import ReasonInput
from app.enterprises.service.recording import note, require_change
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.db import composition_of
from app.kit.errors import Conflict
from app.kit.i18n import _
from app.kit.permissions import require
from app.kit.slices import Port

#: Why this firm cannot be retired on a day, in the reader's language; empty when nothing speaks against it.
Objection = Callable[[Session, int, date], list[str]]
#: Upper slices say what still hangs on a firm: an open case, a running agreement.
OBJECTIONS: Port[Objection] = Port("objection to a retirement", Callable)


def objections_to_retirement(session: Session, enterprise_id: int, on: date) -> list[str]:
    """Everything that speaks against retiring the firm on that day."""
    return [
        reason
        for objection in composition_of(session).of(OBJECTIONS)
        for reason in objection(session, enterprise_id, on)
    ]


def retire(session: Session, *, actor: Actor, enterprise: Enterprise, given: ReasonInput, now: datetime) -> None:
    """Take the firm out of use from today on. Raises `Conflict` naming everything that still hangs on it."""
    require_change(actor, actions.RETIRE, enterprise)
    found = objections_to_retirement(session, enterprise.id, today(now))
    if found:
        raise Conflict("enterprise.retire.objections", _("暂不能停用：%(reasons)s") % {"reasons": "；".join(found)})
    enterprise.disabled_on, enterprise.disabled_reason = today(now), given.reason
    enterprise.version += 1
    note(
        session,
        actor,
        enterprise,
        events.RETIRED,
        now,
        changes={"disabled_on": (None, enterprise.disabled_on.isoformat()), "disabled_reason": ("", given.reason)},
    )


def restore(session: Session, *, actor: Actor, enterprise: Enterprise, now: datetime) -> None:
    """Take a retired firm back into use. Raises `Conflict` when it is in use."""
    require(actor, actions.RETIRE, enterprise)
    if enterprise.disabled_on is None:
        raise Conflict("enterprise.not_retired", _("该企业没有停用。"))
    if enterprise.merged_into_id is not None:
        raise Conflict("enterprise.merged", _("该企业已并入另一家企业，请撤销合并。"))
    changes = {
        "disabled_on": (enterprise.disabled_on.isoformat(), None),
        "disabled_reason": (enterprise.disabled_reason, ""),
    }
    enterprise.disabled_on, enterprise.disabled_reason = None, ""
    enterprise.version += 1
    note(session, actor, enterprise, events.RESTORED, now, changes=changes)
