"""The archive: a zip with `tables/<name>.ndjson`, `files/<path>` and, written last, `manifest.json`."""

import hashlib
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from app.kit.errors import Invalid
from app.kit.i18n import _

MANIFEST = "manifest.json"
CHUNK = 1 << 20


def _inside(path: str) -> str:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or "\\" in path or not parts.parts:
        raise ValueError(f"{path!r} leads out of the data directory")
    return path


class _ArchivePart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TableEntry(_ArchivePart):
    """One table: how many rows, and the SHA-256 over all of its lines."""

    name: str
    count: int
    sha256: str


class FileEntry(_ArchivePart):
    """One file below the data directory."""

    path: Annotated[str, AfterValidator(_inside)]
    size: int
    sha256: str


class ArchiveManifest(_ArchivePart):
    """What the archive holds, and which schema its rows have."""

    format: Literal[1] = 1
    product: Literal["yumiao"] = "yumiao"
    version: str
    revision: str
    made_at: datetime
    tables: tuple[TableEntry, ...]
    files: tuple[FileEntry, ...]

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(entry.count for entry in self.tables)


class ArchiveWriter:
    """Writes an archive piece by piece."""

    def __init__(self, target: Path) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=6)

    def table(self, name: str, lines: Iterable[bytes]) -> TableEntry:
        """Store the lines of one table."""
        digest, count = hashlib.sha256(), 0
        with self._zip.open(f"tables/{name}.ndjson", "w", force_zip64=True) as member:
            for line in lines:
                digest.update(line)
                member.write(line)
                count += 1
        return TableEntry(name=name, count=count, sha256=digest.hexdigest())

    def file(self, root: Path, path: Path) -> FileEntry:
        """Store one file below `root`."""
        name = path.relative_to(root).as_posix()
        with path.open("rb") as source, self._zip.open(f"files/{name}", "w", force_zip64=True) as member:
            size, sha256 = copy(source, member)
        return FileEntry(path=name, size=size, sha256=sha256)

    def blob(self, name: str, chunks: Iterable[bytes]) -> FileEntry:
        """Store bytes that lie elsewhere under the name they would have below the data directory."""
        digest, size = hashlib.sha256(), 0
        with self._zip.open(f"files/{name}", "w", force_zip64=True) as member:
            for chunk in chunks:
                digest.update(chunk)
                member.write(chunk)
                size += len(chunk)
        return FileEntry(path=name, size=size, sha256=digest.hexdigest())

    def close(self, manifest: ArchiveManifest) -> None:
        """Write the manifest and finish."""
        self._zip.writestr(MANIFEST, manifest.model_dump_json(indent=2))
        self._zip.close()

    def abandon(self) -> None:
        """Close the file as it is."""
        self._zip.close()


class ArchiveReader:
    """Reads an archive; whatever is not one raises Invalid."""

    def __init__(self, source: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(source)
            self.manifest = ArchiveManifest.model_validate_json(self._zip.read(MANIFEST))
        except FileNotFoundError:
            raise Invalid("backup.missing", _("找不到备份文件 %(file)s。") % {"file": source}) from None
        except (OSError, zipfile.BadZipFile, KeyError, ValidationError):
            message = _("%(file)s 不是完整的育苗备份文件：无法读取其清单。请换一份备份。") % {"file": source}
            raise Invalid("backup.unreadable", message) from None

    def lines(self, entry: TableEntry) -> Iterator[bytes]:
        """The lines of one table."""
        with self._zip.open(f"tables/{entry.name}.ndjson") as member:
            yield from member

    def check(self) -> None:
        """Read every table once; raises Invalid when one is not what the manifest says."""
        for entry in self.manifest.tables:
            digest, count = hashlib.sha256(), 0
            with reading(f"tables/{entry.name}.ndjson"):
                for line in self.lines(entry):
                    digest.update(line)
                    count += 1
            if (count, digest.hexdigest()) != (entry.count, entry.sha256):
                raise damaged(f"tables/{entry.name}.ndjson")

    def extract(self, entry: FileEntry, target: Path) -> None:
        """Write one file to `target`; raises Invalid when its bytes are not those of the manifest."""
        target.parent.mkdir(parents=True, exist_ok=True)
        name = f"files/{entry.path}"
        with reading(name), self._zip.open(name) as member, target.open("wb") as out:
            found = copy(member, out)
        if found != (entry.size, entry.sha256):
            raise damaged(name)

    def close(self) -> None:
        """Close the archive."""
        self._zip.close()


def copy(source: IO[bytes], target: IO[bytes]) -> tuple[int, str]:
    """Copy all bytes; returns their number and SHA-256."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        target.write(chunk)
        size += len(chunk)
    return size, digest.hexdigest()


@contextmanager
def reading(part: str) -> Iterator[None]:
    """Whatever goes wrong inside the archive while `part` is read means that the archive is damaged."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError):
        raise damaged(part) from None


def damaged(part: str) -> Invalid:
    """The refusal of an archive whose content is not what its manifest says."""
    return Invalid(
        "backup.damaged", _("备份文件已损坏：%(part)s 与清单不符。未恢复任何内容，请换一份备份。") % {"part": part}
    )
