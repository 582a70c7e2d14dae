"""Reading the journal: timelines, the feed's raw rows, the verification of the chain."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app.journal.domain import GENESIS, event_digest, private_digest
from app.journal.models import JournalEvent, JournalHead, JournalPrivate
from app.kit.permissions import within_region


@dataclass(frozen=True)
class TimelineFilter:
    """Which events: of one subject, of one enterprise (`also`: of those that are the same firm by now), of a region, of types, of one officer."""

    kind: str | None = None
    id: str | None = None
    enterprise_id: int | None = None
    also: tuple[int, ...] = ()
    region_prefix: str = ""
    types: tuple[str, ...] = ()
    actor_id: int | None = None


def timeline(
    session: Session,
    *,
    kind: str | None = None,
    id: str | None = None,
    enterprise_id: int | None = None,
    also: tuple[int, ...] = (),
    before: int | None = None,
    limit: int = 50,
) -> list[JournalEvent]:
    """The newest events first, `limit` at most, with positions below `before` when given."""
    wanted = TimelineFilter(kind, id, enterprise_id, also)
    return list_events(session, wanted, before=before, limit=limit)


def list_events(
    session: Session, wanted: TimelineFilter, *, before: int | None = None, limit: int = 50
) -> list[JournalEvent]:
    """Like `timeline`, by a filter."""
    statement = select(JournalEvent).where(within_region(JournalEvent.region_code, wanted.region_prefix))
    if wanted.kind:
        statement = statement.where(JournalEvent.subject_kind == wanted.kind)
    if wanted.id:
        statement = statement.where(JournalEvent.subject_id == wanted.id)
    if wanted.enterprise_id is not None:
        firms = JournalEvent.enterprise_id == wanted.enterprise_id
        statement = statement.where(
            JournalEvent.enterprise_id.in_((wanted.enterprise_id, *wanted.also)) if wanted.also else firms
        )
    if wanted.types:
        statement = statement.where(JournalEvent.type.in_(wanted.types))
    if wanted.actor_id is not None:
        statement = statement.where(JournalEvent.actor_kind == "officer", JournalEvent.actor_id == wanted.actor_id)
    if before is not None:
        statement = statement.where(JournalEvent.position < before)
    return list(session.scalars(statement.order_by(JournalEvent.position.desc()).limit(limit)))


def head_position(session: Session) -> int:
    """The position of the last committed event; 0 for an empty journal."""
    return session.scalar(select(func.max(JournalHead.position))) or 0


def hash_at(session: Session, position: int) -> str:
    """The hash of the event at a position; "" where there is none."""
    return session.scalar(select(JournalEvent.hash).where(JournalEvent.position == position)) or ""


def last_position(session: Session, kinds: Iterable[str]) -> int:
    """The position of the last event of these subject kinds; 0 without any."""
    return session.scalar(select_last(kinds)) or 0


def select_last(kinds: Iterable[str]) -> Select[int]:
    """The position of the last event of these subject kinds."""
    return select(JournalEvent.position).where(_of_kinds(kinds)).order_by(JournalEvent.position.desc()).limit(1)


def list_enterprises_since(session: Session, position: int, *, limit: int) -> list[int]:
    """The enterprises that events after `position` speak of, each once, `limit` at most."""
    statement = select(JournalEvent.enterprise_id).where(
        JournalEvent.position > position, JournalEvent.enterprise_id.is_not(None)
    )
    return [key for key in session.scalars(statement.distinct().limit(limit)) if key is not None]


def events_after(session: Session, position: int, *, kinds: Iterable[str], limit: int) -> list[JournalEvent]:
    """Events of these subject kinds in rising position, after `position`, `limit` at most."""
    return list(session.scalars(select_after(position, kinds).limit(limit)))


def select_after(position: int, kinds: Iterable[str]) -> Select[JournalEvent]:
    """Events of these subject kinds after `position`, in rising position."""
    events = select(JournalEvent).where(JournalEvent.position > position, _of_kinds(kinds))
    return events.order_by(JournalEvent.position)


def _of_kinds(kinds: Iterable[str]) -> ColumnElement[bool]:
    """Hidden from the index by kind: the journal is walked in its own order instead of sorting all there is of a kind."""
    return func.coalesce(JournalEvent.subject_kind, "").in_(sorted(kinds))


# -- verification --------------------------------------------------------------------------------------------------------

BATCH = 2_000


@dataclass(frozen=True)
class Breach:
    """The first place where the chain does not hold."""

    position: int
    reason: str


def find_breach(session: Session) -> Breach | None:
    """Walk the whole chain; None when every event is present, unchanged and in its place.

    The journal is read in batches, so memory stays constant.
    """
    position, last = 0, GENESIS
    for event, private in _chain(session):
        if event["position"] != position + 1:
            return Breach(position + 1, "missing")
        position = event["position"]
        if event["previous_hash"] != last or event_digest(event) != event["hash"]:
            return Breach(position, "changed")
        if private and private_digest(private[0], private[1]) != event["private_hash"]:
            return Breach(position, "private values changed")
        last = event["hash"]
    head = session.execute(select(JournalHead.position, JournalHead.hash)).one_or_none()
    expected = (head.position, head.hash) if head else (0, GENESIS)
    if expected != (position, last):
        return Breach(min(position, expected[0]) + 1, "missing")
    return None


def _chain(session: Session) -> Iterator[tuple[dict[str, object], tuple[str, str] | None]]:
    position = -1
    while True:
        rows = session.execute(
            select(JournalEvent.__table__, JournalPrivate.salt, JournalPrivate.content)
            .outerjoin(JournalPrivate, JournalPrivate.position == JournalEvent.position)
            .where(JournalEvent.position > position)
            .order_by(JournalEvent.position)
            .limit(BATCH)
        ).all()
        for row in rows:
            event = dict(row._mapping)
            salt, content = event.pop("salt"), event.pop("content")
            yield event, (salt, content) if salt is not None else None
        if len(rows) < BATCH:
            return
        position = rows[-1].position
