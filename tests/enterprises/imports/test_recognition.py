"""Sheets as bureaus name and head them, understood without help."""

from pathlib import Path

import pytest

from app.enterprises.imports.domain import ImportKind
from app.enterprises.imports.sheets import ReadingHints, allowed, guess_sheets
from app.kit.tabular import open_table
from tests.factories.workbooks import Grid, write_grids
from tests.support.house import HOUSE

SHEETS = {
    "园林街道": (
        ["单位名称", "社会信用代码", "法人", "成立时间", "联系人", "手机"],
        "firm",
        ["name", "uscc", "legal_representative", "registered_on", "contact.contact_name", "contact.phone"],
        {"township": "园林街道"},
    ),
    "财务": (
        ["企业名称", "2021年营业收入（万元）", "2022年研发投入（万元）"],
        "figures",
        ["name", "figures.sales_revenue_fen@2021", "figures.rd_total_fen@2022"],
        {"figures.basis": "STAT"},
    ),
    "软著": (
        ["著作权人", "软件名称", "登记号", "登记日期"],
        "property",
        ["name", "property.property_name", "property.property_number", "property.granted_on"],
        {"property.kind_code": "software_copyright"},
    ),
    "科小": (
        ["企业名称", "入库编号", "入库时间"],
        "technology_sme",
        ["name", "technology_sme.sme_number", "technology_sme.listed_on"],
        {},
    ),
    "处罚信息": (
        ["行政相对人名称", "行政相对人代码", "违法行为类型", "违法事实", "处罚决定日期", "处罚机关", "严重程度"],
        "compliance",
        [
            "name",
            "uscc",
            *(f"compliance.{field}" for field in ("kind", "offence", "happened_on", "issuer", "severity")),
        ],
        {},
    ),
    "企业荣誉资质": (
        ["企业名称", "荣誉称号", "认定日期"],
        "tag",
        ["name", "tag.tag", "tag.granted_on"],
        {},
    ),
    "专利导出": (
        ["申请号", "名称", "申请人", "专利类型", "授权公告日"],
        "property",
        ["property.property_number", "property.property_name", "name", "property.kind_code", "property.granted_on"],
        {},
    ),
    "科技副总名单": (
        ["姓名", "派出高校院所", "专业技术职务", "任职企业", "任职开始时间", "任职结束时间"],
        "agreement",
        [
            "agreement.expert",
            "agreement.unit",
            "agreement.title",
            "name",
            "agreement.starts_on",
            "agreement.ends_on",
        ],
        {"agreement.programme": "deputy-director"},
    ),
    "市场主体": (
        ["市场主体名称", "信用码", "法定代表人姓名", "镇办处", "注册资本金（万元）"],
        "firm",
        ["name", "uscc", "legal_representative", "township", "capital"],
        {},
    ),
    "专家库": (
        ["专家姓名", "工作单位", "职称", "联系电话"],
        "person",
        ["person.expert", "person.unit", "person.title", "person.phone"],
        {},
    ),
}


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_is_understood_by_its_name_and_heads(tmp_path: Path, name: str) -> None:
    heads, register, fills, given = SHEETS[name]
    path = write_grids(tmp_path / "台账.xlsx", {name: Grid([heads, ["1"] * len(heads)])})
    (sheet,) = guess_sheets(open_table(path), allowed(HOUSE, ImportKind.WORKBOOK))
    assert (sheet.register, sheet.mapping["given"]) == (register, given)
    assert [column[2] for column in sheet.mapping["columns"]] == fills


def test_the_group_above_a_head_says_whose_it_is(tmp_path: Path) -> None:
    groups = ["企业名称", "统一社会信用代码", "联系方式", "", "委托外部研发（万元）", "", "2022年"]
    heads = ["", "", "姓名", "电话", "境内", "境外", "R&D经费支出（万元）"]
    path = write_grids(
        tmp_path / "表.xlsx", {"基本情况": Grid([groups, heads, ["甲（示例）", "1", "", "", "", "", "1"]])}
    )
    (sheet,) = guess_sheets(open_table(path), allowed(HOUSE, ImportKind.WORKBOOK))
    assert [column[2] for column in sheet.mapping["columns"]][2:] == [
        "contact.contact_name",
        "contact.phone",
        "figures.rd_outsourced_domestic_fen",
        "figures.rd_outsourced_overseas_fen",
        "figures.rd_total_fen@2022",
    ]


def test_values_tell_the_firm_where_no_head_does(tmp_path: Path) -> None:
    firms = [[f"甲{n}机械有限公司（示例）", "GR202142990001", "2021-11-15"] for n in range(3)]
    path = write_grids(tmp_path / "表.xlsx", {"高企": Grid([["户名", "证书编号", "发证日期"], *firms])})
    (sheet,) = guess_sheets(open_table(path), allowed(HOUSE, ImportKind.WORKBOOK))
    assert (sheet.register, sheet.mapping["columns"][0][2], sheet.chosen) == ("certificate", "name", True)


def test_a_sheet_that_tells_more_than_anybody_takes_is_asked_about(tmp_path: Path) -> None:
    needs = ["企业名称", "需求名称", "需求描述", "拟投入资金（万元）", "联系人", "联系电话"]
    seconded = ["姓名", "职称", "手机", "任职企业", "分管工作"]
    found = ["企业名称", "统一社会信用代码", "处罚日期", "违法事实"]
    sheets = {"需求": needs, "挂职": seconded, "处罚": found, "名单": ["企业名称", "统一社会信用代码", "法人"]}
    path = write_grids(
        tmp_path / "表.xlsx", {name: Grid([heads, ["1"] * len(heads)]) for name, heads in sheets.items()}
    )
    told = guess_sheets(open_table(path), allowed(HOUSE, ImportKind.WORKBOOK))
    assert [(sheet.name, sheet.chosen) for sheet in told] == [
        ("需求", False),
        ("挂职", False),
        ("处罚", True),
        ("名单", True),
    ]
    severe = ReadingHints(given={"严重程度": "一般", "kind": "环境违法"})
    (penalties,) = (
        sheet
        for sheet in guess_sheets(open_table(path), allowed(HOUSE, ImportKind.WORKBOOK), severe)
        if sheet.name == "处罚"
    )
    assert penalties.chosen
    assert penalties.mapping["given"] == {"compliance.severity": "一般", "compliance.kind": "环境违法"}


def test_a_sheet_whose_unit_nobody_told_keeps_no_other_out(tmp_path: Path) -> None:
    sheets = {"名单": ["企业名称", "统一社会信用代码"], "财务": ["企业名称", "2021年营业收入"]}
    path = write_grids(tmp_path / "表.xlsx", {name: Grid([heads, ["甲", "1"]]) for name, heads in sheets.items()})
    registers, table = allowed(HOUSE, ImportKind.WORKBOOK), open_table(path)
    assert [sheet.chosen for sheet in guess_sheets(table, registers)] == [True, True]
    assert [sheet.chosen for sheet in guess_sheets(table, registers, ReadingHints(unattended=True))] == [True, False]
    told = ReadingHints(sheets=("财务",), unattended=True)
    assert [sheet.chosen for sheet in guess_sheets(table, registers, told)] == [False, True]


def test_a_sheet_about_nothing_known_is_not_taken_in(tmp_path: Path) -> None:
    firms = Grid([["企业名称", "统一社会信用代码"], ["甲（示例）", "1"]])
    path = write_grids(
        tmp_path / "台账.xlsx",
        {"名单": firms, "会议": Grid([["日期", "议题"], ["1", "2"]]), "旧": Grid(firms.rows, hidden=True)},
    )
    sheets = guess_sheets(open_table(path), allowed(HOUSE, ImportKind.WORKBOOK))
    assert [(sheet.name, sheet.chosen) for sheet in sheets] == [("名单", True), ("会议", False), ("旧", False)]
