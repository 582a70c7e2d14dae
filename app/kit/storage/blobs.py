"""Bytes kept by their SHA-256: written whole or not at all, never changed, the same content stored once."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from app.kit.errors import Invalid, NotFound
from app.kit.i18n import _
from app.kit.storage.shared_folder import incoming

CHUNK = 1 << 20
_HEAD = 4096
_MB = 1024 * 1024
_HASH_LENGTH = 64


@dataclass(frozen=True)
class Blob:
    """Stored bytes: their name is their hash."""

    sha256: str
    size: int
    head: bytes


@dataclass(frozen=True)
class BlobEntry:
    """One blob of a store, and when it was last put."""

    sha256: str
    put_at: datetime


Accept = Callable[[bytes], object]
"""Sees the first bytes and raises to refuse them."""
Check = Callable[[Blob, Path], object]
"""Sees the whole file before it is kept and raises to refuse it."""


class BlobStore(Protocol):
    """Where bytes are kept: a folder of this machine, or a bucket that several share."""

    def put(self, source: BinaryIO, *, limit: int, accept: Accept = bool, check: Check | None = None) -> Blob:
        """Store all of `source`; on return the bytes are safe. Raises Invalid beyond `limit` bytes.

        What `accept` or `check` refuses by raising leaves nothing behind.
        """
        ...

    def path(self, sha256: str) -> Path:
        """The bytes with this hash as a file of this machine; raises NotFound when they are not there."""
        ...

    def stream(self, sha256: str) -> Iterator[bytes]:
        """The bytes, in chunks; raises NotFound at once when they are not there."""
        ...

    def discard(self, sha256: str) -> None:
        """Forget these bytes; for those that nothing points at."""
        ...

    def entries(self) -> Iterator[BlobEntry]:
        """Every blob, in order of its hash."""
        ...


@contextmanager
def received(
    source: BinaryIO, folder: Path, limit: int, accept: Accept, check: Check | None
) -> Iterator[tuple[Blob, Path]]:
    """All of `source` in a file of `folder` that is gone at the end unless it was moved; checked whole."""
    folder.mkdir(parents=True, exist_ok=True)
    with incoming(folder) as path:
        with path.open("wb") as target:
            blob = _copy(source, target, limit, accept)
            target.flush()
            os.fsync(target.fileno())
        if check:
            check(blob, path)
        yield blob, path


def key_of(sha256: str) -> str:
    """The name under which a store keeps the bytes, `ab/cdef…`; ValueError for what is no hash."""
    if len(sha256) != _HASH_LENGTH or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError(f"no SHA-256: {sha256!r}")
    return f"{sha256[:2]}/{sha256[2:]}"


def missing() -> NotFound:
    """The refusal when a row points at bytes that are not there."""
    return NotFound("files.missing", _("找不到该文件的内容，可能尚未从备份恢复。"))


def chunks_of(path: Path) -> Iterator[bytes]:
    """The bytes of a file, in chunks."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _copy(source: BinaryIO, target: BinaryIO, limit: int, accept: Accept) -> Blob:
    digest, size, head = hashlib.sha256(), 0, b""
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise Invalid("files.too_large", _("文件超过上限 %(limit)s MB。") % {"limit": limit // _MB})
        if not head:
            head = chunk[:_HEAD]
            accept(head)
        digest.update(chunk)
        target.write(chunk)
    return Blob(digest.hexdigest(), size, head)
