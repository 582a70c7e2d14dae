"""Blobs in a bucket: the same promises as in a folder, and an answer for a bucket that does not answer."""

import hashlib
import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from obstore.store import LocalStore, MemoryStore, ObjectStore

from app.kit.clock import utc_now
from app.kit.errors import Invalid, NotFound, Unavailable
from app.kit.storage.blobs import BlobStore
from app.kit.storage.local import LocalBlobs
from app.kit.storage.objects import ObjectBlobs, open_bucket


@pytest.fixture(params=["folder", "memory", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    """Every kind of store, each of which keeps the same promises."""
    if request.param == "folder":
        return LocalBlobs(tmp_path / "files")
    bucket: ObjectStore = MemoryStore() if request.param == "memory" else LocalStore(tmp_path / "bucket", mkdir=True)
    return ObjectBlobs(bucket, tmp_path / "scratch")


def put(store: BlobStore, content: bytes, limit: int = 10**8) -> str:
    return store.put(io.BytesIO(content), limit=limit).sha256


def test_bytes_come_back_under_their_hash(store: BlobStore) -> None:
    content = b"\x00\x01" * 1_500_000
    sha256 = put(store, content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert b"".join(store.stream(sha256)) == content
    assert store.path(sha256).read_bytes() == content
    assert store.path(sha256).read_bytes() == content


def test_the_same_bytes_are_stored_once_and_listed_in_order(store: BlobStore) -> None:
    hashes = sorted({put(store, bytes([number])) for number in (1, 2, 3, 1)})
    entries = list(store.entries())
    assert [entry.sha256 for entry in entries] == hashes
    assert all(abs(utc_now() - entry.put_at) < timedelta(minutes=1) for entry in entries)
    store.discard(hashes[0])
    store.discard(hashes[0])
    assert [entry.sha256 for entry in store.entries()] == hashes[1:]


def test_what_is_refused_leaves_nothing_behind(store: BlobStore, tmp_path: Path) -> None:
    def refuse(*_seen: object) -> None:
        raise Invalid("no", "no")

    for given in ({"limit": 2}, {"limit": 99, "accept": refuse}, {"limit": 99, "check": refuse}):
        with pytest.raises(Invalid):
            store.put(io.BytesIO(b"three"), **given)
    assert list(store.entries()) == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_missing_bytes_and_false_hashes_are_told_apart(store: BlobStore) -> None:
    with pytest.raises(NotFound):
        store.path("0" * 64)
    with pytest.raises(NotFound):
        store.stream("0" * 64)
    with pytest.raises(ValueError, match="no SHA-256"):
        store.path("../../etc/passwd")


def test_fetched_copies_are_dropped_after_a_day(tmp_path: Path) -> None:
    store = ObjectBlobs(MemoryStore(), tmp_path / "scratch")
    old, new = put(store, b"old"), put(store, b"new")
    fetched = store.path(old)
    past = (utc_now() - timedelta(days=2)).timestamp()
    os.utime(fetched, (past, past))
    store.path(new)
    assert not fetched.exists()
    assert store.path(old).read_bytes() == b"old"


def test_a_bucket_that_changed_bytes_is_found_out(tmp_path: Path) -> None:
    bucket = LocalStore(tmp_path / "bucket", mkdir=True)
    store = ObjectBlobs(bucket, tmp_path / "scratch")
    sha256 = put(store, b"true")
    (tmp_path / "bucket" / sha256[:2] / sha256[2:]).write_bytes(b"false")
    with pytest.raises(NotFound):
        store.path(sha256)


def test_a_bucket_that_does_not_answer_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    options = {"endpoint": "http://127.0.0.1:9", "region": "cn", "access_key_id": "a", "secret_access_key": "b"}
    store = ObjectBlobs(open_bucket("s3://vault/yumiao", options), tmp_path / "scratch")
    with pytest.raises(Unavailable):
        put(store, b"bytes")
    with pytest.raises(Unavailable):
        store.stream("0" * 64)
    assert list((tmp_path / "scratch").iterdir()) == []
