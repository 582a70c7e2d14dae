"""Setting the period within which asking again needs a reason."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.engagement import actions, events
from app.engagement.models import RequestPeriod
from app.engagement.queries.periods import find_period
from app.engagement.schemas import SetPeriod
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.permissions import require

BUREAU, SEED = "bureau", "seed"


def set_period(session: Session, *, actor: Actor, now: datetime, given: SetPeriod) -> RequestPeriod:
    """A section head sets the period, in months; it counts from now on. One event. Raises `Invalid` when nothing changes."""
    require(actor, actions.SET_PERIOD)
    before = find_period(session)
    if before is not None and before.months == given.months:
        message = _("月数没有变化。")
        raise Invalid("engagement.period", message, {"months": message})
    return add_period(session, actor=actor, now=now, given=given, origin=BUREAU)


def add_period(session: Session, *, actor: Actor, now: datetime, given: SetPeriod, origin: str) -> RequestPeriod:
    """Add the row that counts from now on, with its event."""
    before = find_period(session)
    row = RequestPeriod(months=given.months, note=given.note, origin=origin, recorded_at=now, recorded_by=actor.name)
    session.add(row)
    session.flush()
    changes = {"months": (before.months if before else None, row.months)}
    data = {"note": given.note} if given.note else {}
    subject = SubjectKey("request_period", str(row.id), _("重复索要期限"))
    record(session, actor=actor, now=now, type=events.PERIOD_SET, subject=subject, changes=changes, data=data)
    return row
