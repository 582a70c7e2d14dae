"""What the script adds to plain pages: shortcuts, suggestions, pickers, dialogs, menus; each from the keyboard."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.browser import Watched

pytestmark = [pytest.mark.journey]

Visit = Callable[..., Watched]


@pytest.mark.parametrize("keys", ["/", "Control+k"])
def test_the_search_box_is_one_key_away_and_leads_to_a_firm(visit: Visit, keys: str) -> None:
    there = visit("caseworker")
    there.open("/commissioners")
    page = there.page
    page.keyboard.press(keys)
    expect(page.locator("#omnibox")).to_be_focused()
    page.keyboard.type("潜江")
    page.locator("#omnibox-list [role=option]").first.wait_for()
    assert there.violations() == []
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#omnibox", "aria-activedescendant") == "omnibox-list-on"
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/(enterprises|cases)/"))


def test_escape_closes_the_suggestions(visit: Visit) -> None:
    there = visit("caseworker")
    there.open("/commissioners")
    page = there.page
    page.fill("#omnibox", "潜江")
    page.locator("#omnibox-list [role=option]").first.wait_for()
    page.press("#omnibox", "Escape")
    assert page.get_attribute("#omnibox", "aria-expanded") == "false"
    assert not page.is_visible("#omnibox-list")


def test_a_picker_shows_the_name_and_sends_the_code(visit: Visit) -> None:
    there = visit("caseworker")
    there.open("/cases/new")
    page = there.page
    box = page.locator("[data-picker] input[type=text]").first
    box.fill("潜江")
    option = page.locator("[data-picker] [role=option]").first
    option.wait_for()
    name, code = option.get_attribute("data-label"), option.get_attribute("data-value")
    box.press("ArrowDown")
    box.press("Enter")
    assert box.input_value() == name
    assert page.locator("[data-picked]").first.input_value() == code
    assert box.get_attribute("name") is None


def test_a_dialog_opens_by_key_and_gives_the_focus_back(visit: Visit) -> None:
    there = visit("caseworker")
    there.open("/dev/components")
    page = there.page
    opener = page.locator("[data-dialog=ask-withdraw]")
    opener.focus()
    page.keyboard.press("Space")
    assert page.is_visible("#ask-withdraw")
    assert there.violations() == []
    page.keyboard.press("Escape")
    assert not page.is_visible("#ask-withdraw")
    assert opener.evaluate("element => element === document.activeElement")


def test_the_menu_closes_by_escape(visit: Visit) -> None:
    there = visit("caseworker", width=390)
    there.open("/dev/components")
    page = there.page
    page.focus(".side-menu summary")
    page.keyboard.press("Enter")
    assert page.is_visible(".side-menu .menu-panel")
    assert there.violations() == []
    page.keyboard.press("Escape")
    assert not page.is_visible(".side-menu .menu-panel")


def test_the_errors_of_a_form_are_the_first_thing_to_meet(visit: Visit) -> None:
    there = visit("caseworker")
    there.open("/dev/components")
    summary = there.page.locator(".error-summary")
    assert summary.evaluate("element => element === document.activeElement")
    summary.get_by_role("link").first.click()
    assert there.page.evaluate("document.activeElement.id") == "f-bad_name"


def test_paper_carries_no_frame(visit: Visit) -> None:
    there = visit("caseworker")
    there.open("/dev/components")
    there.page.emulate_media(media="print")
    for part in (".side", ".top", ".filter-bar", ".pager", ".btn"):
        assert not there.page.locator(part).first.is_visible()
