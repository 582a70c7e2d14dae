"""A block is pasted by the keyboard alone: the page shows what it read at once, and the next page what would be written."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Demo
from tests.support.browser import Watched

pytestmark = [pytest.mark.journey]

Visit = Callable[..., Watched]
PASTE = """([plain, html]) => {
  const held = new DataTransfer();
  held.setData('text/plain', plain);
  held.setData('text/html', html);
  document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: held, bubbles: true, cancelable: true}));
}"""


def test_figures_are_pasted_and_looked_at_without_a_mouse(visit: Visit, demo: Demo) -> None:
    firm = demo.firm()
    there = visit(demo.officer())
    page = there.page
    there.open(f"/enterprises/{firm.uscc}/figures/paste")
    page.focus("#f-block")
    page.keyboard.insert_text("项目\t2021年\t2022年\n销售收入（万元）\t4,286.40\t5,012.75\n职工总数\t118\t127")
    expect(page.get_by_role("cell", name="5,012.75")).to_be_visible()
    expect(page.get_by_text("→ 销售收入 · 万元")).to_be_visible()
    assert there.violations() == [] and there.overflow() == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="开始导入 2 行")).to_be_visible()


def test_a_table_without_its_text_is_read_by_its_cells(visit: Visit, demo: Demo) -> None:
    there = visit(demo.officer())
    page = there.page
    there.open("/imports/paste")
    page.focus("#f-block")
    table = "<table><tr><th>企业名称<th>2024年职工总数</tr><tr><td>园林<br>精密（示例）<td>118</tr></table>"
    page.evaluate(PASTE, ["企业名称 2024年职工总数", table])
    expect(page.get_by_text("→ 2024 职工总数")).to_be_visible()
    assert page.input_value("#f-block") == "企业名称\t2024年职工总数\n园林精密（示例）\t118"


def test_pasted_cells_are_edited_where_they_stand(visit: Visit, demo: Demo) -> None:
    there = visit(demo.officer())
    page = there.page
    there.open(f"/enterprises/{demo.firm().uscc}/figures/paste")
    page.focus("#f-block")
    page.keyboard.insert_text("项目\t2021年\t2022年\n销售收入（万元）\t4,286.40\t5,012.75\n职工总数\t118\t127")
    first = page.get_by_label("第 1 行第 1 列")
    first.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    page.keyboard.insert_text("6000")
    expect(page.get_by_role("cell", name="6000", exact=True)).to_be_visible()
    page.keyboard.press("Enter")
    page.evaluate(PASTE, ["130\t140\n7\t8", ""])
    expected = "项目\t2021年\t2022年\n销售收入（万元）\t4,286.40\t6000\n职工总数\t118\t130\t140\n\t\t7\t8"
    assert page.input_value("#f-block") == expected
    assert there.violations() == [] and there.overflow() == []
