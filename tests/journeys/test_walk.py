"""Every page that can be reached by its links, in both languages, on a desk and on a phone: nothing is broken anywhere."""

import re
from collections.abc import Callable
from itertools import product

import pytest
from fastapi import FastAPI
from httpx2 import Client

from app.config import Settings
from app.doors.calls.router import action_of
from app.doors.requests.deps import SESSION_COOKIE
from app.main import create_app
from tests.journeys.conftest import WALKED, Demo
from tests.journeys.furnishing import own_cases, telling_cases, telling_firms
from tests.support.browser import Watched
from tests.support.crawl import TRIES, Found, crawl
from tests.support.routes import routes_of
from tests.support.source import listed

pytestmark = [pytest.mark.journey]

LANGUAGES, WIDTHS = ("zh", "en"), (1366, 390)
WHO = ("administrator", "department", "enterprise", None)
#: What somebody sees who has changed a number there.
WHAT_IF = "/policies/high-tech-enterprise/what-if?p.rd_staff_minimum=12"
STARTS = {
    "administrator": [
        "/",
        WHAT_IF,
        "/enterprises/duplicates?decided=same",
        "/dev/components",
        "/dev/components/portal",
    ],
    "department": ["/department"],
    "enterprise": ["/portal"],
    None: ["/sign-in", "/status", "/portal/sign-in"],
}
#: Addresses that only a mail, a print-out, a machine, a job under way or a button leads to.
NOT_LINKED = re.compile(
    r"/healthz|/metrics|/api/|/oauth/|/calendar/|/portal/invitations/|/enterprises/\{uscc\}/certificates|.*/progress"
    r"|/cases/bulk/|/requests/bulk/|/messages/\{|.*/dossier/\{|/cases/papers/\{|.*/disable"
    r"|/imports/\{import_id:int\}/orders/\{"
    r"|/exchange/handovers/preflight|/exchange/handovers/\{number\}/answers?/\{"
)


#: So many rows of a table are held against axe in a plain run, `--long` takes all.
ROWS = 5


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    folder = tmp_path_factory.mktemp("routes")
    return create_app(Settings(_env_file=None, data_dir=folder, worker=False))


@pytest.fixture(scope="module")
def found(
    application: FastAPI, demo: Demo, demo_dialect: str, request: pytest.FixtureRequest
) -> dict[str | None, Found]:
    """What each kind of person reaches; on the second database of a plain run, two addresses of each route will do."""
    tries = TRIES if demo_dialect == "sqlite" or request.config.getoption("--long") else 2
    result = {}
    for who in WHO:
        cookies = {SESSION_COOKIE: demo.session_of(who)} if who else {}
        with Client(base_url=demo.server.url, cookies=cookies, headers={"connection": "close"}, timeout=30) as client:
            result[who] = crawl(application, client, [*STARTS[who], *_telling(demo, who)], tries=tries)
    return result


def _telling(demo: Demo, who: str | None) -> list[str]:
    """Cases and firms that have everything, opened before any other."""
    if who == "administrator":
        cases = [f"/cases/{number}" for number in telling_cases(demo.database)]
        return [*cases, *(f"/enterprises/{code}" for code in telling_firms(demo.database))]
    return [f"/portal/cases/{number}" for number in own_cases(demo.database)] if who == "enterprise" else []


def test_no_link_leads_to_an_error(found: dict[str | None, Found]) -> None:
    failures = [f"{who}: {failure}" for who, crawled in found.items() for failure in crawled.failures]
    assert not failures, listed("links that do not work", failures)


def test_every_page_is_linked_from_somewhere(application: FastAPI, found: dict[str | None, Found]) -> None:
    reached = {route for crawled in found.values() for route in crawled.opened}
    orphans = [
        route.path
        for route in routes_of(application)
        if "GET" in route.methods and action_of(route) and not NOT_LINKED.match(route.path)
        if route.path not in reached
    ]
    assert not orphans, listed("no link leads here", orphans)


@pytest.fixture
def turn(demo_dialect: str, locale: str, width: int, request: pytest.FixtureRequest) -> tuple[int, int] | None:
    """Whose turn it is, and of how many: each page is opened in one of the surroundings that a database is walked in.

    None where it is opened in all of them: with `--long`, on SQLite.
    """
    if not request.config.getoption("--long"):
        return WALKED.index((demo_dialect, locale, width)), len(WALKED)
    here = list(product(LANGUAGES, WIDTHS))
    return None if demo_dialect == "sqlite" else (here.index((locale, width)), len(here))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("who", WHO, ids=str)
def test_every_page_is_sound(
    found: dict[str | None, Found],
    visit: Callable[..., Watched],
    turn: tuple[int, int] | None,
    who: str | None,
    locale: str,
    width: int,
) -> None:
    watched, problems = visit(who, width=width, locale=locale), []
    first, step = turn or (0, 1)
    for route, paths in sorted(found[who].pages.items())[first::step]:
        answer = watched.open(paths[0])
        assert answer is not None
        here = [*watched.problems, *watched.overflow(), *watched.phantom_bars()]
        here += watched.violations(rows=None if turn is None else ROWS)
        watched.problems.clear()
        if answer.status != 200:
            here.append(f"status {answer.status}")
        language = watched.page.locator("html").get_attribute("lang")
        if language != {"zh": "zh-CN", "en": "en"}[locale]:
            here.append(f"lang={language}")
        problems += [f"{route} ({paths[0]}): {problem}" for problem in here]
    assert found[who].pages, "nothing was walked"
    assert not problems, listed(f"{who or 'a stranger'}, {locale}, {width} px", problems)
