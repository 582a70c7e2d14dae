"""New firms of an import that likely stand on file: told before and after, kept in the queue, gone with the import."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import select

from app.enterprises.duplicates.lists import DUPLICATES, DuplicateFilter
from app.enterprises.duplicates.models import DuplicatePair
from app.enterprises.imports import likely_rows
from app.enterprises.imports.decisions import Deciding, confirm
from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.likely_rows import count_likely
from app.enterprises.imports.models import ImportRow, ImportRun
from app.enterprises.imports.reasons import LIKELY
from app.kit.actor import SYSTEM
from app.kit.db import read_scope, session_scope
from app.kit.lists.viewer import Viewer
from tests.factories.enterprises import fictional_code, wrong_code
from tests.factories.lists import firm_row, firm_rows, write_list
from tests.support.imports import NOW, Importer
from tests.support.undo import Undoer, state_of

NAMES = ("潜江市楚禾粮油有限公司（示例）", "湖北楚和粮油有限责任公司（示例）", "潜江楚禾粮油有限公司（示例）")


def rows(*numbers: int, **given: str) -> list[list[str]]:
    """Rows of one firm under several codes and names, at one address."""
    told = {"法人代表": "王若谷", "注册地址": "潜江市园林办事处示例路1号", "注册日期": "2012-03-05", **given}
    return [firm_row(number, 企业名称=NAMES[number - 1], **told) for number in numbers]


def pairs(importer: Importer) -> list[tuple[int, int]]:
    with read_scope(importer.database) as session:
        ids = select(DuplicatePair.one_id, DuplicatePair.other_id).order_by(
            DuplicatePair.one_id, DuplicatePair.other_id
        )
        return [(one, other) for one, other in session.execute(ids)]


def listed(importer: Importer, imported: int) -> int:
    with read_scope(importer.database) as session:
        viewer = Viewer(session, SYSTEM, NOW.date())
        return DUPLICATES.count(viewer, DuplicateFilter(imported=imported)).n


def test_a_new_firm_like_one_on_file_or_in_the_file_is_taken_in_and_told(importer: Importer, tmp_path: Path) -> None:
    first = importer.take_in(write_list(tmp_path / "a.csv", [*rows(1), *firm_rows(4, first=10)]))
    before = state_of(importer.database)
    taken = importer.take_in(write_list(tmp_path / "b.csv", [*rows(2, 3), firm_row(20)]))
    assert importer.counts(taken) == {"created": 3}
    ids = [importer.firm(fictional_code(number)).id for number in (1, 2, 3)]
    assert pairs(importer) == [(ids[0], ids[1]), (ids[0], ids[2]), (ids[1], ids[2])]
    told = [[kept["params"]["uscc"] for kept in row.reasons] for row in importer.rows(taken)]
    assert told == [[fictional_code(1), fictional_code(3)], [fictional_code(1), fictional_code(2)], []]
    with read_scope(importer.database) as session:
        runs = [session.get_one(ImportRun, each) for each in (first, taken)]
        assert [count_likely(session, run) for run in runs] == [2, 3]
    assert (listed(importer, taken), listed(importer, first), listed(importer, 99)) == (3, 2, 0)
    Undoer(importer).undo(taken)
    assert (pairs(importer), state_of(importer.database)) == ([], before)


def test_a_new_firm_that_waited_is_compared_when_it_is_confirmed(importer: Importer, tmp_path: Path) -> None:
    importer.take_in(write_list(tmp_path / "a.csv", rows(1)))
    taken = importer.take_in(write_list(tmp_path / "b.csv", [*rows(2, 统一社会信用代码=wrong_code(2)), firm_row(20)]))
    assert importer.counts(taken) == {"created": 1, "queued": 1} and not pairs(importer)
    with session_scope(importer.database) as session:
        run = session.get_one(ImportRun, taken)
        row = session.scalars(select(ImportRow).where(ImportRow.outcome == RowOutcome.QUEUED)).one()
        firm_id = confirm(Deciding(session, SYSTEM, run, row, NOW), "已核对营业执照")
    assert pairs(importer) == [(importer.firm(fictional_code(1)).id, firm_id)] and listed(importer, taken) == 1
    told = [kept["params"]["uscc"] for kept in importer.rows(taken)[0].reasons if kept["code"] == LIKELY]
    assert told == [fictional_code(1)]
    Undoer(importer).undo(taken)
    assert pairs(importer) == []


def test_a_pair_that_is_met_from_both_sides_is_told_once(
    importer: Importer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = importer.upload(write_list(tmp_path / "a.csv", rows(1, 2)))
    importer.start(taken)
    monkeypatch.setattr(likely_rows, "AT_ONCE", 1)
    importer.work()
    assert len(pairs(importer)) == 1
    assert [len(row.reasons) for row in importer.rows(taken)] == [1, 1]


def test_many_new_firms_cost_as_many_statements_as_one(
    importer: Importer, tmp_path: Path, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    importer.take_in(write_list(tmp_path / "a.csv", rows(1)))

    def sent(path: str, number: int) -> int:
        file = write_list(tmp_path / path, [*rows(2 + (number > 1)), *firm_rows(number, first=number * 10)])
        taken = importer.upload(file)
        importer.start(taken)
        with count_queries() as statements:
            importer.work()
        return len(
            [
                text
                for text in statements
                if text.startswith("SELECT") and ("duplicate_pair" in text or "contact" in text)
            ]
        )

    assert sent("b.csv", 1) == sent("c.csv", 60)
