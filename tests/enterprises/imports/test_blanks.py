"""Blank cells that mean "as above": filled where that is plain, proposed where it is not, never over a total, never an amount or a day."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from app.enterprises.imports.domain import ImportKind
from app.enterprises.imports.models import ImportRun
from app.enterprises.imports.recognition import HeadVocabulary
from app.enterprises.imports.shapes import read_head
from app.enterprises.imports.sheets import ReadingHints, allowed
from app.enterprises.imports.staging import SheetChoice, change_reading, preview, sheets_of
from app.enterprises.imports.tables.blanks import find_blanks
from app.enterprises.imports.tables.layout import read_sheet
from app.enterprises.models import Certificate, Contact, YearlyFigures
from app.kit.actor import SYSTEM
from app.kit.db import Database, read_scope, session_scope
from app.kit.tabular import MergedRange, open_table
from tests.factories.enterprises import fictional_code, firm
from tests.factories.sheets import sheet_of
from tests.factories.workbooks import Grid, write_grids
from tests.support.house import HOUSE
from tests.support.imports import NOW, Importer, guessed

BOOK = ImportKind.WORKBOOK
NAMES = [f"园林精密{number}号有限公司（示例）" for number in range(6)]
REGISTERS = allowed(HOUSE, BOOK)
HEAD = ["企业名称", "统一社会信用代码", "注册地址", "联系人", "联系电话"]
FIRST = [NAMES[1], fictional_code(1), "潜江市园林街道1号", "周某（示例）", "10012345671"]
SECOND = [NAMES[2], fictional_code(2), "潜江市园林街道2号", "郑某（示例）", "10012345673"]
MORE = ["", "", "", "吴某（示例）", "10012345672"]
CONTACTS = [HEAD, FIRST, MORE, SECOND]
Rows = Sequence[Sequence[str | int | float | None]]


def book(tmp_path: Path, rows: Rows, *merged: MergedRange) -> Path:
    return write_grids(tmp_path / "台账.xlsx", {"企业名单": Grid(rows, merged)})


def patterns(rows: Rows, *merged: MergedRange) -> tuple[list[str], list[str]]:
    """The heads of the columns that plainly, and that perhaps, have blanks that mean "as above"."""
    sheet = sheet_of([["" if cell is None else str(cell) for cell in row] for row in rows], merged)
    layout = read_sheet(sheet, REGISTERS)
    head = read_head(sheet, lambda texts: len(texts), at=layout.header[1])
    assert head is not None
    found = find_blanks(replace(layout, above=()), sheet, head, HeadVocabulary(REGISTERS))
    headers = {column.index: column.header for column in layout.columns}
    return [headers[each] for each in found.plain], [headers[each] for each in found.doubtful]


NAMING = ["企业名称", "统一社会信用代码"]
CERTIFICATES = ["乡镇", "企业名称", "证书名称", "证书编号", "发证日期"]


@pytest.mark.parametrize(
    ("rows", "plain", "doubtful"),
    [
        (CONTACTS, NAMING, []),
        # A row that is slipped in among many, one that also tells of the firm itself, one with a number of its own: not plain.
        ([HEAD, *([f"示例{n}厂", fictional_code(n), "", "某", "10012345670"] for n in range(1, 20)), MORE], [], NAMING),
        ([HEAD, FIRST, ["", "", "潜江市3号", "吴某（示例）", ""]], [], NAMING),
        ([["序号", *HEAD], [1, *FIRST], [2, *MORE]], [], NAMING),
        # Rows that name the same firm again show that this table repeats what it means.
        ([HEAD, FIRST, FIRST, MORE], [], NAMING),
        # Nothing stands above the first row of a part.
        ([HEAD, FIRST, ["合计", "", "", "", ""], MORE], [], []),
        ([HEAD, MORE, MORE, SECOND], [], NAMING),
        # A code that lacks, where the name stands, is no blank of this kind; nor is anything in a list of nothing but firms.
        ([HEAD, FIRST, [NAMES[3], "", "", "吴某（示例）", ""]], [], []),
        ([HEAD[:3], FIRST[:3], ["", "", "潜江市3号"]], [], []),
        # Townships head groups of firms; where one stands twice, or right of the names, nobody knows.
        (
            [["乡镇", *HEAD[:2]], ["园林街道", *FIRST[:2]], ["", *SECOND[:2]], ["浩口镇", NAMES[3], fictional_code(3)],
             ["", NAMES[4], fictional_code(4)]],
            ["乡镇"], [],
        ),
        (
            [["乡镇", *HEAD[:2]], ["园林街道", *FIRST[:2]], ["", *SECOND[:2]], ["园林街道", NAMES[3], fictional_code(3)],
             ["", NAMES[4], fictional_code(4)]],
            [], ["乡镇"],
        ),
        ([[*HEAD[:2], "乡镇"], [*FIRST[:2], "园林街道"], [*SECOND[:2], ""]], [], ["乡镇"]),
    ],
)  # fmt: skip
def test_what_blanks_mean(rows: Rows, plain: list[str], doubtful: list[str]) -> None:
    assert patterns(rows) == (plain, doubtful)


def chosen(importer: Importer, database: Database, path: Path, above: tuple[int, ...]) -> int:
    """Take the file in with the blanks of these columns as a person chose."""
    import_id = importer.upload(path, BOOK)
    with session_scope(database) as session:
        run = session.get_one(ImportRun, import_id)
        (sheet,) = sheets_of(session, run)
        choice = SheetChoice(True, sheet.register, {}, {}, {}, above=above)
        change_reading(session, actor=SYSTEM, run=run, table=open_table(path), choices={0: choice}, now=NOW)
    importer.start(import_id)
    importer.work()
    return import_id


def contacts(database: Database) -> list[tuple[str, int | None]]:
    with read_scope(database) as session:
        return [tuple(row) for row in session.execute(select(Contact.name, Contact.enterprise_id).order_by(Contact.id))]


@pytest.mark.parametrize("merged", [False, True])
def test_several_contacts_below_a_firm_are_its_own(
    importer: Importer, database: Database, tmp_path: Path, merged: bool
) -> None:
    ranges = [MergedRange(1, column, 2, column) for column in (0, 1)] if merged else []
    path = book(tmp_path, [*CONTACTS, ["合计", "", "", "", ""], MORE], *ranges)
    import_id = importer.upload(path, BOOK)
    with read_scope(database) as session:
        run = session.get_one(ImportRun, import_id)
        found = preview(
            session, actor=SYSTEM, run=run, table=open_table(path), sheet=sheets_of(session, run)[0], now=NOW
        )
        assert [result.outcome.value for result in found.results] == ["created", "created", "created", "rejected"]
        assert [result.row.above for result in found.results] == [{}, {0: 2, 1: 2}, {}, {}]
    importer.start(import_id)
    importer.work()
    assert importer.counts(import_id) == {"created": 3, "rejected": 1}
    one, other = importer.firm(fictional_code(1)).id, importer.firm(fictional_code(2)).id
    assert contacts(database) == [("周某（示例）", one), ("吴某（示例）", one), ("郑某（示例）", other)]
    assert importer.counts(importer.take_in(path, BOOK)) == {"unchanged": 3, "rejected": 1}


def test_amounts_and_days_are_not_taken_from_above(importer: Importer, database: Database, tmp_path: Path) -> None:
    rows: Rows = [
        ["企业名称", "统一社会信用代码", "资质名称", "证书编号", "发证日期", "2020年营业收入（万元）"],
        [NAMES[1], fictional_code(1), "高新技术企业", "GR202042990001", "2020-12-01", 500],
        ["", "", "高新技术企业", "GR201742990001", "", ""],
    ]
    with session_scope(database) as session:
        firm(session, uscc=fictional_code(1), name=NAMES[1].removesuffix("（示例）"))
    path = book(tmp_path, rows)
    assert guessed(path, BOOK).above == (0, 1)
    import_id = chosen(importer, database, path, (0, 1, 4, 5))
    assert importer.counts(import_id) == {"created": 2}
    with read_scope(database) as session:
        days = dict(session.execute(select(Certificate.number, Certificate.issued_on)).all())
        assert session.scalars(select(YearlyFigures.sales_revenue_fen)).all() == [500_000_000]
    assert days["GR202042990001"] is not None and days["GR201742990001"] is None


def test_what_is_not_plain_is_a_person_s_choice(importer: Importer, database: Database, tmp_path: Path) -> None:
    path = book(tmp_path, [["序号", *HEAD], [1, *FIRST], [2, *MORE], [3, *SECOND]])
    assert guessed(path, BOOK).above == ()
    assert guessed(path, BOOK, ReadingHints(above=("企业名称", "统一社会信用代码"))).above == (1, 2)
    assert guessed(book(tmp_path, CONTACTS), BOOK, ReadingHints(above=("-",))).above == ()
    path = book(tmp_path, [["序号", *HEAD], [1, *FIRST], [2, *MORE], [3, *SECOND]])
    assert importer.counts(chosen(importer, database, path, (1, 2))) == {"created": 3}


def test_as_above_in_a_word_is_read_and_names_no_firm(importer: Importer, database: Database, tmp_path: Path) -> None:
    again = ["同上", "〃", "", "吴某（示例）", "10012345672"]
    rows = [HEAD, FIRST, again, [*again[:3], "王某（示例）", "10012345679"], ["合计", "", "", "", ""], again]
    import_id = importer.take_in(book(tmp_path, rows), BOOK)
    assert importer.counts(import_id) == {"created": 3, "rejected": 1}
    firm_id = importer.firm(fictional_code(1)).id
    assert [kept for _name, kept in contacts(database)] == [firm_id] * 3


def test_a_day_merged_over_several_records_is_asked_about_and_not_taken_by_itself(
    importer: Importer, database: Database, tmp_path: Path
) -> None:
    rows: Rows = [
        ["企业名称", "统一社会信用代码", "注册地址", "资质名称", "证书编号", "发证日期"],
        [NAMES[1], fictional_code(1), "潜江市园林街道", "高新技术企业", "GR202042990001", "2020-12-01"],
        [NAMES[2], fictional_code(2), "潜江市园林街道", "高新技术企业", "GR202042990002", ""],
        [NAMES[3], fictional_code(3), "潜江市园林街道", "高新技术企业", "GR202042990003", "2020-12-02"],
    ]
    merged = MergedRange(1, 5, 2, 5)
    assert patterns(rows, merged) == ([], ["发证日期"])
    path = book(tmp_path, rows, merged)
    assert guessed(path, BOOK).perhaps_above == (5,)
    chosen(importer, database, path, ())
    with read_scope(database) as session:
        days = select(Certificate.issued_on).order_by(Certificate.number)
        assert [day and day.day for day in session.scalars(days)] in ([1, None, 2], [1, 2])
    chosen(importer, database, path, (5,))
    with read_scope(database) as session:
        assert [day and day.day for day in session.scalars(days)] == [1, 1, 2]


def test_rows_far_down_that_break_the_pattern_are_told_with_their_numbers(tmp_path: Path) -> None:
    pairs = [[FIRST, MORE] for _number in range(160)]
    named = [[f"园林精密{n}号有限公司（示例）", fictional_code(n), *row[2:]] for n, (row, _more) in enumerate(pairs, 1)]
    rows = [HEAD, *(row for one in named for row in (one, MORE))]
    unlike = [["", "", "潜江市园林街道9号", "吴某（示例）", "10012345672"], named[0], named[0]]
    assert guessed(book(tmp_path, rows), BOOK).unlike == ()
    layout = guessed(book(tmp_path, [*rows, *unlike]), BOOK)
    assert layout.headers_of(layout.above) == tuple(NAMING) and layout.unlike == (322, 324)
    grouped = [[f"街道{n // 4}" if n % 4 == 0 else "", f"园林精密{n}号有限公司（示例）"] for n in range(400)]
    grouped[360][0] = "街道0"
    layout = guessed(book(tmp_path, [["乡镇", "企业名称"], *grouped]), BOOK)
    assert layout.headers_of(layout.above) == ("乡镇",) and layout.unlike == (362,)
