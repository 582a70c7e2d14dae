"""Headers of real lists, understood without help."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from app.enterprises.imports.blank_lists import blank_list
from app.enterprises.imports.domain import ImportKind
from app.enterprises.imports.fields import FIELDS
from app.enterprises.imports.firm.reader import STATE_OF_DAY
from app.enterprises.imports.mapping import SheetMapping, remap, with_unit
from app.enterprises.imports.registers import registers_of
from app.enterprises.imports.shapes.head_text import split_header, title_unit
from app.enterprises.imports.sheets import ReadingHints, allowed, guess_sheets
from app.enterprises.imports.tables.first_rows import with_samples
from app.kit.errors import Invalid
from app.kit.tabular import open_table, write_xlsx
from tests.factories.lists import HEADER, firm_row, firm_rows, write_list
from tests.support.house import HOUSE
from tests.support.imports import guessed

FIRMS = ImportKind.ENTERPRISES
REGISTERS = registers_of(HOUSE)


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        (
            HEADER,
            [
                "name",
                "uscc",
                "registered_on",
                "kind",
                "legal_representative",
                "capital",
                "business_scope",
                "province",
                "city",
                "address",
            ],
        ),
        (
            [
                "提供企业名称",
                "提供代码匹配",
                "企业名称",
                "统一社会信用代码",
                "注册号",
                "公司类型",
                "成立日期",
                "法定代表人",
                "注册资本",
                "实缴资本",
                "公司规模",
                "所属行业",
                "英文名",
                "曾用名",
                "企业地址",
            ],
            [
                "",
                "",
                "name",
                "uscc",
                "",
                "kind",
                "registered_on",
                "legal_representative",
                "capital",
                "",
                "",
                "industry",
                "",
                "former_names",
                "address",
            ],
        ),
        (
            ["file", "why", "name", "code", "date", "type", "capital", "city", "address"],
            ["", "", "name", "uscc", "registered_on", "kind", "capital", "city", "address"],
        ),
        (["*单位名称", "信用代码（18位）", "成立时间 "], ["name", "uscc", "registered_on"]),
        (["企业全称", "营业执照统一社会信用代码"], ["name", "uscc"]),
        (["未导入原因", "企业名称", "统一社会信用代码"], ["reason", "name", "uscc"]),
        (["企业名称", "企业名称", "统一社会信用代码"], ["name", "", "uscc"]),
    ],
)
def test_headers_are_understood(tmp_path: Path, header: Sequence[str], fields: list[str]) -> None:
    layout = guessed(write_list(tmp_path / "list.csv", [["1"] * len(header)], header))
    assert [column.fills for column in layout.columns] == fields


@pytest.mark.parametrize(
    ("header", "name", "unit"),
    [
        ("注册资本（万元）", "注册资本", "万元"),
        ("销售收入(元)", "销售收入", "元"),
        ("销售收入/万元", "销售收入", "万元"),
        (" 注册 资本 ", "注册 资本", ""),
        ("高新技术产品（服务）收入（万元）", "高新技术产品收入", "万元"),
        ("*企业名称", "企业名称", ""),
        ("销售收入（千元）", "销售收入", "千元"),
        ("净资产(单位：亿元)", "净资产", "亿元"),
        ("营业收入 百万元", "营业收入", "百万元"),
        ("营业收入万元", "营业收入", "万元"),
        ("收入（万元，2020年）", "收入", "万元"),
        ("注册资本(万美元)", "注册资本", "万美元"),
        ("Registered capital (10,000 yuan)", "registered capital", "万元"),
        ("职工总数（人）", "职工总数", "人"),
        ("信用代码（18位）", "信用代码", ""),
    ],
)
def test_a_header_tells_its_unit(header: str, name: str, unit: str) -> None:
    assert split_header(header) == (name, unit)


@pytest.mark.parametrize(
    ("rows", "unit"),
    [
        ([["2020年企业数据表", "", "单位：万元"]], "万元"),
        ([["2020年企业数据表"], ["（金额单位：人民币千元）"]], "千元"),
        ([["单 位：人、万元  制表：张某（示例）"]], "万元"),
        ([["单位", "百万元"]], "百万元"),
        ([["2020年主要指标（亿元）"]], "亿元"),
        ([["填报单位：元亨公司（示例）"], ["注册地（潜江）"]], ""),
        ([["", "收入（万元）", "研发费用"]], ""),
        ([["单位：万元", "单位：元"]], ""),
        ([["单位：万元"], ["单位：元"]], ""),
        ([], ""),
    ],
)
def test_a_title_tells_its_unit_and_two_units_are_none(rows: list[list[str]], unit: str) -> None:
    assert title_unit(rows) == unit


FIGURES_HEADER = ["统一社会信用代码", "年度", "口径", "销售收入", "净资产（千元）", "总资产", "职工总数"]


def figures_layout(tmp_path: Path, row: list[str], *above: list[str]) -> SheetMapping:
    rows = [*above, FIGURES_HEADER, row]
    return guessed(write_list(tmp_path / "list.csv", rows[1:], rows[0]), ImportKind.FIGURES)


def test_the_units_of_money_come_from_header_title_or_cells_and_are_asked_for_otherwise(tmp_path: Path) -> None:
    bare = ["1", "2020", "高企", "38205", "12", "2600", "40"]
    layout = figures_layout(tmp_path, bare)
    assert layout.without_unit(REGISTERS) == ("销售收入", "总资产")
    assert [column.unit for column in with_unit(layout, REGISTERS, "亿元").columns] == [
        "", "", "", "亿元", "千元", "亿元", "",
    ]  # fmt: skip
    titled = figures_layout(tmp_path, bare, ["2020年数据", "", "", "", "", "", "单位：万元"])
    assert titled.without_unit(REGISTERS) == ()
    assert [column.unit for column in titled.columns][3:6] == ["万元", "千元", "万元"]
    told = figures_layout(tmp_path, ["1", "2020", "高企", "3820万元", "12", "", "40"])
    assert told.without_unit(REGISTERS) == ()
    assert [column.unit for column in told.columns][3:6] == ["cell", "千元", "cell"]


def test_titles_above_the_header_are_passed_over(tmp_path: Path) -> None:
    rows = [
        ["附件1：", "", ""],
        ["潜江市企业名单\n（截至2021年6月）", "", ""],
        ["", "", ""],
        ["企业名称", "统一社会信用代码", "备注"],
    ]
    path = write_list(tmp_path / "list.csv", [*rows[1:], ["甲（示例）", "1", ""]], rows[0])
    layout = guessed(path)
    assert layout.header == (4, 4)
    assert layout.not_imported == ("备注",)
    sampled = with_samples(layout, open_table(path).sheets[0])
    assert sampled.columns[0].samples == ("甲（示例）",)


def test_the_sheet_with_the_list_is_found_and_the_others_are_named(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "book.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("说明").write(0, 0, "请按模板填写")
    sheet = book.add_worksheet("名单")
    for at, row in enumerate([HEADER, *firm_rows(3)]):
        sheet.write_row(at, 0, row)
    book.add_worksheet("空表")
    book.close()
    sheets = guess_sheets(open_table(path), allowed(HOUSE, FIRMS))
    assert [(sheet.name, sheet.chosen) for sheet in sheets] == [("说明", False), ("名单", True)]
    assert guessed(path).header == (1, 1)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", [["甲（示例）", "2015-01-01"]], ["企业名称", "注册日期"])
    assert guessed(path).missing(REGISTERS) == ("uscc",)


def test_a_choice_replaces_the_guess_and_no_field_is_filled_twice(tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", [firm_row(1)])
    layout = guessed(path)
    changed = remap(layout, REGISTERS, {4: "", 5: "capital"}, {5: "万元"})
    assert changed.index_of("legal_representative") is None
    assert changed.columns[5].unit == "万元"
    assert SheetMapping.from_json("", changed.register, changed.to_json()).columns[5].header == "注册资金"
    with pytest.raises(Invalid, match="法人代表"):
        remap(layout, REGISTERS, {4: "name"}, {})
    with pytest.raises(Invalid):
        remap(layout, REGISTERS, {4: "version"}, {})


@pytest.mark.parametrize("kind", list(FIELDS))
@pytest.mark.parametrize("xlsx", [True, False])
def test_the_templates_are_understood_whole(tmp_path: Path, kind: ImportKind, xlsx: bool) -> None:
    path = tmp_path / "template"
    path.write_bytes(blank_list(kind, xlsx=xlsx))
    layout = guessed(path, kind)
    filled = [column.fills.removeprefix("figures.") for column in layout.columns]
    assert filled == [field.code for field in FIELDS[kind] if field.code not in STATE_OF_DAY]
    assert layout.not_imported == ()
    assert all(column.unit == "万元" for column in layout.columns if column.fills.endswith("_fen"))


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    path.write_bytes(write_xlsx([], [""]))
    with pytest.raises(Invalid):
        guessed(path)


def test_what_is_told_about_a_file_goes_before_what_is_guessed(tmp_path: Path) -> None:
    rows = [["企业名称", "统一社会信用代码"], ["名", "号"], ["甲（示例）", "1"]]
    path = write_list(tmp_path / "list.csv", rows[1:], rows[0])
    told = ReadingHints(header_row=2, columns={"名": "name", "号": "uscc"})
    layout = guessed(path, told=told)
    assert layout.header == (2, 2)
    assert [column.fills for column in layout.columns] == ["name", "uscc"]
    with pytest.raises(Invalid, match="没有工作表"):
        guessed(path, told=ReadingHints(sheets=("名单",)))
