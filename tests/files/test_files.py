"""Stored documents: the kind by content, programs refused, one event each."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.files.domain.kinds import FileKind, file_kind, plain_name
from app.files.models import StoredFile
from app.files.queries import get_file
from app.files.service.storing import store
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import SYSTEM, Actor
from app.kit.errors import DomainError, Invalid, NotFound
from app.kit.local_blobs import LocalBlobs


@pytest.mark.parametrize(
    ("head", "members", "kind"),
    [
        (b"%PDF-1.7", (), FileKind.PDF),
        (b"\xff\xd8\xff\xe0", (), FileKind.JPEG),
        (b"\x89PNG\r\n\x1a\n", (), FileKind.PNG),
        (b"PK\x03\x04", ("xl/workbook.xml",), FileKind.XLSX),
        (b"PK\x03\x04", ("word/document.xml",), FileKind.DOCX),
        (b"PK\x03\x04", ("OFD.xml",), FileKind.OFD),
        (b"PK\x03\x04", ("a.txt",), FileKind.ZIP),
        ("企业名称".encode("gbk"), (), FileKind.TEXT),
    ],
)
def test_the_kind_is_told_by_content(head: bytes, members: tuple[str, ...], kind: FileKind) -> None:
    assert file_kind(head, members) is kind


@pytest.mark.parametrize("head", [b"", b"MZ\x90\x00", b"\x7fELF", b"#!/bin/sh\n", b"\x00\x01\x02\x03binary"])
def test_programs_and_unknown_kinds_are_refused(head: bytes) -> None:
    with pytest.raises(Invalid):
        file_kind(head)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\chen\\证明.pdf", "证明.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("", "file"),
        ("长" * 300 + ".xlsx", "长" * 195 + ".xlsx"),
    ],
)
def test_names_are_plain(given: str, kept: str) -> None:
    assert plain_name(given) == kept


def test_a_document_is_stored_with_one_event(
    session: Session, tmp_path: Path, now: datetime, actor: Callable[..., Actor]
) -> None:
    blobs = LocalBlobs(tmp_path)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    buffer.seek(0)
    who = actor()
    stored = store(session, blobs, actor=who, source=buffer, name="名单.xlsx", now=now)
    db.commit(session)
    assert (stored.kind, stored.name, stored.by_name) == ("xlsx", "名单.xlsx", who.name)
    assert blobs.path(stored.sha256).stat().st_size == stored.size
    event = session.scalars(select(JournalEvent).where(JournalEvent.type == "file.stored")).one()
    assert event.data["sha256"] == stored.sha256
    assert get_file(session, stored.id) is stored
    with pytest.raises(NotFound):
        get_file(session, stored.id + 1)


def test_a_renamed_program_leaves_no_trace(session: Session, tmp_path: Path, now: datetime) -> None:
    blobs = LocalBlobs(tmp_path / "files")
    with pytest.raises(DomainError):
        store(session, blobs, actor=SYSTEM, source=io.BytesIO(b"MZ\x90" + b"\0" * 99), name="名单.xlsx", now=now)
    assert session.scalars(select(StoredFile)).all() == []
    assert [path for path in blobs.root.rglob("*") if path.is_file()] == []
