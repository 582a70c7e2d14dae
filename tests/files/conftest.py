"""Fixtures of the vault: little files that are what they are called."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.files.vault import Upload, Vault
from app.kit.storage.local import LocalBlobs

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def pdf(mark: str = "") -> bytes:
    """A tiny PDF; `mark` makes it another one."""
    return PDF + f"% {mark}\n".encode()


def packed(*names: str, content: bytes = b"<x/>") -> bytes:
    """A ZIP that holds files of these names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A vault in a folder of its own that takes files up to a megabyte."""
    return Vault(LocalBlobs(tmp_path / "vault"), max_file_bytes=1024 * 1024)


@pytest.fixture
def upload() -> Callable[..., Upload]:
    """`upload(content, name)`: a file as it comes in."""

    def make(content: bytes = PDF, name: str = "审计报告.pdf") -> Upload:
        return Upload(io.BytesIO(content), name)

    return make
