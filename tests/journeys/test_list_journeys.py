"""The board by mouse and by keyboard, a view that is kept and shared, and a list put back to a past day."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from app.kit.clock import today, utc_now
from tests.journeys.conftest import Demo
from tests.journeys.moves import sound
from tests.support.browser import Watched

pytestmark = [pytest.mark.journey]

Visit = Callable[..., Watched]


def test_a_card_is_dragged_to_a_lane_it_may_enter(demo: Demo, visit: Visit) -> None:
    officer = demo.officer()
    number = demo.case(officer, demo.firm(), "pool")
    there = visit(officer)
    page = there.page
    board = f"/cases/board?programme=high-tech-enterprise&officer={officer.id}"
    there.open(board)
    sound(there)
    card = page.locator("[data-card]", has_text=number)
    card.drag_to(page.locator("[data-lane=recommended]"))
    assert "/cases/board" in page.url
    card.drag_to(page.locator("[data-lane=intent]"))
    page.wait_for_url(re.compile(rf"/cases/{number}/steps/confirm-intent"))
    page.locator("main form button[type=submit]").first.click()
    there.open(board)
    expect(page.locator("[data-lane=intent]")).to_contain_text(number)


def test_the_board_is_walked_through_by_keys(demo: Demo, visit: Visit) -> None:
    officer = demo.officer()
    first = demo.case(officer, demo.firm(), "pool")
    second = demo.case(officer, demo.firm(), "preparation")
    there = visit(officer)
    page = there.page
    there.open(f"/cases/board?programme=high-tech-enterprise&officer={officer.id}")
    page.locator("[data-board]").focus()
    page.keyboard.press("ArrowDown")
    focused = page.locator("[data-card]:focus-within")
    expect(focused).to_contain_text(first)
    page.keyboard.press("ArrowRight")
    expect(focused).to_contain_text(second)
    page.keyboard.press("m")
    expect(focused.locator(".lane-moves")).to_have_attribute("open", "")
    sound(there)
    page.keyboard.press("Escape")
    expect(focused.locator(".lane-moves")).not_to_have_attribute("open", "")
    page.keyboard.press("m")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/cases/{second}/steps/start-filing"))


def test_a_view_is_kept_and_shared_and_a_list_looks_back(demo: Demo, visit: Visit) -> None:
    officer, colleague = demo.officer(), demo.officer()
    number = demo.case(officer, demo.firm(), "intent")
    there = visit(officer)
    page = there.page
    there.open(f"/cases?officer={officer.id}&state=open")
    page.locator("details.views summary").click()
    page.fill("#view-name", f"我的在办 {officer.id}")
    page.get_by_label("共享给同事").check()
    sound(there)
    page.locator(".views-form button").click()
    expect(page.locator("details.views summary")).to_contain_text(f"我的在办 {officer.id}")

    other = visit(colleague)
    other.open("/cases")
    other.page.locator("details.views summary").click()
    other.page.get_by_role("link", name=f"我的在办 {officer.id}").click()
    expect(other.page.get_by_role("table", name="办件列表")).to_contain_text(number)

    yesterday = (today(utc_now()) - timedelta(days=1)).isoformat()
    page.locator("details.as-of summary").click()
    page.fill("#f-as_of", yesterday)
    page.locator(".filter-bar button[type=submit], form.filters button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text("24:00 时的情形")
    expect(page.locator("main")).not_to_contain_text(number)
    sound(there)
