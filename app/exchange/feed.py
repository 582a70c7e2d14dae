"""The ordered feed: the journal's changes of exported resources, each with the record as it is now.

A record that the reader no longer sees arrives as a tombstone. When a firm moves to another region or gets another
code, the records that hang on it change with it and follow at the same position. A page never skips a position:
`next` is the last one examined, even when nothing of it was for this reader.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exchange.encoding import Record
from app.exchange.records import RecordPlan, records_by_id
from app.exchange.sources.base import Source
from app.journal.models import JournalEvent
from app.journal.queries import events_after, head_position
from app.kit.errors import Invalid
from app.kit.i18n import _

LARGEST_EXAMINATION = 20_000
SMALLEST_CHUNK = 50
CARRIED_ALONG = ("uscc", "region_code")


@dataclass(frozen=True)
class FeedItem:
    """One change: of which record, and the record now; `record` None is a tombstone."""

    position: int
    part: int
    at: datetime
    plan: RecordPlan
    key: str
    record: Record | None


@dataclass(frozen=True)
class FeedPage:
    """Items in rising position, and the position to ask on from."""

    items: list[FeedItem]
    next: int


@dataclass(frozen=True)
class Reader:
    """Who reads: the region prefix that limits every list, feed and snapshot alike."""

    region_prefix: str

    def could_see(self, region_code: Any) -> bool:
        """Whether a record in that region is, or once was, within this reader's sight."""
        return isinstance(region_code, str) and region_code.startswith(self.region_prefix)


@dataclass(frozen=True)
class Touched:
    """One row that an event touched; `seen_before` when the reader may hold its record."""

    position: int
    at: datetime
    resource: str
    row_id: int
    seen_before: bool
    former_key: str | None = None


def read_feed(
    session: Session, plans: Mapping[str, RecordPlan], reader: Reader, *, after: int, limit: int
) -> FeedPage:
    """At most `limit` items after `after` (more only when a single event touches more records than that).

    Raises `Invalid("feed.after")` for a position that was never given out.
    """
    head = head_position(session)
    if not 0 <= after <= head:
        raise _never_given_out(after, head)
    by_kind = {plan.definition.kind: plan for plan in plans.values()}
    items: list[FeedItem] = []
    position, examined = after, 0
    while len(items) < limit and examined < LARGEST_EXAMINATION:
        chunk = max(limit - len(items), SMALLEST_CHUNK)
        events = events_after(session, position, kinds=by_kind, limit=chunk)
        for found in _items_by_event(session, plans, by_kind, reader, events):
            if items and len(items) + len(found.items) > limit:
                return FeedPage(items, position)
            items += found.items
            position = found.next
        examined += len(events)
        if len(events) < chunk:
            return FeedPage(items, head)
    return FeedPage(items, position)


def _items_by_event(
    session: Session,
    plans: Mapping[str, RecordPlan],
    by_kind: Mapping[str, RecordPlan],
    reader: Reader,
    events: Sequence[JournalEvent],
) -> Iterable[FeedPage]:
    """The items of each event, in order; records are read set-wise for all events together."""
    touched = _touched(session, plans, by_kind, reader, events)
    records: dict[str, dict[int, Record]] = {}
    keys: dict[str, dict[int, str]] = {}
    for name, plan in plans.items():
        ids = sorted({each.row_id for each in touched if each.resource == name})
        records[name] = records_by_id(session, plan, reader.region_prefix, ids)
        keys[name] = _keys(session, plan, [row_id for row_id in ids if row_id not in records[name]])
    by_position: dict[int, list[FeedItem]] = {event.position: [] for event in events}
    for each in touched:
        plan, found = plans[each.resource], by_position[each.position]
        record = records[each.resource].get(each.row_id)
        if each.former_key is not None:
            found.append(FeedItem(each.position, len(found), each.at, plan, each.former_key, None))
        elif record is not None:
            found.append(FeedItem(each.position, len(found), each.at, plan, str(record[plan.definition.key]), record))
        elif each.seen_before and each.row_id in keys[each.resource]:
            key = keys[each.resource][each.row_id]
            found.append(FeedItem(each.position, len(found), each.at, plan, key, None))
    for position, found in by_position.items():
        yield FeedPage(found, position)


def _touched(
    session: Session,
    plans: Mapping[str, RecordPlan],
    by_kind: Mapping[str, RecordPlan],
    reader: Reader,
    events: Sequence[JournalEvent],
) -> list[Touched]:
    rows = {
        name: plan.source.rows_of(session, [event for event in events if by_kind[event.subject_kind] is plan])
        for name, plan in plans.items()
    }
    carried = _carried_along(session, plans, events)
    touched: list[Touched] = []
    for event in events:
        plan = by_kind[event.subject_kind]
        row_id = rows[plan.resource].get(event.position)
        if row_id is None:
            continue
        seen = _seen_before(reader, event)
        touched += _former_key(event, plan, row_id, seen)
        touched.append(Touched(event.position, event.at, plan.resource, row_id, seen))
        if _changes_place(event):
            touched += [
                Touched(event.position, event.at, resource, hanging, seen)
                for resource, hanging in carried.get(event.enterprise_id, [])
            ]
    return touched


def _seen_before(reader: Reader, event: JournalEvent) -> bool:
    if reader.could_see(event.region_code):
        return True
    before = event.changes.get("region_code")
    return before is not None and reader.could_see(before[0])


def _former_key(event: JournalEvent, plan: RecordPlan, row_id: int, seen: bool) -> list[Touched]:
    change = event.changes.get(plan.definition.key)
    if not seen or change is None or not change[0] or not change[1]:
        return []
    return [Touched(event.position, event.at, plan.resource, row_id, seen, former_key=str(change[0]))]


def _changes_place(event: JournalEvent) -> bool:
    return event.subject_kind == "enterprise" and any(name in event.changes for name in CARRIED_ALONG)


def _carried_along(
    session: Session, plans: Mapping[str, RecordPlan], events: Sequence[JournalEvent]
) -> dict[int | None, list[tuple[str, int]]]:
    """What hangs on the firms that changed region or code: (resource, row id) by enterprise."""
    firms = sorted({e.enterprise_id for e in events if e.enterprise_id is not None and _changes_place(e)})
    found: dict[int | None, list[tuple[str, int]]] = {}
    for name, plan in plans.items():
        hanging = plan.source.hanging_on
        for firm, row_id in session.execute(hanging(firms)) if firms and hanging else ():
            found.setdefault(firm, []).append((name, row_id))
    return found


def _keys(session: Session, plan: RecordPlan, ids: Sequence[int]) -> dict[int, str]:
    """The keys of rows that are out of sight, for their tombstones."""
    if not ids:
        return {}
    source: Source = plan.source
    rows = session.execute(select(source.id, source.key).where(source.id.in_(ids)))
    derive = source.derive.get(plan.definition.field(plan.definition.key).source, str)
    return {row_id: derive(key) for row_id, key in rows}


def _never_given_out(after: int, head: int) -> Invalid:
    message = _("位置 %(after)s 从未给出过；当前最后位置为 %(head)s。请从快照清单中的 position 重新开始。") % {
        "after": after,
        "head": head,
    }
    return Invalid("feed.after", message, {"after": message})
