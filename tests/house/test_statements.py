"""No page asks the database twice for the same, nor in a loop: every page that links lead to, on the demo."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from app.accounts.models import EnterpriseUser, Officer
from app.accounts.queries import actor_of
from app.config import Settings
from app.demo.accounts import PORTAL_LOGIN
from app.doors.requests.deps import SESSION_COOKIE
from app.kit.db import Database, session_scope
from app.main import create_app
from tests.support import people
from tests.support.crawl import crawl
from tests.support.databases import Templates
from tests.support.demos import put_demo
from tests.support.house import HOUSE
from tests.support.source import listed
from tests.support.statements import frequent, recorded_statements, repeated

NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)
FIRMS = 15
#: Whose pages are walked, in this order: each opens what nobody before has opened, and its own start.
STARTS = {
    "section_head": ["/"],
    "administrator": ["/"],
    "leader": ["/"],
    "department": ["/department"],
    "enterprise": ["/portal"],
}
#: Pages that still send a statement twice. None may be added; one that no longer does must go.
REPEATING = frozenset(
    {
        "/cases/{number}/dossier",
        "/cases/{number}/dossier.pdf",
        "/cases/{number}/dossier.zip",
        "/cases/{number}/materials/{material_id:int}/return",
        "/cases/{number}/opinions",
        "/exchange/reconciling/new",
        "/incentives/schemes/{code}/budget",
        "/policies/{code}/what-if",
        "/policies/{code}/{jurisdiction}/{version}/what-if",
        "/portal/cases/{number}/materials/{code}",
        "/portal/self-check/{policy}",
        "/system/calendar",
    }
)
#: Pages that still send one text more than three times with other values. None may be added; one that no longer does must go.
LOOPING = frozenset(
    {
        "/policies/{code}/what-if",
        "/policies/{code}/{jurisdiction}/{version}/what-if",
    }
)


@dataclass
class Sent:
    """What was found wrong on each route: statements repeated word for word, and texts sent often."""

    opened: set[str] = field(default_factory=set)
    repeated: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    frequent: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


class _Watching:
    """A client that keeps what each address sent."""

    def __init__(self, client: TestClient) -> None:
        self._client = client
        self.wrong: dict[str, tuple[list[str], list[str]]] = {}

    def get(self, path: str) -> Response:
        """Open `path`."""
        with recorded_statements() as statements:
            answer = self._client.get(path)
        self.wrong[path] = repeated(statements), frequent(statements)
        return answer


@pytest.fixture(scope="module")
def walked(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sent]:
    """Every page that each kind of person reaches, opened once."""
    folder: Path = tmp_path_factory.mktemp("statements")
    settings = Settings(
        _env_file=None,
        env="test",
        database_url=put_demo(templates, folder, enterprises=FIRMS, now=NOW),
        data_dir=folder / "data",
        worker=False,
    )
    database = Database(settings.database_url, HOUSE, durable=False)
    app = create_app(settings)
    app.state.clock = lambda: NOW
    found = Sent()
    with TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) as client:
        for who, starts in STARTS.items():
            _walk(app, client, database, found, who, starts)
    yield found
    database.dispose()


def _walk(app: FastAPI, client: TestClient, database: Database, found: Sent, who: str, starts: list[str]) -> None:
    with session_scope(database) as session:
        client.cookies.clear()
        client.cookies.set(SESSION_COOKIE, people.open_session(session, actor_of(_account(session, who))))
    watching: Any = _Watching(client)
    crawled = crawl(app, watching, starts, tries=1, known=frozenset(found.opened))
    for route, paths in crawled.opened.items():
        found.opened.add(route)
        for path in paths:
            again, often = watching.wrong.get(path, ([], []))
            found.repeated[route] += [f"{who}, {path}: {statement}" for statement in again]
            found.frequent[route] += [f"{who}, {path}: {statement}" for statement in often]


def _account(session: Session, who: str) -> Any:
    wanted: Any = (
        select(EnterpriseUser).where(EnterpriseUser.login == PORTAL_LOGIN)
        if who == "enterprise"
        else select(Officer).where(Officer.role == who).order_by(Officer.id).limit(1)
    )
    return session.scalars(wanted).one()


def test_no_page_asks_twice_for_the_same(walked: Sent) -> None:
    _judge(walked, walked.repeated, REPEATING, "sent again word for word: read it once and hand it on")


def test_no_page_asks_in_a_loop(walked: Sent) -> None:
    _judge(walked, walked.frequent, LOOPING, "sent more than three times with other values: ask once for all of them")


def _judge(sent: Sent, wrong: dict[str, list[str]], known: frozenset[str], advice: str) -> None:
    new = [line for route, lines in sorted(wrong.items()) for line in lines if route not in known]
    assert not new, listed(advice, new)
    mended = sorted(route for route in known if not wrong.get(route))
    assert not mended, listed("not any more (or no link leads there): take it off the list in this file", mended)
    assert len(sent.opened) > 100, "hardly a page was opened"
