"""What is asked of a firm outside its cases: told when it is asked, and before its day."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.notifications import topics
from app.cases.notifications.cases import NO_DATE
from app.engagement import events
from app.engagement.models import FirmRequest
from app.journal.models import JournalEvent
from app.kit.i18n import Bilingual
from app.notices.domain.delivery import deadline_stage
from app.notices.domain.topics import Notification, To, Topic
from app.notices.sources import Day


def notifications_of_requests(session: Session, journal: Sequence[JournalEvent]) -> Iterator[Notification]:
    """A firm hears of each request once; of one that is over already it hears no more."""
    asked = {
        event.data["request"]: event for event in journal if event.type == events.ASKED and "request" in event.data
    }
    if not asked:
        return
    statement = select(FirmRequest).where(FirmRequest.id.in_(sorted(asked)), FirmRequest.settled_on.is_(None))
    for row in session.scalars(statement):
        yield _notification(topics.REQUESTED, row, "", asked[row.id].position)


def notifications_of_near_requests(session: Session, day: Day) -> Iterator[Notification]:
    """Open requests whose day comes near."""
    until = day.on + timedelta(days=max(day.days_before, default=0))
    statement = select(FirmRequest).where(FirmRequest.settled_on.is_(None), FirmRequest.due_on.between(day.on, until))
    for row in session.scalars(statement.order_by(FirmRequest.due_on, FirmRequest.id)):
        assert row.due_on is not None
        stage = deadline_stage(row.due_on, day.on, day.days_before)
        if stage is not None:
            yield _notification(topics.REQUEST_NEAR, row, f"{row.due_on.isoformat()}-{stage}")


def _notification(topic: Topic, row: FirmRequest, period: str, position: int | None = None) -> Notification:
    words: dict[str, str | int | Bilingual] = {
        "request": row.id,
        "title": row.title,
        "by": row.asked_by_name,
        "message": row.message,
        "due_on": row.due_on.isoformat() if row.due_on else NO_DATE,
    }
    return Notification(topic, "request", str(row.id), To(firm=row.enterprise_id), period, words, position)
