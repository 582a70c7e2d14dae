"""Blobs in a folder of this machine."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from app.kit.storage.blobs import Accept, Blob, BlobEntry, Check, chunks_of, key_of, missing, received


class LocalBlobs:
    """A folder of blobs, `ab/cdef…` by hash: written under a temporary name, synced and renamed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, source: BinaryIO, *, limit: int, accept: Accept = bool, check: Check | None = None) -> Blob:
        """Store all of `source`; on return the bytes are on the disk."""
        with received(source, self.root, limit, accept, check) as (blob, temporary):
            self._place(temporary, blob.sha256)
        return blob

    def path(self, sha256: str) -> Path:
        """Where the bytes with this hash lie."""
        path = self.root / key_of(sha256)
        if not path.is_file():
            raise missing()
        return path

    def stream(self, sha256: str) -> Iterator[bytes]:
        """The bytes, in chunks."""
        return chunks_of(self.path(sha256))

    def discard(self, sha256: str) -> None:
        """Forget these bytes."""
        (self.root / key_of(sha256)).unlink(missing_ok=True)

    def entries(self) -> Iterator[BlobEntry]:
        """Every blob, in order of its hash."""
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            for path in sorted(folder.iterdir()):
                put_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                yield BlobEntry(folder.name + path.name, put_at)

    def _place(self, temporary: Path, sha256: str) -> None:
        path = self.root / key_of(sha256)
        if path.exists():
            path.touch()
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.chmod(0o640)
        temporary.replace(path)
        _sync_folder(path.parent)
        _sync_folder(self.root)


def _sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
