"""The stored files of a deployment: all that lies below the data directory, but neither database nor secret, and what
lies in its bucket, where it has one. An archive tells no difference: each restores into the other.
"""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.backup.archive import ArchiveReader, ArchiveWriter, FileEntry
from app.kit.storage.blobs import BlobStore, key_of

_BLOBS = "files/"
_NOT_CONTENT = ("yumiao.db", "secret", ".", "before-restore-")


def _is_content(entry: Path) -> bool:
    return not entry.name.startswith(_NOT_CONTENT)


def stored_files(data_dir: Path) -> Iterator[Path]:
    """Every stored file, in order of its path; half-written ones (`incoming-…`) are not there yet."""
    if not data_dir.is_dir():
        return
    for top in sorted(filter(_is_content, data_dir.iterdir())):
        for path in sorted([top, *top.rglob("*")] if top.is_dir() else [top]):
            if path.is_file() and not path.name.startswith("incoming-"):
                yield path


def write_files(writer: ArchiveWriter, data_dir: Path, bucket: BlobStore | None) -> Iterator[FileEntry]:
    """Every stored file into the archive, those of the bucket under the names they would have in the data directory."""
    for path in stored_files(data_dir):
        if bucket is None or not path.relative_to(data_dir).as_posix().startswith(_BLOBS):
            yield writer.file(data_dir, path)
    if bucket is None:
        return
    for entry in bucket.entries():
        yield writer.blob(_BLOBS + key_of(entry.sha256), bucket.stream(entry.sha256))


@contextmanager
def replacing(reader: ArchiveReader, data_dir: Path, *, stamp: str, bucket: BlobStore | None = None) -> Iterator[Path]:
    """Put the archive's files in place for the length of the block; if it raises, everything is as before.

    What lay there before is moved to `before-restore-<stamp>` and kept. Bytes that go into a bucket are named by their
    hash and disturb nothing there.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    staged = data_dir / f".restore-{secrets.token_hex(4)}"
    kept = data_dir / f"before-restore-{stamp}"
    staged.mkdir()
    moved: list[tuple[Path, Path]] = []
    try:
        for entry in reader.manifest.files:
            reader.extract(entry, staged / entry.path)
            if bucket is not None and entry.path.startswith(_BLOBS):
                _into_bucket(bucket, staged / entry.path)
        _move([top for top in data_dir.iterdir() if _is_content(top)], kept, moved)
        _move(list(staged.iterdir()), data_dir, moved)
        yield data_dir
    except BaseException:
        for source, target in reversed(moved):
            target.rename(source)
        if kept.is_dir() and not any(kept.iterdir()):
            kept.rmdir()
        raise
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _into_bucket(bucket: BlobStore, path: Path) -> None:
    with path.open("rb") as source:
        bucket.put(source, limit=path.stat().st_size)
    path.unlink()


def _move(entries: list[Path], target: Path, moved: list[tuple[Path, Path]]) -> None:
    for entry in entries:
        target.mkdir(exist_ok=True)
        entry.rename(target / entry.name)
        moved.append((entry, target / entry.name))
