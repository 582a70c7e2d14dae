"""Two sheets of one workbook that tell a figure differently: neither stands until a person chooses, and the choice can be taken back."""

from pathlib import Path

import pytest
from sqlalchemy import select

from app.enterprises.imports import decisions
from app.enterprises.imports.domain import ImportKind, RowOutcome
from app.enterprises.imports.models import ImportRow, ImportRun
from app.enterprises.models import YearlyFigures
from app.kit.actor import SYSTEM
from app.kit.db import Database, read_scope, session_scope
from tests.factories.enterprises import fictional_code, firm
from tests.support.imports import NOW, Importer

FIRST, SECOND = 8_997_120_000, 9_497_120_000


@pytest.fixture
def contradicted(importer: Importer, database: Database, tmp_path: Path) -> int:
    """An import whose second sheet contradicts its first."""
    import xlsxwriter

    with session_scope(database) as session:
        name = firm(session, uscc=fictional_code(1)).name
    path = tmp_path / "两表.xlsx"
    book = xlsxwriter.Workbook(str(path))
    for sheet_name, amount in (("年度经营数据", 8997.12), ("补报数据", 9497.12)):
        sheet = book.add_worksheet(sheet_name)
        sheet.write_row(0, 0, ["企业名称", "统一社会信用代码", "年度", "资产总额（万元）"])
        sheet.write_row(1, 0, [name, fictional_code(1), 2019, amount])
    book.close()
    return importer.take_in(path, ImportKind.WORKBOOK)


def assets(database: Database) -> int | None:
    with read_scope(database) as session:
        return session.scalars(select(YearlyFigures)).one().total_assets_fen


def decide(database: Database, import_id: int, choice: str) -> None:
    """Choose one of the two, or `undo`."""
    with session_scope(database) as session:
        run = session.get_one(ImportRun, import_id)
        row = session.scalars(select(ImportRow).filter_by(run_id=import_id, outcome=RowOutcome.DIFFERS)).one()
        desk, (field,) = decisions.Deciding(session, SYSTEM, run, row, NOW), row.differences
        if choice == "undo":
            decisions.undo(desk, field)
        else:
            decisions.choose(desk, field, choice)


@pytest.mark.parametrize(("choice", "value"), [(decisions.OURS, FIRST), (decisions.THEIRS, SECOND)])
def test_a_person_chooses_one_of_two_and_can_take_it_back(
    database: Database, contradicted: int, choice: str, value: int
) -> None:
    assert assets(database) is None
    decide(database, contradicted, choice)
    assert assets(database) == value
    decide(database, contradicted, "undo")
    assert assets(database) is None
    decide(database, contradicted, choice)
    assert assets(database) == value
