"""A running server with demo data on either database, and Chromium to walk through it."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import select

from app.accounts.models import EnterpriseUser, Officer
from app.accounts.queries import actor_of
from app.cases.models import CaseFile
from app.demo.accounts import PORTAL_LOGIN
from app.doors.requests.deps import SESSION_COOKIE
from app.doors.requests.middleware import LANGUAGE_COOKIE
from app.enterprises.models import Enterprise
from app.kit.actor import SYSTEM, Actor
from app.kit.clock import today, utc_now
from app.kit.db import Database, session_scope
from tests.counts import Counts
from tests.factories.cases import PROGRAMME, led_along
from tests.factories.enterprises import firm
from tests.factories.supplies import supply
from tests.journeys.furnishing import furnish
from tests.support import people
from tests.support.browser import Watched, launch
from tests.support.databases import Templates
from tests.support.demos import put_demo, put_demo_on_postgresql
from tests.support.house import HOUSE
from tests.support.server import Server, clean_environment, free_port, serving
from tests.support.source import ROOT

#: In which surroundings a browser walks in a plain run (`--long`: in all): each language and width once, each page in one of them.
#: Without a browser every link is followed on both databases.
WALKED = (("sqlite", "zh", 1366), ("sqlite", "en", 390))
#: How long a browser waits for what a page promises. A machine that is busy is not a fault of the page.
PATIENCE_MS = 30_000
ROLES = ("caseworker", "section_head", "leader", "administrator")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the walks that only `--long` makes; what a browser was late for is asked once more."""
    left_out = [item for item in items if not config.getoption("--long") and not _walked(item)]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)
    for item in items:
        if item.get_closest_marker("journey"):
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=["TimeoutError"]))


def _walked(item: pytest.Item) -> bool:
    params = item.callspec.params if hasattr(item, "callspec") else {}
    if item.name.startswith("test_every_page_is_linked"):
        return params["demo_dialect"] == "sqlite"
    if not {"demo_dialect", "locale", "width"} <= params.keys():
        return True
    return (params["demo_dialect"], params["locale"], params["width"]) in WALKED


@dataclass
class Demo:
    """A served demo deployment."""

    server: Server
    database: Database

    def session_of(self, who: str | Actor) -> str:
        """The cookie of a fresh session: an actor, a role, or "enterprise" for the demo's portal user."""
        with session_scope(self.database) as session:
            if isinstance(who, Actor):
                return people.open_session(session, who)
            if who == "enterprise":
                account = session.scalar(select(EnterpriseUser).where(EnterpriseUser.login == PORTAL_LOGIN))
            else:
                account = session.scalar(select(Officer).where(Officer.role == who).order_by(Officer.id).limit(1))
            assert account is not None, f"the demo has no {who}"
            return people.open_session(session, actor_of(account))

    def officer(self, role: str = "caseworker", department: str = "") -> Actor:
        """An officer whom no other journey knows."""
        with session_scope(self.database) as session:
            return people.officer(session, role=role, department=department)

    def firm(self, **given: Any) -> Enterprise:
        """A firm that no other journey knows."""
        with session_scope(self.database) as session:
            return firm(session, now=utc_now(), **given)

    def firm_user(self, enterprise: Enterprise) -> Actor:
        """Somebody of that firm."""
        with session_scope(self.database) as session:
            return people.enterprise_user(session, enterprise_id=enterprise.id)

    def case(
        self,
        officer: Actor,
        enterprise: Enterprise,
        stage: str,
        programme: str = PROGRAMME,
        now: datetime | None = None,
    ) -> str:
        """The number of a case of that firm that `officer` leads, brought to `stage` ("": to its end) at `now`."""
        now = now or utc_now()
        with session_scope(self.database) as session:
            head = people.officer(session, role="section_head")
            where = session.get_one(Enterprise, enterprise.id)
            given = {"enterprise": where, "officer_id": officer.id, "year": today(now).year}
            return led_along(session, head, now, programme, stage, **given).number

    def supply(self, number: str, action: str) -> None:
        """Put on file what the step `action` of the case insists on, where that is not what a journey is about."""
        with session_scope(self.database) as session:
            case = session.scalars(select(CaseFile).where(CaseFile.number == number)).one()
            supply(session, SYSTEM, utc_now(), case, action)


@pytest.fixture(scope="session")
def demo(
    demo_dialect: str, templates: Templates, tmp_path_factory: pytest.TempPathFactory, counts: Counts
) -> Iterator[Demo]:
    """One deployment a run and database, with fictional firms in every stage."""
    folder = tmp_path_factory.mktemp(f"demo-{demo_dialect}")
    put = put_demo if demo_dialect == "sqlite" else put_demo_on_postgresql
    url = put(templates, folder, enterprises=counts.demo_firms, now=utc_now(), furnish=furnish)
    database = Database(url, HOUSE)
    port = free_port()
    command = [sys.executable, "-c", "from app.cli import main; main()", "serve", "--port", str(port)]
    environment = clean_environment(
        YUMIAO_DATABASE_URL=url, YUMIAO_DATA_DIR=str(folder / "data"), YUMIAO_BASE_URL=f"http://127.0.0.1:{port}"
    )
    try:
        with serving(command, port=port, log=folder / "log", environment=environment, cwd=ROOT) as server:
            yield Demo(server, database)
    finally:
        database.dispose()
        templates.drop(url)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of this run."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, demo: Demo) -> Iterator[Callable[..., Watched]]:
    """`visit(who="caseworker", width=1366, locale="zh")`: a page of its own browser context; None is a stranger.

    At the end of the test nothing may have gone wrong on any of them.
    """
    opened: list[Watched] = []

    def make(who: str | Actor | None = None, *, width: int = 1366, height: int = 900, locale: str = "zh") -> Watched:
        context = chromium.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE_MS)
        cookies = {LANGUAGE_COOKIE: locale} | ({SESSION_COOKIE: demo.session_of(who)} if who else {})
        context.add_cookies([{"name": key, "value": value, "url": demo.server.url} for key, value in cookies.items()])
        watched = Watched(context.new_page(), demo.server.url)
        opened.append(watched)
        return watched

    yield make
    problems = [problem for watched in opened for problem in watched.problems]
    for watched in opened:
        watched.page.context.close()
    assert not problems, "\n".join(problems)
