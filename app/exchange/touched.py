"""Which rows of a resource the journal's events after a position touched: what `changed_after` narrows a list to."""

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.exchange.json_values import Record
from app.exchange.records import RecordPage, RecordPlan, records_by_id
from app.journal.queries import events_after

CHUNK = 1_000
MOST_KEPT = 16


@dataclass(frozen=True)
class _Kept:
    head: int
    ids: Sequence[int]


class TouchedRows:
    """Keeps what it found for the newest questions, so that the pages of one walk read the journal once.

    Events never change, so what was found up to one head holds for ever, and only the events after it are read.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int], _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, session: Session, plan: RecordPlan, after: int, head: int) -> Sequence[int]:
        """The ids, ascending, of the rows that events after `after` and up to `head` (the session's own) touched."""
        question = (plan.resource, after)
        with self._lock:
            kept = self._kept.get(question)
        if kept is None or kept.head > head:
            kept = _Kept(after, ())
        if kept.head < head:
            ids = set(kept.ids) | _touched_between(session, plan, kept.head)
            kept = _Kept(head, sorted(ids))
        with self._lock:
            self._kept[question] = kept
            self._kept.move_to_end(question)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return kept.ids


def _touched_between(session: Session, plan: RecordPlan, after: int) -> set[int]:
    found: set[int] = set()
    position: int | None = after
    while position is not None:
        events = events_after(session, position, kinds=plan.source.follows, limit=CHUNK)
        found.update(touch.row_id for touch in plan.source.touches(session, events) if touch.row_id is not None)
        position = events[-1].position if len(events) == CHUNK else None
    return found


def page_among(
    session: Session, plan: RecordPlan, region_prefix: str, ids: Sequence[int], *, after: int, limit: int
) -> RecordPage:
    """At most `limit` of the visible records of the rows `ids` (ascending) whose row id is above `after`."""
    found: list[tuple[int, Record]] = []
    start = bisect_right(ids, after)
    while start < len(ids) and len(found) <= limit:
        some = ids[start : start + limit + 1]
        found += records_by_id(session, plan, region_prefix, some).items()
        start += len(some)
    more = len(found) > limit
    found = found[:limit]
    return RecordPage([record for _row_id, record in found], found[-1][0] if more else None)
