"""Writing the journal: use cases `record`, the end of the transaction gives positions and hashes."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, insert, select, update
from sqlalchemy.orm import Session

from app.journal.domain import (
    GENESIS,
    Change,
    PendingEvent,
    SubjectKey,
    event_digest,
    plain,
    private_content,
    private_digest,
)
from app.journal.models import JournalEvent, JournalHead, JournalPrivate
from app.kit.actor import Actor
from app.kit.bulk import insert_rows
from app.kit.db import composition_of, is_postgresql, notes
from app.kit.slices import Composition, Port

HEAD_ID = 1
#: Made once: every change asks for these, and to make them takes longer than to run them.
_HEAD: Any = JournalHead.__table__
_READ_HEAD = select(_HEAD.c.position, _HEAD.c.hash).where(_HEAD.c.id == HEAD_ID).with_for_update()
FIRMS = "firms"
_REACHED: dict[str, Any] = {"position": bindparam("reached"), "hash": bindparam("reached_hash")}
_MOVE_HEAD = update(_HEAD).where(_HEAD.c.id == HEAD_ID).values(_REACHED)
_MAKE_HEAD = insert(_HEAD).values({"id": HEAD_ID, **_REACHED})


@dataclass(frozen=True)
class LastLook:
    """What somebody who waited for another's lock may have missed, asked for together with the head of the journal, as the transaction ends.

    `missed` is one value over the firms of the events (the parameter `firms`), None where nothing was missed; else `refuse` raises, unless
    the transaction knew.
    """

    missed: ColumnElement[Any]
    refuse: Callable[[Session, Sequence[PendingEvent], Any], None]


LAST_LOOKS: Port[LastLook] = Port("last look", LastLook)


def record(  # noqa: PLR0913 - the parts of an event
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    type: str,
    subject: SubjectKey,
    changes: Mapping[str, Change] | None = None,
    data: Mapping[str, Any] | None = None,
    private: Mapping[str, Any] | None = None,
) -> None:
    """Note one event; it is written as the last thing before the surrounding transaction commits.

    `changes` maps a field to (before, after). `private` holds personal values, kept apart and erasable.
    """
    notes(session).append(PendingEvent(actor, now, type, subject, changes or {}, data or {}, private or {}))


def record_many(session: Session, events: Iterable[PendingEvent]) -> None:
    """Note many events at once; for imports and other bulk work."""
    notes(session).extend(events)


def append(session: Session) -> None:
    """Give the noted events their positions under the lock of the head row, chain and insert them."""
    pending: list[PendingEvent] = notes(session)
    if not pending:
        return
    connection = session.connection()
    head = _look(session, pending) if is_postgresql(session) else connection.execute(_READ_HEAD).one_or_none()
    chain = _Chain(head.position, head.hash) if head else _Chain(0, GENESIS)
    insert_rows(session, JournalEvent, map(chain.link, pending))
    insert_rows(session, JournalPrivate, chain.private)
    reached = {"reached": chain.position, "reached_hash": chain.hash}
    connection.execute(_MOVE_HEAD if head else _MAKE_HEAD, reached)
    pending.clear()


def _look(session: Session, pending: list[PendingEvent]) -> Any:
    """The head, locked, after a last look at what others did while this transaction waited. On SQLite nobody waits once it has begun."""
    composition = composition_of(session)
    firms = sorted({event.subject.enterprise_id for event in pending if event.subject.enterprise_id is not None})
    if not firms:
        return session.connection().execute(_READ_HEAD).one_or_none()
    found = session.connection().execute(composition.made(_head_and_looks), {FIRMS: firms}).one_or_none()
    for look, missed in zip(composition.of(LAST_LOOKS), found[2:] if found else (), strict=False):
        if missed is not None:
            look.refuse(session, pending, missed)
    return found


def _head_and_looks(composition: Composition) -> Any:
    return _READ_HEAD.add_columns(*(look.missed for look in composition.of(LAST_LOOKS)))


@dataclass
class _Chain:
    """The journal's end: each event that is linked to it is the new one."""

    position: int
    hash: str
    private: list[dict[str, Any]] = field(default_factory=list)

    def link(self, event: PendingEvent) -> dict[str, Any]:
        """The event as a row, in its place."""
        self.position += 1
        row = _row(event, self.position, self.hash)
        if event.private:
            self.private.append(_private_row(event, row))
        self.hash = row["hash"] = event_digest(row)
        return row


def _row(event: PendingEvent, position: int, previous_hash: str) -> dict[str, Any]:
    return {
        "position": position,
        "at": event.at,
        "type": str(event.type),
        "actor_kind": str(event.actor.kind),
        "actor_id": event.actor.id,
        "actor_name": event.actor.name,
        "subject_kind": event.subject.kind,
        "subject_id": event.subject.id,
        "subject_label": plain(event.subject.label)[:240],
        "enterprise_id": event.subject.enterprise_id,
        "region_code": event.subject.region_code,
        "changes": plain(event.changes),
        "data": plain(event.data),
        "private_hash": "",
        "previous_hash": previous_hash,
    }


def _private_row(event: PendingEvent, row: dict[str, Any]) -> dict[str, Any]:
    salt, content = secrets.token_hex(16), private_content(event.private)
    row["private_hash"] = private_digest(salt, content)
    return {"position": row["position"], "salt": salt, "content": content}
