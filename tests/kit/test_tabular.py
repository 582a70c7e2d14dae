"""Tables in and out: encodings, quotes, workbooks, bombs, formulas."""

import csv
import io
import re
import struct
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring as parse

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import Markup
from python_calamine import CalamineWorkbook

from app.kit.errors import Invalid
from app.kit.tabular import open_table, write_csv, write_xlsx
from app.kit.tabular.archive_guard import MAX_ENTRIES, MAX_UNPACKED_BYTES
from app.kit.tabular.csv_reader import DELIMITERS, cut_line
from app.kit.tabular.reader import Row
from app.kit.tabular.workbook import SheetFoot, stream_xlsx
from app.kit.tabular.writer import is_formula, safe_text
from tests.counts import Counts

TEXT = "企业名称,统一社会信用代码\n潜江市精密铸造有限公司（示例）,91429099MA00001XX0\n武汉·江汉示例厂,2\n"
ROWS = [line.split(",") for line in TEXT.strip().split("\n")]


def put(folder: Path, content: bytes, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def read(path: Path) -> list[list[str]]:
    return [row.cells for row in open_table(path).sheets[0].rows()]


def refusal(path: Path) -> Invalid:
    with pytest.raises(Invalid) as caught:
        open_table(path)
    return caught.value


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_a_table_beyond_500_columns_is_refused_and_one_of_500_is_read(tmp_path: Path, name: str) -> None:
    def table(columns: int, above: int = 0) -> Path:
        rows = [["甲"]] * above + [[f"列{n}" for n in range(columns)], ["1"] * columns]
        header = ["名单"] + [""] * (columns - 1)
        even = [row + [""] * (columns - len(row)) for row in rows]
        body = write_xlsx(even, header) if name.endswith("xlsx") else b"".join(write_csv(even, header))
        return put(tmp_path, body, name)

    assert len(read(table(500))[1]) == 500
    for above in (0, 5):
        error = refusal(table(501, above))
        assert error.code == "tabular.too_many_columns"
        assert "501 列" in error.message and "500 列" in error.message
    assert refusal(put(tmp_path, b"a," * 200_000 + b"\n", "b.csv")).code == "tabular.too_many_columns"
    assert read(put(tmp_path, ("甲,乙" + "," * 20_000 + "\n1,2\n").encode(), "c.csv"))[1] == ["1", "2"]


# -- encodings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("gbk", "gb18030"), ("utf-16", "utf-16")],
)
def test_the_encoding_is_told_and_the_names_are_right(tmp_path: Path, encoding: str, told: str) -> None:
    path = put(tmp_path, TEXT.encode(encoding))
    assert open_table(path).encoding == told
    assert read(path) == ROWS


@pytest.mark.parametrize("encoding", ["big5", "shift_jis", "latin-1", "euc_kr", "koi8-r"])
def test_another_encoding_is_refused_or_read_right_never_garbled(tmp_path: Path, encoding: str) -> None:
    texts = {
        "big5": "企業名稱,統一社會信用代碼\n臺灣區製造業發展協會籌備處,聯絡處與營業廳\n",
        "shift_jis": "会社名,コード\nかなとカナの株式会社アイウエオ,サンプル\n",
        "latin-1": "Société générale,Ménage\nÀ côté de l'été,Où ça là\n",
        "euc_kr": "회사이름,코드번호\n대한민국주식회사,서울특별시\n",
        "koi8-r": "Компания,Код\nОбщество с ограниченной ответственностью,Пример\n",
    }
    assert refusal(put(tmp_path, texts[encoding].encode(encoding))).code.startswith("tabular.encoding")


def test_mixed_encodings_are_refused_with_both_rows(tmp_path: Path) -> None:
    lines = TEXT.splitlines(keepends=True)
    error = refusal(put(tmp_path, lines[0].encode() + lines[1].encode("gb18030") + lines[2].encode()))
    assert error.code == "tabular.encoding.mixed"
    assert "第 1 行" in error.message and "第 2 行" in error.message


def test_a_row_in_no_encoding_is_named(tmp_path: Path) -> None:
    error = refusal(put(tmp_path, TEXT.encode() + b"\xff\xff\xff,1\n"))
    assert (error.code, "第 4 行" in error.message) == ("tabular.encoding.undecodable", True)


def test_rare_characters_and_short_lines_stay_gb18030(tmp_path: Path) -> None:
    text = "企业名称,代码\n联通,1\n燚堃瑄赟示例有限公司,2\n𠮷野示例,3\n"
    assert read(put(tmp_path, text.encode("gb18030"))) == [line.split(",") for line in text.split()]


# -- delimiters and quotes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    body = b"".join(write_csv([["甲，乙", "1,000(万元)"]], ["名称", "注册资金"], delimiter=delimiter))
    table = open_table(put(tmp_path, body))
    assert table.delimiter == delimiter
    assert read(tmp_path / "list.csv")[1] == ["甲，乙", "1,000(万元)"]


def test_a_quoted_cell_may_hold_commas_quotes_and_lines(tmp_path: Path) -> None:
    path = put(tmp_path, 'a,b\n"甲,乙","他说""好""\n第二行"\nc,d\n'.encode())
    assert read(path) == [["a", "b"], ["甲,乙", '他说"好"\n第二行'], ["c", "d"]]


def test_a_broken_quote_spoils_its_own_line_only(tmp_path: Path) -> None:
    path = put(tmp_path, '名称,代码,资金\n甲,1,"4,000(万)"\n"乙,2,3\n丙,3,"5,000(万)"\n丁,4,"x"y\n戊,5,6\n'.encode())
    rows = list(open_table(path).sheets[0].rows())
    assert [row.broken for row in rows] == [False, False, True, False, True, False]
    assert rows[2] == Row(3, ['"乙,2,3'], broken=True)
    assert rows[3].cells == ["丙", "3", "5,000(万)"]
    assert rows[5].cells == ["戊", "5", "6"]


def test_control_characters_and_old_line_ends_do_not_pass(tmp_path: Path) -> None:
    path = put(tmp_path, "a,b\r甲\u200b\x01乙,\u3000丙\u00a0\r".encode())
    assert read(path) == [["a", "b"], ["甲乙", "丙"]]


# -- what is no table --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "tabular.empty"),
        (b"\xef\xbb\xbf \r\n", "tabular.empty"),
        (b"MZ\x90\x00\x03" + b"\x00" * 200, "tabular.executable"),
        (b"\x7fELF\x02\x01\x01" + b"\x00" * 200, "tabular.executable"),
        (b"#!/bin/sh\nrm -rf /\n", "tabular.executable"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "tabular.markup"),
        (b"%PDF-1.7\n\x00\x01\x02", "tabular.binary"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 4096, "tabular.damaged"),
        (b"PK\x03\x04 not a zip at all", "tabular.damaged"),
    ],
)
def test_what_is_no_table_is_refused_by_its_content(tmp_path: Path, content: bytes, code: str) -> None:
    for name in ("list.csv", "list.xlsx", "list"):
        assert refusal(put(tmp_path, content, name)).code == code


def test_another_archive_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert refusal(path).code == "tabular.archive"


def test_a_file_beyond_the_limit_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    error = refusal(path)
    assert error.code == "tabular.too_large"
    assert "200 MB" in error.message and "100 MB" in error.message


# -- workbooks ---------------------------------------------------------------------------------------------------------


def test_a_workbook_reads_as_people_see_it(tmp_path: Path) -> None:
    path = tmp_path / "wrong-name.csv"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("空")
    sheet = book.add_worksheet("名单")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(1, 1, ["代码", 100000, 38.2, True, 914290051836604657])
    sheet.write_datetime(2, 1, datetime(2015, 3, 1), day)  # noqa: DTZ001 - a sheet knows no zones
    sheet.write_datetime(2, 2, datetime(2015, 3, 1, 12, 30), day)  # noqa: DTZ001
    book.close()
    (found,) = open_table(path).sheets
    rows = list(found.rows())
    assert found.name == "名单"
    assert [row.number for row in rows] == [1, 2, 3]
    assert rows[1].cells[:4] == ["代码", "100000", "38.2", "TRUE"]
    assert rows[1].inexact == {4}
    assert rows[2].cells[:2] == [date(2015, 3, 1).isoformat(), "2015-03-01 12:30:00"]


def _workbook(path: Path, sheet: bytes, *, extra: dict[str, bytes] | None = None) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return path


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "bomb.xlsx", b"0" * (8 * 1024 * 1024))
    assert refusal(path).code == "tabular.bomb"


def test_a_bomb_made_of_many_entries_is_refused(tmp_path: Path) -> None:
    many = {f"x{number}": b"" for number in range(MAX_ENTRIES)}
    assert refusal(_workbook(tmp_path / "bomb.xlsx", b"<x/>", extra=many)).code == "tabular.bomb"


def test_a_bomb_that_states_a_huge_size_is_refused(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "bomb.xlsx", b"<x/>")
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02")
    struct.pack_into("<I", content, at + 24, MAX_UNPACKED_BYTES + 1)
    path.write_bytes(content)
    assert refusal(path).code == "tabular.bomb"


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    body = b"0" * (2 * 1024 * 1024)
    path = _workbook(tmp_path / "bomb.xlsx", body)
    content = path.read_bytes().replace(struct.pack("<I", len(body)), struct.pack("<I", 10))
    path.write_bytes(content)
    assert refusal(path).code == "tabular.damaged"


def test_one_cell_far_out_cannot_fill_the_memory(tmp_path: Path) -> None:
    sheet = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert refusal(_workbook(tmp_path / "far.xlsx", sheet)).code == "tabular.too_many_cells"


def test_a_damaged_workbook_is_told(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    body = bytearray(write_xlsx([["甲", "1"]] * 50, ["名称", "代码"]))
    middle = len(body) // 3
    body[middle : middle + 40] = bytes(40)
    path.write_bytes(body)
    assert refusal(path).code == "tabular.damaged"


# -- writing -----------------------------------------------------------------------------------------------------------

FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "＝1",
    '=HYPERLINK("http://x","y")',
    "-2+3|' /C'!A0",
    "\ufeff=1",
    "\u200b=1",
    "\u200b \ufeff＝1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_csv_cell_never_begins_a_formula(text: str) -> None:
    assert is_formula(text)
    body = b"".join(write_csv([[text]], [text])).decode("utf-8-sig")
    for line in body.split("\r\n"):
        assert not line.lstrip('"').lstrip().startswith(("=", "+", "-", "@", "＝"))


@pytest.mark.parametrize("text", ["-5", "+8613812345678", "-12.50", "甲=乙", "示例", ""])
def test_plain_numbers_and_names_stay_as_they_are(text: str) -> None:
    assert safe_text(text) == text


def test_a_workbook_cell_is_text(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    path.write_bytes(write_xlsx([[text] for text in FORMULAS], ["=A1"]))
    with zipfile.ZipFile(path) as archive:
        xml = b"".join(archive.read(name) for name in archive.namelist() if "sheet1.xml" in name)
    assert b"<f>" not in xml and b"<f " not in xml
    assert read(path)[1][0] == "=1+1"


def test_writing_begins_with_a_mark_and_goes_in_blocks() -> None:
    blocks = list(write_csv(([str(n), "甲"] for n in range(2_500)), ["n", "名称"]))
    assert len(blocks) == 3
    assert blocks[0].startswith(b"\xef\xbb\xbfn,")
    assert b"".join(blocks).count(b"\r\n") == 2_501


def test_a_workbook_keeps_numbers_and_days_and_prints_well(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    instant = datetime(2021, 6, 30, 2, 0, tzinfo=UTC)
    row = ["0728-6240000", "914290051836604657", 2021, Decimal("38.2"), date(2021, 2, 18), instant, None]
    header = ["电话", "代码", "年度", "金额（万元）", "日期", "时间", "空"]
    path.write_bytes(
        write_xlsx([row, row], header, sheet="企业库-2021/6/30[全部]，名称长过三十一个字的工作表也要能打开才行")
    )
    (sheet,) = (CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0),)
    found = list(sheet.iter_rows())[1]
    assert found == [row[0], row[1], 2021, 38.2, date(2021, 2, 18), datetime.fromisoformat("2021-06-30 10:00"), ""]
    assert read(path)[2] == [row[0], row[1], "2021", "38.2", "2021-02-18", "2021-06-30 10:00:00", ""]
    with zipfile.ZipFile(path) as archive:
        xml, styles = (archive.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "styles"))
        book = archive.read("xl/workbook.xml").decode()
    assert '<autoFilter ref="A1:G3"/>' in xml and 'ySplit="1"' in xml and 'state="frozen"' in xml
    assert 'orientation="landscape"' in xml and 'fitToPage="1"' in xml and 'fitToHeight="0"' in xml
    assert "_xlnm.Print_Titles" in book and "企业库-2021 6 30" in book
    assert all(f'formatCode="{code}"' in styles for code in ("#,##0.00", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"))


#: A4 across without its margins, as wide as so many digits of the usual font; that font, and the rows that stand on a page, in points.
_PAGE_DIGITS, _FONT, _PAGE_POINTS, _ROW_POINTS = 149, 11, 516, 15


def test_a_wide_list_of_300_rows_prints_on_ten_pages_in_8_points(tmp_path: Path) -> None:
    """Every third firm has long texts, as in the register of the demo."""
    long = ["潜江市周矶精密铸造智能装备科技有限责任公司（示例）", "914290051836604657", "湖北省潜江市园林街道"]
    long += ["先进制造与自动化 · 先进制造工艺与装备", "高新技术企业、科技型中小企业、专精特新企业"]
    short = ["潜江周矶铸造有限公司（示例）", "914290051836604657", "园林街道", "新材料", "高企"]
    header = ["企业名称", "统一社会信用代码", "所在区域", "技术领域", "标签", "注册日期", "注册资本（万元）"]
    rows = [[*(short if number % 3 else long), date(2021, 2, 18), Decimal("3820.50")] for number in range(300)]
    path = tmp_path / "out.xlsx"
    path.write_bytes(write_xlsx(rows, header))
    with zipfile.ZipFile(path) as archive:
        xml, styles = (archive.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "styles"))
    widths = [float(width) for width in re.findall(r'<col [^>]*width="([\d.]+)"', xml)]
    scale = min(1, _PAGE_DIGITS / sum(widths))
    assert _FONT * scale >= 8
    assert widths[1] >= 20 and widths[5] >= 12, "codes, days and amounts are never broken"
    lines = sum(_lines(row, widths) for row in rows)
    assert lines > 300 and lines * _ROW_POINTS * scale <= 10 * _PAGE_POINTS
    assert 's="5" t="inlineStr"' in xml and 'wrapText="1"' in styles


def _lines(row: list[Any], widths: list[float]) -> int:
    texts = [
        (cell, width) for cell, width in zip(row, widths, strict=True) if isinstance(cell, str) and not cell.isascii()
    ]
    return max(-(-2 * len(text) // int(width)) for text, width in texts)


def test_a_narrow_list_is_not_broken_into_lines(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    path.write_bytes(write_xlsx([["914290051836604657", "甲乙丙" * 12]], ["代码", "名称"]))
    with zipfile.ZipFile(path) as archive:
        assert 's="5"' not in archive.read("xl/worksheets/sheet1.xml").decode()


def test_the_foot_of_a_page_says_who_when_which_and_how_many(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    foot = SheetFoot("李晓 & 王芳 · 2021-06-30 10:00", lambda n: f"{'长' * 300} · 共 {n} 行")
    path.write_bytes(b"".join(stream_xlsx([["甲"]] * 3, ["名称"], sheet="企业库", foot=foot)))
    with zipfile.ZipFile(path) as archive:
        root = parse(archive.read("xl/worksheets/sheet1.xml"))
    (found,) = (each.text or "" for each in root.iter() if each.tag.endswith("oddFooter"))
    assert found.startswith("&L&8 李晓 && 王芳 · 2021-06-30 10:00&C&8 &P / &N&R&8 ")
    assert found.endswith("… · 共 3 行") and len(found) <= 255


def test_a_workbook_is_sent_while_its_rows_come(tmp_path: Path) -> None:
    asked = []

    def rows() -> Iterator[list[Any]]:
        for number in range(1_301):
            asked.append(number)
            yield [number, f"甲{number}"]

    blocks = stream_xlsx(rows(), ["数", "名称"])
    sent = [next(blocks)]
    assert sent[0].startswith(b"PK") and not asked, "it begins before the first row is there"
    sent.append(next(blocks))
    assert len(asked) < 700, "and goes on with some of them"
    sent += blocks
    path = tmp_path / "out.xlsx"
    path.write_bytes(b"".join(sent))
    assert read(path) == [["数", "名称"], *([str(number), f"甲{number}"] for number in range(1_301))]
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            parse(archive.read(name))


def test_what_xml_cannot_hold_is_written_as_spreadsheets_do(tmp_path: Path) -> None:
    cells = [
        " 甲 ",
        "a&b<c>",
        "x\x08y\ny\rz",
        "_x0041_",
        True,
        1.5,
        date(1, 1, 1),
        "",
        None,
        0,
        Markup("<b>"),
    ]
    path = tmp_path / "out.xlsx"
    path.write_bytes(write_xlsx([cells * 3], ["头"] * 33, sheet="<&> \"引'号"))
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names == ['<&> "引 号']
    found = list(book.get_sheet_by_index(0).iter_rows())
    assert found[0][:3] == ["头", "头 (2)", "头 (3)"]
    assert found[1][:10] == [
        " 甲 ",
        "a&b<c>",
        "x\x08y\ny\rz",
        "_x0041_",
        "True",
        "1.5",
        "0001-01-01",
        "",
        "",
        0,
    ]
    assert found[1][32] == "<b>", "beyond Z"
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            parse(archive.read(name))


def test_more_rows_than_a_worksheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.kit.tabular.workbook._MAX_ROWS", 3)
    assert write_xlsx([["甲"]] * 2, ["名称"])
    with pytest.raises(ValueError, match="worksheet"):
        write_xlsx([["甲"]] * 3, ["名称"])


def test_an_amount_too_long_for_a_spreadsheet_keeps_its_digits(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    path.write_bytes(write_xlsx([[Decimal("1234567890123.123456")], [Decimal("0.000001")]], ["金额"]))
    assert read(path)[1:] == [["1234567890123.123456"], ["0.000001"]]
    assert safe_text(Decimal("-1E+3")) == "-1000"


def test_codes_keep_all_their_digits_in_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    path.write_bytes(write_xlsx([["914290051836604657", 10**17, 42, None]], ["代码", "大数", "数", "空"]))
    assert read(path)[1] == ["914290051836604657", str(10**17), "42", ""]


CELLS = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), max_size=12).map(str.strip)


def test_what_is_written_is_read_again(tmp_path: Path, counts: Counts) -> None:
    @settings(
        max_examples=counts.property_examples,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6))
    def check(rows: list[list[str]]) -> None:
        header = ["企业名称", "统一社会信用代码", "地址"]
        path = put(tmp_path, b"".join(write_csv(rows, header)))
        assert read(path)[1:] == rows

    check()


_TEXTS = st.text(alphabet=st.sampled_from("=+-@\t\r\n＝－\u200b\u3000 _a1甲,\"';"), max_size=4)
_CELLS = st.one_of(
    _TEXTS,
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(allow_nan=False, allow_infinity=False, places=2),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.datetimes(),
    st.builds(Markup, _TEXTS),
)


@given(
    st.integers(1, 3).flatmap(lambda width: st.lists(st.lists(_CELLS, min_size=width, max_size=width))), st.booleans()
)
def test_a_csv_is_what_its_cells_are_one_by_one(rows: list[list[Any]], ragged: bool) -> None:
    rows = [*rows, [1, "=1", None, "甲"]] if ragged else rows
    told = io.StringIO(newline="")
    csv.writer(told, lineterminator="\r\n").writerows([["名称"], *(list(map(safe_text, row)) for row in rows)])
    assert b"".join(write_csv(rows, ["名称"])).decode("utf-8-sig") == told.getvalue()


@given(
    st.text(st.sampled_from("甲a1 ,;\t\x00'\u2028"), max_size=30),
    st.sampled_from(DELIMITERS),
    st.sampled_from(["", "\n", "\r\n", "\r"]),
)
def test_a_line_without_quotes_is_cut_as_the_library_cuts_it(text: str, delimiter: str, end: str) -> None:
    assert cut_line(text + end, delimiter) == next(csv.reader([text + end], delimiter=delimiter, strict=True), [])
