"""Tables beside each other on one sheet: each read as a part of its own where that is plain, else a person is asked."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from app.enterprises.imports.domain import ImportKind
from app.enterprises.imports.models import ImportRun, ImportSheet
from app.enterprises.imports.sheets import ReadingHints, allowed, guess_sheets
from app.enterprises.imports.staging import SheetChoice, change_reading, sheets_of
from app.enterprises.imports.tables.beside import APART, ONE, find_tables
from app.enterprises.models import YearlyFigures
from app.kit.actor import SYSTEM
from app.kit.db import Database, read_scope, session_scope
from app.kit.errors import Invalid
from app.kit.tabular import MergedRange, open_table
from tests.factories.enterprises import fictional_code
from tests.factories.sheets import sheet_of
from tests.factories.workbooks import Grid, write_grids
from tests.support.house import HOUSE
from tests.support.imports import NOW, Importer

BOOK = ImportKind.WORKBOOK
REGISTERS = allowed(HOUSE, BOOK)
NAMES = [f"园林精密{number}号有限公司（示例）" for number in range(8)]
Rows = Sequence[Sequence[str | int | float | None]]

FIRMS = [["企业名称", "统一社会信用代码", "注册地址"], *([NAMES[n], fictional_code(n), f"{n}号"] for n in (1, 2, 3))]
RIGHTS = [["企业名称", "专利名称", "专利号", "类型"], [NAMES[1], "一种装置（示例）", "ZL202010000001.X", "发明专利"]]
PEOPLE = [["姓名", "联系电话", "职称"], ["周某（示例）", "10012345671", "教授"]]
PRINT = ["序号", "企业名称", "统一社会信用代码"]


def beside(left: Rows, right: Rows, *, gap: int = 1) -> list[list[str]]:
    width = max(map(len, left))
    rows = []
    for at in range(max(len(left), len(right))):
        one = [str(cell) for cell in left[at]] if at < len(left) else []
        other = [str(cell) for cell in right[at]] if at < len(right) else []
        rows.append(one + [""] * (width - len(one) + gap) + other)
    return rows


@pytest.mark.parametrize(
    ("rows", "merged", "parts", "plain"),
    [
        (beside(FIRMS, RIGHTS), (), ((0, 2), (4, 7)), True),
        ([["各类台账（单位：万元）"], *beside(FIRMS, RIGHTS, gap=2)], (MergedRange(0, 0, 0, 8),), ((0, 2), (5, 8)), True),
        # One list printed in two halves, with or without a blank column.
        (beside([PRINT, [1, NAMES[1], fictional_code(1)]], [PRINT, [2, NAMES[2], fictional_code(2)]]), (), ((0, 2), (4, 6)), True),
        (beside([PRINT, [1, NAMES[1], fictional_code(1)]], [PRINT, [2, NAMES[2], fictional_code(2)]], gap=0), (), ((0, 2), (3, 5)), True),
        # Nobody knows whether these people are those firms'.
        (beside(FIRMS, PEOPLE), (), ((0, 2), (4, 6)), False),
        (beside(FIRMS, [["企业名称", "备注", "联系电话"], [NAMES[4], "", "10012345671"]]), (), ((0, 2), (4, 6)), False),
        (beside(FIRMS[:2], [["证书编号", "发证日期"], ["GR1", "2020-12-01"], ["GR2", "2020-12-01"]]), (), ((0, 2), (4, 5)), False),
        # A blank column inside a table, a merged head, a remark at the side: one table.
        (beside(FIRMS, [["经营范围", "法定代表人"], ["制造（示例）", "张某（示例）"]]), (), (), False),
        ([["企业名称", "", "统一社会信用代码"], [NAMES[1], "", fictional_code(1)]], (MergedRange(0, 0, 0, 1), MergedRange(1, 0, 1, 1)), (), False),
        (beside(FIRMS, [["说明：本表由科技局填报"]]), (), (), False),
        (FIRMS, (), (), False),
    ],
)  # fmt: skip
def test_which_columns_are_tables_of_their_own(
    rows: Rows, merged: tuple[MergedRange, ...], parts: tuple[tuple[int, int], ...], plain: bool
) -> None:
    found = find_tables(sheet_of([[str(cell) for cell in row] for row in rows], merged), REGISTERS)
    assert (found.parts, found.plain) == (parts, plain)


def workbook(tmp_path: Path, rows: Rows, *merged: MergedRange) -> Path:
    return write_grids(tmp_path / "台账.xlsx", {"台账": Grid(rows, merged)})


def test_both_tables_come_in_with_a_reading_of_their_own(
    importer: Importer, database: Database, tmp_path: Path
) -> None:
    figures = [["企业名称", "2020年营业收入"], [NAMES[1], "5"], [NAMES[9 - 2], "x"]]
    rows = [["企业与营业收入（单位：万元）"], *beside(FIRMS, figures)]
    path = workbook(tmp_path, rows, MergedRange(0, 0, 0, 5))
    import_id = importer.take_in(path, BOOK)
    assert importer.counts(import_id) == {"created": 4, "rejected": 1}
    with read_scope(database) as session:
        sheets = {sheet.name: sheet.register for sheet in session.scalars(select(ImportSheet))}
        assert sheets == {"台账 #1": "firm", "台账 #2": "figures"}
        assert session.scalars(select(YearlyFigures.sales_revenue_fen)).all() == [5_000_000]
    assert [(row.sheet, row.row_number) for row in importer.rows(import_id)] == [(0, 3), (0, 4), (0, 5), (1, 3), (1, 4)]
    assert importer.counts(importer.take_in(path, BOOK)) == {"unchanged": 4, "rejected": 1}


def test_a_part_is_named_and_left_out_like_a_sheet(tmp_path: Path) -> None:
    table = open_table(workbook(tmp_path, beside(FIRMS, RIGHTS)))

    def chosen(*names: str) -> list[str]:
        return [each.name for each in guess_sheets(table, REGISTERS, ReadingHints(sheets=names)) if each.chosen]

    assert chosen("台账") == ["台账 #1", "台账 #2"] and chosen("台账 #2") == ["台账 #2"]
    (whole,) = guess_sheets(table, REGISTERS, ReadingHints(tables=ONE))
    assert whole.name == "台账" and whole.mapping["tables"]["answer"] == ONE


def answer(database: Database, importer: Importer, import_id: int, path: Path, told: str) -> list[str]:
    with session_scope(database) as session:
        run = session.get_one(ImportRun, import_id)
        choice = SheetChoice(True, "", {}, {}, {}, tables=told)
        change_reading(session, actor=SYSTEM, run=run, table=open_table(path), choices={0: choice}, now=NOW)
        return [sheet.name for sheet in sheets_of(session, run) if sheet.chosen]


def test_what_is_not_plain_is_asked_and_may_be_answered_anew(
    importer: Importer, database: Database, tmp_path: Path
) -> None:
    second = beside(
        FIRMS,
        [["联系人", "联系电话"], ["周某（示例）", "10012345671"], *[["", ""]] * 2, ["吴某（示例）", "10012345672"]],
    )
    path = workbook(tmp_path, second)
    import_id = importer.upload(path, BOOK)
    with pytest.raises(Invalid, match="几张表还是一张表"):
        importer.start(import_id)
    assert answer(database, importer, import_id, path, APART) == ["台账 #1"]
    assert answer(database, importer, import_id, path, ONE) == ["台账"]
    assert answer(database, importer, import_id, path, APART) == ["台账 #1"]
    importer.start(import_id)
    importer.work()
    assert importer.counts(import_id) == {"created": 3}
