"""Taking a file in: its kind told by its content, checked whole before it is kept, its bytes on the disk before its row."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.orm import Session

from app.files.domain.kinds import MAX_FILE_BYTES, FileKind, check_evidence, file_kind, plain_name, refuse_programs
from app.files.events import STORED
from app.files.models import StoredFile
from app.files.service.unpacking import members_of
from app.files.vault import Upload, Vault
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.storage.blobs import Blob


def store(session: Session, vault: Vault, *, actor: Actor, source: BinaryIO, name: str, now: datetime) -> StoredFile:
    """Store a list that is to be imported, whatever it is called and however large evidence may be. One event.

    Raises Invalid beyond the size limit, for an empty file, for kinds that are not taken, and for what the malware check refuses.
    """
    vault = replace(vault, max_file_bytes=MAX_FILE_BYTES)
    stored = keep_file(session, vault, Upload(source, name), actor=actor, now=now, as_evidence=False)
    record(
        session,
        actor=actor,
        now=now,
        type=STORED.code,
        subject=SubjectKey("file", str(stored.id), stored.name),
        data={"sha256": stored.sha256, "size": stored.size, "kind": stored.kind},
    )
    return stored


def keep_file(
    session: Session, vault: Vault, upload: Upload, *, actor: Actor, now: datetime, as_evidence: bool = True
) -> StoredFile:
    """Keep an upload for a use case that records its own event; evidence must be called what it is.

    What is refused (Invalid: too large, empty, a program, damaged, lying, infected, not checkable) leaves no bytes behind.
    """
    name = plain_name(upload.name)
    kinds: list[FileKind] = []

    def check(blob: Blob, path: Path) -> None:
        members = members_of(path, blob.head)
        kinds.append(file_kind(blob.head, members))
        if as_evidence:
            check_evidence(name, kinds[0], members)
        vault.scan(path)

    blob = vault.blobs.put(upload.source, limit=vault.max_file_bytes, accept=refuse_programs, check=check)
    stored = StoredFile(
        sha256=blob.sha256,
        size=blob.size,
        kind=kinds[0],
        name=name,
        by_kind=actor.kind,
        by_id=actor.id,
        by_name=actor.name,
        at=now,
    )
    session.add(stored)
    session.flush()
    return stored
