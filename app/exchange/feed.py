"""The ordered feed: the journal's changes of exported resources, each with the record as it is now.

A record that the reader no longer sees arrives as a tombstone. When a firm moves to another region or gets another
code, the records that hang on it change with it and follow at the same position. A page never skips a position:
`next` is the last one examined, even when nothing of it was for this reader.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exchange.encoding import Record
from app.exchange.records import RecordPlan, records_by_id
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
    """One record that an event touched; `seen_before` when the reader may hold it, `former_keys` where it may lie too."""

    position: int
    at: datetime
    plan: RecordPlan
    row_id: int
    seen_before: bool
    former_keys: Sequence[str] = ()


@dataclass
class Present:
    """What the reader sees now of the touched records of one resource, and the keys of those out of sight."""

    records: dict[int, Record]
    keys: dict[int, str]
    taken: frozenset[str]


def read_feed(session: Session, plans: Mapping[str, RecordPlan], reader: Reader, *, after: int, limit: int) -> FeedPage:
    """At most `limit` items after `after` (more only when a single event touches more records than that).

    Raises `Invalid("feed.after")` for a position that was never given out.
    """
    head = head_position(session)
    if not 0 <= after <= head:
        raise _never_given_out(after, head)
    kinds = {plan.definition.kind: plan for plan in plans.values()}
    items: list[FeedItem] = []
    position, examined = after, 0
    while len(items) < limit and examined < LARGEST_EXAMINATION:
        chunk = max(limit - len(items), SMALLEST_CHUNK)
        events = events_after(session, position, kinds=kinds, limit=chunk)
        for found in items_of(session, plans, reader, events):
            if items and len(items) + len(found.items) > limit:
                return FeedPage(items, position)
            items += found.items
            position = found.next
        examined += len(events)
        if len(events) < chunk:
            return FeedPage(items, head)
    return FeedPage(items, position)


def items_of(
    session: Session, plans: Mapping[str, RecordPlan], reader: Reader, events: Sequence[JournalEvent]
) -> Iterator[FeedPage]:
    """One page per event, in order, of what it changes for `reader`; records are read set-wise for all events together."""
    kinds = {plan.definition.kind: plan for plan in plans.values()}
    touched = _touched(session, kinds, reader, events)
    present = {
        plan.resource: _present(session, plan, reader, [each for each in touched if each.plan is plan])
        for plan in kinds.values()
    }
    by_position: dict[int, list[FeedItem]] = {event.position: [] for event in events}
    for each in touched:
        found = by_position[each.position]
        for key, record in _outcome(each, present[each.plan.resource]):
            found.append(FeedItem(each.position, len(found), each.at, each.plan, key, record))
    for position, found in by_position.items():
        yield FeedPage(found, position)


def _outcome(each: Touched, present: Present) -> Iterator[tuple[str, Record | None]]:
    """Key and record, or None for a tombstone, of what the reader has to do about one touched record."""
    record = present.records.get(each.row_id)
    if record is not None or each.seen_before:
        for key in dict.fromkeys(each.former_keys):
            if key not in present.taken:
                yield key, None
    if record is not None:
        yield str(record[each.plan.definition.key]), record
    elif each.seen_before and each.row_id in present.keys:
        yield present.keys[each.row_id], None


# -- what an event touches -----------------------------------------------------------------------------------------------


def _touched(
    session: Session, kinds: Mapping[str, RecordPlan], reader: Reader, events: Sequence[JournalEvent]
) -> list[Touched]:
    rows: dict[int, int] = {}
    former: dict[int, list[str]] = {}
    for kind, plan in kinds.items():
        own = [event for event in events if event.subject_kind == kind]
        rows.update(plan.source.rows_of(session, own) if own else {})
        former.update(plan.source.former_keys(session, own) if own and plan.source.former_keys else {})
    carried = _carried_along(session, kinds, events)
    touched: list[Touched] = []
    for event in events:
        if event.position not in rows:
            continue
        seen, plan = _seen_before(reader, event), kinds[event.subject_kind]
        keys = former.get(event.position, ())
        touched.append(Touched(event.position, event.at, plan, rows[event.position], seen, keys))
        touched += [
            Touched(event.position, event.at, hanging, row_id, seen)
            for hanging, row_id in carried.get(event.position, ())
        ]
    return touched


def _seen_before(reader: Reader, event: JournalEvent) -> bool:
    before = event.changes.get("region_code")
    return reader.could_see(event.region_code) or (before is not None and reader.could_see(before[0]))


def _carried_along(
    session: Session, kinds: Mapping[str, RecordPlan], events: Sequence[JournalEvent]
) -> dict[int, list[tuple[RecordPlan, int]]]:
    """What hangs on a firm that changed its region or code at that position."""
    moved = [event for event in events if event.subject_kind == "enterprise" and _changes_place(event)]
    firms = sorted({event.enterprise_id for event in moved if event.enterprise_id is not None})
    by_firm: dict[int, list[tuple[RecordPlan, int]]] = {firm: [] for firm in firms}
    for plan in kinds.values() if firms else ():
        if plan.source.hanging_on is not None:
            for firm, row_id in session.execute(plan.source.hanging_on(firms)):
                by_firm[firm].append((plan, row_id))
    return {event.position: by_firm[event.enterprise_id] for event in moved if event.enterprise_id in by_firm}


def _changes_place(event: JournalEvent) -> bool:
    return any(name in event.changes for name in CARRIED_ALONG)


# -- what the reader sees of it now ----------------------------------------------------------------------------------------


def _present(session: Session, plan: RecordPlan, reader: Reader, touched: Sequence[Touched]) -> Present:
    ids = sorted({each.row_id for each in touched})
    records = records_by_id(session, plan, reader.region_prefix, ids)
    keys = _keys(session, plan, [row_id for row_id in ids if row_id not in records])
    former = {key for each in touched for key in each.former_keys}
    return Present(records, keys, _taken(session, plan, reader, former))


def _keys(session: Session, plan: RecordPlan, ids: Sequence[int]) -> dict[int, str]:
    """The keys of rows that are out of sight, for their tombstones."""
    if not ids:
        return {}
    source = plan.source
    derive = source.derive.get(plan.definition.field(plan.definition.key).source, str)
    rows = session.execute(select(source.id, source.key).where(source.id.in_(ids)))
    return {row_id: derive(key) for row_id, key in rows}


def _taken(session: Session, plan: RecordPlan, reader: Reader, keys: set[str]) -> frozenset[str]:
    """Those of `keys` under which the reader sees a record now."""
    if not keys:
        return frozenset()
    visible = plan.source.visible(select(plan.source.key), reader.region_prefix)
    return frozenset(session.scalars(visible.where(plan.source.key.in_(keys))))


def _never_given_out(after: int, head: int) -> Invalid:
    message = _("位置 %(after)s 从未给出过；当前最后位置为 %(head)s。请从快照清单中的 position 重新开始。") % {
        "after": after,
        "head": head,
    }
    return Invalid("feed.after", message, {"after": message})
