"""What the rows below a head are: data, totals, notes, titles, heads again; and what merged cells of the data hold."""

import tracemalloc
from collections.abc import Iterator, Sequence
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.enterprises.imports.shapes import BodyRow, RowKind, SheetHead, body_rows, left_out, read_head
from app.kit.tabular import MergedRange, Row, Sheet
from tests.factories.sheets import recogniser, sheet_of

KNOWN = recogniser("序号", "企业名称", "统一社会信用代码", "金额", "乡镇", "营业收入", "备注")
HEAD = "序号|企业名称|统一社会信用代码|金额|备注"
FIRM = "1|甲有限公司（示例）|91429099MAE929890U|20|"


def head_of(sheet: Sheet) -> SheetHead:
    head = read_head(sheet, KNOWN)
    assert head is not None
    return head


def body(rows: Sequence[str], *merged: MergedRange) -> list[BodyRow]:
    sheet = sheet_of(rows, merged)
    return list(body_rows(sheet, head_of(sheet)))


def kinds(rows: Sequence[str], *merged: MergedRange) -> list[str]:
    return [each.kind.value for each in body(rows, *merged)]


@pytest.mark.parametrize(
    "row",
    [
        "合计||65家|1346796.62|",
        "合 计|||20|",
        "|小计||20|",
        "66|总计||20|",
        "|园林街道小计||20|",
        "累计（万元）|||20|",
        "合计：65家||||",
        "Total|||20|",
        "2021年合计|||20|",
        "||合计|20|",
        "平均值|||20|",
        "其中：规上工业企业||45家|20|",
    ],
)
def test_totals_are_told_by_their_first_cells(row: str) -> None:
    assert kinds([HEAD, FIRM, FIRM, row]) == ["data", "data", "total"]


@pytest.mark.parametrize(
    "row",
    [
        "2|合计信息科技有限公司（示例）|91429099MAE929890U|20|",
        "2|湖北总计会计师事务所（示例）||20|",
        "2|甲有限公司（示例）|91429099MAE929890U|20|累计",
        "小计|甲有限公司（示例）|91429099MAE929890U|20|",
        "2|甲有限公司（示例）||合计|",
        "2|统计局||20|",
    ],
)
def test_a_firm_is_no_total_whatever_it_is_called(row: str) -> None:
    assert kinds([HEAD, FIRM, row, FIRM]) == ["data"] * 3


@pytest.mark.parametrize(
    "row",
    [
        "注：1.本表数据截至2024年12月31日。||||",
        "注||||",
        "备注：|空格表示未报|||",
        "填表人：（示例）    审核人：（示例）||||",
        "填表人：|张三|审核人：|李四|",
        "经办：        复核：||||",
        "制表：张三|||日期：2024年3月1日|",
        "单位负责人（签字）：||||",
        "联系电话：0728-0000000||||",
        "以上数据由各镇报送，科技局汇总。||||",
        "说明：空格表示未报||||",
        "|（一）以上企业不含园区||",
        "||||2024年12月31日",
        "||||2024年12月",
        "||||潜江市科学技术局（盖章）",
    ],
)
def test_notes_and_signatures_after_the_table(row: str) -> None:
    assert kinds([HEAD, FIRM, FIRM, FIRM, row]) == ["data"] * 3 + ["note"]
    assert kinds([HEAD, FIRM, FIRM, FIRM, "合计|||60|", "", row, ""]) == ["data"] * 3 + [
        "total",
        "blank",
        "note",
        "blank",
    ]


def test_numbered_points_follow_a_note() -> None:
    assert kinds([HEAD, FIRM, "注：1.甲", "2.乙", "（3）丙有限公司（示例）"]) == ["data", "note", "note", "note"]


@pytest.mark.parametrize("row", ["|乙有限公司（示例）|||", "3||||", "|||20|", "||91429099MAE4035222||"])
def test_a_row_that_has_only_a_name_or_a_number_is_data(row: str) -> None:
    assert kinds([HEAD, FIRM, FIRM, FIRM, row]) == ["data"] * 4
    assert kinds([HEAD, FIRM, row, FIRM]) == ["data"] * 3


def test_a_list_of_names_alone_is_data() -> None:
    rows = ["企业名称|统一社会信用代码|备注", *[f"园林{number}号有限公司（示例）||" for number in range(100)]]
    assert kinds(rows) == ["data"] * 100


def test_a_list_of_one_column_is_data() -> None:
    assert kinds(["企业名称", "甲", "乙", "合计", "注：略"]) == ["data", "data", "total", "note"]


def test_titles_of_sections_between_the_rows() -> None:
    rows = [HEAD, "一、规上企业||||", FIRM, FIRM, FIRM, "二、规下企业||||", FIRM, "园林街道||||", FIRM]
    assert kinds(rows) == ["title", "data", "data", "data", "title", "data", "title", "data"]
    assert kinds([HEAD, "北京市（92所）||||", FIRM], MergedRange(1, 0, 1, 4)) == ["title", "data"]


def test_a_township_above_its_firms_is_a_title() -> None:
    rows = [
        "乡镇|企业名称|统一社会信用代码|金额",
        "园林街道|||",
        "|甲公司|91|1",
        "浩口镇|||",
        "|乙公司|92|2",
        "|丙公司||",
    ]
    assert kinds(rows) == ["title", "data", "title", "data", "data"]
    assert kinds([HEAD, "一|园林街道|||", FIRM, "（二）|浩口镇|||", FIRM]) == ["title", "data", "title", "data"]
    assert kinds([HEAD, "一|甲有限公司（示例）|||", FIRM]) == ["data", "data"]


def test_without_a_head_no_row_of_data_is_taken_for_one() -> None:
    rows = ["甲公司|91429099MAE929890U|2021|内资|5", "乙公司|91429099MAE4035222|2021|内资|5", "丙公司|9|2021|内资|5"]
    assert kinds(rows) == ["data", "data"]


def test_a_repeated_head_is_no_data_and_no_new_table() -> None:
    rows = body([HEAD, FIRM, HEAD, FIRM, "", HEAD, FIRM])
    assert [(each.kind.value, each.block) for each in rows] == [
        ("data", 0),
        ("head", 0),
        ("data", 0),
        ("blank", 0),
        ("head", 0),
        ("data", 0),
    ]


def test_a_title_that_is_repeated_on_every_page_opens_no_new_table() -> None:
    rows = body(["奖补名单（单位：万元）", HEAD, FIRM, "奖补名单（单位：万元）", HEAD, FIRM])
    assert [(each.kind.value, each.block) for each in rows] == [("data", 0), ("title", 0), ("head", 0), ("data", 0)]


def test_stacked_tables_have_heads_of_their_own() -> None:
    rows = body(
        [
            "2022年名单（单位：万元）",
            HEAD,
            FIRM,
            "合计|||20|",
            "经办：    复核：",
            "",
            "2023年名单",
            "|||单位：元|",
            "序号|统一社会信用代码|企业名称|金额|经办人",
            "1|91429099MAE929890U|甲有限公司（示例）|200000|马",
            "合计|||200000|",
        ]
    )
    assert [each.kind.value for each in rows] == [
        *("data", "total", "note", "blank", "title", "title", "head", "data", "total"),
    ]
    assert [each.block for each in rows] == [0, 0, 0, 0, 0, 0, 1, 1, 1]
    second = rows[-1].head
    assert (second.first_row, second.unit, second.titles) == (9, "元", ("2023年名单", "单位：元"))
    assert [column.name for column in second.heads] == ["序号", "统一社会信用代码", "企业名称", "金额", "经办人"]


def test_a_stacked_table_may_have_a_head_of_two_rows_and_other_years() -> None:
    merged = [MergedRange(row, 0, row + 1, 0) for row in (0, 4)] + [MergedRange(row, 1, row, 2) for row in (0, 4)]
    rows = body(
        [
            "企业名称|2021年|",
            "|营业收入|研发费用",
            "甲公司|1|2",
            "",
            "企业名称|2022年|",
            "|营业收入|研发费用",
            "甲公司|3|4",
        ],
        *merged,
    )
    assert [each.kind.value for each in rows] == ["data", "blank", "head", "head", "data"]
    assert [column.year for column in rows[-1].head.heads] == [None, 2022, 2022]
    assert [each.block for each in rows] == [0, 0, 1, 1, 1]


def test_another_table_after_a_gap() -> None:
    rows = body(
        [HEAD, FIRM, "合计|||20|", "", "联系人", "序号|联系人|联系电话|职务", "1|张三|0728-0000000|经理"],
    )
    assert [each.kind.value for each in rows] == ["data", "total", "blank", "title", "head", "data"]
    assert [column.name for column in rows[-1].head.heads] == ["序号", "联系人", "联系电话", "职务"]


# -- merged cells ------------------------------------------------------------------------------------------------------


def towns(rows: Sequence[str], *merged: MergedRange) -> list[str]:
    return [each.row.cells[0] for each in body(rows, *merged)]


def test_a_merged_cell_holds_for_its_rows_and_no_further() -> None:
    rows = ["乡镇|企业名称|金额", "园林|甲|1", "|乙|2", "|丙|3", "|丁|4", "小计||10", "浩口|戊|5"]
    assert towns(rows, MergedRange(1, 0, 3, 0)) == ["园林", "园林", "园林", "", "小计", "浩口"]


def test_a_merged_cell_fills_no_total_no_blank_row_and_no_note() -> None:
    rows = ["乡镇|企业名称|金额", "园林|甲|1", "|合计|1", "|乙|2", "", "注：略||", "|丙|3"]
    found = [(each.kind.value, each.row.cells[0]) for each in body(rows, MergedRange(1, 0, 6, 0))]
    assert found == [
        ("data", "园林"),
        ("total", ""),
        ("data", "园林"),
        ("blank", ""),
        ("note", "注：略"),
        ("data", "园林"),
    ]


def test_a_merged_title_or_total_fills_nothing() -> None:
    rows = ["乡镇|企业名称|金额", "甲镇|甲|1", "合计||1", "|乙|2"]
    assert towns(rows, MergedRange(2, 0, 3, 0)) == ["甲镇", "合计", ""]


def test_a_merged_amount_is_not_told_twice_but_a_year_and_a_code_are() -> None:
    rows = ["企业名称|统一社会信用代码|年度|金额", "甲|91429099MAE929890U|2023|20", "|||", "乙|||"]
    merged = [MergedRange(1, column, 3, column) for column in (1, 2, 3)]
    assert [each.row.cells for each in body(rows, *merged)][-1] == ["乙", "91429099MAE929890U", "2023", ""]


def test_what_stands_in_a_merged_cell_stays() -> None:
    rows = ["乡镇|企业名称|金额", "园林|甲|1", "浩口|乙|2"]
    assert towns(rows, MergedRange(1, 0, 2, 0)) == ["园林", "浩口"]


def test_a_cell_that_has_lost_digits_fills_as_such() -> None:
    def read() -> Iterator[Row]:
        yield Row(1, ["企业名称", "统一社会信用代码"])
        yield Row(2, ["甲", "914290998036604657"], inexact=frozenset({1}))
        yield Row(3, ["乙", ""])

    sheet = Sheet("名单", read, merged=(MergedRange(1, 1, 2, 1),))
    assert [each.row.inexact for each in body_rows(sheet, head_of(sheet))] == [{1}, {1}]


def test_a_product_below_a_merged_firm_is_data() -> None:
    rows = ["企业名称|序号|备注", "甲公司|1|一", "|2|二", "|3|三", "|四|"]
    assert kinds(rows, MergedRange(1, 0, 4, 0)) == ["data"] * 4


def test_what_is_left_out_is_told_by_row() -> None:
    rows = body([HEAD, FIRM, "", "合计|||20|", "注：略"])
    assert list(left_out(rows)) == [(4, RowKind.TOTAL), (5, RowKind.NOTE)]


# -- all sheets --------------------------------------------------------------------------------------------------------

LINES = st.sampled_from(
    [
        HEAD,
        FIRM,
        "",
        "合计|||20|",
        "注：略",
        "2023年名单",
        "|乙有限公司（示例）|||",
        "单位：元",
        "1.一",
        "园林||||",
        "3|丙|||4",
    ]
)
RANGES = st.builds(
    lambda row, column, down, right: MergedRange(row, column, row + down, column + right),
    st.integers(1, 14),
    st.integers(0, 4),
    st.integers(0, 5),
    st.integers(0, 2),
)


def apart(ranges: list[MergedRange]) -> list[MergedRange]:
    """Ranges as a spreadsheet can have them: none over another."""
    kept: list[MergedRange] = []
    for new in ranges:
        if all(
            new.first_row > old.last_row
            or new.last_row < old.first_row
            or new.first_column > old.last_column
            or new.last_column < old.first_column
            for old in kept
        ):
            kept.append(new)
    return kept


@given(st.lists(LINES, max_size=15), st.lists(RANGES, max_size=4).map(apart))
def test_every_row_has_one_kind_keeps_its_number_and_is_filled_once(
    lines: list[str], merged: list[MergedRange]
) -> None:
    sheet = sheet_of(["企业名单|||单位：万元", HEAD, *lines], merged)
    head = head_of(sheet)
    rows = list(body_rows(sheet, head))
    assert [each.row.number for each in rows] == list(range(head.last_row + 1, len(lines) + 3))
    as_read = {row.number: row.cells for row in sheet.rows()}
    for each in rows:
        assert (each.kind is RowKind.BLANK) == (not any(as_read[each.row.number]))
        changed = [(old, new) for old, new in zip(as_read[each.row.number], each.row.cells, strict=True) if old != new]
        assert all(old == "" for old, _new in changed)
        assert not changed or each.kind is RowKind.DATA
    filled = sheet_of(
        [row for number, row in as_read.items() if number <= head.last_row] + [e.row.cells for e in rows], merged
    )
    assert [each.row.cells for each in body_rows(filled, head)] == [each.row.cells for each in rows]


def test_a_reader_that_starts_in_the_middle_sees_the_same_rows() -> None:
    sheet = sheet_of(["乡镇|企业名称|金额", "园林|甲|1", "|乙|2", "|丙|3"], [MergedRange(1, 0, 3, 0)])
    whole = list(body_rows(sheet, head_of(sheet)))
    assert [each for each in body_rows(sheet, head_of(sheet)) if each.row.number > 2] == whole[1:]
    assert whole[2].row.cells[0] == "园林"


@pytest.mark.parametrize("line", [FIRM, "|乙有限公司（示例）|||", "", "园林||||"])
def test_a_long_sheet_takes_no_more_memory_than_a_short_one(line: str) -> None:
    cells = [*line.split("|"), "", "", "", ""][:5]

    def read() -> Iterator[Row]:
        yield Row(1, HEAD.split("|"))
        for number in range(2, 2_000):
            yield Row(number, cells)

    sheet = Sheet("名单", read)
    rows = body_rows(sheet, head_of(sheet))
    list(islice(rows, 100))
    tracemalloc.start()
    count = sum(1 for _row in rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (count, peak < 100_000) == (1_898, True)
