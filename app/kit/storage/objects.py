"""Blobs in a bucket: S3 and what speaks like it (MinIO, OSS, OBS), through obstore."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore, from_url

from app.kit.clock import utc_now
from app.kit.errors import NotFound, Unavailable
from app.kit.i18n import _
from app.kit.storage.blobs import CHUNK, Accept, Blob, BlobEntry, Check, key_of, missing, received

_FETCHED_KEPT = timedelta(days=1)


def open_bucket(url: str, options: dict[str, str]) -> ObjectStore:
    """The bucket at `url` (`s3://bucket/prefix`); `options` are obstore's, such as endpoint, region and the two keys."""
    plain_http = options.get("endpoint", "").startswith("http://")
    config: Any = {name: value for name, value in options.items() if value}
    return from_url(
        url,
        config=config,
        client_options={"allow_http": plain_http, "timeout": "30s", "connect_timeout": "5s"},
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
    )


class ObjectBlobs:
    """A bucket of blobs; uploads are received, and files fetched, in the folder `scratch` of this machine."""

    def __init__(self, bucket: ObjectStore, scratch: Path) -> None:
        self.bucket = bucket
        self.scratch = scratch

    def put(self, source: BinaryIO, *, limit: int, accept: Accept = bool, check: Check | None = None) -> Blob:
        """Store all of `source`; on return the bucket has it."""
        with received(source, self.scratch, limit, accept, check) as (blob, path), _answering():
            obstore.put(self.bucket, key_of(blob.sha256), path)
        return blob

    def path(self, sha256: str) -> Path:
        """A copy of the bytes on this machine; copies older than a day are dropped at the next fetch."""
        target = self.scratch / sha256
        if not target.is_file():
            self._drop_old()
            self._fetch(sha256, target)
        return target

    def stream(self, sha256: str) -> Iterator[bytes]:
        """The bytes, in chunks."""
        with _answering():
            found = obstore.get(self.bucket, key_of(sha256))
        return (bytes(chunk) for chunk in found.stream(min_chunk_size=CHUNK))

    def discard(self, sha256: str) -> None:
        """Forget these bytes."""
        with suppress(NotFound), _answering():
            obstore.delete(self.bucket, key_of(sha256))

    def entries(self) -> Iterator[BlobEntry]:
        """Every blob, in order of its hash."""
        with _answering():
            found = [meta for batch in obstore.list(self.bucket) for meta in batch]
        for meta in sorted(found, key=lambda meta: meta["path"]):
            modified: datetime = meta["last_modified"]
            yield BlobEntry(meta["path"].replace("/", ""), modified)

    def _fetch(self, sha256: str, target: Path) -> None:
        partial = self.scratch / f"incoming-{secrets.token_hex(8)}"
        self.scratch.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        try:
            with partial.open("wb") as file:
                for chunk in self.stream(sha256):
                    digest.update(chunk)
                    file.write(chunk)
            if digest.hexdigest() != sha256:
                raise missing()
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)

    def _drop_old(self) -> None:
        oldest = (utc_now() - _FETCHED_KEPT).timestamp()
        for path in self.scratch.glob("*"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)


@contextmanager
def _answering() -> Iterator[None]:
    """What the bucket does not have is missing; a bucket that does not answer is told, and nothing is guessed."""
    try:
        yield
    except FileNotFoundError:
        raise missing() from None
    except BaseError as error:
        message = _("文件存储暂时无法访问，本次操作没有保存。请稍后重试；多次如此请告诉系统管理员。")
        raise Unavailable("files.storage", message) from error
