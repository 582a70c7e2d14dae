"""What an event touches: the row it names, and what hangs on a firm that changed its place, code or use."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.exchange.sources.base import Touch
from app.journal.models import JournalEvent
from app.kit.membership import one_of
from app.kit.public_ids import PublicIds

ENTERPRISE = "enterprise"
#: What a record below a firm repeats of it, and what decides who sees it.
CODE_AND_PLACE = ("uscc", "region_code")
#: The same for what goes out of sight with a retired firm.
CODE_PLACE_AND_USE = (*CODE_AND_PLACE, "disabled_on")

HangingOn = Callable[[Sequence[int]], Select[int, int]]


def of_kind(events: Iterable[JournalEvent], kind: str) -> list[JournalEvent]:
    """Those of `events` that are about such a subject."""
    return [event for event in events if event.subject_kind == kind]


def named(session: Session, events: Sequence[JournalEvent], name: Any, row_id: Any) -> Iterator[Touch]:
    """The rows that events name by the value of the column `name`."""
    names = {event.subject_id for event in events}
    if not names:
        return
    ids: dict[Any, int] = dict(session.execute(select(name, row_id).where(one_of(name, names))).all())
    for event in events:
        if event.subject_id in ids:
            yield Touch(event.position, ids[event.subject_id])


def left_behind(events: Iterable[JournalEvent], crossed: str, key: Callable[[JournalEvent], str]) -> Iterator[Touch]:
    """The keys of rows that crossed over to another firm: whoever does not see them there holds them no more."""
    return (Touch(event.position, None, (key(event),)) for event in events if event.type == crossed)


def numbered(events: Iterable[JournalEvent], ids: PublicIds) -> Iterator[Touch]:
    """The rows that events name by a public identifier."""
    for event in events:
        row_id = ids.row_id(event.subject_id)
        if row_id is not None:
            yield Touch(event.position, row_id)


def carried_along(
    session: Session, events: Iterable[JournalEvent], hanging_on: HangingOn, names: Sequence[str] = CODE_AND_PLACE
) -> Iterator[Touch]:
    """What hangs on firms that changed one of `names`; `hanging_on` selects (enterprise id, row id) of these firms."""
    changed = [event for event in of_kind(events, ENTERPRISE) if any(name in event.changes for name in names)]
    yield from _with_firms(session, changed, hanging_on)


def _with_firms(session: Session, events: Sequence[JournalEvent], hanging_on: HangingOn) -> Iterator[Touch]:
    rows = rows_of_firms(session, {event.enterprise_id for event in events}, hanging_on)
    for event in events:
        for row_id in rows.get(event.enterprise_id, ()):
            yield Touch(event.position, row_id)


def rows_of_firms(
    session: Session, firms: Iterable[int | None], hanging_on: HangingOn
) -> Mapping[int | None, Sequence[int]]:
    """The rows that hang on each of these firms."""
    wanted = sorted(firm for firm in firms if firm is not None)
    found: dict[int | None, list[int]] = {}
    if wanted:
        for firm, row_id in session.execute(hanging_on(wanted)):
            found.setdefault(firm, []).append(row_id)
    return found
