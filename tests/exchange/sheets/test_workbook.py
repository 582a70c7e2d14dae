"""The workbook of a hand-over: its columns and head, what is text and what a number, and that every record is in it once."""

import json
import tracemalloc
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from app.exchange.domain import FieldDefinition, FieldType, MoneyUnit, ResourceDefinition, SheetColumn, SheetDefinition
from app.exchange.reconciliation.theirs import listing_of_file
from app.exchange.sheets.answers import read_answer
from app.exchange.sheets.cells import cell_of
from app.exchange.sheets.layout import HeadingSpan, layout_of, spans
from app.exchange.sheets.workbook import SheetRow, write_workbook
from app.kit.i18n import Bilingual


def field(name: str, title: str, type: FieldType = FieldType.TEXT, **more: Any) -> FieldDefinition:
    return FieldDefinition(name=name, source=name, type=type, title=Bilingual(zh=title, en=name), **more)


FIELDS = (
    field("uscc", "统一社会信用代码", FieldType.CODE, required=True, example="1"),
    field("name", "企业名称"),
    field("capital", "注册资本", FieldType.MONEY, unit=MoneyUnit.WAN),
    field("above_scale", "规模以上", FieldType.BOOLEAN),
    field("former_names", "曾用名", FieldType.TEXTS),
    field(
        "figures",
        "年度数据",
        FieldType.RECORDS,
        fields=(
            field("year", "年度", FieldType.INTEGER, required=True, example=2020),
            field("revenue", "销售收入", FieldType.MONEY, unit=MoneyUnit.YUAN),
        ),
    ),
)
RESOURCE = ResourceDefinition(kind="enterprise", key="uscc", title=Bilingual(zh="企业", en="Firm"), fields=FIELDS)
TORCH = RESOURCE.model_copy(
    update={
        "sheet": SheetDefinition(
            name="企业概况",
            header_rows=3,
            columns=(
                SheetColumn(field="name", headings=("企业概况", "", "QB01 企业名称")),
                SheetColumn(field="uscc", headings=("", "", "QB02 统一社会信用代码")),
                SheetColumn(field="capital", headings=("经济状况", "资本", "QB03 注册资本（万元）")),
            ),
        )
    }
)
FIRM = {
    "uscc": "914290990000000001",
    "name": "=江汉样品（示例）",
    "capital": "12.500000",
    "above_scale": True,
    "former_names": ["甲", "乙"],
    "figures": [{"year": 2020, "revenue": "61200000.01"}, {"year": 2019, "revenue": None}],
}
ROWS = (
    SheetRow("enterprises/914290990000000001@7", "914290990000000001", "江汉样品（示例）", FIRM),
    SheetRow("enterprises/000000000000000002@8", "000000000000000002", "撤回的（示例）", None),
)


def written(path: Path, resource: ResourceDefinition, rows: Any = ROWS) -> dict[str, list[list[Any]]]:
    with path.open("wb") as target:
        assert write_workbook(target, layout_of(resource), rows, [("批次号", "JH-2021-0001")]) == len(rows)
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_an_officer_finds_every_record_and_list(tmp_path: Path) -> None:
    assert written(tmp_path / "a.xlsx", RESOURCE) == {
        "企业": [
            ["报送标识", "统一社会信用代码", "企业名称", "注册资本（万元）", "规模以上", "结果", "原因"],
            ["enterprises/914290990000000001@7", "914290990000000001", "=江汉样品（示例）", 12.5, "是", "", ""],
        ],
        "曾用名": [
            ["报送标识", "统一社会信用代码", "曾用名"],
            ["enterprises/914290990000000001@7", "914290990000000001", "甲"],
            ["enterprises/914290990000000001@7", "914290990000000001", "乙"],
        ],
        "年度数据": [
            ["报送标识", "统一社会信用代码", "年度", "销售收入（元）"],
            ["enterprises/914290990000000001@7", "914290990000000001", 2020.0, 61200000.01],
            ["enterprises/914290990000000001@7", "914290990000000001", 2019.0, ""],
        ],
        "撤回记录": [
            ["报送标识", "统一社会信用代码", "名称", "结果", "原因"],
            ["enterprises/000000000000000002@8", "000000000000000002", "撤回的（示例）", "", ""],
        ],
        "清单说明": [
            ["批次号", "JH-2021-0001"],
            ["填写说明", "请在“结果”列填写 接收、退回 或 处理中，退回的在“原因”列写明原因，然后把本文件发回。"],
            ["", "“报送标识”列用来核对回执，请勿改动；行和列的次序可以改变。"],
            ["", "金额按各列标注的单位填写；空白表示未知，不是零。"],
        ],
    }


def test_the_partners_own_three_header_rows_and_column_order(tmp_path: Path) -> None:
    sheet = written(tmp_path / "a.xlsx", TORCH)["企业概况"]
    assert sheet[:3] == [
        ["", "企业概况", "", "经济状况", "", ""],
        ["", "", "", "资本", "", ""],
        ["报送标识", "QB01 企业名称", "QB02 统一社会信用代码", "QB03 注册资本（万元）", "结果", "原因"],
    ]
    assert sheet[3][1:4] == ["=江汉样品（示例）", "914290990000000001", 12.5]
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    assert '<mergeCell ref="B1:C1"/>' in xml
    assert "<f>" not in xml


def test_three_header_rows_are_read_back_with_the_records_that_are_withdrawn(tmp_path: Path) -> None:
    written(tmp_path / "a.xlsx", TORCH)
    read = read_answer(tmp_path / "a.xlsx")
    assert [(answer.sheet, answer.row, answer.identity) for answer in read.answers] == [
        ("企业概况", 4, ROWS[0].identity),
        ("撤回记录", 2, ROWS[1].identity),
    ]
    assert read.unread_sheets == ("曾用名", "年度数据", "清单说明")
    listing = listing_of_file(tmp_path / "a.xlsx", TORCH)
    (theirs,) = listing.rows
    assert (theirs.key, theirs.data) == (
        "914290990000000001",
        {"name": "=江汉样品（示例）", "uscc": "914290990000000001", "capital": "12.5"},
    )


def test_headings_that_go_on_are_one_group() -> None:
    assert spans(["", "甲", "", "乙", "丙", ""]) == [
        HeadingSpan(1, 2, "甲"),
        HeadingSpan(3, 3, "乙"),
        HeadingSpan(4, 5, "丙"),
    ]


@pytest.mark.parametrize(
    ("type", "value", "cell"),
    [
        (FieldType.CODE, "0429005", "0429005"),
        (FieldType.TEXT, None, ""),
        (FieldType.INTEGER, 0, Decimal(0)),
        (FieldType.MONEY, "61200000.01", Decimal("61200000.01")),
        (FieldType.MONEY, "12345678901234.5678", "12345678901234.5678"),
        (FieldType.BOOLEAN, False, "否"),
        (FieldType.DAY, "2021-06-30", "2021-06-30"),
        (FieldType.INSTANT, "2021-06-30T02:00:00.5Z", "2021-06-30 10:00:00"),
    ],
)
def test_a_number_is_one_only_where_no_digit_is_lost(type: FieldType, value: Any, cell: Any) -> None:
    unit = MoneyUnit.YUAN if type is FieldType.MONEY else None
    assert cell_of(field("a", "甲", type, unit=unit), value) == cell


def test_thousands_of_records_take_no_more_memory_than_a_few(tmp_path: Path) -> None:
    firm = json.dumps(FIRM | {"figures": [], "former_names": []})

    def peak(number: int) -> int:
        rows = (SheetRow(f"enterprises/{n}@{n}", str(n), "", json.loads(firm)) for n in range(number))
        tracemalloc.start()
        with (tmp_path / "a.xlsx").open("wb") as target:
            write_workbook(target, layout_of(RESOURCE), rows, [])
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(4_000) < peak(1_000) + 600_000, "222 bytes a record at most: far less than it holds"
