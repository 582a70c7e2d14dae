"""`back_up` and `restore`."""

import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from itertools import islice, zip_longest
from pathlib import Path

from sqlalchemy import Connection, Table, delete

from app import __version__
from app.backup import files, schema
from app.backup.archive import ArchiveManifest, ArchiveReader, ArchiveWriter, TableEntry, damaged
from app.backup.rows import BATCH, difference, insertion, lines_of, reader
from app.composition.tables import METADATA
from app.kit.db import Database, read_scope
from app.kit.errors import Conflict
from app.kit.i18n import _
from app.kit.storage.blobs import BlobStore


def back_up(
    database: Database,
    data_dir: Path,
    target: Path,
    *,
    now: datetime,
    force: bool = False,
    bucket: BlobStore | None = None,
) -> ArchiveManifest:
    """Write all rows as of one instant, then all files, to `target`; the archive appears whole or not at all.

    `bucket` is where documents lie when they do not lie in the data directory. Raises Conflict when `target` exists and `force` is not given.
    """
    if target.exists() and not force:
        raise Conflict("backup.exists", _("%(file)s 已存在；如确需覆盖，请加 --force。") % {"file": target})
    partial = target.with_name(target.name + ".partial")
    writer = ArchiveWriter(partial)
    try:
        manifest = _write(writer, database, data_dir, now, bucket)
        writer.close(manifest)
        partial.chmod(0o600)
        os.replace(partial, target)
    finally:
        writer.abandon()
        partial.unlink(missing_ok=True)
    return manifest


def _write(
    writer: ArchiveWriter, database: Database, data_dir: Path, now: datetime, bucket: BlobStore | None
) -> ArchiveManifest:
    with read_scope(database) as session:
        connection = session.connection()
        tables = [writer.table(table.name, lines_of(connection, table)) for table in METADATA.sorted_tables]
    return ArchiveManifest(
        version=__version__,
        revision=schema.newest_revision(),
        made_at=now,
        tables=tuple(tables),
        files=tuple(files.write_files(writer, data_dir, bucket)),
    )


def restore(
    database: Database,
    data_dir: Path,
    source: Path,
    *,
    now: datetime,
    force: bool = False,
    bucket: BlobStore | None = None,
) -> ArchiveManifest:
    """Make database and files those of the archive, compare them row by row and file by file, then commit.

    Raises Conflict when anything is there already and `force` is not given, or when the archive has another schema;
    Invalid when the archive is damaged. Then nothing has changed.
    """
    with closing(ArchiveReader(source)) as archive:
        _refuse_another_schema(archive.manifest)
        if not force:
            _refuse_to_overwrite(database, data_dir)
        archive.check()
        stamp = now.strftime("%Y%m%dT%H%M%SZ")
        placing = files.replacing(archive, data_dir, stamp=stamp, bucket=bucket)
        with schema.rebuilding(database) as connection, placing:
            entries = _entries(archive.manifest)
            with schema.references_checked_last(connection):
                for table, entry in entries:
                    _load(connection, table, archive.lines(entry))
            schema.finish(connection)
            for table, entry in entries:
                _compare(connection, table, archive.lines(entry))
        return archive.manifest


def _refuse_another_schema(manifest: ArchiveManifest) -> None:
    newest = schema.newest_revision()
    if manifest.revision != newest:
        message = _("备份的数据结构为 %(theirs)s（版本 %(version)s），本程序为 %(ours)s。请用该版本恢复后再升级。")
        values = {"theirs": manifest.revision, "version": manifest.version, "ours": newest}
        raise Conflict("backup.schema", message % values)


def _refuse_to_overwrite(database: Database, data_dir: Path) -> None:
    with read_scope(database) as session:
        occupied = schema.has_rows(session.connection())
    if occupied or next(files.stored_files(data_dir), None) is not None:
        raise Conflict("backup.not_empty", _("目标数据库或数据目录不为空，未恢复任何内容；如确需覆盖，请加 --force。"))


def _entries(manifest: ArchiveManifest) -> list[tuple[Table, TableEntry]]:
    by_name = {entry.name: entry for entry in manifest.tables}
    if set(by_name) != set(METADATA.tables):
        raise damaged("manifest.json")
    return [(table, by_name[table.name]) for table in METADATA.sorted_tables]


def _load(connection: Connection, table: Table, lines: Iterable[bytes]) -> None:
    connection.execute(delete(table))  # a row that a migration wrote gives way to the one that was kept
    statement, read = insertion(table), reader(table)
    for batch in _batches(lines):
        connection.execute(statement, [read(line) for line in batch])


def _batches(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    source = iter(lines)
    while batch := list(islice(source, BATCH)):
        yield batch


def _compare(connection: Connection, table: Table, lines: Iterable[bytes]) -> None:
    with closing(lines_of(connection, table)) as found:
        for number, (expected, actual) in enumerate(zip_longest(lines, found), start=1):
            if expected != actual:
                columns = ", ".join(difference(expected, actual)) if expected and actual else "-"
                message = _("恢复后的 %(table)s 第 %(row)s 行与备份不一致（%(columns)s）。未恢复任何内容。")
                raise Conflict("backup.differs", message % {"table": table.name, "row": number, "columns": columns})
