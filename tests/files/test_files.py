"""Stored documents: the kind by content, programs refused, one event each."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.files.domain.kinds import ACCEPTED, HANDLING, FileKind, file_kind, plain_name
from app.files.models import StoredFile
from app.files.service.storing import store
from app.files.vault import Vault
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import SYSTEM, Actor
from app.kit.errors import DomainError, Invalid
from app.kit.storage.local import LocalBlobs

TEMPLATES = Path(__file__).parents[2] / "app" / "templates"


@pytest.mark.parametrize(
    ("head", "members", "kind"),
    [
        (b"%PDF-1.7", (), FileKind.PDF),
        (b"\xff\xd8\xff\xe0", (), FileKind.JPEG),
        (b"\x89PNG\r\n\x1a\n", (), FileKind.PNG),
        (b"RIFF\x24\0\0\0WEBPVP8 ", (), FileKind.WEBP),
        (b"\0\0\0\x24ftypheic\0\0\0\0mif1heic", (), FileKind.HEIC),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1heicmiaf", (), FileKind.HEIC),
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
    ("head", "says"),
    [
        (b"\0\0\0\x20ftypavif\0\0\0\0avifmif1" + bytes(20), "AVIF 图片"),
        (b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2mp41" + bytes(20), "MP4 视频"),
        (b"Rar!\x1a\x07\x00" + bytes(20), "RAR"),
        (b"\0\1\2\3binary", "未知格式"),
    ],
)
def test_what_is_not_taken_is_named_in_the_readers_language(head: bytes, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        file_kind(head)
    assert refused.value.message == f"不接受这种文件（识别为：{says}）。"


def test_the_hints_list_what_is_taken_as_evidence() -> None:
    pages = [page.read_text(encoding="utf-8") for page in TEMPLATES.rglob("*.html")]
    hints = [text for page in pages for text in re.findall("接受 (PDF、[^；。]*?)[；，。]", page)]
    assert len(hints) == 4 and set(hints) == {"PDF、OFD、图片（JPEG、PNG、WebP、HEIC）、Word、Excel、ZIP"}
    named = {"PDF", "OFD", "JPEG", "PNG", "WebP", "HEIC", "Word", "Excel", "ZIP", "Office"}
    labels = [handling.label for handling in HANDLING.values() if handling.is_evidence]
    assert [label for label in labels if label.split()[0] not in named] == []
    assert ".txt" not in ACCEPTED and ".heic" in ACCEPTED


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
    stored = store(session, Vault(blobs), actor=who, source=buffer, name="名单.xlsx", now=now)
    db.commit(session)
    assert (stored.kind, stored.name, stored.by_name) == ("xlsx", "名单.xlsx", who.name)
    assert blobs.path(stored.sha256).stat().st_size == stored.size
    event = session.scalars(select(JournalEvent).where(JournalEvent.type == "file.stored")).one()
    assert event.data["sha256"] == stored.sha256


def test_a_renamed_program_leaves_no_trace(session: Session, tmp_path: Path, now: datetime) -> None:
    blobs = LocalBlobs(tmp_path / "files")
    with pytest.raises(DomainError):
        store(session, Vault(blobs), actor=SYSTEM, source=io.BytesIO(b"MZ\x90" + b"\0" * 99), name="名单.xlsx", now=now)
    assert session.scalars(select(StoredFile)).all() == []
    assert [path for path in blobs.root.rglob("*") if path.is_file()] == []
