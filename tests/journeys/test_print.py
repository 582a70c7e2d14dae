"""Printed pages: the first sheet holds what the page is about, and nothing is cut at its right edge."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.cases.models import CaseFile
from app.kit.db import read_scope
from tests.journeys.conftest import Demo
from tests.support.browser import Watched
from tests.support.pdf import lines_by_page

pytestmark = [pytest.mark.journey]

#: An A4 sheet within its margins of 14 and 12 mm, in CSS pixels.
WIDTH, HEIGHT = 703, 1016
PAGES = (
    "/", "/desk/tasks", "/cases", "/cases/{number}", "/enterprises/{uscc}",
    "/enterprises/{uscc}/verdicts/high-tech-enterprise", "/targets",
)  # fmt: skip
#: Pages that are drawn as these are; `--long` prints them too.
MORE_LISTS = (
    "/desk/section",
    "/exchange",
    "/duties",
    "/requests",
    "/imports",
    "/cases/past",
    "/enterprises",
    "/commissioners",
    "/incentives",
    "/policies/sweeps",
    "/system/journal",
)
_CUT = """width => [...document.querySelectorAll('main *')]
  .filter(e => e.getBoundingClientRect().right > width + 1 && !e.closest('.visually-hidden, svg'))
  .slice(-3).map(e => `${e.tagName.toLowerCase()}.${e.className} ` + (e.textContent || '').trim().slice(0, 30))"""
#: Words that print smaller than 8 points.
_SMALL = """() => [...document.querySelectorAll('main *')]
  .filter(e => e.offsetParent && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
  .filter(e => parseFloat(getComputedStyle(e).fontSize) < 10.6 && !e.closest('.visually-hidden, svg'))
  .slice(-3).map(e => `${e.tagName.toLowerCase()}.${e.className} ${getComputedStyle(e).fontSize}`)"""
#: 300 firms on ten sheets; what stands above a list, in CSS pixels, stands on the first alone.
FIRMS_A_SHEET, ABOVE = 30, 90


@pytest.fixture
def addresses(demo: Demo, request: pytest.FixtureRequest) -> list[str]:
    """The main pages, those of one firm and its certification among them."""
    with read_scope(demo.database) as session:
        wanted = select(CaseFile).where(CaseFile.programme_code == "high-tech-enterprise").order_by(CaseFile.id)
        case = session.scalars(wanted).first()
        assert case is not None, "the demo has no certification"
        pages = PAGES + (MORE_LISTS if request.config.getoption("--long") else ())
        return [page.format(number=case.number, uscc=case.enterprise.uscc) for page in pages]


def test_the_first_sheet_is_filled_and_nothing_is_cut(visit: Callable[..., Watched], addresses: list[str]) -> None:
    there, wrong = visit("section_head"), []
    for address in addresses:
        there.page.set_viewport_size({"width": 1366, "height": 900})
        there.page.emulate_media(media="null")
        there.open(address)
        there.page.wait_for_load_state("networkidle")
        sheets = lines_by_page(there.page.pdf(format="A4", page_ranges="1-2"))
        if len(sheets) > 1 and (len(sheets[0]) < 12 or sheets[0][-1] < HEIGHT / 2):
            wrong.append(f"{address}: the first sheet of several ends at {sheets[0][-1:]} with {len(sheets[0])} lines")
        there.page.emulate_media(media="print")
        there.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        there.page.wait_for_function("width => document.documentElement.clientWidth <= width", arg=WIDTH)
        wrong += [f"{address}: too small to read: {element}" for element in there.page.evaluate(_SMALL)]
        wrong += [f"{address}: cut at the right edge: {element}" for element in there.page.evaluate(_CUT, WIDTH)]
    assert not wrong, "\n".join(wrong)


def test_three_hundred_firms_print_on_ten_sheets(visit: Callable[..., Watched]) -> None:
    there = visit("section_head")
    there.open("/enterprises")
    rows = there.page.locator("main tbody tr").count()
    filled = (sum(lines[-1] for lines in lines_by_page(there.page.pdf(format="A4"))) - ABOVE) / HEIGHT
    assert rows / filled >= FIRMS_A_SHEET, (rows, filled)
