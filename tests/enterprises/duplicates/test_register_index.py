"""The register's keys on file: another process, and the same one after a restart, reads only what has changed since."""

import errno
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from app.enterprises import events
from app.enterprises.duplicates import register_index as module
from app.enterprises.duplicates.domain.records import StatedFirm
from app.enterprises.duplicates.index_file import held_keys
from app.enterprises.duplicates.queries import find_likely
from app.enterprises.duplicates.register_index import keep_index_ready, warm_index
from app.enterprises.models import Enterprise
from app.enterprises.service.editing import change_fields
from app.kit.actor import SYSTEM
from app.kit.db import Database, read_scope, session_scope
from tests.factories.enterprises import NOW, firm, many_firms

NAME = "潜江市楚禾粮油有限公司（示例）"
Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def opened(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Database]]:
    """Opens the database as another process would, with a directory beside it; seven firms, of which one is asked for."""
    monkeypatch.setattr(module, "MOST_BESIDE", 3)
    monkeypatch.setattr(module, "AT_ONCE", 2)
    with session_scope(database) as session:
        firm(session, NAME.removesuffix("（示例）"))
        many_firms(session, 6)
    others: list[Database] = []

    def another() -> Database:
        others.append(Database(database.url, database.composition, durable=False, pool_size=2, folder=tmp_path))
        return others[-1]

    yield another
    for each in others:
        each.dispose()


def found(database: Database, name: str = NAME) -> list[str]:
    """The names of the firms that are likely meant."""
    with read_scope(database) as session:
        return [each.firm.name for each in find_likely(session, [StatedFirm(0, name)])[0]]


def read_anew(sent: list[str]) -> bool:
    """Whether firms were read for their keys: asked for by number, and not only the one that was compared."""
    return sum("FROM contact" in text for text in sent) > 1


def the_file(folder: Path) -> Path:
    """The one that lies there."""
    (path,) = (folder / ".registers").glob("firm-keys-*")
    return path


def change(database: Database, **values: Any) -> None:
    """Edit the firm."""
    with session_scope(database) as session:
        one = session.query(Enterprise).filter_by(name=NAME).one()
        change_fields(session, actor=SYSTEM, enterprise=one, values=values, now=NOW, event=events.CHANGED)


def test_what_one_process_has_read_no_other_reads_again(
    opened: Callable[[], Database], count_queries: Counting, tmp_path: Path
) -> None:
    keep_index_ready(opened(), NOW)
    the_file(tmp_path)
    with count_queries() as sent:
        assert found(opened()) == [NAME]
    assert not read_anew(sent)


def test_what_changed_since_is_read_and_much_of_it_goes_on_file(
    opened: Callable[[], Database], count_queries: Counting, tmp_path: Path
) -> None:
    one, other = opened(), opened()
    assert found(one) == found(other) == [NAME]
    before = the_file(tmp_path).read_bytes()
    change(one, name="潜江市宏图面粉有限公司（示例）")
    for each in (one, other, opened()):
        assert found(each) == found(each, "宏图面粉") == ["潜江市宏图面粉有限公司（示例）"]
    assert the_file(tmp_path).read_bytes() == before
    with session_scope(one) as session:
        firm(session, "潜江市鼎晟木业有限公司")
        many_firms(session, 4)
    assert found(one, "鼎晟木业") == ["潜江市鼎晟木业有限公司（示例）"]
    assert the_file(tmp_path).read_bytes() != before
    with count_queries() as sent:
        assert found(opened(), "鼎晟木业") == ["潜江市鼎晟木业有限公司（示例）"]
    assert not read_anew(sent)


@pytest.mark.parametrize("damaged", [b"", b"{}", b"{" * 5000, None])
def test_a_file_that_was_damaged_is_read_anew(
    opened: Callable[[], Database], tmp_path: Path, damaged: bytes | None
) -> None:
    keep_index_ready(opened(), NOW)
    path = the_file(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]) if damaged is None else damaged)
    assert found(opened()) == [NAME]


def test_a_file_of_another_history_or_program_is_not_taken(
    opened: Callable[[], Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_index_ready(opened(), NOW)
    first = the_file(tmp_path)
    with monkeypatch.context() as other_program:
        other_program.setattr("app.enterprises.duplicates.index_file._code", lambda: b"other")
        assert found(opened()) == [NAME]
        assert the_file(tmp_path) != first
    monkeypatch.setattr(module, "hash_at", lambda _session, position: f"other history {position}")
    assert found(opened()) == [NAME]


def test_nothing_is_kept_where_nothing_can_be_written_or_of_what_is_not_committed(
    opened: Callable[[], Database], tmp_path: Path
) -> None:
    (tmp_path / ".registers").write_text("no folder")
    assert found(opened()) == [NAME]
    database = opened()
    with session_scope(database) as session:
        firm(session, "潜江市鼎晟木业有限公司")
        session.flush()
        assert len(find_likely(session, [StatedFirm(0, "鼎晟木业")])[0]) == 1
        session.rollback()
    assert found(database, "鼎晟木业") == []


def test_while_one_process_reads_the_register_another_waits_and_takes_what_that_has_read(
    opened: Callable[[], Database], count_queries: Counting, tmp_path: Path
) -> None:
    warm_index(opened(), NOW)
    path = the_file(tmp_path)
    made = path.rename(tmp_path / "made")
    with count_queries() as sent, ThreadPoolExecutor(1) as other:
        with held_keys(tmp_path):
            asked = other.submit(found, opened())
            assert wait([asked], 0.05).not_done
            made.rename(path)
        assert asked.result(10) == [NAME]
    assert not read_anew(sent)


def test_who_may_look_into_the_folder_may_read_the_file_which_may_go_while_it_is_used(
    opened: Callable[[], Database], tmp_path: Path
) -> None:
    (tmp_path / ".registers").mkdir(0o750)
    database = opened()
    assert found(database) == [NAME]
    assert the_file(tmp_path).stat().st_mode & 0o777 == 0o640
    shutil.rmtree(tmp_path / ".registers")
    assert found(database) == found(opened()) == [NAME]
    assert the_file(tmp_path)


def test_a_full_disk_leaves_nothing_half_written(
    opened: Callable[[], Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert found(opened()) == [NAME]
    assert not [*(tmp_path / ".registers").glob("[!.]*")]
