"""Registers on file: what was read of a region for today is not read again by another process, nor after a restart.

A file is named for its region, its day, and what it was read by and from: this very code and what is published. It tells where in
the journal it was read, with the hash of that event; a register of another database, or of one that was put back since, is not taken.
The files are no content: they are not backed up, and may be deleted at any time.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.journal.queries import hash_at
from app.kit.clock import today
from app.kit.db import Database, read_scope
from app.kit.storage.shared_folder import INCOMING, held, incoming
from app.policies.domain.facts.catalogue import FactKey
from app.policies.domain.facts.columns import Columns, FactColumn
from app.policies.domain.values.knowledge import Knowledge, between, ends
from app.policies.domain.values.units import plain
from app.policies.queries import get_catalogue
from app.policies.whatif.register import Register, load
from app.reference.published import present_mark

IN_USE = timedelta(days=7)
"""What was looked at within so many days is made ready for today."""
APP = Path(__file__).parents[2]
_UNREADABLE = (EOFError, ValueError, LookupError, TypeError, BadZipFile)
_PARTS = ("values", "rows", "lows", "highs")


@dataclass(frozen=True)
class RegisterShelf:
    """The files of one data directory: of each region the last one."""

    folder: Path

    @classmethod
    def within(cls, data_dir: Path) -> "RegisterShelf":
        """The shelf of a data directory, beside its content."""
        return cls(data_dir / ".registers")

    def held(self, region: str) -> AbstractContextManager[None]:
        """One process at a time reads a region: the others wait, and take what it puts here."""
        return held(self.folder / f".{_region(region)}-held")

    def find(self, session: Session, region: str, on: date) -> Register | None:
        """The register as it was read last; None where there is none that could be brought up to date."""
        path = self.folder / _name(session, region, on)
        with suppress(OSError, *_UNREADABLE):
            found, read_at = _read(session, path)
            os.utime(path)
            return found if read_at == hash_at(session, found.position) else None
        return None

    def put(self, session: Session, register: Register, used: float | None = None) -> None:
        """Keep a register that was read in this session, instead of the region's last one; `used` is when that was looked at.

        Nothing is lost where files cannot be written.
        """
        path = self.folder / _name(session, register.region, register.on)
        arrays = _arrays(register, hash_at(session, register.position))
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            for before in self._files(register.region):
                before.unlink(missing_ok=True)
            with incoming(self.folder, ".npz") as file:
                np.savez(file, allow_pickle=False, **arrays)
                if used is not None:
                    os.utime(file, (used, used))
                file.replace(path)

    def outdated(self, session: Session, day: date) -> Iterator[tuple[str, float]]:
        """The regions whose file is not what would be read for `day`, and when each was looked at last."""
        for path in sorted(self.folder.glob("r*.npz")):
            region = path.name.split("_", 1)[0].removeprefix("r")
            if path.name != _name(session, region, day):
                yield region, path.stat().st_mtime

    def let_go(self, now: datetime) -> None:
        """Delete what nobody has looked at within that time, and what was left half written."""
        for path in (*self.folder.glob("r*.npz"), *self.folder.glob(f"{INCOMING}*")):
            if now.timestamp() - path.stat().st_mtime >= IN_USE.total_seconds():
                path.unlink(missing_ok=True)

    def _files(self, region: str) -> list[Path]:
        return list(self.folder.glob(f"{_region(region)}_*.npz"))


def prepare_registers(shelf: RegisterShelf, database: Database, now: datetime) -> None:
    """Read for today what is in use and stands on file for another day, or for what was published or programmed before."""
    if not os.access(shelf.folder, os.W_OK):
        return
    shelf.let_go(now)
    day = today(now)
    with read_scope(database) as session:
        for region, used in list(shelf.outdated(session, day)):
            with shelf.held(region):
                if shelf.find(session, region, day) is None:
                    shelf.put(session, load(session, region, day), used)


# -- names ------------------------------------------------------------------------------------------------------------


def _name(session: Session, region: str, on: date) -> str:
    mark = session.scalar(select(present_mark())) or ""
    read_by = hashlib.sha256(_code() + mark.encode()).hexdigest()[:16]
    return f"{_region(region)}_{on.isoformat()}_{read_by}.npz"


def _region(region: str) -> str:
    return f"r{region}"


@lru_cache(maxsize=1)
def _code() -> bytes:
    """What this program is: a fact may be told otherwise by another."""
    digest = hashlib.sha256()
    for path in sorted(APP.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.digest()


# -- content ----------------------------------------------------------------------------------------------------------


def _arrays(register: Register, read_at: str) -> dict[str, Any]:
    known = list(register.columns.known.items())
    exact = [
        [at, place, *map(_written, ends(knowledge))]
        for at, (_, column) in enumerate(known)
        for place, knowledge in column.exact.items()
    ]
    told = {
        "region": register.region,
        "on": register.on.toordinal(),
        "position": register.position,
        "read_at": read_at,
        "checks": register.checks,
        "keys": [list(key) for key, _ in known],
        "codes": register.columns.codes,
        "exact": exact,
    }
    parts = {f"{part}{at}": getattr(column, part) for at, (_, column) in enumerate(known) for part in _PARTS}
    return {"told": np.frombuffer(orjson.dumps(told), np.uint8), "ids": register.ids, **parts}


def _read(session: Session, path: Path) -> tuple[Register, str]:
    """A register and the hash of the event after which it was read."""
    with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
        told, ids = orjson.loads(file["told"].tobytes()), file["ids"]
        exact: list[dict[int, Knowledge]] = [{} for _ in told["keys"]]
        for at, place, low, high in told["exact"]:
            exact[at][place] = between(_number(low), _number(high))
        columns = [_column(file, at, of_column) for at, of_column in enumerate(exact)]
    keys = (FactKey(*key) for key in told["keys"])
    known = Columns(get_catalogue(session), len(ids), dict(zip(keys, columns, strict=True)), told["codes"])
    on, checks = date.fromordinal(told["on"]), tuple(told["checks"])
    return Register(told["region"], on, told["position"], ids, known, checks), told["read_at"]


def _column(file: Any, at: int, exact: Mapping[int, Knowledge]) -> FactColumn:
    values, rows, lows, highs = (file[f"{part}{at}"] for part in _PARTS)
    return FactColumn(values, rows, lows, highs, exact)


def _written(end: Any) -> str | None:
    return None if end is None else str(Fraction(end))


def _number(text: str | None) -> int | Fraction | None:
    return None if text is None else plain(Fraction(text))
