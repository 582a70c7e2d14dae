"""An upload passes the malware check of the deployment before anything is kept."""

import io
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Settings
from app.files.models import StoredFile
from app.files.service.storing import keep_file
from app.files.vault import Upload
from app.kit.actor import SYSTEM
from app.kit.errors import Invalid
from tests.files.conftest import pdf


@pytest.mark.parametrize(("code", "kept"), [(0, True), (1, False), (2, False)])
def test_only_what_is_found_clean_is_kept(
    session: Session, now: datetime, tmp_path: Path, code: int, *, kept: bool
) -> None:
    scan = tmp_path / "scan.sh"
    scan.write_text(f"#!/bin/sh\nhead -c 5 \"$1\" | grep -q '%PDF-' && exit {code}\nexit 9\n")
    scan.chmod(0o755)
    settings = Settings(_env_file=None, env="test", data_dir=tmp_path / "data", malware_scan=f"{scan} {{file}}")

    def keep() -> StoredFile:
        return keep_file(session, settings.vault, Upload(io.BytesIO(pdf()), "证明.pdf"), actor=SYSTEM, now=now)

    if kept:
        assert keep().name == "证明.pdf"
    else:
        with pytest.raises(Invalid):
            keep()
    assert len(list(settings.vault.blobs.entries())) == len(session.scalars(select(StoredFile)).all()) == kept
