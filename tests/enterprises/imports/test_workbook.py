"""A whole workbook: each sheet understood by its head, firms first, one row telling of several records."""

from pathlib import Path

import pytest
from sqlalchemy import select

from app.enterprises.imports.domain import ImportKind, RowOutcome
from app.enterprises.imports.models import ImportRun, ImportSheet
from app.enterprises.imports.staging import preview, sheets_of
from app.enterprises.models import Certificate, Contact, YearlyFigures
from app.kit.actor import SYSTEM
from app.kit.db import Database, read_scope, session_scope
from app.kit.errors import Invalid
from app.kit.tabular import open_table
from tests.factories.enterprises import fictional_code, firm, wrong_code
from tests.factories.ledgers import NAMES, write_ledger
from tests.factories.workbooks import Grid, write_grids
from tests.kit.test_workbooks import rewrite
from tests.support.imports import NOW, Importer

BOOK = ImportKind.WORKBOOK


@pytest.fixture
def taken(importer: Importer, tmp_path: Path) -> int:
    return importer.take_in(write_ledger(tmp_path / "台账.xlsx"), BOOK)


def test_each_sheet_is_what_it_looks_like_and_hidden_ones_stay_out(database: Database, taken: int) -> None:
    with read_scope(database) as session:
        sheets = session.scalars(select(ImportSheet).order_by(ImportSheet.turn)).all()
    assert [(sheet.name, sheet.register) for sheet in sheets if sheet.chosen] == [
        ("高企名单", "certificate"),
        ("联系人", "contact"),
        ("年度数据", "figures"),
    ]
    assert not next(sheet for sheet in sheets if sheet.name == "旧名单").chosen


def test_a_row_tells_of_its_firm_its_certificate_and_a_year(importer: Importer, database: Database, taken: int) -> None:
    assert importer.counts(taken) == {"created": 5, "queued": 1, "rejected": 1}
    firm = importer.firm(fictional_code(2))
    assert (firm.name, firm.region_code) == (NAMES[2], "429005001")
    with read_scope(database) as session:
        numbers = session.scalars(select(Certificate.number).order_by(Certificate.number)).all()
        assert numbers == ["GR202042990001", "GR202042990002"]
        told = session.execute(
            select(YearlyFigures.year, YearlyFigures.basis, YearlyFigures.sales_revenue_fen).order_by(YearlyFigures.id)
        ).all()
        assert session.scalars(select(Contact.name)).all() == ["周某（示例）"]
    assert sorted(told) == [(2019, "STAT", 3_000_000_000), (2020, "STAT", 500_000_000), (2020, "STAT", 3_820_500_000)]


def test_rows_that_wait_or_go_back_say_why(importer: Importer, taken: int) -> None:
    (waiting,) = importer.rows(taken, RowOutcome.QUEUED)
    assert (waiting.row_number, waiting.name, waiting.reasons[0]["code"]) == (7, NAMES[3], "uscc")
    (refused,) = importer.rows(taken, RowOutcome.REJECTED)
    assert refused.reasons[0]["code"] == "name.unknown"


def test_the_same_workbook_again_changes_nothing(importer: Importer, tmp_path: Path, taken: int) -> None:
    again = importer.take_in(tmp_path / "台账.xlsx", BOOK)
    assert importer.counts(again) == {"unchanged": 5, "queued": 1, "rejected": 1}


def test_what_nobody_asked_for_is_not_kept(importer: Importer, database: Database, tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "账号.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["企业名称", "统一社会信用代码", "银行账号"])
    sheet.write_row(1, 0, [NAMES[1], "914290", "9999425009896513326"])
    book.close()
    import_id = importer.take_in(path, BOOK)
    (row,) = importer.rows(import_id, RowOutcome.REJECTED)
    assert row.cells == [NAMES[1], "914290", ""]


def test_a_preview_knows_the_firms_that_sheets_before_it_will_register(
    importer: Importer, database: Database, tmp_path: Path
) -> None:
    path = write_ledger(tmp_path / "台账.xlsx")
    import_id = importer.upload(path, BOOK)
    with read_scope(database) as session:
        run = session.get_one(ImportRun, import_id)
        sheets = {sheet.name: sheet for sheet in sheets_of(session, run)}
        table = open_table(path)

        def outcomes(name: str) -> list[str]:
            found = preview(session, actor=SYSTEM, run=run, table=table, sheet=sheets[name], now=NOW)
            return [result.outcome.value for result in found.results]

        assert outcomes("高企名单") == ["created", "created", "queued"]
        assert outcomes("联系人") == ["created", "rejected"]
        assert outcomes("年度数据") == ["created", "created"]
    assert not importer.counts(import_id)


def test_of_two_codes_for_one_name_the_file_itself_says_which_is_right(
    importer: Importer, database: Database, tmp_path: Path
) -> None:
    """The first row gives the second firm's name to the first firm's code, which another sheet calls otherwise."""
    import xlsxwriter

    path = tmp_path / "两个代码.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("企业名单")
    sheet.write_row(0, 0, ["企业名称", "统一社会信用代码"])
    sheet.write_row(1, 0, [NAMES[2], fictional_code(1)])
    sheet.write_row(2, 0, [NAMES[2], fictional_code(2)])
    sheet = book.add_worksheet("年度数据")
    sheet.write_row(0, 0, ["企业名称", "统一社会信用代码", "2020年营业收入（万元）"])
    sheet.write_row(1, 0, [NAMES[1], fictional_code(1), 5])
    book.close()
    import_id = importer.take_in(path, BOOK)
    (waiting,) = importer.rows(import_id, RowOutcome.QUEUED)
    assert (waiting.row_number, waiting.reasons[0]["code"]) == (2, "name.rival")
    assert waiting.reasons[0]["params"]["uscc"] == fictional_code(2)
    assert importer.firm(fictional_code(2)).name == NAMES[2]


def test_a_name_that_the_file_gives_to_a_code_is_not_looked_up_elsewhere(
    importer: Importer, database: Database, tmp_path: Path
) -> None:
    """A firm of the same name is on file; the one of the file waits, and its figures are not the other's."""
    with session_scope(database) as session:
        firm(session, uscc=fictional_code(5), name=NAMES[1].removesuffix("（示例）"))
    import_id = importer.take_in(
        write_grids(
            tmp_path / "同名.xlsx",
            {
                "企业名单": Grid([["企业名称", "统一社会信用代码"], [NAMES[1], fictional_code(1)]]),
                "年度数据": Grid([["企业名称", "2020年营业收入（万元）"], [NAMES[1], 5]]),
            },
        ),
        BOOK,
    )
    assert importer.counts(import_id) == {"queued": 1, "rejected": 1}
    with read_scope(database) as session:
        assert session.scalars(select(YearlyFigures.id)).all() == []


def test_a_broken_code_has_no_more_right_to_a_name_than_a_sound_one(importer: Importer, tmp_path: Path) -> None:
    rows = [["企业名称", "统一社会信用代码"], [NAMES[1], wrong_code(2)], [NAMES[1], fictional_code(1)]]
    import_id = importer.take_in(write_grids(tmp_path / "名单.xlsx", {"企业名单": Grid(rows)}), BOOK)
    assert importer.counts(import_id) == {"queued": 1, "created": 1}
    assert importer.firm(fictional_code(1)).name == NAMES[1]


def test_a_sheet_that_was_not_calculated_is_refused_and_not_the_file(importer: Importer, tmp_path: Path) -> None:
    firms = [
        ["企业名称", "统一社会信用代码", "注册地址"],
        ["园林精密一号有限公司（示例）", fictional_code(1), "潜江市园林街道"],
    ]
    others = [["企业名称", "联系人", "联系电话"], ["园林精密一号有限公司（示例）", "周某（示例）", 987654321]]
    path = write_grids(tmp_path / "台账.xlsx", {"企业名单": Grid(firms), "测算": Grid(others)})
    rewrite(path, path, b"<v>987654321</v>", b"<f>1+1</f><v></v>")
    import_id = importer.take_in(path, BOOK)
    assert importer.counts(import_id) == {"created": 1}
    path = write_grids(tmp_path / "测算.xlsx", {"测算": Grid(others)})
    rewrite(path, path, b"<v>987654321</v>", b"<f>1+1</f><v></v>")
    with pytest.raises(Invalid, match="公式没有保存计算结果（如 C2）"):
        importer.take_in(path, BOOK)
