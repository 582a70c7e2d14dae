"""Whatever stands after the `?` of an address: a page shows something, a machine is told what is wrong, nothing breaks."""

from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx2 import Response
from sqlalchemy.orm import Session

from app.accounts.domain import SCOPES
from app.accounts.service.clients import create_client
from app.doors.api.actor import make_token
from app.doors.calls.router import action_of, door_of
from app.doors.requests.deps import SESSION_COOKIE
from app.doors.requests.parameters import drop_nul
from app.doors.requests.rate import RateLimiter
from app.kit.actor import SYSTEM
from app.kit.clock import utc_now
from tests.factories.enterprises import firm
from tests.support import people
from tests.support.client import QUERY, Client
from tests.support.routes import filled, query_parameters, routes_of
from tests.support.source import listed

#: An address has its bounds too, of 50,000 characters or so; what does not fit stands in the next.
AT_ONCE = 20
#: What every parameter of an address gets; `{name}` is the parameter's own.
HOSTILE = {
    "NUL": "a%00b",
    "half a character": "%ED%A0%80",
    "very long": quote("育苗企业" * 50) + "x" * 10_000,
    "a huge number": "9" * 30,
    "twice": "1&{name}=2",
}


@pytest.fixture
def ask(app: FastAPI, client: Client, session: Session) -> Callable[[APIRoute, str], Response]:
    """`ask(route, query)`: the route's answer to somebody who may see it."""
    app.state.rate_limiter = RateLimiter(1e9, 1_000_000)
    machine, _ = create_client(
        session, actor=SYSTEM, name="省平台（示例）", scopes=" ".join(SCOPES), region_prefix="", now=utc_now()
    )
    session.flush()
    token = make_token(app.state.settings.secret, machine, frozenset(SCOPES), utc_now())
    officer = people.open_session(session, people.officer(session, role="administrator", region=""))
    user = people.enterprise_user(session, enterprise_id=firm(session).id)
    firms_own = people.open_session(session, user)

    def get(route: APIRoute, query: str) -> Response:
        client.cookies.set(SESSION_COOKIE, firms_own if door_of(route) == "portal" else officer)
        headers, extensions = {"authorization": f"Bearer {token}"}, {QUERY: query.encode()}
        return client.get(filled(route.path), headers=headers, extensions=extensions)

    return get


def _routes(app: FastAPI) -> Iterator[tuple[APIRoute, list[str]]]:
    for route in routes_of(app):
        if "GET" in route.methods and action_of(route) is not None and (names := query_parameters(route)):
            yield route, names


def _pairs(names: list[str], turn: int) -> list[str]:
    """What every parameter is given in this turn: each kind of value stands beside the others."""
    values = tuple(HOSTILE.values())
    return [f"{name}={values[(number + turn) % len(values)].format(name=name)}" for number, name in enumerate(names)]


def test_no_parameter_of_any_route_breaks_it(
    app: FastAPI, ask: Callable[[APIRoute, str], Response], dialect: str, request: pytest.FixtureRequest
) -> None:
    """Every kind of value in every parameter; in a plain run the second database gets one kind in each."""
    all_turns = dialect == "sqlite" or request.config.getoption("--long")
    broken = []
    for route, names in _routes(app):
        for turn in range(len(HOSTILE) if all_turns else 1):
            pairs = _pairs(names, turn)
            waiting = [pairs[start : start + AT_ONCE] for start in range(0, len(pairs), AT_ONCE)]
            while waiting:
                some = waiting.pop()
                status = ask(route, "&".join(some)).status_code
                if status >= 500:
                    broken.append(f"{status} {route.path}?{'&'.join(pair[:80] for pair in some)}")
                elif status == 422 and len(some) > 1:  # one was refused: what of the others?
                    waiting += [[pair] for pair in some]
    assert not broken, listed("a mistake of whoever asks", broken)


def test_a_machine_is_told_which_parameter_holds_a_nul(app: FastAPI, ask: Callable[[APIRoute, str], Response]) -> None:
    asked = [(route, name) for route, names in _routes(app) if door_of(route) == "api" for name in names]
    assert asked
    for route, name in asked:
        answer = ask(route, f"{name}=a%00b")
        assert answer.status_code == 422, route.path
        assert [error["field"] for error in answer.json()["errors"]] == [name], route.path


def test_no_nul_is_put_together_by_taking_one_out() -> None:
    scope = {"query_string": b"q=%0%000&%00firm=a"}
    drop_nul(scope)
    assert scope == {"query_string": b"q=&firm=a"}


def test_a_path_with_a_nul_leads_nowhere(client: Client, sign_in: Callable[..., Client]) -> None:
    sign_in("section_head")
    for path in ("/cases/%00", "/enterprises/%00", "/programmes/%00", "/exchange/handovers/%00"):
        assert client.get(path).status_code == 404, path
