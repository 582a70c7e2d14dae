"""Sending again what was given up."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.permissions import require
from app.notices import events
from app.notices.actions import WATCH
from app.notices.domain.delivery import DeliveryState
from app.notices.models import NoticeDelivery

_AGAIN = (DeliveryState.FAILED, DeliveryState.GIVEN_UP)


def retry_delivery(session: Session, *, actor: Actor, now: datetime, delivery_id: int) -> None:
    """Try one delivery again from the beginning. One event. Raises `NotFound` when it did not fail."""
    require(actor, WATCH)
    if not _again(session, now, NoticeDelivery.id == delivery_id):
        raise NotFound("notices.delivery", _("没有这条待重发的通知，可能已经发出。"))
    _note(session, actor, now, str(delivery_id), 1)


def retry_given_up(session: Session, *, actor: Actor, now: datetime) -> int:
    """Try all that was given up again; returns how many. One event when there was any."""
    require(actor, WATCH)
    number = _again(session, now, NoticeDelivery.state == DeliveryState.GIVEN_UP)
    if number:
        _note(session, actor, now, "all", number)
    return number


def _again(session: Session, now: datetime, which: object) -> int:
    values = {"state": DeliveryState.WAITING, "attempts": 0, "next_at": now, "error": "", "lease_until": None}
    statement = update(NoticeDelivery).where(which, NoticeDelivery.state.in_(_AGAIN)).values(**values)  # type: ignore[arg-type]
    return session.execute(statement.execution_options(synchronize_session=False)).rowcount  # type: ignore[attr-defined, no-any-return]


def _note(session: Session, actor: Actor, now: datetime, key: str, number: int) -> None:
    subject = SubjectKey("delivery", key, "")
    record(session, actor=actor, now=now, type=events.RETRIED, subject=subject, data={"number": number})
