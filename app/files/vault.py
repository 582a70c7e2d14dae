"""Where uploads go and what they must pass on the way."""

from dataclasses import dataclass
from typing import BinaryIO

from app.files.domain.kinds import MAX_FILE_BYTES
from app.kit.storage.blobs import BlobStore
from app.kit.storage.malware import Scan, not_scanned


@dataclass(frozen=True)
class Upload:
    """A file as it came in: its bytes, still to be read, and the name its owner gave it."""

    source: BinaryIO
    name: str


@dataclass(frozen=True)
class Vault:
    """The store of bytes, the largest file it takes (in bytes) and the check for malware."""

    blobs: BlobStore
    max_file_bytes: int = MAX_FILE_BYTES
    scan: Scan = not_scanned

    @property
    def max_file_mb(self) -> int:
        """The largest file it takes, as pages tell it."""
        return self.max_file_bytes // 1024 // 1024
