"""Workbooks read: hidden sheets, merged cells, OpenDocument, files called what they are not, and how many sheets are read."""

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from app.kit.errors import Invalid
from app.kit.tabular import MergedRange, open_table
from app.kit.tabular.file_kind import TableKind
from app.kit.tabular.workbook_reader import MAX_SHEETS
from tests.factories.workbooks import (
    ODS_TYPE,
    Grid,
    ods_blank,
    ods_covered,
    ods_row,
    ods_styles,
    ods_table,
    ods_text,
    ods_value,
    write_grids,
    write_ods,
)


def refusal(path: Path) -> Invalid:
    with pytest.raises(Invalid) as caught:
        open_table(path)
    return caught.value


def test_hidden_sheets_and_merged_cells_are_told(tmp_path: Path) -> None:
    merged = (MergedRange(0, 0, 0, 3), MergedRange(2, 1, 5, 1))
    path = write_grids(
        tmp_path / "a.xlsx", {"名单": Grid([["名单"], [], ["甲", "园林"]], merged), "旧": Grid([["x"]], hidden=True)}
    )
    shown, hidden = open_table(path).sheets
    assert (shown.name, shown.hidden, shown.merged) == ("名单", False, merged)
    assert (hidden.name, hidden.hidden, hidden.merged) == ("旧", True, ())
    assert [row.number for row in shown.rows()] == [1, 2, 3]


def test_merged_cells_count_in_the_columns_that_are_read(tmp_path: Path) -> None:
    grid = Grid(
        [[None, None, "镇", "甲"], [None, None, "园林", "乙"]], (MergedRange(0, 0, 1, 1), MergedRange(1, 2, 3, 2))
    )
    (sheet,) = open_table(write_grids(tmp_path / "a.xlsx", {"一": grid})).sheets
    assert [row.cells for row in sheet.rows()] == [["镇", "甲"], ["园林", "乙"]]
    assert sheet.merged == (MergedRange(1, 0, 3, 0),)


def test_a_serial_number_stays_a_number(tmp_path: Path) -> None:
    (sheet,) = open_table(write_grids(tmp_path / "a.xlsx", {"一": Grid([["发证日期"], [42064]])})).sheets
    assert [row.cells for row in sheet.rows()] == [["发证日期"], ["42064"]]


def test_an_ods_is_read_with_its_kinds_repeats_and_merged_cells(tmp_path: Path) -> None:
    tables = ods_table(
        "名单",
        ods_row(ods_text("年度名单", right=3), ods_covered(2)),
        ods_row(ods_blank(1024), repeated=2),
        ods_row(
            ods_text("园林", down=3), ods_text("甲"), ods_value("float", "1234567.5"), ods_value("date", "2021-03-04")
        ),
        ods_row(ods_covered(), ods_text("同", repeated=2), repeated=2),
        ods_row(ods_blank(16384), repeated=1_048_000),
    ) + ods_table("旧", ods_row(ods_blank(2), ods_text("x")), style="hidden")
    table = open_table(write_ods(tmp_path / "list.xlsx", tables, styles=ods_styles()))
    shown, hidden = table.sheets
    assert (table.kind, shown.hidden, hidden.hidden) == (TableKind.ODS, False, True)
    assert shown.merged == (MergedRange(0, 0, 0, 2), MergedRange(3, 0, 5, 0))
    assert [(row.number, row.cells) for row in shown.rows() if not row.blank] == [
        (1, ["年度名单", "", "", ""]),
        (4, ["园林", "甲", "1234567.5", "2021-03-04"]),
        (5, ["", "同", "同", ""]),
        (6, ["", "同", "同", ""]),
    ]
    assert [row.cells for row in hidden.rows()] == [["x"]]


@pytest.mark.parametrize("name", ["a.xls", "a.ods", "a.et", "a"])
def test_a_workbook_is_read_by_its_content_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    table = open_table(write_grids(tmp_path / name, {"名单": Grid([["甲"]])}))
    assert table.kind is TableKind.XLSX
    assert [row.cells for row in table.sheets[0].rows()] == [["甲"]]


@pytest.mark.parametrize(
    "far",
    [
        ods_row(ods_text("x", repeated=16_000), repeated=1_000_000),
        ods_row(ods_blank(16_000), ods_text("x")) + ods_row(ods_blank(), repeated=1_000_000) + ods_row(ods_text("y")),
    ],
)
def test_an_ods_cannot_fill_the_memory(tmp_path: Path, far: str) -> None:
    assert refusal(write_ods(tmp_path / "a.ods", ods_table("一", far))).code == "tabular.too_many_cells"


def test_sheets_that_fit_alone_may_be_too_much_together(tmp_path: Path) -> None:
    table = ods_row(ods_blank(99), ods_text("x"), repeated=50_000)
    assert open_table(write_ods(tmp_path / "a.ods", ods_table("一", ods_row(ods_text("甲"))))).sheets
    many = "".join(ods_table(str(number), table) for number in range(3))
    assert refusal(write_ods(tmp_path / "a.ods", many)).code == "tabular.too_many_cells"


def test_an_ods_with_a_document_type_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", ODS_TYPE)
        archive.writestr("content.xml", '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>')
    assert refusal(path).code == "tabular.damaged"


def test_an_ods_with_a_password_says_so(tmp_path: Path) -> None:
    entry = '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
    path = write_ods(tmp_path / "a.ods", "\x01" * 9, manifest=entry)
    assert refusal(path).code == "tabular.locked"


@pytest.mark.parametrize(
    "kind", ["application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.graphics"]
)
def test_another_open_document_is_no_table(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", "<x/>")
    assert refusal(path).code == "tabular.archive"


def test_so_many_sheets_are_read_and_one_more_is_refused(tmp_path: Path) -> None:
    sheet = Grid([["企业名称"], ["甲（示例）"]])
    assert (
        len(open_table(write_grids(tmp_path / "a.xlsx", {f"表{n}": sheet for n in range(MAX_SHEETS)})).sheets)
        == MAX_SHEETS
    )
    error = refusal(write_grids(tmp_path / "b.xlsx", {f"表{n}": sheet for n in range(MAX_SHEETS + 1)}))
    assert error.code == "tabular.too_many_sheets"
    assert "501 个工作表" in error.message and "500 个" in error.message


def test_a_workbook_that_excel_locked_says_so_whatever_it_is_called(tmp_path: Path) -> None:
    for name in ("a.xlsx", "a.xls", "a.et"):
        path = tmp_path / name
        path.write_bytes(
            bytes.fromhex("D0CF11E0A1B11AE1") + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(2_000)
        )
        assert refusal(path).code == "tabular.locked"
        path.write_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + bytes(4_000))
        assert refusal(path).code == "tabular.damaged"


def rewrite(path: Path, other: Path, old: bytes, new: bytes) -> None:
    """The workbook with other bytes in its parts."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).replace(old, new) for name in archive.namelist()}
    with zipfile.ZipFile(other, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_formulas_that_nobody_calculated_are_refused_and_empty_results_are_not(tmp_path: Path) -> None:
    path = tmp_path / "公式.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["企业名称", "营业收入"])
    sheet.write_formula(1, 1, '=IF(A1="","",A1)', None, "x")
    sheet.write_formula(2, 1, "=1+1", None, 2)
    book.add_worksheet("说明 & 附注").write(0, 0, 7)
    book.close()
    rewrite(path, path, b"<v>x</v>", b"<v></v>")
    assert [row.cells for row in open_table(path).sheets[0].rows()][1:] == [["", ""], ["", "2"]]
    for empty in ("<v></v>", "<v/>", ""):
        other = tmp_path / "未算.xlsx"
        rewrite(path, other, b"<v>2</v>", empty.encode())
        first, second = open_table(other).sheets
        with pytest.raises(Invalid, match="公式没有保存计算结果（如 B3）") as refused:
            first.require_calculated()
        assert refused.value.code == "tabular.uncalculated"
        second.require_calculated()
