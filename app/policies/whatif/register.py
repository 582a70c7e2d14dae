"""The firms of a region as of a day, in columns: loaded once for a state of the journal, kept in a small cache."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.enterprises.likely import likely_within
from app.enterprises.models import Enterprise
from app.journal.queries import head_position
from app.policies.domain.columns import Columns, columns_of
from app.policies.domain.facts import Facts
from app.policies.domain.sweeping import Swept
from app.policies.queries import get_catalogue
from app.policies.service.gathering import gather_many

BATCH = 1_000
MOST_BYTES = 256 * 1024 * 1024
MOST_SWEPT = 6
"""Versions whose standing is kept with a register."""


@dataclass(frozen=True, eq=False)
class Register:
    """The firms of `region` for an application on `on`: their ids, rising, and what is known of them."""

    region: str
    on: date
    ids: NDArray[np.int64]
    columns: Columns
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


Key = tuple[str, int, str, date]


class RegisterCache:
    """The registers used last, as many as fit into `most` bytes; an older state of the journal is never answered."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._kept: OrderedDict[Key, Register] = OrderedDict()
        self._lock = Lock()

    def get(self, session: Session, region: str, on: date) -> Register:
        """The register as it stands; loading one waits for another that is being loaded."""
        key = (_database(session), head_position(session), region, on)
        with self._lock:
            found = self._kept.get(key) or load(session, region, on)
            self._kept[key] = found
            self._kept.move_to_end(key)
            self._let_go(key)
        return found

    def _let_go(self, newest: Key) -> None:
        """Drop what an older journal said, then what was not used for longest."""
        for key in [key for key in self._kept if key[0] == newest[0] and key[1] < newest[1]]:
            del self._kept[key]
        while len(self._kept) > 1 and sum(register.nbytes for register in self._kept.values()) > self._most:
            self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)


REGISTERS = RegisterCache()


def load(session: Session, region: str, on: date) -> Register:
    """Read the firms in force of a region with everything known of them."""
    statement = select(Enterprise.id).where(
        Enterprise.disabled_on.is_(None), likely_within(Enterprise.region_code, region)
    )
    ids = list(session.scalars(statement.order_by(Enterprise.id)))
    catalogue = get_catalogue(session)
    facts: list[Facts] = []
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        gathered = gather_many(session, catalogue, batch, on)
        facts.extend(gathered[key].facts for key in batch)
    return Register(region, on, np.array(ids, np.int64), columns_of(catalogue, facts))


def _database(session: Session) -> str:
    bind: Any = session.get_bind()
    engine: Engine = bind if isinstance(bind, Engine) else bind.engine
    return engine.url.render_as_string()
