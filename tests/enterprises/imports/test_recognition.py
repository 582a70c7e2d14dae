"""Sheets as bureaus name and head them, understood without help."""

from pathlib import Path

import pytest

from app.enterprises.imports.domain import ImportKind
from app.enterprises.imports.sheets import allowed, guess_sheets
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


def test_a_sheet_about_nothing_known_is_not_taken_in(tmp_path: Path) -> None:
    firms = Grid([["企业名称", "统一社会信用代码"], ["甲（示例）", "1"]])
    path = write_grids(
        tmp_path / "台账.xlsx",
        {"名单": firms, "会议": Grid([["日期", "议题"], ["1", "2"]]), "旧": Grid(firms.rows, hidden=True)},
    )
    sheets = guess_sheets(open_table(path), allowed(HOUSE, ImportKind.WORKBOOK))
    assert [(sheet.name, sheet.chosen) for sheet in sheets] == [("名单", True), ("会议", False), ("旧", False)]
