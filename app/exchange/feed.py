"""The ordered feed: the journal's changes of exported resources, each with the record as it is now.

A record that the reader no longer sees, or that is gone, arrives as a tombstone. One event may touch records of several
resources: when a firm moves to another region or gets another code, what hangs on it changes with it and follows at the
same position. A page never skips a position: `next` is the last one examined, even when nothing of it was for this reader.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.belongings import CROSSED_FROM
from app.enterprises.merges.events import MERGED_AWAY
from app.exchange.json_values import Record
from app.exchange.records import RecordPlan, plain_rows, records_by_id
from app.journal.models import JournalEvent
from app.journal.queries import events_after, head_position
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.membership import one_of

LARGEST_EXAMINATION = 20_000
#: Events looked at together: few at first, as the coming of one firm touches all that hangs on it; more while little is found.
SMALLEST_CHUNK = 25
LARGEST_CHUNK = 2_000


@dataclass(frozen=True)
class FeedItem:
    """One change: of which record, and the record now; `record` None is a tombstone."""

    position: int
    part: int
    at: datetime
    plan: RecordPlan
    key: str
    record: Record | None
    #: The code of the firm into which the one of a tombstone went.
    successor: str = ""


@dataclass(frozen=True)
class FeedPage:
    """Items in rising position, and the position to ask on from."""

    items: list[FeedItem]
    next: int


@dataclass(frozen=True)
class FeedReader:
    """Who reads: the region prefix that limits every list, feed and snapshot alike."""

    region_prefix: str

    def could_see(self, region_code: Any) -> bool:
        """Whether a record in that region is, or once was, within this reader's sight."""
        return isinstance(region_code, str) and region_code.startswith(self.region_prefix)


@dataclass(frozen=True)
class Touched:
    """One record that an event touched; `seen_before` when the reader may hold it, `former_keys` where it may lie too."""

    event: JournalEvent
    plan: RecordPlan
    row_id: int | None
    seen_before: bool
    former_keys: Sequence[str]


@dataclass
class Present:
    """What the reader sees now of the touched records of one resource, and the keys of those out of sight."""

    records: dict[int, Record]
    keys: dict[int, str]
    taken: frozenset[str]


def read_feed(
    session: Session, plans: Mapping[str, RecordPlan], reader: FeedReader, *, after: int, limit: int
) -> FeedPage:
    """At most `limit` items after `after` (more only when a single event touches more records than that).

    A page that is not the last holds as many as fit. Raises `Invalid("feed.after")` for a position that was never given out.
    """
    head = check_position(session, after, "after")
    kinds = frozenset[str]().union(*(plan.source.follows for plan in plans.values()))
    items: list[FeedItem] = []
    position, examined, chunk = after, 0, max(limit // 4, SMALLEST_CHUNK)
    while len(items) < limit and examined < LARGEST_EXAMINATION:
        events = events_after(session, position, kinds=kinds, limit=chunk)
        touched = _touched(session, plans, reader, events)
        fitting = _fitting(events, touched, max(limit - len(items), chunk))
        for found in _pages(session, plans, reader, fitting, touched):
            if items and len(items) + len(found.items) > limit:
                return FeedPage(items, position)
            items += found.items
            position = found.next
        if len(fitting) == len(events) < chunk:
            return FeedPage(items, head)
        examined += len(fitting)
        chunk = _next_chunk(limit - len(items), len(items), examined)
    return FeedPage(items, position)


def _next_chunk(room: int, found: int, examined: int) -> int:
    """How many events probably fill `room` items, by what those examined have brought."""
    wanted = room * examined // found if found else LARGEST_CHUNK
    return min(max(wanted, SMALLEST_CHUNK), LARGEST_CHUNK)


def check_position(session: Session, position: int, parameter: str) -> int:
    """The last position given out; raises `Invalid("feed.after")` beside `parameter` for one that never was."""
    head = head_position(session)
    if 0 <= position <= head:
        return head
    message = _("位置 %(after)s 从未给出过；当前最后位置为 %(head)s。请从快照清单中的 position 重新开始。") % {
        "after": position,
        "head": head,
    }
    raise Invalid("feed.after", message, {parameter: message})


def items_of(
    session: Session, plans: Mapping[str, RecordPlan], reader: FeedReader, events: Sequence[JournalEvent]
) -> Iterator[FeedPage]:
    """One page per event, in order, of what it changes for `reader`; records are read set-wise for all events together."""
    return _pages(session, plans, reader, events, _touched(session, plans, reader, events))


def _fitting(events: Sequence[JournalEvent], touched: Sequence[Touched], room: int) -> Sequence[JournalEvent]:
    """The first events, one at least, that together touch at most `room` records."""
    if len(touched) <= room:
        return events
    beyond = touched[room].event.position
    return [event for event in events if event.position < beyond] or events[:1]


def _pages(
    session: Session,
    plans: Mapping[str, RecordPlan],
    reader: FeedReader,
    events: Sequence[JournalEvent],
    touched: Iterable[Touched],
) -> Iterator[FeedPage]:
    by_position: dict[int, list[FeedItem]] = {event.position: [] for event in events}
    touched = [each for each in touched if each.event.position in by_position]
    present = {
        plan.resource: _present(session, plan, reader, [each for each in touched if each.plan is plan])
        for plan in plans.values()
    }
    for each in touched:
        position, found = each.event.position, by_position[each.event.position]
        for key, record in _outcome(each, present[each.plan.resource]):
            successor = _successor(each) if record is None else ""
            found.append(FeedItem(position, len(found), each.event.at, each.plan, key, record, successor))
    for position, found in by_position.items():
        yield FeedPage(found, position)


def _outcome(each: Touched, present: Present) -> Iterator[tuple[str, Record | None]]:
    """Key and record, or None for a tombstone, of what the reader has to do about one touched record."""
    record = present.records.get(each.row_id) if each.row_id is not None else None
    if record is not None or each.seen_before:
        for key in dict.fromkeys(each.former_keys):
            if key not in present.taken:
                yield key, None
    if record is not None:
        yield str(record[each.plan.definition.key]), record
    elif each.seen_before and each.row_id in present.keys:
        yield present.keys[each.row_id], None


def _successor(each: Touched) -> str:
    """Into which firm the one of a tombstone went."""
    went = each.event.type == MERGED_AWAY and each.plan.resource == "enterprises"
    return str(each.event.data["into"]) if went else ""


# -- what an event touches -----------------------------------------------------------------------------------------------


def _touched(
    session: Session, plans: Mapping[str, RecordPlan], reader: FeedReader, events: Sequence[JournalEvent]
) -> list[Touched]:
    """What the events touched, in their order; of one event in the order of the mapping, each record once."""
    by_position = {event.position: event for event in events}
    found: dict[tuple[int, str, int | None, tuple[str, ...]], Touched] = {}
    for plan in plans.values():
        own = [event for event in events if event.subject_kind in plan.source.follows]
        for touch in plan.source.touches(session, own) if own else ():
            event = by_position[touch.position]
            seen = _seen_before(reader, event) or (touch.row_id is None and _left(reader, event))
            touched = Touched(event, plan, touch.row_id, seen, touch.former_keys)
            found[touch.position, plan.resource, touch.row_id, touch.former_keys] = touched
    return sorted(found.values(), key=lambda each: each.event.position)


def _seen_before(reader: FeedReader, event: JournalEvent) -> bool:
    before = event.changes.get("region_code")
    return reader.could_see(event.region_code) or (before is not None and reader.could_see(before[0]))


def _left(reader: FeedReader, event: JournalEvent) -> bool:
    """Whether the reader saw the firm that a record left for another; the record itself is elsewhere now."""
    return CROSSED_FROM in event.data and reader.could_see(event.data[CROSSED_FROM]["region_code"])


# -- what the reader sees of it now ----------------------------------------------------------------------------------------


def _present(session: Session, plan: RecordPlan, reader: FeedReader, touched: Sequence[Touched]) -> Present:
    ids = sorted({each.row_id for each in touched if each.row_id is not None})
    records = records_by_id(session, plan, reader.region_prefix, ids)
    keys = _keys(session, plan, [row_id for row_id in ids if row_id not in records])
    former = {key for each in touched for key in each.former_keys}
    return Present(records, keys, _taken(session, plan, reader, former))


def _keys(session: Session, plan: RecordPlan, ids: Sequence[int]) -> dict[int, str]:
    """The keys of rows that are out of sight, for their tombstones."""
    if not ids:
        return {}
    source = plan.source
    rows: Any = plain_rows(session, source.joined(select(source.id, source.key)).where(one_of(source.id, ids)))
    return {row_id: plan.key_of(key) for row_id, key in rows}


def _taken(session: Session, plan: RecordPlan, reader: FeedReader, keys: set[str]) -> frozenset[str]:
    """Those of `keys` under which the reader sees a record now."""
    if not keys:
        return frozenset()
    visible = plan.source.visible(select(plan.source.key), reader.region_prefix)
    return frozenset(session.scalars(visible.where(plan.source.holding(keys))))
