"""Following the journal: what must happen after a commit is made from its events, in order, and each once.

A follower's effect is rows of this database (a notice, a delivery on its way); they and the position that says "done up to
here" are written in one transaction, so a crash loses both or neither. What leaves the house is sent from those rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.journal.models import JournalEvent, JournalFollower, JournalHead
from app.kit.db import Database, insert_into, read_scope, session_scope

BATCH = 200
Effect = Callable[[Session, Sequence[JournalEvent], datetime], None]


@dataclass(frozen=True)
class Follower:
    """Who follows, under a name that stays for ever, and what a batch of events brings about.

    One that is new begins with the events of the last `reach`: nobody is told of what is long past.
    """

    name: str
    effect: Effect
    reach: timedelta = timedelta(days=1)


def follow(database: Database, follower: Follower, *, now: datetime, batch: int = BATCH) -> int:
    """Follow the journal to its present end, batch by batch; returns how many events were handled.

    While another process leads under the same name it returns at once. What `effect` raises leaves the position as it was.
    """
    handled = 0
    while _is_behind(database, follower) and (took := _follow_once(database, follower, now, batch)) is not None:
        handled += took
    return handled


def begin_at_head(session: Session, name: str, now: datetime) -> None:
    """Let the follower `name` begin after the last event there is; one that has begun goes on from where it is."""
    _place(session, name, session.scalar(select(func.max(JournalHead.position))) or 0, now)


def position_of(session: Session, follower: Follower, now: datetime) -> int:
    """The last event that had its effect; for a follower that has not begun, the one before its first."""
    known = session.scalar(select(JournalFollower.position).where(JournalFollower.name == follower.name))
    return known if known is not None else _beginning(session, follower, now)


def list_following(session: Session, position: int, limit: int) -> list[JournalEvent]:
    """The events after `position`, in order, `limit` at most."""
    statement = select(JournalEvent).where(JournalEvent.position > position)
    return list(session.scalars(statement.order_by(JournalEvent.position).limit(limit)))


def _is_behind(database: Database, follower: Follower) -> bool:
    """Looked up before the write lock is taken: a follower with nothing to do disturbs nobody."""
    with read_scope(database) as session:
        known = session.scalar(select(JournalFollower.position).where(JournalFollower.name == follower.name))
        return (known or 0) < (session.scalar(select(func.max(JournalHead.position))) or 0)


def _follow_once(database: Database, follower: Follower, now: datetime, batch: int) -> int | None:
    """One batch in one transaction; None when another process holds the follower's row, or nothing is left."""
    with session_scope(database) as session:
        _begin(session, follower, now)
        statement = select(JournalFollower).where(JournalFollower.name == follower.name)
        row = session.scalar(statement.with_for_update(skip_locked=True))
        events = list_following(session, row.position, batch) if row is not None else []
        if row is None or not events:
            return None
        follower.effect(session, events, now)
        row.position, row.moved_at = events[-1].position, now
        return len(events)


def _begin(session: Session, follower: Follower, now: datetime) -> None:
    if session.scalar(select(JournalFollower.name).where(JournalFollower.name == follower.name)):
        return
    _place(session, follower.name, _beginning(session, follower, now), now)


def _place(session: Session, name: str, position: int, now: datetime) -> None:
    values = {"name": name, "position": position, "moved_at": now}
    session.execute(insert_into(session, JournalFollower).values(values).on_conflict_do_nothing())


def _beginning(session: Session, follower: Follower, now: datetime) -> int:
    past = select(func.max(JournalEvent.position)).where(JournalEvent.at < now - follower.reach)
    return session.scalar(past) or 0
