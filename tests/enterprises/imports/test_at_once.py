"""Two imports of one file at the same moment, and an undo beside another import: each row once, nothing lost, on either database."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import func, select

from app.cases.past_cases.models import PastCase
from app.enterprises.imports.domain import ImportKind
from app.enterprises.imports.models import ImportRun
from app.enterprises.models import Contact, Enterprise
from app.kit.db import Database, read_scope
from tests.factories.enterprises import fictional_code
from tests.factories.workbooks import Grid, write_grids
from tests.support.imports import Importer
from tests.support.undo import Undoer

ROWS = 30


def a_book(path: Path, first: int) -> Path:
    """Firms, a person and an application of each."""
    firms = [(f"潜江市竹根滩{n}号有限公司（示例）", fictional_code(n)) for n in range(first, first + ROWS)]
    return write_grids(
        path,
        {
            "企业名单": Grid([["企业名称", "统一社会信用代码"], *firms]),
            "联系人": Grid([["企业名称", "联系人"], *([name, "周某（示例）"] for name, _code in firms)]),
            "历年申报": Grid(
                [["企业名称", "申报类型", "年度", "申报结果"], *([name, "高企", 2018, "通过"] for name, _code in firms)]
            ),
        },
    )


def counted(database: Database) -> list[int | None]:
    """Firms, contacts, applications."""
    with read_scope(database) as session:
        tables = (Enterprise, Contact, PastCase)
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def at_once(importer: Importer) -> None:
    """Two workers run what waits, side by side."""
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(importer.work) for _ in range(2)]:
            done.result()


def test_two_officers_import_one_file_at_once(importer: Importer, database: Database, tmp_path: Path) -> None:
    path = a_book(tmp_path / "台账.xlsx", 1)
    runs = [importer.upload(path, ImportKind.WORKBOOK) for _ in range(2)]
    for run in runs:
        importer.start(run)
    at_once(importer)
    assert counted(database) == [ROWS, ROWS, ROWS]
    found = [importer.counts(run) for run in runs]
    assert [sum(each.values()) for each in found] == [3 * ROWS, 3 * ROWS]
    assert sum(each.get("created", 0) for each in found) == 3 * ROWS, found


def test_an_import_is_taken_back_while_another_runs(importer: Importer, database: Database, tmp_path: Path) -> None:
    first = importer.take_in(a_book(tmp_path / "甲.xlsx", 1), ImportKind.WORKBOOK)
    other = importer.upload(a_book(tmp_path / "乙.xlsx", 1 + ROWS // 2), ImportKind.WORKBOOK)
    importer.start(other)
    Undoer(importer).start(first)
    at_once(importer)
    with read_scope(database) as session:
        assert [session.get_one(ImportRun, run).state for run in (first, other)] == ["undone", "finished"]
    firms, contacts, cases = counted(database)
    assert contacts == cases and firms is not None and ROWS // 2 <= firms <= ROWS + ROWS // 2
