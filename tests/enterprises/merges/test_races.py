"""Who writes to a firm while it goes into another is told, or writes to the one that stays; nothing is left with the firm that went."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.cases.schemas import OpenCase
from app.cases.service.opening import open_case
from app.enterprises.imports.domain import ImportKind
from app.enterprises.merges.domain import MergedMeanwhile
from app.enterprises.models import Enterprise
from app.enterprises.queries import get_by_uscc_visible_to
from app.enterprises.schemas import ContactInput
from app.enterprises.service.editing import change_fields
from app.enterprises.service.parts import PartChange
from app.enterprises.service.records import put_contact
from app.journal.queries import find_breach
from app.kit.actor import SYSTEM
from app.kit.db import Database, read_scope, session_scope
from tests.factories.enterprises import NOW, firm
from tests.factories.workbooks import Grid, write_grids
from tests.support.imports import Importer
from tests.support.merges import merged, named_by

#: So long a writer needs to come to the merge's lock where nobody tells that he waits there.
SOON = 0.2
_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
Write = Callable[[Session, Enterprise], object]


def _contact(session: Session, into: Enterprise) -> object:
    return put_contact(PartChange(session, SYSTEM, into, NOW), ContactInput.model_validate({"name": "方（示例）"}))


def _case(session: Session, into: Enterprise) -> object:
    command = OpenCase(enterprise_id=into.id, programme="technology-sme", year=2021)
    return open_case(session, actor=SYSTEM, now=NOW, command=command)


def _address(session: Session, into: Enterprise) -> object:
    return change_fields(session, actor=SYSTEM, enterprise=into, values={"address": "浩口"}, now=NOW)


class Merge:
    """A merge that is written and waits with its commit until somebody else had time to come to its lock."""

    def __init__(self, database: Database, pair: tuple[int, int]) -> None:
        self.database, self.pair, self.written = database, pair, Event()

    def __call__(self) -> None:
        """Do it."""
        with session_scope(self.database) as session:
            merged(session, *(session.get_one(Enterprise, key) for key in self.pair))
            self.written.set()
            self._until_somebody_waits()

    def _until_somebody_waits(self) -> None:
        if self.database.dialect == "sqlite":
            time.sleep(SOON)
            return
        with self.database.reading.connect() as connection:
            for _time in range(200):
                if connection.scalar(_WAITING):
                    return
                connection.rollback()
                time.sleep(0.02)


@pytest.fixture
def pair(database: Database) -> tuple[int, int]:
    with session_scope(database) as session:
        return firm(session, name="园林甲有限公司").id, firm(session, name="园林乙有限公司").id


def code_of(database: Database, firm_id: int) -> str:
    with read_scope(database) as session:
        return session.get_one(Enterprise, firm_id).uscc


@pytest.mark.parametrize("write", [_contact, _case, _address])
def test_a_writer_who_waited_for_a_merge_is_told(database: Database, pair: tuple[int, int], write: Write) -> None:
    code, merge = code_of(database, pair[1]), Merge(database, pair)

    def late(pool: ThreadPoolExecutor) -> None:
        with session_scope(database) as session:
            if database.dialect == "postgresql":  # on SQLite who writes waits before anything is read
                session.info["other"] = get_by_uscc_visible_to(session, SYSTEM, code)
                pool.submit(merge)
                merge.written.wait()
            write(session, session.info.get("other") or get_by_uscc_visible_to(session, SYSTEM, code))

    with ThreadPoolExecutor(1) as pool:
        if database.dialect == "sqlite":
            pool.submit(merge)
            merge.written.wait()
            late(pool)
        else:
            with pytest.raises(MergedMeanwhile, match="园林乙有限公司（示例）”刚刚并入“园林甲有限公司"):
                late(pool)
    with read_scope(database) as session:
        assert session.get_one(Enterprise, pair[1]).merged_into_id == pair[0]
        assert not any(named_by(session, pair[1]).values())
        assert find_breach(session) is None


def test_rows_that_waited_for_a_merge_are_taken_to_the_firm_that_stays(
    database: Database, pair: tuple[int, int], tmp_path: Path
) -> None:
    merge, importer = Merge(database, pair), Importer(database, tmp_path / "data")
    rows = [[code_of(database, pair[1]), "方（示例）"]]
    path = write_grids(tmp_path / "联系人.xlsx", {"联系人": Grid([["统一社会信用代码", "联系人"], *rows])})
    run = importer.upload(path, ImportKind.WORKBOOK)
    importer.start(run)
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(merge)
        merge.written.wait()
        importer.work()
        done.result()
    with read_scope(database) as session:
        assert named_by(session, pair[0])["contact.enterprise_id"] == 1
        assert not any(named_by(session, pair[1]).values())
    assert importer.counts(run) == {"created": 1}
