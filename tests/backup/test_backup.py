"""A backup is restored on either database, and is then the same row by row and file by file."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
import typer
from obstore.store import MemoryStore
from sqlalchemy import Connection, Table, func, inspect, select, update
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from app.backup import service
from app.backup.archive import MANIFEST
from app.backup.rows import lines_of
from app.backup.service import back_up, restore
from app.commands.backup import register
from app.composition.migrations import migrate
from app.composition.tables import METADATA
from app.demo.build import build_demo
from app.enterprises.models import Enterprise
from app.enterprises.search_index import matching, reindex
from app.exchange.partners.queries import get_partner
from app.journal.domain import SubjectKey
from app.journal.models import JournalEvent
from app.journal.queries import find_breach
from app.journal.service import record
from app.kit.actor import SYSTEM
from app.kit.db import Database, read_scope, session_scope
from app.kit.errors import Conflict, Invalid
from app.kit.storage.local import LocalBlobs
from app.kit.storage.objects import ObjectBlobs
from tests.counts import Counts
from tests.factories import partners
from tests.support import people
from tests.support.databases import Templates
from tests.support.house import HOUSE


@pytest.fixture
def target(empty_database_url: str) -> Iterator[Database]:
    """A database without a table, of the same kind."""
    found = Database(empty_database_url, HOUSE)
    yield found
    found.dispose()


@pytest.fixture
def any_target(target_dialect: str, templates: Templates, tmp_path: Path) -> Iterator[Database]:
    """A database without a table, of the same or the other kind."""
    url = templates.create(target_dialect, tmp_path)
    found = Database(url, HOUSE)
    yield found
    found.dispose()
    templates.drop(url)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data directory with stored files, and with what is not content."""
    root = tmp_path / "data"
    for name, content in {
        "files/ab/cdef": b"\x00\xffbytes",
        "files/ab/incoming-x": b"half",
        "imports/名单（示例）.csv": "企业名称".encode(),
        "yumiao.db": b"not me",
        "yumiao.db-wal": b"nor me",
        "secret": b"never me",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


#: Firms where it matters what happens to them, not how many they are.
SOME = 60


@pytest.fixture
def filled(database: Database, now: datetime) -> Database:
    """The seeded database with people, some firms and journal events in it."""
    return _fill(database, now, SOME)


@pytest.fixture
def crowded(database: Database, now: datetime, counts: Counts) -> Database:
    """The same with as many firms as a whole backup is proved with."""
    return _fill(database, now, counts.backup_rows)


def _fill(database: Database, now: datetime, number: int) -> Database:
    with session_scope(database) as session:
        people.officer(session)
        firms = [firm(number, now) for number in range(number)]
        session.add_all(firms)
        session.flush()
        for found in firms[:50]:
            subject = SubjectKey("enterprise", found.uscc, found.name, enterprise_id=found.id)
            changes = {"enterprise.name": ("旧名（示例）", found.name), "enterprise.capital": (None, 10)}
            record(session, actor=SYSTEM, now=now, type="enterprise.changed", subject=subject, changes=changes)
        reindex(session)
    return database


def firm(number: int, now: datetime) -> Enterprise:
    return Enterprise(
        uscc=f"91429099{number:010d}",
        name=f"潜江育苗{number}有限公司（示例）\u2028\\\"'",
        name_pinyin=f"qianjiangyumiao{number}",
        name_initials="qjym",
        registered_on=date(2010, 2, 28) if number % 2 else None,
        capital_fen=9_007_199_254_740_993 if number % 3 else None,
        above_scale=(None, True, False)[number % 3],
        created_at=now,
        updated_at=now.replace(microsecond=number % 1_000_000),
    )


def rows(database: Database) -> dict[str, list[bytes]]:
    with read_scope(database) as session:
        connection = session.connection()
        return {table.name: list(lines_of(connection, table)) for table in METADATA.sorted_tables}


def stored(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_whole_deployment_is_the_same_row_by_row_and_file_by_file_and_works_on(
    crowded: Database, any_target: Database, data_dir: Path, tmp_path: Path, now: datetime, counts: Counts
) -> None:
    build_demo(crowded, enterprises=counts.backup_demo_firms, now=now)
    archive, restored_dir = tmp_path / "all.zip", tmp_path / "restored"

    made = back_up(crowded, data_dir, archive, now=now)
    found = restore(any_target, restored_dir, archive, now=now)

    assert rows(any_target) == rows(crowded)
    content = {name: data for name, data in stored(data_dir).items() if name.startswith(("files/ab/c", "imports/"))}
    assert stored(restored_dir) == content
    assert found == made
    assert archive.stat().st_mode & 0o077 == 0, "personal data: for the owner's eyes only"
    kept = {entry.name: entry.count for entry in made.tables if entry.count}
    assert kept["enterprise"] == counts.backup_rows + counts.backup_demo_firms
    assert {"yearly_figures", "case_file", "milestone", "service_agreement"} <= kept.keys()
    with read_scope(any_target) as session:
        assert find_breach(session) is None
    _works_on(any_target, now)


def _works_on(restored: Database, now: datetime) -> None:
    with session_scope(restored) as session:
        highest = session.scalar(select(func.max(Enterprise.id)))
        added = firm(999_999, now)
        session.add(added)
        session.flush()
        assert added.id > highest, "new keys go on after the restored ones"
        record(session, actor=SYSTEM, now=now, type="x", subject=SubjectKey("enterprise", added.uscc, added.name))
        condition = matching(session, "育苗7有")
        assert condition is not None
        assert [found.name_pinyin for found in session.scalars(select(Enterprise).where(condition))] == [
            "qianjiangyumiao7"
        ]
    with read_scope(restored) as session:
        assert session.scalar(select(func.max(JournalEvent.position))) == session.scalar(
            select(func.count()).select_from(JournalEvent)
        )


def test_rows_are_those_of_one_instant(
    crowded: Database, target: Database, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, before = tmp_path / "all.zip", rows(crowded)

    def lines_while_others_write(connection: Connection, table: Table) -> Iterator[bytes]:
        lines = lines_of(connection, table)
        if table.name == METADATA.sorted_tables[0].name:
            first = next(lines, None)
            with session_scope(crowded) as session:
                session.add(firm(999_999, now))
                session.execute(update(Enterprise).values(address="改"))
                subject = SubjectKey("enterprise", "1", "1")
                record(session, actor=SYSTEM, now=now, type="enterprise.changed", subject=subject)
            yield from filter(None, [first])
        yield from lines

    with monkeypatch.context() as patch:
        patch.setattr(service, "lines_of", lines_while_others_write)
        back_up(crowded, tmp_path / "none", archive, now=now)
    restore(target, tmp_path / "restored", archive, now=now)
    assert rows(target) == before != rows(crowded)


def test_commands_back_up_and_restore(
    filled: Database, target: Database, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, run = tmp_path / "all.zip", CliRunner().invoke
    commands = typer.Typer()
    register(commands)
    monkeypatch.setenv("YUMIAO_DATABASE_URL", filled.url)
    monkeypatch.setenv("YUMIAO_DATA_DIR", str(data_dir))
    with session_scope(filled) as session:
        partners.partner(session)
    made = run(commands, ["backup", str(archive)])
    assert made.exit_code == 0
    assert made.output.endswith("files=2\n")

    monkeypatch.setenv("YUMIAO_DATABASE_URL", target.url)
    monkeypatch.setenv("YUMIAO_DATA_DIR", str(tmp_path / "restored"))
    restored = run(commands, ["restore", str(archive)]).output
    assert restored.startswith(made.output + "partners=1: reconcile")
    with read_scope(target) as session:
        assert get_partner(session, "province").version_lift > 0
    assert isinstance(run(commands, ["restore", str(archive)]).exception, Conflict)
    assert run(commands, ["restore", "--force", str(archive)]).exit_code == 0
    assert run(commands, ["restore"]).exit_code == 2


def test_schema_is_that_of_a_migrated_database(
    filled: Database, target: Database, database: Database, tmp_path: Path, now: datetime
) -> None:
    archive = tmp_path / "all.zip"
    back_up(filled, tmp_path / "none", archive, now=now)
    restore(target, tmp_path / "restored", archive, now=now)
    ours, theirs = inspect(target.engine), inspect(database.engine)
    assert sorted(ours.get_table_names()) == sorted(theirs.get_table_names())
    for table in theirs.get_table_names():
        assert _references(ours.get_foreign_keys(table)) == _references(theirs.get_foreign_keys(table))


def _references(found: list[object]) -> list[str]:
    return sorted(map(str, found))


def test_refuses_to_overwrite_without_force(
    filled: Database, target: Database, data_dir: Path, tmp_path: Path, now: datetime
) -> None:
    archive = tmp_path / "all.zip"
    back_up(filled, data_dir, archive, now=now)
    with pytest.raises(Conflict, match="--force"):
        back_up(filled, data_dir, archive, now=now)
    restore(target, tmp_path / "restored", archive, now=now)
    with session_scope(target) as session:
        session.execute(update(Enterprise).values(name="改过（示例）"))
    (tmp_path / "restored" / "files" / "new").write_bytes(b"added later")
    before = rows(target)

    with pytest.raises(Conflict, match="--force"):
        restore(target, tmp_path / "restored", archive, now=now)
    assert rows(target) == before

    restore(target, tmp_path / "restored", archive, now=now, force=True)
    assert rows(target) == rows(filled)
    assert not (tmp_path / "restored" / "files" / "new").exists()
    assert (tmp_path / "restored" / "before-restore-20210630T020000Z" / "files" / "new").read_bytes() == b"added later"


def test_an_empty_directory_with_stray_files_is_not_empty(
    filled: Database, target: Database, data_dir: Path, tmp_path: Path, now: datetime
) -> None:
    archive = tmp_path / "all.zip"
    back_up(filled, data_dir, archive, now=now)
    with pytest.raises(Conflict, match="--force"):
        restore(target, data_dir, archive, now=now)


def rewritten(archive: Path, part: str, change: bytes | None) -> Path:
    """The archive with one part replaced (or left out)."""
    result = archive.with_name("changed.zip")
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(result, "w") as copy:
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                if change is None:
                    continue
                content = change
            copy.writestr(name, content)
    return result


#: What may be wrong with an archive: a part, and what becomes of its content (None: it is missing).
_DAMAGES: tuple[tuple[str, Callable[[bytes], bytes | None]], ...] = (
    ("tables/enterprise.ndjson", lambda _: b'{"id":1}\n'),
    ("tables/enterprise.ndjson", lambda _: None),
    # as many rows that say something else
    ("tables/enterprise.ndjson", lambda content: content.replace("示例".encode(), "实例".encode())),
    ("files/files/ab/cdef", lambda _: b"other"),
    ("files/files/ab/cdef", lambda _: None),
    (MANIFEST, lambda _: b"{}"),
    (MANIFEST, lambda _: None),
    # a way out of the data directory
    (MANIFEST, lambda content: content.replace(b"files/ab/cdef", b"../../etc/cdef")),
)


def test_a_damaged_archive_changes_nothing(
    filled: Database, target: Database, data_dir: Path, tmp_path: Path, now: datetime
) -> None:
    archive, restored = tmp_path / "all.zip", tmp_path / "restored"
    back_up(filled, data_dir, archive, now=now)
    for part, damage in _DAMAGES:
        with zipfile.ZipFile(archive) as source:
            content = source.read(part)
        assert damage(content) != content
        with pytest.raises(Invalid, match="无法读取其清单" if part == MANIFEST else re.escape(part)):
            restore(target, restored, rewritten(archive, part, damage(content)), now=now)
        assert inspect(target.engine).get_table_names() == [], part
        assert stored(restored) == {}, part

    with zipfile.ZipFile(archive) as source:
        manifest = source.read(MANIFEST).replace(b'"revision": "', b'"revision": "x')
    with pytest.raises(Conflict, match="x0"):
        restore(target, restored, rewritten(archive, MANIFEST, manifest), now=now)


def test_neither_a_missing_nor_a_foreign_file_is_an_archive(database: Database, tmp_path: Path, now: datetime) -> None:
    (tmp_path / "text.zip").write_text("no zip")
    for name in ("text.zip", "missing.zip"):
        with pytest.raises(Invalid, match=name):
            restore(database, tmp_path / "restored", tmp_path / name, now=now, force=True)


def test_what_differs_after_restoring_is_named_and_undone(
    filled: Database, target: Database, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "all.zip"
    back_up(filled, tmp_path / "none", archive, now=now)
    migrate(target)
    finish = service.schema.finish

    def finish_and_spoil(connection: object) -> None:
        finish(connection)  # type: ignore[arg-type]
        session = Session(bind=connection)  # type: ignore[call-overload]
        session.execute(update(Enterprise).where(Enterprise.id == 3).values(address="另一处"))

    monkeypatch.setattr(service.schema, "finish", finish_and_spoil)
    with pytest.raises(Conflict, match=r"enterprise 第 3 行.*address"):
        restore(target, tmp_path / "restored", archive, now=now)
    with read_scope(target) as session:
        assert session.scalar(select(func.count()).select_from(Enterprise)) == 0


def test_documents_in_a_bucket_are_part_of_the_backup_and_restore_anywhere(
    filled: Database, target: Database, data_dir: Path, tmp_path: Path, now: datetime
) -> None:
    bucket = ObjectBlobs(MemoryStore(), tmp_path / "scratch")
    hashes = sorted(bucket.put(io.BytesIO(bytes([n]) * 3), limit=9).sha256 for n in range(3))
    archive = tmp_path / "bucket.zip"
    made = back_up(filled, data_dir, archive, now=now, bucket=bucket)
    assert [entry.path for entry in made.files if entry.path.startswith("files/")] == [
        f"files/{sha256[:2]}/{sha256[2:]}" for sha256 in hashes
    ]
    folder = LocalBlobs(tmp_path / "restored" / "files")
    restore(target, tmp_path / "restored", archive, now=now)
    assert [entry.sha256 for entry in folder.entries()] == hashes
    other = ObjectBlobs(MemoryStore(), tmp_path / "scratch")
    restore(target, tmp_path / "elsewhere", archive, now=now, force=True, bucket=other)
    assert [entry.sha256 for entry in other.entries()] == hashes
    assert b"".join(other.stream(hashes[0])) == b"".join(bucket.stream(hashes[0]))
    assert (
        not (tmp_path / "elsewhere" / "files").exists()
        or list(LocalBlobs(tmp_path / "elsewhere" / "files").entries()) == []
    )
