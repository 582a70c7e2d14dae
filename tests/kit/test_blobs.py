"""Bytes by their hash: whole or not at all."""

import hashlib
import io
from pathlib import Path

import pytest

from app.kit.errors import Invalid, NotFound
from app.kit.storage.local import LocalBlobs


@pytest.fixture
def store(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "files")


def left_over(store: LocalBlobs) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file()]


def test_bytes_come_back_under_their_hash(store: LocalBlobs) -> None:
    content = b"\x00\x01" * 1_500_000
    blob = store.put(io.BytesIO(content), limit=10**7)
    assert (blob.sha256, blob.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert b"".join(store.stream(blob.sha256)) == content
    assert store.path(blob.sha256).relative_to(store.root).parts == (blob.sha256[:2], blob.sha256[2:])


def test_the_same_bytes_are_stored_once(store: LocalBlobs) -> None:
    first = store.put(io.BytesIO(b"same"), limit=100)
    assert store.put(io.BytesIO(b"same"), limit=100) == first
    assert len(left_over(store)) == 1


def test_too_much_leaves_nothing_behind(store: LocalBlobs) -> None:
    with pytest.raises(Invalid):
        store.put(io.BytesIO(b"x" * 101), limit=100)
    assert left_over(store) == []


def test_what_is_refused_leaves_nothing_behind(store: LocalBlobs) -> None:
    def refuse(head: bytes) -> None:
        raise Invalid("no", head.decode())

    with pytest.raises(Invalid):
        store.put(io.BytesIO(b"program"), limit=100, accept=refuse)
    assert left_over(store) == []


def test_a_write_that_breaks_off_leaves_nothing_behind(store: LocalBlobs) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise OSError("the line went dead")
            return super().read(3)

    with pytest.raises(OSError, match="dead"):
        store.put(Broken(b"abcdef"), limit=100)
    assert left_over(store) == []


def test_missing_bytes_and_false_hashes_are_told_apart(store: LocalBlobs) -> None:
    with pytest.raises(NotFound):
        store.path("0" * 64)
    with pytest.raises(ValueError, match="no SHA-256"):
        store.path("../../etc/passwd")
