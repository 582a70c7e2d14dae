"""Taking a document into the vault."""

import zipfile
from datetime import datetime
from typing import BinaryIO

from sqlalchemy.orm import Session

from app.files.domain import MAX_FILE_BYTES, file_kind, plain_name, refuse_programs
from app.files.events import STORED
from app.files.models import StoredFile
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.blobs import Blob, BlobStore
from app.kit.errors import Invalid
from app.kit.i18n import _


def store(
    session: Session, blobs: BlobStore, *, actor: Actor, source: BinaryIO, name: str, now: datetime
) -> StoredFile:
    """Store `source` under `name`; its bytes are on the disk before the row exists.

    Raises Invalid beyond the size limit, for an empty file and for kinds that are not taken.
    """
    blob = blobs.put(source, limit=MAX_FILE_BYTES, accept=refuse_programs)
    stored = StoredFile(
        sha256=blob.sha256,
        size=blob.size,
        kind=file_kind(blob.head, _members(blobs, blob)),
        name=plain_name(name),
        by_kind=actor.kind,
        by_id=actor.id,
        by_name=actor.name,
        at=now,
    )
    session.add(stored)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        type=STORED.code,
        subject=SubjectKey("file", str(stored.id), stored.name),
        data={"sha256": blob.sha256, "size": blob.size, "kind": stored.kind},
    )
    return stored


def _members(blobs: BlobStore, blob: Blob) -> tuple[str, ...]:
    if not blob.head.startswith(b"PK\x03\x04"):
        return ()
    try:
        with zipfile.ZipFile(blobs.path(blob.sha256)) as archive:
            return tuple(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Invalid("files.damaged", _("文件已损坏，无法打开。")) from error
