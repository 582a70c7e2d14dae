"""The keys of the register on file: what one process has reckoned, no other reckons again, nor the same one after a restart.

A file's name tells by which program and with which places its keys were made; it tells where in the journal it was read, with the hash of
that event. It is mapped into memory, so that several processes hold it once. It is no content: not backed up, may be deleted at any time.
"""

import hashlib
import os
from contextlib import AbstractContextManager, suppress
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import orjson

from app.enterprises.domain import uscc
from app.enterprises.duplicates.domain.key_table import KeyTable
from app.enterprises.duplicates.domain.places import PlaceNames
from app.kit.storage.shared_folder import held, incoming

_FOLDER = ".registers"
_NAMED = "firm-keys-"
_DOMAIN = Path(__file__).parent / "domain"
_READ_BY = ("pypinyin", "opencc")
_TYPES = {"ids": np.int64, "regions": np.int64, "keys": np.uint32, "owners": np.int32}
_HEAD = 4096
_UNREADABLE = (OSError, ValueError, LookupError, TypeError)


class KeptKeys(NamedTuple):
    """The keys of a register at a position of the journal, with the hash of the event there; `last` is the highest number a firm had."""

    position: int
    read_at: str
    last: int
    table: KeyTable


def find_kept(folder: Path, places: PlaceNames) -> KeptKeys | None:
    """What was kept last by this very program; None where there is nothing that can be read."""
    with suppress(*_UNREADABLE):
        return _opened(_path(folder, places))
    return None


def held_keys(folder: Path) -> AbstractContextManager[None]:
    """One process at a time makes a register's keys: the others wait, and take what it puts on file."""
    return held(folder / _FOLDER / f".{_NAMED}held")


def put_kept(folder: Path, places: PlaceNames, kept: KeptKeys) -> KeptKeys | None:
    """Keep it instead of what was kept before; gives it back as it lies on file, None where files cannot be written."""
    path = _path(folder, places)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with incoming(path.parent) as file:
            _write(file, kept)
            # who may look into the folder may read it: one account makes, another serves
            file.chmod(path.parent.stat().st_mode & 0o666)
            file.replace(path)
        for other in path.parent.glob(f"{_NAMED}*"):
            if other != path:
                other.unlink(missing_ok=True)
        return find_kept(folder, places)
    return None


def _path(folder: Path, places: PlaceNames) -> Path:
    read_by = hashlib.sha256(_code() + places.mark.encode()).hexdigest()[:16]
    return folder / _FOLDER / f"{_NAMED}{read_by}"


@lru_cache(maxsize=1)
def _code() -> bytes:
    """What makes keys of a firm: other code, or other tables of sounds and signs, may make others."""
    digest = hashlib.sha256()
    for path in (*sorted(_DOMAIN.glob("*.py")), Path(uscc.__file__)):
        digest.update(path.read_bytes())
    digest.update(" ".join(map(version, _READ_BY)).encode())
    return digest.digest()


def _write(path: Path, kept: KeptKeys) -> None:
    """A head, filled up, and then one array after the other; the widest first, so that each lies where it can be mapped."""
    parts = [np.ascontiguousarray(getattr(kept.table, name), kind).tobytes() for name, kind in _TYPES.items()]
    content = b"".join(parts)
    told = {
        "position": kept.position,
        "read_at": kept.read_at,
        "last": kept.last,
        "sizes": [len(part) for part in parts],
        "sum": crc32(content),
    }
    path.write_bytes(orjson.dumps(told).ljust(_HEAD) + content)


def _opened(path: Path) -> KeptKeys:
    with path.open("rb") as file:
        told: dict[str, Any] = orjson.loads(file.read(_HEAD))
        if not told["sizes"][0] or os.fstat(file.fileno()).st_size != _HEAD + sum(told["sizes"]):
            raise ValueError(path)
        content = np.memmap(file, np.uint8, "r", _HEAD)
    if crc32(content.data) != told["sum"]:
        raise ValueError(path)
    arrays, at = [], 0
    for size, kind in zip(told["sizes"], _TYPES.values(), strict=True):
        arrays.append(np.asarray(content[at : at + size]).view(kind))
        at += size
    return KeptKeys(told["position"], told["read_at"], told["last"], KeyTable(*arrays))
