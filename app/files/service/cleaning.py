"""Forgetting bytes that nothing points at: what a refused or broken-off request had stored already."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.imports.models import ImportRun
from app.files.models import StoredFile
from app.kit.storage.blobs import BlobStore

UNTOUCHED = timedelta(days=1)
"""Bytes put more recently may belong to a request that is still under way."""
_BATCH = 500


def discard_unreferenced(session: Session, blobs: BlobStore, now: datetime) -> int:
    """Forget every blob that no row points at and that nobody put within the last day; how many there were."""
    old = (entry.sha256 for entry in blobs.entries() if entry.put_at < now - UNTOUCHED)
    discarded = 0
    for batch in _batches(old):
        for sha256 in batch - _referenced(session, batch):
            blobs.discard(sha256)
            discarded += 1
    return discarded


def _batches(hashes: Iterable[str]) -> Iterable[set[str]]:
    rest = iter(hashes)
    while batch := set(islice(rest, _BATCH)):
        yield batch


def _referenced(session: Session, hashes: set[str]) -> set[str]:
    stored = select(StoredFile.sha256).where(StoredFile.sha256.in_(hashes))
    imported = select(ImportRun.file_sha256).where(ImportRun.file_sha256.in_(hashes))
    return {*session.scalars(stored), *session.scalars(imported)}
