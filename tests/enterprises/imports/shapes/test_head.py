"""Where the head of a sheet stands, and what its columns are called."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from app.enterprises.imports.shapes import SheetHead, read_head
from app.kit.tabular import MergedRange, open_table
from tests.factories.sheets import recogniser, sheet_of
from tests.factories.workbooks import Grid, write_grids

KNOWN = recogniser(
    "企业名称",
    "统一社会信用代码",
    "证书编号",
    "发证日期",
    "营业收入",
    "研发费用",
    "职工人数",
    "姓名",
    "职称",
    "备注",
    "乡镇",
)


def head_of(rows: Sequence[str], *merged: MergedRange, at: int | None = None) -> SheetHead:
    head = read_head(sheet_of(rows, merged), KNOWN, at=at)
    assert head is not None
    return head


def texts(head: SheetHead) -> list[str]:
    return [column.text for column in head.heads]


def test_a_blank_sheet_has_no_head() -> None:
    assert read_head(sheet_of([]), KNOWN) is None
    assert read_head(sheet_of(["", "|"]), KNOWN) is None


def test_titles_stand_above_and_tell_the_unit() -> None:
    head = head_of(["高企名单||", "填报单位：科技局||单位：万元", "企业名称|2024年营业收入|备注", "甲公司|1|"])
    assert (head.first_row, head.last_row, head.unit) == (3, 3, "万元")
    assert head.titles == ("高企名单", "填报单位：科技局", "单位：万元")
    assert [(column.name, column.year, column.unit) for column in head.heads] == [
        ("企业名称", None, "万元"),
        ("营业收入", 2024, "万元"),
        ("备注", None, "万元"),
    ]


MERGED = (
    MergedRange(0, 0, 0, 5),
    MergedRange(1, 0, 2, 0),
    MergedRange(1, 1, 1, 2),
    MergedRange(1, 3, 1, 4),
    MergedRange(1, 5, 2, 5),
)
TWO_ROWS = [
    "名单|||||",
    "乡镇|企业信息||证书信息||备注",
    "|企业名称|统一社会信用代码|证书编号|发证日期|",
    "园林|甲|91|GR|2024|",
]


@pytest.mark.parametrize("merged", [MERGED, MERGED[:1], ()])
@pytest.mark.parametrize("at", [None, 2, 3])
def test_two_rows_with_groups_merged_or_not(merged: Sequence[MergedRange], at: int | None) -> None:
    if at == 2 and merged != MERGED:
        return
    head = head_of(TWO_ROWS, *merged, at=at)
    assert (head.first_row, head.last_row, head.titles) == (2, 3, ("名单",))
    assert texts(head) == [
        "乡镇",
        "企业信息 / 企业名称",
        "企业信息 / 统一社会信用代码",
        "证书信息 / 证书编号",
        "证书信息 / 发证日期",
        "备注",
    ]
    assert [column.group for column in head.heads] == ["", "企业信息", "企业信息", "证书信息", "证书信息", ""]


def test_years_above_names_and_names_above_years() -> None:
    above = head_of(
        [
            "企业名称|2021年||二〇二二年|",
            "|营业收入（千元）|职工人数（人）|营业收入（千元）|职工人数（人）",
            "甲|1|2|3|4",
        ]
    )
    assert [(column.name, column.year, column.unit) for column in above.heads] == [
        ("企业名称", None, ""),
        ("营业收入", 2021, "千元"),
        ("职工人数", 2021, "人"),
        ("营业收入", 2022, "千元"),
        ("职工人数", 2022, "人"),
    ]
    (_name, *years) = head_of(
        ["企业名称|近三年营业收入（万元）|", "|2021年|2022年", "甲|1|2"], MergedRange(0, 1, 0, 2)
    ).heads
    assert [(column.name, column.year, column.unit) for column in years] == [
        ("营业收入", 2021, "万元"),
        ("营业收入", 2022, "万元"),
    ]
    below = head_of(["企业名称|营业收入（万元）||研发费用（万元）|", "|2021|2022|2021年|2022年度", "甲|1|2|3|4"])
    assert [(column.name, column.year, column.unit) for column in below.heads[1:]] == [
        ("营业收入", 2021, "万元"),
        ("营业收入", 2022, "万元"),
        ("研发费用", 2021, "万元"),
        ("研发费用", 2022, "万元"),
    ]


def test_three_rows() -> None:
    merged = (MergedRange(0, 0, 2, 0), MergedRange(0, 1, 0, 4), MergedRange(1, 1, 1, 2), MergedRange(1, 3, 1, 4))
    head = head_of(
        ["企业名称|主要指标（万元）|||", "|2021年||2022年|", "|营业收入|研发费用|营业收入|研发费用", "甲公司|1|2|3|4"],
        *merged,
    )
    assert (head.first_row, head.last_row) == (1, 3)
    assert [(column.name, column.year, column.unit) for column in head.heads[1:]] == [
        ("营业收入", 2021, "万元"),
        ("研发费用", 2021, "万元"),
        ("营业收入", 2022, "万元"),
        ("研发费用", 2022, "万元"),
    ]
    assert texts(head)[1] == "主要指标（万元） / 2021年 / 营业收入"


def test_merged_cells_lead_to_the_last_row_even_where_nothing_in_it_is_known() -> None:
    merged = (MergedRange(0, 0, 1, 0), MergedRange(0, 1, 0, 2), MergedRange(0, 3, 1, 3))
    head = head_of(["企业名称|专家||备注", "|大名|称号|", "甲|熊|教授|"], *merged)
    assert (head.last_row, texts(head)) == (2, ["企业名称", "专家 / 大名", "专家 / 称号", "备注"])


def test_a_row_that_numbers_the_columns_belongs_to_the_head() -> None:
    rows = ["企业名称|统一社会信用代码|营业收入|职工人数", "甲|乙|1|2", "示例公司|91|3|4"]
    assert [head_of(rows, at=at).last_row for at in (None, 1, 2)] == [2, 2, 2]
    assert head_of(["企业名称|证书编号|营业收入|职工人数", "1|2|3|4"]).last_row == 2
    assert head_of(["企业名称|证书编号|营业收入|职工人数", "1|2|2|4"]).last_row == 1


@pytest.mark.parametrize("at", [None, 1, 2])
def test_a_row_of_units_below_the_names_belongs_to_the_head(at: int | None) -> None:
    head = head_of(["企业名称|营业收入|研发费用|职工人数", "|万元|（千元）|人", "甲公司|1|2|3"], at=at)
    assert (head.first_row, head.last_row) == (1, 2)
    assert [(column.name, column.unit) for column in head.heads] == [
        ("企业名称", ""),
        ("营业收入", "万元"),
        ("研发费用", "千元"),
        ("职工人数", "人"),
    ]
    assert texts(head)[1:3] == ["营业收入（万元）", "研发费用（千元）"]


def test_a_head_far_down_is_found_where_a_person_points_at_it() -> None:
    head = head_of([*["说明"] * 5_000, "企业名称|证书编号|发证日期", "甲|GR1|2024"], at=5_001)
    assert (head.first_row, texts(head)) == (5_001, ["企业名称", "证书编号", "发证日期"])


def test_the_head_is_the_row_that_is_known_not_the_first() -> None:
    head = head_of(
        ["关于报送名单的通知", "", "各单位：|请于月底前报送", "", "企业名称|证书编号|发证日期", "甲|GR1|2024"]
    )
    assert (head.first_row, head.unit) == (5, "")


def test_where_nothing_is_known_the_first_wide_row_of_words_is_the_head() -> None:
    head = head_of(["名册", "列甲|列乙|列丙", "1|2|3"])
    assert (head.first_row, texts(head)) == (2, ["列甲", "列乙", "列丙"])


def test_a_person_may_point_at_the_head() -> None:
    rows = ["企业名称|证书编号", "旧表头|另一列", "甲|GR1"]
    assert texts(head_of(rows, at=2)) == ["旧表头", "另一列"]
    assert texts(head_of(rows)) == ["企业名称", "证书编号"]


def test_a_title_that_is_merged_short_of_the_table_is_no_group() -> None:
    head = head_of(["名单||||", "企业名称|证书编号|发证日期|备注|乡镇", "甲|GR1|2024||"], MergedRange(0, 0, 0, 2))
    assert (head.first_row, head.titles) == (2, ("名单",))


def test_a_merged_head_of_a_real_workbook(tmp_path: Path) -> None:
    grid = Grid([row.split("|") for row in TWO_ROWS], MERGED)
    (sheet,) = open_table(write_grids(tmp_path / "a.xlsx", {"一": grid})).sheets
    assert read_head(sheet, KNOWN) == head_of(TWO_ROWS, *MERGED)


def test_a_sentence_above_may_tell_the_unit() -> None:
    assert head_of(["2.金额单位为万元。||", "企业名称|证书编号|营业收入", "甲|GR1|1"]).unit == "万元"
    assert head_of(["填报单位为元亨公司||", "企业名称|证书编号|营业收入", "甲|GR1|1"]).unit == ""
