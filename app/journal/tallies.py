"""How many rows of some kind there are, kept in memory firm by firm and brought up to date from the journal.

A number over the whole register is counted once a process and day. After that only those firms are counted anew that the
journal's events since then are about: every change writes an event, and the event names its firm (ADR 0013).
"""

import threading
from array import array
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress, count
from typing import Any, ClassVar, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.journal.models import JournalEvent, JournalHead
from app.kit.db import kept_beside
from app.kit.membership import one_of

#: So many events are looked through; after more, everything is counted anew.
MOST_EVENTS = 500
#: So much memory numbers of one database take, the least used go first: those of yesterday.
MOST_BYTES = 128 * 1024 * 1024
#: So many states of a number are kept: a page that began before a change finds the number as it stood then.
STATES = 2
#: Subjects of events without a firm that say nothing of any firm's rows.
APART = frozenset(
    {"account", "client", "delivery", "export", "handover", "indicator", "message", "paper", "partner", "sweep"}
)
#: The same of events about an officer or a user of the portal: that they came and went.
VISITS = "session."


#: What rows have in common: the values of some columns.
Group = tuple[Any, ...]
#: How many rows a firm has of each group: a tuple, for there are many firms and few groups of each.
Groups = tuple[tuple[Group, int], ...]


@dataclass(frozen=True)
class Head:
    """The last event that a session sees; its hash tells it from another that a lost database once had at the same position."""

    position: int
    hash: str


@dataclass(frozen=True)
class FirmTally:
    """The rows of each firm, by its id, and their sum, as they stood at `head`."""

    head: Head = Head(0, "")
    by_firm: "array[int]" = field(default_factory=lambda: array("i"))
    total: int = 0
    #: What a firm has that has none.
    none: ClassVar[int] = 0

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        return 1_000 + self.by_firm.itemsize * len(self.by_firm)

    def with_firms(self, head: Head, counted: Mapping[int, int]) -> "FirmTally":
        """The same at a later `head`, at which the firms of `counted` have other numbers."""
        if not counted:
            return replace(self, head=head)
        by_firm, total = self.by_firm[:], self.total
        by_firm.extend([0] * (max(counted) + 1 - len(by_firm)))
        for firm, n in counted.items():
            total += n - by_firm[firm]
            by_firm[firm] = n
        return FirmTally(head, by_firm, total)


@dataclass(frozen=True)
class GroupTally:
    """The rows of each firm by what they have in common, and the sums of all firms, as they stood at `head`."""

    head: Head = Head(0, "")
    by_firm: Mapping[int, Groups] = field(default_factory=dict)
    totals: Mapping[Group, int] = field(default_factory=dict)
    none: ClassVar[Groups] = ()

    @property
    def nbytes(self) -> int:
        """About how much memory it takes: a firm's entry and what is told of it."""
        return 1_000 + 200 * len(self.by_firm)

    def with_firms(self, head: Head, counted: Mapping[int, Groups]) -> "GroupTally":
        """The same at a later `head`, at which the firms of `counted` have other numbers."""
        if not counted:
            return replace(self, head=head)
        totals = Counter(self.totals)
        for firm, groups in counted.items():
            totals.subtract(dict(self.by_firm.get(firm, ())))
            totals.update(dict(groups))
        return GroupTally(head, {**self.by_firm, **counted}, {group: n for group, n in totals.items() if n})


Tally = TypeVar("Tally", FirmTally, GroupTally)


class FirmTallies:
    """The tallies of one database, each in its last states, the latest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._states: OrderedDict[Hashable, tuple[Any, ...]] = OrderedDict()

    def find(self, key: Hashable, head: Head) -> Any:
        """The latest tally under `key` that does not stand after `head`."""
        with self._lock:
            states = self._states.get(key, ())
            if states:
                self._states.move_to_end(key)
            return next((tally for tally in states if tally.head.position <= head.position), None)

    def put(self, key: Hashable, tally: Tally) -> Tally:
        """Keep a tally."""
        with self._lock:
            others: list[Any] = [other for other in self._states.get(key, ()) if other.head != tally.head]
            states = sorted((tally, *others), key=lambda each: each.head.position, reverse=True)
            self._states[key] = tuple(states[:STATES])
            self._states.move_to_end(key)
            while len(self._states) > 1 and self.nbytes > MOST_BYTES:
                self._states.popitem(last=False)
        return tally

    @property
    def nbytes(self) -> int:
        """About how much memory all of them take."""
        return sum(tally.nbytes for states in self._states.values() for tally in states)


def keeps(session: Session) -> bool:
    """Whether what is counted in this session is kept."""
    return kept_beside(session, FirmTallies) is not None


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


def kept_groups(
    session: Session, key: Hashable, rows: Select[Any], firm: Any, by: Sequence[Any]
) -> Mapping[Group, int]:
    """How many `rows` there are by the values of the columns `by`; otherwise as `kept_total`."""

    same: dict[Group, Group] = {}  # firms share the groups that are equal

    def read(rows: Select[Any]) -> dict[int, Groups]:
        found: dict[int, Groups] = {}
        for number, *values, n in session.execute(_counted(rows, firm, *by)):
            group = tuple(values)
            found[number] = (*found.get(number, ()), (same.setdefault(group, group), n))
        return found

    found = _kept(session, key, rows, firm, GroupTally(), read)
    if found is not None:
        return found.totals
    return {tuple(group): n for *group, n in session.execute(_counted(rows, *by))}


def _kept_tally(session: Session, key: Hashable, rows: Select[Any], firm: Any) -> FirmTally | None:
    def read(rows: Select[Any]) -> dict[int, int]:
        return dict(session.execute(_counted(rows, firm)).all())

    return _kept(session, key, rows, firm, FirmTally(), read)


def _kept(
    session: Session,
    key: Hashable,
    rows: Select[Any],
    firm: Any,
    nothing: Tally,
    read: Callable[[Select[Any]], dict[int, Any]],
) -> Tally | None:
    """What is kept under `key` as the session sees it, begun with `nothing`; None where it has to be counted."""
    tallies = kept_beside(session, FirmTallies)
    if tallies is None:
        return None
    seen = _seen_by(session)
    before: Tally | None = tallies.find(key, seen.head)
    if before is not None and before.head == seen.head:
        return before
    changed = None if before is None else seen.changed(session, before.head)
    if before is None or changed is None:
        return tallies.put(key, nothing.with_firms(seen.head, read(rows)))
    counted = read(rows.where(one_of(firm, changed))) if changed else {}
    return tallies.put(key, before.with_firms(seen.head, dict.fromkeys(changed, nothing.none) | counted))


def _counted(rows: Select[Any], *by: Any) -> Select[Any]:
    return rows.order_by(None).with_only_columns(*by, func.count(), maintain_column_froms=True).group_by(*by)


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


def count_rows(session: Session, rows: Select[Any]) -> int:
    """How many `rows` there are, counted now."""
    inner = rows.order_by(None).with_only_columns(1, maintain_column_froms=True)
    return session.scalar(select(func.count()).select_from(inner.subquery())) or 0
