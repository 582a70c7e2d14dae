"""How many rows of some kind there are, kept in memory firm by firm and brought up to date from the journal.

A number over the whole register is counted once a process and day. After that only those firms are counted anew that the
journal's events since then are about: every change writes an event, and the event names its firm (ADR 0013).
"""

import threading
from array import array
from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, count
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.journal.models import JournalEvent, JournalHead
from app.kit.db import kept_beside
from app.kit.membership import one_of

#: So many events are looked through; after more, everything is counted anew.
MOST_EVENTS = 500
#: So many numbers are kept of one database, the least used go first.
MOST_KEPT = 64
#: Subjects of events without a firm that say nothing of any firm's rows.
APART = frozenset(
    {"account", "client", "delivery", "export", "handover", "indicator", "message", "paper", "partner", "sweep"}
)
#: The same of events about an officer or a user of the portal: that they came and went.
VISITS = "session."


@dataclass(frozen=True)
class Head:
    """The last event that a session sees; its hash tells it from another that a lost database once had at the same position."""

    position: int
    hash: str


@dataclass(frozen=True)
class FirmTally:
    """The rows of each firm, by its id, and their sum, as they stood at `head`."""

    head: Head
    by_firm: "array[int]"
    total: int

    def with_firms(self, head: Head, counted: Mapping[int, int]) -> "FirmTally":
        """The same at a later `head`, at which the firms of `counted` have other numbers."""
        by_firm, total = self.by_firm[:] if counted else self.by_firm, self.total
        for firm, n in counted.items():
            _make_room(by_firm, firm)
            total += n - by_firm[firm]
            by_firm[firm] = n
        return FirmTally(head, by_firm, total)


class FirmTallies:
    """The tallies of one database."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tallies: OrderedDict[Hashable, FirmTally] = OrderedDict()

    def find(self, key: Hashable) -> FirmTally | None:
        """The tally that is kept under `key`."""
        with self._lock:
            if key in self._tallies:
                self._tallies.move_to_end(key)
            return self._tallies.get(key)

    def put(self, key: Hashable, tally: FirmTally) -> FirmTally:
        """Keep a tally, unless a later one is kept."""
        with self._lock:
            before = self._tallies.get(key)
            if before is None or before.head.position <= tally.head.position:
                self._tallies[key] = tally
            while len(self._tallies) > MOST_KEPT:
                self._tallies.popitem(last=False)
        return tally


def kept_total(session: Session, key: Hashable, rows: Select[Any], firm: Any) -> int:
    """How many `rows` there are, each of the firm whose id is in the column `firm`; `key` says all that `rows` depends on.

    In a session that may write, or that reads a past day, they are counted.
    """
    found = _kept_tally(session, key, rows, firm)
    return count_rows(session, rows) if found is None else found.total


def kept_firms(session: Session, key: Hashable, rows: Select[Any], firm: Any, most: int) -> list[int] | None:
    """The firms that have such rows, for whoever looks for few rows among many; None where they may be more than `most`.

    None also where nothing is kept, as for `kept_total`.
    """
    found = _kept_tally(session, key, rows, firm)
    if found is None or found.total > most:
        return None
    return list(compress(count(), found.by_firm))


def _kept_tally(session: Session, key: Hashable, rows: Select[Any], firm: Any) -> FirmTally | None:
    """The rows of each firm as the session sees them; None where they have to be counted."""
    kept = kept_beside(session, FirmTallies)
    if kept is None:
        return None
    seen = _seen_by(session)
    head, before = seen.head, kept.find(key)
    if before is not None and before.head == head:
        return before
    changed = None if before is None else seen.changed(session, before.head)
    if before is None or changed is None:
        return kept.put(key, _tally(session, head, rows, firm))
    counted = _by_firm(session, rows.where(one_of(firm, changed)), firm) if changed else {}
    return kept.put(key, before.with_firms(head, dict.fromkeys(changed, 0) | counted))


@dataclass(frozen=True)
class _Seen:
    """What one transaction sees of the journal, asked once for all numbers of a page."""

    transaction: Any
    head: Head
    since: dict[Head, Sequence[int] | None] = field(default_factory=dict)

    def changed(self, session: Session, since: Head) -> Sequence[int] | None:
        if since not in self.since:
            self.since[since] = changed_firms(session, since, self.head)
        return self.since[since]


_SEEN = "yumiao_journal_seen"


def _seen_by(session: Session) -> _Seen:
    known: _Seen | None = session.info.get(_SEEN)
    if known is None or known.transaction is not session.get_transaction():
        head = head_of(session)  # begins the transaction, if none is under way
        known = session.info[_SEEN] = _Seen(session.get_transaction(), head)
    return known


def head_of(session: Session) -> Head:
    """The last event that the session sees."""
    row = session.execute(select(JournalHead.position, JournalHead.hash)).one_or_none()
    return Head(row.position, row.hash) if row else Head(0, "")


def changed_firms(session: Session, since: Head, until: Head) -> Sequence[int] | None:
    """The firms whose rows may have changed after `since`; None when those may be any."""
    if since.position > until.position:
        return None
    columns = (JournalEvent.hash, JournalEvent.type, JournalEvent.subject_kind, JournalEvent.enterprise_id)
    between = JournalEvent.position.between(since.position, until.position)
    events = session.execute(
        select(*columns).where(between).order_by(JournalEvent.position).limit(MOST_EVENTS + 2)
    ).all()
    if len(events) > MOST_EVENTS + 1 or not events or events[0].hash != since.hash:
        return None
    anybodys = [event for event in events[1:] if event.enterprise_id is None and not _is_apart(event)]
    return (
        None if anybodys else sorted({event.enterprise_id for event in events[1:] if event.enterprise_id is not None})
    )


def _is_apart(event: Any) -> bool:
    return event.subject_kind in APART or event.type.startswith(VISITS)


def _tally(session: Session, head: Head, rows: Select[Any], firm: Any) -> FirmTally:
    by_firm, total = array("i"), 0
    for number, n in _by_firm(session, rows, firm).items():
        _make_room(by_firm, number)
        by_firm[number] = n
        total += n
    return FirmTally(head, by_firm, total)


def _make_room(by_firm: "array[int]", firm: int) -> None:
    if len(by_firm) <= firm:
        by_firm.extend([0] * (firm + 1 - len(by_firm)))


def _by_firm(session: Session, rows: Select[Any], firm: Any) -> dict[int, int]:
    grouped = rows.order_by(None).with_only_columns(firm, func.count(), maintain_column_froms=True).group_by(firm)
    return dict(session.execute(grouped).all())


def count_rows(session: Session, rows: Select[Any]) -> int:
    """How many `rows` there are, counted now."""
    inner = rows.order_by(None).with_only_columns(1, maintain_column_froms=True)
    return session.scalar(select(func.count()).select_from(inner.subquery())) or 0
