"""Reading one's inbox. What was read is no change of the bureau's data and is not journalled."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.kit.actor import Actor
from app.notices.models import Notice
from app.notices.queries import get_own, own


def mark_read(session: Session, *, actor: Actor, now: datetime, notice_id: int) -> Notice:
    """The notice, read from now on. Raises `NotFound` for anybody else's."""
    notice = get_own(session, actor, notice_id)
    notice.read_at = notice.read_at or now
    session.flush()
    return notice


def mark_all_read(session: Session, *, actor: Actor, now: datetime, up_to: int) -> None:
    """All notices up to the newest one that was seen (`up_to`, its id): what came meanwhile stays unread."""
    seen = (*own(actor), Notice.read_at.is_(None), Notice.id <= up_to)
    session.execute(update(Notice).where(*seen).values(read_at=now).execution_options(synchronize_session=False))
