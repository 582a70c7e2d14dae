"""The text of a head, parted into name, year and unit."""

import pytest

from app.enterprises.imports.shapes.head_text import read_heading, shown


@pytest.mark.parametrize(
    ("text", "name", "year", "unit"),
    [
        ("2021年营业收入（万元）", "营业收入", 2021, "万元"),
        ("2021年度营业收入", "营业收入", 2021, ""),
        ("2021营业收入", "营业收入", 2021, ""),
        ("2021 年 营业收入", "营业收入", 2021, ""),
        ("营业收入（2021年）", "营业收入", 2021, ""),
        ("营业收入(2021年度,万元)", "营业收入", 2021, "万元"),
        ("营业收入2021年", "营业收入", 2021, ""),
        ("营业收入_2021", "营业收入", 2021, ""),
        ("2021年末资产总额", "资产总额", 2021, ""),
        ("2021年12月31日资产总额", "资产总额", 2021, ""),
        ("2021年职工人数（人）", "职工人数", 2021, "人"),
        ("2021年1-12月营业收入", "营业收入", 2021, ""),
        ("营业收入（2021年1-12月）", "营业收入", 2021, ""),
        ("2021", "", 2021, ""),
        ("2021年度", "", 2021, ""),
        ("二〇二一年", "", 2021, ""),
        ("二零二一年度营业收入", "营业收入", 2021, ""),
        ("二○二一年", "", 2021, ""),
        ("统一社会\n信用代码", "统一社会信用代码", None, ""),
        ("营业收入\n（万元）", "营业收入", None, "万元"),
        ("营业收入\n万元", "营业收入", None, "万元"),
        ("姓　名", "姓名", None, ""),
        ("备 注", "备注", None, ""),
        ("1.企业名称", "企业名称", None, ""),
        ("（2）企业名称", "企业名称", None, ""),
        ("*企业名称（全称）", "企业名称", None, ""),
        ("近三年营业收入", "近三年营业收入", None, ""),
    ],
)
def test_a_head_is_parted(text: str, name: str, year: int | None, unit: str) -> None:
    read = read_heading(text)
    assert (read.name, read.year, read.unit) == (name, year, unit)


@pytest.mark.parametrize(
    "text",
    [
        "2021年以来专利数",
        "2021年以来",
        "2021年至今",
        "2021-2023年营业收入",
        "2021年比2020年增长",
        "2021年同比增长",
        "2021年上半年营业收入",
        "2021年1-6月营业收入",
        "2021年6月营业收入",
        "2021年第一季度营业收入",
        "营业收入（2021年1-6月）",
        "营业收入（2021-2023年）",
        "截至2021年底累计专利数",
        "2021年前",
    ],
)
def test_a_part_of_a_year_or_several_are_no_year_and_no_usual_name(text: str) -> None:
    read = read_heading(text)
    assert read.year is None
    assert read.name not in ("营业收入", "专利数", "")


def test_a_head_is_shown_on_one_line() -> None:
    assert shown("统一社会\n信用代码 \n（18位）") == "统一社会信用代码 （18位）"
