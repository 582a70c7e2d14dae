"""The keys that records bore and gave up: a firm's codes, and those of the rows that are known by the firm's code.

Whoever follows may hold a record under the key that it bore when they read it. A key given up out of their sight is told
at the event by which the record left it, hence every key given up at an event *or since* counts for that event.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, cast, exists, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.types import String

from app.enterprises.events import REMOVED
from app.enterprises.merges.events import MERGED_AWAY
from app.enterprises.models import Enterprise, FormerCode
from app.journal.models import JournalEvent
from app.kit.membership import one_of

GivenUp = list[tuple[int, str]]


def codes_given_up(session: Session, events: Sequence[JournalEvent]) -> dict[int, GivenUp]:
    """(position, code given up there) of the firms of `events`, in order, from the first event on."""
    renamed = _renamed(session, {event.enterprise_id for event in events if event.enterprise_id is not None})
    if not renamed:
        return {}
    found: dict[int, GivenUp] = {}
    for event in _events_since(session, events[0].position, one_of(JournalEvent.enterprise_id, renamed)):
        if code := _code_before(event.changes):
            found.setdefault(event.enterprise_id, []).append((event.position, code))
    return found


def codes_buried_by(event: JournalEvent | Row[Any]) -> list[str]:
    """The codes of the firm that went with an event: all that it ever bore, where it went into another."""
    if event.type == MERGED_AWAY:
        return list(event.data["codes"])
    return [_code_before(event.changes)] if event.type == REMOVED else []


def _renamed(session: Session, firms: set[int]) -> set[int]:
    return set(session.scalars(select(FormerCode.enterprise_id).where(one_of(FormerCode.enterprise_id, firms))))


def _events_since(session: Session, position: int, *wanted: Any) -> Sequence[Row[Any]]:
    columns = (
        JournalEvent.enterprise_id,
        JournalEvent.position,
        JournalEvent.type,
        JournalEvent.changes,
        JournalEvent.data,
    )
    own = (JournalEvent.subject_kind == "enterprise", JournalEvent.position >= position)
    return session.execute(select(*columns).where(*own, *wanted).order_by(JournalEvent.position)).all()


def _code_before(changes: Mapping[str, Any]) -> str:
    """The code that a firm gave up in these changes; empty when it gave none up."""
    return str(changes["uscc"][0] or "") if "uscc" in changes else ""


# -- rows known by their firm's code ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KeyedPart:
    """Rows below a firm, known by its code and the columns of `tail`; `code` is their name in the firm's events.

    Columns that are `blank` in many rows are not told of by the event that takes such a row away.
    """

    code: str
    model: Any
    tail: tuple[str, ...]
    blank: tuple[str, ...] = ()

    @property
    def key(self) -> Any:
        """The key as SQL: code and tail, joined by colons; the statement joins the firm."""
        joined: Any = Enterprise.uscc
        for name in self.tail:
            joined = joined + ":" + cast(getattr(self.model, name), String)
        return joined

    def key_of(self, code: str, tail: Mapping[str, Any]) -> str:
        """The same from plain values."""
        return ":".join((code, *(str(tail[name]) for name in self.tail)))

    def before(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """What of the tail an event replaced."""
        named = {name: changes.get(f"{self.code}.{name}") for name in self.tail}
        return {name: pair[0] for name, pair in named.items() if pair is not None and pair[0] is not None}


@dataclass
class Past:
    """The rows of one firm while its events are read backwards: its code and their tails as they were there."""

    code: str
    tails: dict[int, dict[str, Any]]
    given_up: dict[int, GivenUp] = field(default_factory=dict)

    def go_back(self, part: KeyedPart, event: Row[Any]) -> None:
        """Undo `event`, noting the keys that it replaced."""
        if code := _code_before(event.changes):
            self.code = code
            for row_id in self.tails:
                self._note(part, row_id, event.position)
        row_id, before = event.data.get("id"), part.before(event.changes)
        tail = self.tails.get(row_id, dict.fromkeys(part.blank, "")) | before
        if before and len(tail) == len(part.tail):
            self.tails[row_id] = tail
            self._note(part, row_id, event.position)

    def _note(self, part: KeyedPart, row_id: int, position: int) -> None:
        key = part.key_of(self.code, self.tails[row_id])
        self.given_up.setdefault(row_id, []).append((position, key))

    def keys_since(self, row_id: int, position: int) -> tuple[str, ...]:
        """The keys that the row gave up at `position` or since, the oldest first."""
        found = [key for at, key in self.given_up.get(row_id, ()) if at >= position]
        return tuple(dict.fromkeys(reversed(found)))


def pasts_of(session: Session, part: KeyedPart, firms: Iterable[int], since: int) -> dict[int, Past]:
    """The rows of each firm, and the keys that they gave up from the position `since` on."""
    wanted = sorted(firms)
    if not wanted:
        return {}
    pasts: dict[int, Past] = {}
    for firm, code, row_id, *tail in _rows(session, part, wanted):
        past = pasts.setdefault(firm, Past(code, {}))
        if row_id is not None:
            past.tails[row_id] = dict(zip(part.tail, tail, strict=True))
    pasts |= _pasts_of_gone(session, set(wanted) - pasts.keys())
    replaced = JournalEvent.type.in_([f"enterprise.{part.code}_{done}" for done in ("changed", "removed")])
    renamed = exists().where(FormerCode.enterprise_id == JournalEvent.enterprise_id)
    concerned = (one_of(JournalEvent.enterprise_id, wanted), or_(replaced, renamed))
    for event in reversed(_events_since(session, since, *concerned)):
        if event.enterprise_id in pasts:
            pasts[event.enterprise_id].go_back(part, event)
    return pasts


def _pasts_of_gone(session: Session, firms: set[int]) -> dict[int, Past]:
    """Firms that went: known by the code that they bore last, their rows by what is told of each one's end."""
    if not firms:
        return {}
    statement = select(JournalEvent).where(one_of(JournalEvent.enterprise_id, firms), JournalEvent.type == REMOVED)
    found = session.scalars(statement)
    return {event.enterprise_id: Past(_code_before(event.changes), {}) for event in found if event.enterprise_id}


def _rows(session: Session, part: KeyedPart, firms: Sequence[int]) -> Iterable[Sequence[Any]]:
    """(firm, its code, row, tail of the row …) of all rows of these firms; the row is None for a firm without any."""
    model = part.model
    columns = (Enterprise.id, Enterprise.uscc, model.id, *(getattr(model, name) for name in part.tail))
    rows: Any = select(*columns).outerjoin(model, model.enterprise_id == Enterprise.id)
    return session.execute(rows.where(one_of(Enterprise.id, firms)).order_by(model.id))
