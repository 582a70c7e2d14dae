"""The firms of a region as of a day, in columns: read once, then only what the journal says has changed."""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.enterprises.complete_lists.queries import read_mark
from app.enterprises.likely import likely_within
from app.enterprises.models import Enterprise
from app.enterprises.queries import candidates
from app.journal.queries import head_position, list_enterprises_since
from app.kit.facts.owners import Owners
from app.policies.checks import list_set
from app.policies.domain.facts.catalogue import Catalogue
from app.policies.domain.facts.columns import Columns
from app.policies.domain.sweep.interpreter import Swept
from app.policies.queries import get_catalogue
from app.policies.service.fact_sources import read_columns
from app.policies.whatif.column_merge import SubjectColumns, merged

BATCH = 100_000
MOST_BYTES = 256 * 1024 * 1024
MOST_SWEPT = 6
"""Versions whose results are kept with a register."""
MOST_CHANGED = 2_000
"""With more changed firms everything is read anew."""


@dataclass(frozen=True, eq=False)
class Register:
    """The firms of `region` for an application on `on`: their ids, rising, and what is known of them at `position`.

    `checks` are the settings by which old checks count, and what complete lists deny.
    """

    region: str
    on: date
    position: int
    ids: NDArray[np.int64]
    columns: Columns
    checks: tuple[int, ...] = ()
    _swept: OrderedDict[Hashable, Swept] = field(default_factory=OrderedDict)

    def swept(self, key: Hashable, sweep: Callable[[], Swept]) -> Swept:
        """How the firms stand as things are: decided once for each `key`, the last few kept."""
        found = self._swept.pop(key, None) or sweep()
        self._swept[key] = found
        while len(self._swept) > MOST_SWEPT:
            self._swept.popitem(last=False)
        return found

    @property
    def size(self) -> int:
        """How many firms."""
        return len(self.ids)

    @property
    def nbytes(self) -> int:
        """About how much room it takes."""
        columns = self.columns.known.values()
        return self.ids.nbytes + sum(
            part.nbytes for column in columns for part in (column.values, column.rows, column.lows, column.highs)
        )


Key = tuple[str, str, date]


class StoredRegisters(Protocol):
    """Where registers lie that outlive a process."""

    def held(self, region: str) -> AbstractContextManager[None]:
        """One process at a time reads a region."""

    def find(self, session: Session, region: str, on: date) -> Register | None:
        """The register as it was read last; None where there is none that could be brought up to date."""

    def put(self, session: Session, register: Register) -> None:
        """Keep a register that was read in this session."""


class RegisterCache:
    """The registers used last, as many as fit into `most` bytes; each is brought up to the journal before it answers."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._kept: OrderedDict[Key, Register] = OrderedDict()
        self._reading: defaultdict[Key, Lock] = defaultdict(Lock)
        self._lock = Lock()

    def get(self, session: Session, region: str, on: date, shelf: StoredRegisters | None = None) -> Register:
        """The register as it stands; whoever comes while this very one is being read waits for it, others for nobody.

        One that is not here is looked for on the shelf, if one is given.
        """
        key = (_database(session), region, on)
        with self._lock:
            reading = self._reading[key]
        with reading:
            with self._lock:
                found = self._kept.get(key)
            try:
                register = _obtained(session, region, on, shelf) if found is None else refreshed(session, found)
            except BaseException:
                self._reading.pop(key, None)
                raise
            with self._lock:
                self._keep(key, register)
        return register

    def _keep(self, key: Key, register: Register) -> None:
        self._kept[key] = register
        self._kept.move_to_end(key)
        while len(self._kept) > 1 and sum(kept.nbytes for kept in self._kept.values()) > self._most:
            gone, _ = self._kept.popitem(last=False)
            self._reading.pop(gone, None)

    def __len__(self) -> int:
        return len(self._kept)


REGISTERS = RegisterCache()


def _obtained(session: Session, region: str, on: date, shelf: StoredRegisters | None) -> Register:
    """From the shelf, brought up to date, or read; what is newer than on the shelf is put there."""
    if shelf is None:
        return load(session, region, on)
    stored = shelf.find(session, region, on)
    with shelf.held(region) if stored is None else nullcontext():  # who waited finds what another read
        stored = shelf.find(session, region, on) if stored is None else stored
        register = load(session, region, on) if stored is None else refreshed(session, stored)
        if register is not stored:
            shelf.put(session, register)
    return register


def load(session: Session, region: str, on: date) -> Register:
    """Read the firms of a region, retired ones and those that are gone left out, with everything known of them."""
    position, ids = head_position(session), list_firms(session, region)
    known = _read(session, ids, on)
    return Register(region, on, position, known.ids, known.columns, _checks(session, on))


def _checks(session: Session, on: date) -> tuple[int, ...]:
    return (*(row.id for row in list_set(session, on)), -1, *read_mark(session))


def refreshed(session: Session, register: Register) -> Register:
    """The register at the journal's head: the firms that events since then speak of are read anew."""
    position = head_position(session)
    if position == register.position:
        return register
    changed = set(list_enterprises_since(session, register.position, limit=MOST_CHANGED + 1))
    same_facts = register.columns.catalogue is get_catalogue(session) and register.checks == _checks(
        session, register.on
    )
    if len(changed) > MOST_CHANGED or position < register.position or not same_facts:
        return load(session, register.region, register.on)
    ids = list_firms(session, register.region)
    anew = sorted((changed & set(ids)) | (set(ids) - set(register.ids.tolist())))
    if not anew and len(ids) == register.size:
        return replace(register, position=position)
    fresh = _read(session, anew, register.on)
    known = merged(SubjectColumns(register.ids, register.columns), fresh, np.array(ids, np.int64))
    return Register(register.region, register.on, position, known.ids, known.columns, register.checks)


def list_firms(session: Session, region: str) -> list[int]:
    """The ids of the firms of a region, rising; retired ones left out."""
    statement = select(Enterprise.id).where(candidates(), likely_within(Enterprise.region_code, region))
    return list(session.scalars(statement.order_by(Enterprise.id)))


def _read(session: Session, ids: Sequence[int], on: date) -> SubjectColumns:
    """What is known of these firms, batch by batch, so that never more than the rows of a batch are held."""
    catalogue = get_catalogue(session)
    parts = [_read_batch(session, catalogue, ids[start : start + BATCH], on) for start in range(0, len(ids), BATCH)]
    while len(parts) > 1:  # by pairs: adding each to all before it would copy the register a hundred times
        parts = [_joined(*parts[at : at + 2]) for at in range(0, len(parts), 2)]
    return parts[0] if parts else SubjectColumns(np.empty(0, np.int64), Columns(catalogue, 0, {}))


def _read_batch(session: Session, catalogue: Catalogue, ids: Sequence[int], on: date) -> SubjectColumns:
    firms = Owners(ids)
    return SubjectColumns(firms.ids, read_columns(session, catalogue, firms, on))


def _joined(first: SubjectColumns, second: SubjectColumns | None = None) -> SubjectColumns:
    """Both, the ids of the second being higher."""
    return first if second is None else merged(first, second, np.concatenate([first.ids, second.ids]))


def _database(session: Session) -> str:
    bind: Any = session.get_bind()
    engine: Engine = bind if isinstance(bind, Engine) else bind.engine
    return engine.url.render_as_string()
