"""Bytes kept by their SHA-256: written whole or not at all, never changed, the same content stored once."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.kit.errors import Invalid, NotFound
from app.kit.i18n import _

_CHUNK = 1 << 20
_HEAD = 4096
_MB = 1024 * 1024
_HASH_LENGTH = 64


@dataclass(frozen=True)
class Blob:
    """Stored bytes: their name is their hash."""

    sha256: str
    size: int
    head: bytes


class BlobStore:
    """A folder of blobs, `ab/cdef…` by hash."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, source: BinaryIO, *, limit: int, accept: Callable[[bytes], object] = bool) -> Blob:
        """Store all of `source`; on return the bytes are on the disk.

        `accept` sees the first bytes and raises to refuse them before anything is kept. Raises Invalid beyond `limit` bytes.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self.root, prefix="incoming-")
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as target:
                blob = _copy(source, target, limit, accept)
                target.flush()
                os.fsync(target.fileno())
            self._place(temporary, blob.sha256)
        finally:
            temporary.unlink(missing_ok=True)
        return blob

    def path(self, sha256: str) -> Path:
        """Where the bytes with this hash lie; raises NotFound when they are not here."""
        path = self._path(sha256)
        if not path.is_file():
            raise NotFound("files.missing", _("找不到该文件的内容，可能尚未从备份恢复。"))
        return path

    def stream(self, sha256: str) -> Iterator[bytes]:
        """The bytes, in chunks."""
        with self.path(sha256).open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk

    def _path(self, sha256: str) -> Path:
        if len(sha256) != _HASH_LENGTH or not set(sha256) <= set("0123456789abcdef"):
            raise ValueError(f"no SHA-256: {sha256!r}")
        return self.root / sha256[:2] / sha256[2:]

    def _place(self, temporary: Path, sha256: str) -> None:
        path = self._path(sha256)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.chmod(0o640)
        temporary.replace(path)
        _sync_folder(path.parent)
        _sync_folder(self.root)


def _copy(source: BinaryIO, target: BinaryIO, limit: int, accept: Callable[[bytes], object]) -> Blob:
    digest, size, head = hashlib.sha256(), 0, b""
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > limit:
            raise Invalid("files.too_large", _("文件超过上限 %(limit)s MB。") % {"limit": limit // _MB})
        if not head:
            head = chunk[:_HEAD]
            accept(head)
        digest.update(chunk)
        target.write(chunk)
    return Blob(digest.hexdigest(), size, head)


def _sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
