"""Policies in the browser: from a sweep to a firm that is one condition short, its plan, a what-if; the firm's self-check."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Watched

pytestmark = [pytest.mark.journey]

Visit = Callable[..., Watched]

POLICY = "high-tech-enterprise"
SCORE = "创新能力评价须高于"


def sound(there: Watched) -> None:
    """Nothing that axe objects to, and nothing wider than the screen."""
    assert there.violations() == []
    assert there.overflow() == []


def press(page: Page, name: str) -> None:
    """A button by the keyboard alone."""
    button = page.get_by_role("button", name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")


def sweep(there: Watched) -> str:
    """Start a sweep without a mouse and wait for its result; the result's address."""
    page = there.page
    there.open("/policies/sweeps")
    press(page, "开始摸底")
    expect(page.get_by_role("table", name="各政策")).to_be_visible(timeout=60_000)
    sound(there)
    return re.sub(r"^https?://[^/]+|\?.*$", "", page.url)


def test_from_a_sweep_to_what_would_change_it(visit: Visit) -> None:
    there = visit("section_head")
    page = there.page
    result = sweep(there)

    there.open(f"{result}?policy={POLICY}&standing=one&sort=score")
    sound(there)
    names = page.locator(".sweep-lines .firm a")
    assert names.count() > 0
    name = names.first.inner_text()
    gap = page.locator(".sweep-lines .gap").first.inner_text()
    names.first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    expect(page.locator("#verdict").get_by_text(gap, exact=True).first).to_be_visible()
    expect(page.locator("#plan")).to_be_visible(timeout=30_000)
    sound(there)

    there.open(f"/policies/{POLICY}/what-if")
    met = page.locator("#counts tbody tr").first.locator("td")
    before = int(met.nth(1).inner_text().replace(",", ""))
    page.get_by_label(SCORE).fill("1")
    expect(page.get_by_text("改动 1 处假设")).to_be_visible()
    assert int(met.nth(2).inner_text().replace(",", "")) > before
    sound(there)


def test_cases_are_opened_for_whom_a_sweep_finds(visit: Visit) -> None:
    there = visit("caseworker")
    page = there.page
    result = sweep(there)
    there.open(f"{result}?policy={POLICY}&standing=one")
    for box in page.locator(".sweep-lines input[type=checkbox]").all()[:3]:
        box.focus()
        page.keyboard.press("Space")
    press(page, "为勾选的立案")
    expect(page.get_by_role("heading", name="批量立案", exact=True)).to_be_visible()
    able = page.get_by_role("heading", name=re.compile(r"^可以立案 \d+ 家"))
    refused = page.get_by_role("heading", name=re.compile(r"^不能立案 \d+ 家"))
    told = [int(re.sub(r"\D", "", heading.inner_text())) for heading in (able, refused) if heading.count()]
    assert sum(told) == 3
    sound(there)


def test_a_firm_tries_other_figures_and_nothing_is_kept(visit: Visit) -> None:
    there = visit("enterprise", width=390, height=844)
    page = there.page
    there.open(f"/portal/self-check/{POLICY}")
    revenue = page.locator("input[name^='sales_revenue-']").last
    filed = revenue.input_value()
    revenue.fill("500万")
    page.get_by_role("button", name="看结果").click()
    expect(page.get_by_role("heading", name="按您填的数据")).to_be_visible()
    sound(there)
    there.open(f"/portal/self-check/{POLICY}")
    assert page.locator("input[name^='sales_revenue-']").last.input_value() == filed
