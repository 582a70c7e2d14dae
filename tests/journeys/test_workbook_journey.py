"""A bureau's workbook, from the upload to taking all of it back: what each page says first, and what is done there."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.factories.enterprises import fictional_code, wrong_code
from tests.factories.workbooks import Grid, write_grids
from tests.journeys.conftest import Demo
from tests.support.browser import Watched

pytestmark = [pytest.mark.journey]

Visit = Callable[..., Watched]
FIRMS = {
    code: f"潜江市返湾{number}号精密有限公司（示例）" for number in (1, 2) if (code := fictional_code(98_760 + number))
}
DOUBTFUL = {wrong_code(98_760 + number): f"潜江市返湾{number}号精密有限公司（示例）" for number in (3, 4, 5)}


def a_workbook(path: Path) -> Path:
    """Three sheets: firms, three of whose codes fail their check; figures in 千元; earlier applications, one of an unknown programme."""
    (one, first), (two, second) = FIRMS.items()
    rows = {
        "企业名单": [["企业名称", "统一社会信用代码"], [first, one], [second, two], *([name, code] for code, name in DOUBTFUL.items())],
        "年度数据": [["单位：千元"], ["企业名称", "2021年营业收入"], [first, 38_205], [second, 61_430]],
        "历年申报": [["企业名称", "申报类型", "年度", "申报结果"], [first, "高企", 2018, "未通过"], [second, "火炬项目", 2019, "通过"]],
    }  # fmt: skip
    return write_grids(path, {name: Grid(grid) for name, grid in rows.items()})


def test_a_workbook_is_looked_at_taken_in_decided_and_taken_back(visit: Visit, demo: Demo, tmp_path: Path) -> None:
    there = visit(demo.officer())
    page, (one, first) = there.page, next(iter(FIRMS.items()))

    there.open("/imports/new")
    page.set_input_files("input[type=file]", a_workbook(tmp_path / "返湾台账.xlsx"))
    page.get_by_role("button", name="上传并预览").click()
    sheets = page.get_by_role("navigation", name="工作表")
    expect(sheets.get_by_role("link", name="历年申报")).to_be_visible()
    sheets.get_by_role("link", name="年度数据").click()
    expect(page.get_by_role("columnheader", name="2021年营业收入 → 万元")).to_be_visible()
    expect(page.get_by_role("cell", name="38205 3,820.5")).to_be_visible()
    assert there.violations() == [] and there.overflow() == []

    page.get_by_text("按原因说定").click()
    page.get_by_label("与手工修改不同").select_option(label="保留本库内容")
    page.get_by_role("button", name="记下").click()
    expect(page.get_by_text("开始导入之前可以改回。").first).to_be_visible()
    expect(page.get_by_label("与手工修改不同")).to_have_value("keep")
    assert there.violations() == [] and there.overflow() == []
    page.get_by_role("button", name="开始导入 3 张工作表").click()
    address = page.url.partition("?")[0]
    expect(page.get_by_role("heading", name="待确认")).to_be_visible()
    assert there.violations() == [] and there.overflow() == []
    page.get_by_role("button", name="第 4 行：确认代码并导入").click()
    page.get_by_role("dialog").get_by_label("确认理由").fill("已核对营业执照（示例）")
    page.get_by_role("dialog").get_by_role("button", name="确认").click()
    expect(page.get_by_text("已确认并导入这一行。")).to_be_visible()
    page.get_by_label("勾选第 5 行").check()
    page.get_by_label("勾选第 6 行").click(modifiers=["Shift"])
    expect(page.get_by_text("已勾选 2")).to_be_visible()
    page.get_by_role("button", name="决定勾选的行").click()
    page.get_by_label("“代码校验位不符”这 2 行").select_option(label="采用文件内容")
    page.get_by_label("采用整行时的理由").fill("已核对营业执照（示例）")
    assert there.violations() == [] and there.overflow() == []
    page.get_by_role("button", name="就这样决定").click()
    expect(page.get_by_text("没有这样的行")).to_be_visible()
    expect(page.get_by_text("已决定2")).to_be_visible()
    page.get_by_role("link", name="回到名单").click()
    page.get_by_role("link", name="未导入 1").click()
    expect(page.get_by_text("没有名为“火炬项目”的培育通道")).to_be_visible()
    there.open(f"/enterprises/{one}")
    expect(page.locator("#past-cases").get_by_text("未通过")).to_be_visible()

    there.open(f"{address.removeprefix(there.base)}/undo")
    expect(page.get_by_text("移出的企业")).to_be_visible()
    page.get_by_role("button", name="撤销这次导入").click()
    expect(page.get_by_text("已撤销").first).to_be_visible()
    there.open(f"/enterprises?q={first[3:8]}")
    expect(page.get_by_text(first)).to_have_count(0)
