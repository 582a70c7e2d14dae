"""Looking through uploads before the transaction that keeps them: a scanner may take a minute, and nobody who writes waits for it."""

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from app.files.vault import Vault
from app.kit.errors import DomainError
from app.kit.storage.malware import not_scanned

#: What was found in files, by their hash: why one is refused, or None.
Findings = Mapping[str, DomainError | None]


def scans(vault: Vault) -> bool:
    """Whether the deployment has a scanner."""
    return vault.scan is not not_scanned


def scan_each(vault: Vault, sources: Sequence[BinaryIO], folder: Path) -> Findings:
    """What the scanner says of each, copied into `folder` meanwhile; each may be read again from its beginning."""
    folder.mkdir(parents=True, exist_ok=True)
    return dict(_scan(vault, source, folder) for source in sources)


def _scan(vault: Vault, source: BinaryIO, folder: Path) -> tuple[str, DomainError | None]:
    with NamedTemporaryFile(dir=folder, prefix="scan-") as copy:
        shutil.copyfileobj(source, copy)
        source.seek(0)
        copy.flush()
        path = Path(copy.name)
        try:
            vault.scan(path)
        except DomainError as refusal:
            return _hash_of(path), refusal
        return _hash_of(path), None


def having_scanned(vault: Vault, findings: Findings) -> Vault:
    """The vault that remembers what was found, and looks through nothing twice."""

    def recall(path: Path) -> None:
        found = _hash_of(path)
        if found not in findings:
            vault.scan(path)
        elif refusal := findings[found]:
            raise refusal

    return replace(vault, scan=recall) if findings else vault


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
