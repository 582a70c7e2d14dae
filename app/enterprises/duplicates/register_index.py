"""The register by the keys of its firms, kept in memory: read once, then only what the journal says has changed.

It only tells whom to compare: what is compared is read anew each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, or_, select, true
from sqlalchemy.orm import Session

from app.enterprises.duplicates.domain.key_index import KeyIndex
from app.enterprises.duplicates.domain.records import record_of
from app.enterprises.duplicates.stated import list_stated, place_names
from app.enterprises.models import Enterprise
from app.journal.queries import hash_at, head_position, list_enterprises_since
from app.kit.membership import one_of

MOST_CHANGED = 50_000
"""With more changed firms everything is read anew."""


@dataclass(frozen=True, eq=False)
class RegisterIndex:
    """The firms in use at a position of the journal, with the hash of its event; `last` is the highest number a firm had."""

    position: int
    read_at: str
    last: int
    keys: KeyIndex


class RegisterIndexes:
    """The index of each database that this process speaks to; each is brought up to the journal before it answers."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[Engine, RegisterIndex] = WeakKeyDictionary()
        self._lock = Lock()

    def get(self, session: Session) -> KeyIndex:
        """The register as it stands; whoever comes while it is being read waits for it."""
        engine = _engine(session)
        with self._lock:
            known = self._kept.get(engine)
            found = _refreshed(session, known) if known is not None and _stands(session, known) else _read(session)
            self._kept[engine] = found
            return found.keys


REGISTER_INDEXES = RegisterIndexes()


def _engine(session: Session) -> Engine:
    bind: Any = session.get_bind()
    return bind if isinstance(bind, Engine) else bind.engine


def _stands(session: Session, known: RegisterIndex) -> bool:
    """Whether the database still has the history in which it was read: it may have been put back since."""
    return hash_at(session, known.position) == known.read_at


def _read(session: Session) -> RegisterIndex:
    position, last = head_position(session), _last(session)
    places = place_names(session)
    keys = KeyIndex.of(record_of(firm, places) for firm in list_stated(session, true()))
    return RegisterIndex(position, hash_at(session, position), last, keys)


def _refreshed(session: Session, known: RegisterIndex) -> RegisterIndex:
    """With those firms read anew of which events since then speak, and those that were not there."""
    position, last = head_position(session), _last(session)
    if position == known.position and last == known.last:
        return known
    changed = list_enterprises_since(session, known.position, limit=MOST_CHANGED + 1)
    if len(changed) > MOST_CHANGED:
        return _read(session)
    places = place_names(session)
    wanted = or_(one_of(Enterprise.id, changed), Enterprise.id > known.last)
    anew: Sequence[Any] = list_stated(session, wanted)
    gone = {*changed, *(firm.key for firm in anew)}
    keys = known.keys.replaced(gone, (record_of(firm, places) for firm in anew)) if gone else known.keys
    return RegisterIndex(position, hash_at(session, position), last, keys)


def _last(session: Session) -> int:
    return session.scalar(select(func.max(Enterprise.id))) or 0
