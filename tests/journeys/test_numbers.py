"""Numbers that stand side by side: each says what it counts, opens exactly its rows, and is the same wherever it is shown."""

import re

import pytest
from httpx2 import Client
from sqlalchemy import select

from app.accounts.models import Officer
from app.accounts.queries import actor_of
from app.cases import lists
from app.cases.loads import Load, list_loads_visible_to
from app.doors.requests.deps import SESSION_COOKIE
from app.kit.actor import SYSTEM, Actor, Role
from app.kit.clock import today, utc_now
from app.kit.db import read_scope
from app.kit.lists.filters import NOBODY
from app.kit.lists.viewer import Viewer
from tests.journeys.conftest import Demo

pytestmark = [pytest.mark.journey]

DESK = re.compile(r"(\d+) 件待办逾期")
#: What the load table says of an officer: the number of a list, and the list.
CASES = re.compile(r'<a href="(/cases\?state=open[^"]*)" aria-label="[^"]*">(\d+)</a>')


@pytest.fixture
def officers(demo: Demo) -> list[Actor]:
    """Everybody of the bureau."""
    with read_scope(demo.database) as session:
        rows = session.scalars(select(Officer).where(Officer.disabled_on.is_(None), Officer.role != "department"))
        return [actor_of(row) for row in rows]


def rows_of(client: Client, url: str) -> int:
    """How many rows a list has, over all its pages."""
    found, number = url, 0
    while found:
        page = client.get(found).text
        number += len(re.findall(r"<tr", page.partition("<tbody")[2].partition("</tbody")[0]))
        following = re.search(r'rel="next" href="([^"]+)"', page)
        found = following[1].replace("&amp;", "&") if following else ""
    return number


def test_overdue_on_the_desk_opens_as_many_things_to_do(demo: Demo, officers: list[Actor]) -> None:
    """Each officer's own; the office's is the same for all of a role."""
    told, roles = 0, set[Role | None]()
    for officer in officers:
        views = ("mine", "office") if officer.role not in roles else ("mine",)
        roles.add(officer.role)
        with Client(base_url=demo.server.url, cookies={SESSION_COOKIE: demo.session_of(officer)}, timeout=30) as client:
            for view in views:
                said = DESK.search(client.get(f"/?view={view}").text)
                number = int(said[1]) if said else 0
                assert rows_of(client, f"/desk/tasks?overdue=1&view={view}") == number, f"{officer.name}, {view}"
                told += number
    assert told, "the demo has nothing overdue"


def test_the_load_table_opens_as_many_cases_and_is_the_same_on_both_pages(demo: Demo) -> None:
    with Client(
        base_url=demo.server.url, cookies={SESSION_COOKIE: demo.session_of("section_head")}, timeout=30
    ) as client:
        desk, section = (
            {url.replace("&amp;", "&"): int(number) for url, number in CASES.findall(client.get(page).text)}
            for page in ("/?view=office", "/desk/section")
        )
        assert desk and desk.items() <= section.items()
        wrong = {
            url: number for url, number in section.items() if "stage=" not in url and rows_of(client, url) != number
        }
    assert not wrong


def test_every_officers_load_is_what_the_lists_count(demo: Demo, officers: list[Actor]) -> None:
    on = today(utc_now())
    with read_scope(demo.database) as session:
        for load in list_loads_visible_to(session, SYSTEM, on):
            whose = {"state": "open", "officer": NOBODY if load.officer_id is None else load.officer_id}
            counts = [
                lists.CASES.count(Viewer(session, SYSTEM, on), lists.CaseFilter(**whose, **more)).n
                for more in ({}, {"overdue": True}, {"soon": True})
            ]
            assert load == Load(load.officer_id, *counts)
