"""Bytes that nothing points at are forgotten after a day; everything else stays."""

import io
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session
from typer.testing import CliRunner

import app.cli
from app.commands.files import register
from app.files.service.cleaning import discard_unreferenced
from app.files.service.storing import keep_file
from app.files.vault import Upload, Vault
from app.kit.actor import SYSTEM
from app.kit.clock import utc_now
from app.kit.storage.local import LocalBlobs
from tests.files.conftest import pdf


def stray(vault: Vault, content: bytes, age: timedelta) -> str:
    """Bytes without a row, put so long ago."""
    sha256 = vault.blobs.put(io.BytesIO(content), limit=99).sha256
    then = (utc_now() - age).timestamp()
    os.utime(vault.blobs.path(sha256), (then, then))
    return sha256


def test_only_old_bytes_without_a_row_are_forgotten(
    session: Session, vault: Vault, upload: Callable[..., Upload], now: datetime
) -> None:
    kept = keep_file(session, vault, upload(pdf("kept")), actor=SYSTEM, now=now).sha256
    old = timedelta(days=2)
    os.utime(vault.blobs.path(kept), ((utc_now() - old).timestamp(),) * 2)
    young = stray(vault, b"young", timedelta(hours=1))
    stray(vault, b"old", old)
    assert discard_unreferenced(session, vault.blobs, utc_now()) == 1
    assert {entry.sha256 for entry in vault.blobs.entries()} == {kept, young}


def test_bytes_put_again_count_as_young(session: Session, vault: Vault) -> None:
    sha256 = stray(vault, b"again", timedelta(days=2))
    vault.blobs.put(io.BytesIO(b"again"), limit=99)
    assert discard_unreferenced(session, vault.blobs, utc_now()) == 0
    assert [entry.sha256 for entry in vault.blobs.entries()] == [sha256]


def test_the_command_tells_how_many(database_url: str, tmp_path: Path) -> None:
    stray(Vault(LocalBlobs(tmp_path / "files")), b"old", timedelta(days=2))
    command = app.cli.typer.Typer()
    register(command)
    given = {"YUMIAO_DATA_DIR": str(tmp_path), "YUMIAO_DATABASE_URL": database_url}
    assert CliRunner().invoke(command, [], env=given).stdout == "discarded=1\n"
