"""Cells: days, yes and no, codes that lost their digits, rows of a wrong width."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.enterprises.imports.entries import ReadRow, RowReading
from app.enterprises.imports.figure.reader import FigureTables, parse_figures
from app.enterprises.imports.recognition import HeadVocabulary
from app.enterprises.imports.registers import FIRM, registers_of
from app.enterprises.imports.row_reader import EARLIEST, Parsed, SourceRow, day_reason, read_day, read_yes_no
from app.enterprises.imports.shapes import RowKind, body_rows, read_head
from app.kit.tabular import open_table
from tests.counts import Counts
from tests.factories.enterprises import fictional_code
from tests.factories.lists import HEADER, firm_row, write_list
from tests.support.house import HOUSE
from tests.support.imports import guessed

TODAY = date(2021, 6, 30)


class _Unread:
    """Reads nothing: only how a row is cut into cells is looked at."""

    def key_of(self, source: SourceRow) -> str:
        return source.texts["uscc"]

    def parse(self, source: SourceRow) -> Parsed:
        return Parsed(source)


def rows_of(path: Path) -> list[ReadRow]:
    """The rows of a list of firms, cut into cells."""
    sheet = open_table(path).sheets[0]
    registers = registers_of(HOUSE)
    head = read_head(sheet, HeadVocabulary(registers).recognise)
    assert head is not None
    reading = RowReading(guessed(path), registers, {FIRM: cast(Any, _Unread())}, fixed_width=sheet.fixed_width)
    return [reading.read(row.row) for row in body_rows(sheet, head) if row.kind is RowKind.DATA]


@pytest.mark.parametrize(
    "text",
    [
        "2015-03-01",
        "2015/3/1",
        "2015.03.01",
        "2015年3月1日",
        "20150301",
        "2015-03-01 00:00:00",
        "２０１５-03-01",
        "42064",
    ],
)
def test_a_day_reads_in_every_common_shape(text: str) -> None:
    assert read_day(text, today=TODAY) == date(2015, 3, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2021-02-30",
        "2021-13-01",
        "2021-07-01",
        "1492-10-12",
        "15-03-01",
        "2015-03",
        "19999",
        "420640",
        "三月一日",
        "",
        "2015-3-1x",
    ],
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert read_day(text, today=TODAY) is None


def test_every_real_day_survives_its_writing(counts: Counts) -> None:
    @settings(max_examples=counts.property_examples, deadline=None)
    @given(st.dates(EARLIEST, TODAY), st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d"]))
    def check(day: date, shape: str) -> None:
        assert read_day(day.strftime(shape), today=TODAY) == day
        assert read_day((TODAY + timedelta(days=1)).strftime(shape), today=TODAY) is None

    check()


def test_any_text_is_a_day_or_none(counts: Counts) -> None:
    @settings(max_examples=counts.property_examples, deadline=None)
    @given(st.from_regex(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?", fullmatch=True) | st.text(max_size=12))
    def check(text: str) -> None:
        found = read_day(text, today=TODAY)
        assert found is None or EARLIEST <= found <= TODAY

    check()


def test_yes_and_no() -> None:
    assert [read_yes_no(text) for text in ("是", "规上", "Y", "否", "0", "也许")] == [
        True,
        True,
        True,
        False,
        False,
        None,
    ]


def test_a_code_stored_as_a_number_is_not_guessed(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "list.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["企业名称", "统一社会信用代码"])
    sheet.write_row(1, 0, ["甲（示例）", 914290990036604657])
    book.close()
    (row,) = rows_of(path)
    assert [reason.code for reason in row.firm.refusals] == ["uscc.inexact"]


def test_what_a_spreadsheet_made_of_a_code_in_a_csv_is_named(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    code = "91429004MA49XXXX0A".replace("X", "0")
    path.write_text(
        f'企业名称,统一社会信用代码\n甲（示例）,9.1429E+17\n乙（示例）,\'{code}\n丙（示例）,9142E\n丁（示例）,="{code}"\n'
    )
    rows = [row.firm for row in rows_of(path)]
    assert [[reason.code for reason in firm.refusals] for firm in rows] == [["uscc.scientific"], [], ["uscc"], []]
    assert "9.1429E+17" in str(rows[0].refusals[0])
    assert [reason.code for reason in rows[1].remarks] == ["uscc.apostrophe"]
    assert rows[1].key == rows[3].key == code


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2015年3月", "day.incomplete"),
        ("2021-13-01", "day.invalid"),
        ("1492-10-12", "day.invalid"),
        ("2031-01-01", "day.future"),
        ("长期", "unread"),
    ],
)
def test_why_a_text_is_no_day(text: str, reason: str) -> None:
    assert read_day(text, today=TODAY) is None
    assert day_reason(text) == reason


def test_rows_of_another_width_are_told_and_placeholders_are_empty(tmp_path: Path) -> None:
    rows = [
        firm_row(1),
        firm_row(2)[:9],
        [*firm_row(3), "多", "出", "来"],
        [*firm_row(4), "", ""],
        firm_row(5, 企业类型="N/A"),
    ]
    found = rows_of(write_list(tmp_path / "list.csv", rows, HEADER))
    sources = [row.firm.source for row in found]
    assert [source.problem.code if source.problem else "" for source in sources] == ["", "width", "width", "", ""]
    assert [row.number for row in found] == [2, 3, 4, 5, 6]
    assert found[4].own is not None
    assert found[4].own.parsed.source.texts["kind"] == ""


def test_money_in_every_unit_and_never_guessed() -> None:
    tables = FigureTables({}, 2021)

    def read(text: str, unit: str) -> Parsed:
        texts = {"uscc": fictional_code(1), "year": "2020", "basis": "HTE", "sales_revenue_fen": text}
        return parse_figures(SourceRow(2, [], texts, {"sales_revenue_fen": unit}), tables)

    for text, unit, fen in (
        ("38205", "千元", 3_820_500_000),
        ("1.5", "亿元", 15_000_000_000),
        ("38205000元", "万元", 3_820_500_000),
        ("3820.5万", "", 3_820_500_000),
        ("12", "百万元", 1_200_000_000),
    ):
        assert read(text, unit).values["sales_revenue_fen"] == fen
    for text, unit, reason in (
        ("38205", "", "unit.missing"),
        ("38205", "cell", "unit.missing"),
        ("38205", "人", "unit.missing"),
        ("500万美元", "万元", "unread"),
        ("500", "万美元", "unread"),
    ):
        found = read(text, unit)
        assert "sales_revenue_fen" not in found.values
        assert found.unread == {"sales_revenue_fen": text}
        assert reason in [remark.code for remark in found.remarks]
