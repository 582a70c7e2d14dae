"""The register by the keys of its firms: read once, kept on file, then only what the journal says has changed.

It only tells whom to compare: what is compared is read anew each time.
"""

import logging
from collections.abc import Collection, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from threading import Lock

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.enterprises.duplicates.domain.key_index import KeyIndex, Layer
from app.enterprises.duplicates.domain.key_table import KeyTable, joined
from app.enterprises.duplicates.domain.places import PlaceNames
from app.enterprises.duplicates.domain.records import FirmEntry, FirmFacts, StatedFirm, facts_of, record_of
from app.enterprises.duplicates.index_file import KeptKeys, find_kept, held_keys, put_kept
from app.enterprises.duplicates.stated import list_stated, place_names
from app.enterprises.models import Enterprise
from app.journal.queries import hash_at, head_position, list_enterprises_since
from app.kit.db import Database, folder_of, kept_beside, read_scope
from app.kit.membership import one_of

MOST_CHANGED = 1_000_000
"""With more changed firms everything is read anew."""
MOST_BESIDE = 1_000
"""With more firms beside the table on file a new table is put there."""
AT_ONCE = 5_000
"""So many firms are read at once."""
log = logging.getLogger(__name__)
_ANYBODY = StatedFirm(0, "湖北育苗科技有限公司")


class ReadFirm:
    """A firm as the register states it; ready to be compared when it is first asked for that."""

    def __init__(self, stated: StatedFirm, places: PlaceNames) -> None:
        self.stated = stated
        self._places = places

    @cached_property
    def entry(self) -> FirmEntry:
        """All that is compared."""
        return record_of(self.stated, self._places)

    @property
    def is_parted(self) -> bool:
        """Whether it was asked for already."""
        return "entry" in self.__dict__

    @cached_property
    def facts(self) -> FirmFacts | FirmEntry:
        """What is compared besides names and address."""
        return self.entry if self.is_parted else facts_of(self.stated)


@dataclass(frozen=True, eq=False)
class RegisterIndex:
    """The firms in use at a position of the journal: those on file that still stand so, and those read since."""

    kept: KeptKeys
    keys: KeyIndex
    places: PlaceNames

    @property
    def changed(self) -> int:
        """How many firms do not stand on file as they are."""
        on_file, beside = self.keys.layers
        return beside.total + len(on_file.standing) - on_file.total


class _KeptIndex:
    """The index of a database, kept in memory; brought up to the journal before it answers."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.index: RegisterIndex | None = None


def register_index(session: Session, wanted: Collection[int] = ()) -> tuple[KeyIndex, dict[int, ReadFirm]]:
    """The register as it stands, and of the firms `wanted` those that had to be read for it.

    Whoever comes while it is being read waits for it. What a session sees that may write is kept for that session alone.
    """
    shared = kept_beside(session, _KeptIndex)
    kept: _KeptIndex = shared or session.info.setdefault(_KeptIndex, _KeptIndex())
    reading = _Reading(session, wanted, shared=shared is not None)
    with kept.lock:
        kept.index = reading.refreshed(kept.index)
        return kept.index.keys, reading.found


class _Reading:
    """Bringing an index up to where the journal stands for one session."""

    def __init__(self, session: Session, wanted: Collection[int], *, shared: bool) -> None:
        self.found: dict[int, ReadFirm] = {}
        self._session = session
        self._wanted = frozenset(wanted)
        self._shared = shared
        self._places = place_names(session)
        self._folder = folder_of(session)

    def refreshed(self, known: RegisterIndex | None) -> RegisterIndex:
        """What is known, or lies on file, with those firms read anew of which events since then speak, and those that were not there."""
        session = self._session
        position, last = head_position(session), session.scalar(select(func.max(Enterprise.id))) or 0
        if known is None or not self._stands(known.kept) or known.places.mark != self._places.mark:
            known = self._from_file()
        if self._shared and (known.kept.position, known.kept.last) == (position, last):
            return known
        changed = self._changed(known)
        if len(changed) <= MOST_BESIDE or not self._folder:
            return self._brought(known, changed, position, last)
        with held_keys(self._folder) if self._shared else nullcontext():  # who waited finds what another put on file
            known = self._newer(known)
            return self._brought(known, self._changed(known), position, last)

    def _brought(self, known: RegisterIndex, changed: list[int], position: int, last: int) -> RegisterIndex:
        """What is known, brought to a position of the journal."""
        if len(changed) > MOST_CHANGED:
            known = self._empty()
            changed = []
        written = (
            () if self._shared else self._wanted
        )  # by this very session, perhaps: no event tells of it before the end
        ids = sorted({*changed, *self._new_since(known.kept.last), *written})
        known = self._with(known, ids)
        at = KeptKeys(position, hash_at(self._session, position), last, known.kept.table)
        return self._put(replace(known, kept=at))

    def _stands(self, kept: KeptKeys) -> bool:
        """Whether the database still has the history in which it was read: it may have been put back since."""
        return hash_at(self._session, kept.position) == kept.read_at

    def _empty(self) -> RegisterIndex:
        return self._of(KeptKeys(0, hash_at(self._session, 0), 0, KeyTable.of(())))

    def _of(self, kept: KeptKeys) -> RegisterIndex:
        layers = Layer.whole(kept.table), Layer.whole(KeyTable.of(()))
        return RegisterIndex(kept, KeyIndex(layers), self._places)

    def _from_file(self) -> RegisterIndex:
        kept = find_kept(self._folder, self._places) if self._folder else None
        return self._of(kept) if kept and self._stands(kept) else self._empty()

    def _newer(self, known: RegisterIndex) -> RegisterIndex:
        """What another process has put on file since, if it knows more."""
        found = self._from_file()
        return found if found.kept.position > known.kept.position else known

    def _changed(self, known: RegisterIndex) -> list[int]:
        return list_enterprises_since(self._session, known.kept.position, limit=MOST_CHANGED + 1)

    def _new_since(self, last: int) -> Iterable[int]:
        return self._session.scalars(select(Enterprise.id).where(Enterprise.id > last))

    def _with(self, known: RegisterIndex, changed: Collection[int]) -> RegisterIndex:
        if not changed:
            return known
        on_file, beside = (layer.without(changed) for layer in known.keys.layers)
        table = KeyTable.of(self._entries(sorted(changed)))
        together = joined([beside, Layer.whole(table)])
        return replace(known, keys=KeyIndex((on_file, Layer.whole(together))))

    def _entries(self, ids: list[int]) -> Iterator[FirmEntry]:
        for at in range(0, len(ids), AT_ONCE):
            for firm in list_stated(self._session, one_of(Enterprise.id, ids[at : at + AT_ONCE])):
                read = ReadFirm(firm, self._places)
                if firm.key in self._wanted:
                    self.found[firm.key] = read
                yield read.entry

    def _put(self, known: RegisterIndex) -> RegisterIndex:
        """With everything in one table when much stands beside it, which is put on file."""
        if known.changed <= MOST_BESIDE:
            return known
        kept = known.kept._replace(table=joined(known.keys.layers))
        storable = self._folder if self._shared and kept.read_at else None
        on_file = put_kept(storable, self._places, kept) if storable else None
        return self._of(on_file or kept)


def keep_index_ready(database: Database, _now: datetime) -> None:
    """Beside the pages: so that nobody who types waits for the register to be read, nor for the tables of sounds."""
    if database.folder:
        with read_scope(database) as session:
            register_index(session)[0].partners_of([record_of(_ANYBODY, place_names(session))])


def warm_index(database: Database, now: datetime) -> None:
    """The same as a process begins that does no work beside the pages; the database may be away by then."""
    try:
        keep_index_ready(database, now)
    except Exception:
        log.exception("the register's keys could not be made ready")


def read_firms(session: Session, ids: Collection[int]) -> dict[int, ReadFirm]:
    """Firms in use, to be compared; a few statements, however many."""
    places = place_names(session)
    stated = list_stated(session, one_of(Enterprise.id, ids)) if ids else []
    return {firm.key: ReadFirm(firm, places) for firm in stated}
