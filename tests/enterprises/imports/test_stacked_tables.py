"""Several tables in one sheet, each with a head, a title and a unit of its own."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from app.enterprises.imports.decisions import Deciding, confirm
from app.enterprises.imports.domain import ImportKind, RowOutcome
from app.enterprises.imports.models import ImportRun
from app.enterprises.imports.queries import get_row
from app.enterprises.imports.returned.rows import hand_back
from app.enterprises.imports.runner import chosen_sheets
from app.enterprises.models import Contact, IntellectualProperty, YearlyFigures
from app.kit.db import Database, read_scope, session_scope
from app.kit.storage.local import LocalBlobs
from tests.factories.enterprises import fictional_code, firm
from tests.factories.workbooks import Grid, write_grids
from tests.support.imports import NOW, Importer
from tests.support.taking import OFFICER

BOOK = ImportKind.WORKBOOK
NAME = "园林精密1号有限公司（示例）"


def take(
    importer: Importer, tmp_path: Path, rows: Sequence[Sequence[str | int | float | None]], name: str = "年度数据"
) -> int:
    path = write_grids(tmp_path / "台账.xlsx", {name: Grid(rows)})
    return importer.take_in(path, BOOK, actor=OFFICER)


def figures(database: Database) -> list[tuple[int, str, int | None, int | None]]:
    columns = (YearlyFigures.year, YearlyFigures.basis, YearlyFigures.sales_revenue_fen, YearlyFigures.staff_average_e4)
    with read_scope(database) as session:
        return [tuple(row) for row in session.execute(select(*columns).order_by(YearlyFigures.year))]


def known(database: Database) -> None:
    with session_scope(database) as session:
        firm(session, uscc=fictional_code(1), name=NAME.removesuffix("（示例）"))


def test_a_column_without_a_year_is_not_every_years(importer: Importer, database: Database, tmp_path: Path) -> None:
    known(database)
    heads = ["统一社会信用代码", "2019年营业收入（万元）", "2020年营业收入（万元）", "职工人数"]
    take(importer, tmp_path, [heads, [fictional_code(1), 1, 2, 35]])
    assert figures(database) == [(2019, "STAT", 1_000_000, None), (2020, "STAT", 2_000_000, None)]


def test_a_row_of_a_further_table_is_confirmed_by_its_own_head(
    importer: Importer, database: Database, tmp_path: Path
) -> None:
    known(database)
    import_id = take(
        importer,
        tmp_path,
        [
            ["企业名称", "统一社会信用代码", "2019年营业收入（万元）", "2020年营业收入（万元）"],
            [NAME, fictional_code(1), 1, ""],
            ["", "", "", ""],
            ["企业名称", "统一社会信用代码", "2020年营业收入（万元）", "2019年营业收入（万元）"],
            ["另一个名字厂（示例）", fictional_code(1), 999, ""],
        ],
    )
    (waiting,) = importer.rows(import_id, RowOutcome.QUEUED)
    with session_scope(database) as session:
        run = session.get_one(ImportRun, import_id)
        confirm(Deciding(session, OFFICER, run, get_row(session, run, 0, waiting.row_number), NOW), "已核对")
    assert [(year, sales) for year, _basis, sales, _staff in figures(database)] == [
        (2019, 1_000_000),
        (2020, 999_000_000),
    ]


def test_a_further_table_may_tell_another_register(importer: Importer, database: Database, tmp_path: Path) -> None:
    import_id = take(
        importer,
        tmp_path,
        [
            ["企业名称", "统一社会信用代码", "乡镇"],
            [NAME, fictional_code(1), "园林街道"],
            ["", "", ""],
            ["企业名称", "统一社会信用代码", "2020年营业收入（万元）"],
            [NAME, fictional_code(1), 7],
        ],
        name="企业名单",
    )
    assert importer.counts(import_id) == {"created": 2}
    assert figures(database) == [(2020, "STAT", 7_000_000, None)]


def test_rows_handed_back_keep_title_unit_and_head(importer: Importer, database: Database, tmp_path: Path) -> None:
    import_id = take(
        importer,
        tmp_path,
        [
            ["2020年度研发加计扣除数据", "", "单位：万元"],
            ["企业名称", "营业收入", "备注"],
            [NAME, 5, ""],
        ],
    )
    assert importer.counts(import_id) == {"rejected": 1}
    with read_scope(database) as session:
        run = session.get_one(ImportRun, import_id)
        (sheet,) = chosen_sheets(session, import_id)
        back = hand_back(session, run, LocalBlobs(importer.folder / "files").path(run.file_sha256), sheet)
    known(database)
    path = tmp_path / back.name
    path.write_bytes(back.body)
    again = importer.take_in(path, BOOK, actor=OFFICER)
    assert importer.counts(again) == {"created": 1}
    assert figures(database) == [(2020, "TAX", 5_000_000, None)]


def test_an_account_number_stands_nowhere_not_even_in_a_difference(importer: Importer, tmp_path: Path) -> None:
    heads = ["企业名称", "统一社会信用代码", "银行账号"]
    rows = [[NAME, fictional_code(1), "9999425009896513326"], [NAME, fictional_code(1), "8888425009896513326"]]
    import_id = take(importer, tmp_path, [heads, *rows], name="企业名单")
    assert "425009896513326" not in str([(row.cells, row.reasons) for row in importer.rows(import_id)])


def test_a_small_table_above_a_richer_one_is_not_lost(importer: Importer, tmp_path: Path) -> None:
    rows = [
        ["企业名称", "统一社会信用代码"],
        *([f"园林精密{number}号有限公司（示例）", fictional_code(number)] for number in (1, 2, 3)),
        ["", ""],
        ["企业名称", "统一社会信用代码", "注册地址", "法定代表人"],
        ["园林精密4号有限公司（示例）", fictional_code(4), "潜江市园林街道", "张某（示例）"],
    ]
    assert importer.counts(take(importer, tmp_path, rows, name="企业名单")) == {"created": 4}


def test_a_table_of_another_kind_below_is_read_as_what_it_is(
    importer: Importer, database: Database, tmp_path: Path
) -> None:
    """No head in common, no blank row between: its rows are no contacts, whatever stands in the same columns."""
    known(database)
    rows = [
        ["单位", "联系人", "联系电话"],
        [NAME, "周某（示例）", "10012345671"],
        ["企业名称", "专利名称", "专利号", "类型"],
        [NAME, "一种装置（示例）", "ZL202010000001.X", "发明专利"],
    ]
    import_id = take(importer, tmp_path, rows, name="联系人")
    assert importer.counts(import_id) == {"created": 1, "queued": 1}
    with session_scope(database) as session:
        assert session.scalars(select(Contact.name)).all() == ["周某（示例）"]
        run = session.get_one(ImportRun, import_id)
        (waiting,) = importer.rows(import_id, RowOutcome.QUEUED)
        confirm(Deciding(session, OFFICER, run, get_row(session, run, 0, waiting.row_number), NOW), "已核对")
        assert session.scalars(select(IntellectualProperty.name)).all() == ["一种装置（示例）"]
