"""Every route names its action, and refuses whoever may not do it."""

from collections.abc import Callable, Iterator
from itertools import combinations, permutations, product
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx2 import Response
from sqlalchemy.orm import Session
from starlette.routing import Match

from app.accounts.domain import SCOPES
from app.accounts.service.clients import create_client
from app.doors.api.actor import make_token
from app.doors.calls.discovery import RouteIndex, most_specific_first, ranks_of
from app.doors.calls.entrance import lets_in
from app.doors.calls.errors import FRONT_DOORS
from app.doors.calls.router import action_of, door_of
from app.doors.pages.chrome import home_of
from app.doors.requests.deps import SESSION_COOKIE
from app.doors.requests.rate import RateLimiter
from app.enterprises.models import Enterprise
from app.kit.actor import ANONYMOUS, SYSTEM, Actor, ActorKind, Role
from app.kit.clock import utc_now
from app.kit.permissions import Action, can
from tests.support import people
from tests.support.client import Client
from tests.support.routes import PARAMETER, filled, routes_of
from tests.support.source import listed

WHO = ["anonymous", *map(str, Role), "enterprise"]


def _is_api(route: APIRoute) -> bool:
    return route.path.startswith("/api/v1/")


def _may(actor: Actor, route: APIRoute, action: Action) -> bool:
    return can(actor, action) and lets_in(door_of(route), actor, action)


def _requests(app: FastAPI) -> Iterator[tuple[APIRoute, str]]:
    for route in routes_of(app):
        for method in sorted(route.methods & {"GET", "POST"}):
            yield route, method


def test_every_route_names_its_action(app: FastAPI) -> None:
    nameless = [route.path for route in routes_of(app) if action_of(route) is None]
    assert routes_of(app)
    assert not nameless, listed("declare the route on a GuardedRouter, with action=…", nameless)


def test_no_address_has_two_equal_routes(app: FastAPI) -> None:
    """Which of two routes answers is decided by how specific they are, never by which was registered first."""
    equals = [
        f"{one.path} and {other.path}"
        for one, other in combinations(routes_of(app), 2)
        if one.methods & other.methods and PARAMETER.sub("{}", one.path) == PARAMETER.sub("{}", other.path)
        if ranks_of(one.path) == ranks_of(other.path)
    ]
    assert not equals, listed("make one of the two addresses say more", equals)


def test_the_more_specific_route_answers_wherever_it_stands() -> None:
    paths = ["/a/{x}", "/a/{number:int}", "/a/{x}.pdf", "/a/new", "/{rest:path}", "/a/{x}/b", "/a/c/{y}"]
    for given in permutations(paths):
        found = most_specific_first(SimpleNamespace(path=path) for path in given)
        assert [route.path for route in found] == [
            "/a/new",
            "/a/c/{y}",
            "/a/{x}.pdf",
            "/a/{number:int}",
            "/a/{x}",
            "/a/{x}/b",
            "/{rest:path}",
        ]


def test_an_address_finds_the_route_that_asking_one_after_the_other_finds(app: FastAPI) -> None:
    index = next(route for route in app.routes if isinstance(route, RouteIndex))
    addresses = {"/", "//", "", "/no/such/place", "/a/b/c/d/e/f/g/h/i"}
    for path in {filled(route.path) for route in index.routes}:
        first, _slash, rest = path.lstrip("/").partition("/")
        addresses |= {path, f"{path}/", f"{path}/more", f"/{rest}", f"/{first}//{rest}", path.upper()}
    for address, method in product(addresses, ("GET", "PUT")):
        scope = {"type": "http", "path": address, "method": method}
        each = [route.matches(scope) for route in index.routes if route.path_regex.match(address)]
        whole = [found for found in each if found[0] is Match.FULL]
        assert index.matches(scope) == (*whole, *each, (Match.NONE, {}))[0], (method, address)


def test_an_action_has_one_meaning(app: FastAPI) -> None:
    meanings: dict[str, set[object]] = {}
    for route in routes_of(app):
        action = action_of(route)
        if action is not None:
            meanings.setdefault(action.name, set()).add(action)
    double = [name for name, actions in meanings.items() if len(actions) > 1]
    assert not double, listed("two actions with one name", double)


@pytest.fixture
def person(client: Client, session: Session) -> Callable[[str], Actor]:
    """`person("leader")`: the client is such a person from now on."""

    def become(who: str) -> Actor:
        client.cookies.clear()
        if who == "anonymous":
            return ANONYMOUS
        if who == "enterprise":
            now = utc_now()
            firm = Enterprise(
                uscc="914290990000000001",
                name="矩阵（示例）",
                name_pinyin="juzhen",
                name_initials="jz",
                created_at=now,
                updated_at=now,
            )
            session.add(firm)
            session.flush()
            actor = people.enterprise_user(session, enterprise_id=firm.id)
        else:
            actor = people.officer(session, role=who, region="")
        client.cookies.set(SESSION_COOKIE, people.open_session(session, actor))
        return actor

    return become


@pytest.mark.parametrize("who", WHO)
def test_pages_refuse_whoever_may_not(app: FastAPI, client: Client, person: Callable[[str], Actor], who: str) -> None:
    actor, wrong = person(who), []
    for route, method in _requests(app):
        action = action_of(route)
        if _is_api(route) or action is None or action.public or _may(actor, route, action):
            continue
        answer = _ask(client, method, filled(route.path))
        expected = {303, 401} if who == "anonymous" or route.path in FRONT_DOORS else {403}
        led = answer.headers.get("location", "") if answer.is_redirect else "sign-in"
        if answer.status_code not in expected or not ("sign-in" in led or led == home_of(actor)):
            wrong.append(f"{method} {route.path}: {answer.status_code}")
    assert not wrong, listed(f"{who} was not refused", wrong)


@pytest.mark.parametrize("who", WHO)
def test_pages_open_for_whoever_may(app: FastAPI, client: Client, person: Callable[[str], Actor], who: str) -> None:
    actor, wrong = person(who), []
    for route, method in _requests(app):
        action = action_of(route)
        if _is_api(route) or method != "GET" or action is None or not _may(actor, route, action):
            continue
        try:
            status = client.get(filled(route.path)).status_code
        except Exception as error:
            wrong.append(f"{method} {route.path}: {error!r}")
        else:
            if status in {401, 403} or status >= 500:
                wrong.append(f"{method} {route.path}: {status}")
    assert not wrong, listed(f"{who} was refused or saw a failure", wrong)


def test_a_department_has_its_own_pages_and_no_other(app: FastAPI) -> None:
    department = Actor(kind=ActorKind.OFFICER, id=1, name="周颖（示例）", role=Role.DEPARTMENT, department="tax")
    reached = {
        route.path
        for route, _method in _requests(app)
        if (action := action_of(route)) is not None and not action.public and can(department, action)
    }
    own = {path for path in reached if path.startswith(("/department", "/notices", "/portal/notices"))}
    assert "/department" in own
    assert reached - own == {"/sign-out", "/password"}


def _ask(client: Client, method: str, url: str) -> Response:
    return client.get(url) if method == "GET" else client.post_form(url)


def test_forms_refuse_a_missing_token(app: FastAPI, client: Client, person: Callable[[str], Actor]) -> None:
    person("administrator")
    wrong = [
        route.path
        for route, method in _requests(app)
        if method == "POST" and not route.path.startswith(("/api/", "/oauth/"))
        if client.post(filled(route.path)).status_code != 403
    ]
    assert not wrong, listed("took a form without its token", wrong)


def test_machines_need_the_scope(app: FastAPI, client: Client, session: Session) -> None:
    secret = app.state.settings.secret
    app.state.rate_limiter = RateLimiter(1e9, 1_000_000)
    machine, _ = create_client(
        session, actor=SYSTEM, name="省平台（示例）", scopes=" ".join(SCOPES), region_prefix="", now=utc_now()
    )
    session.flush()
    wrong = []
    for route, method in _requests(app):
        action = action_of(route)
        if not _is_api(route) or action is None or action.public:
            continue
        for scopes, refused in ((None, 401), (frozenset(), 403), (frozenset({action.scope}), None)):
            token = None if scopes is None else make_token(secret, machine, scopes, utc_now())
            headers = {"authorization": f"Bearer {token}"} if token else {}
            answer = client.request(method, filled(route.path), headers=headers)
            if refused is None and action.signed:  # the scope is enough to be asked for the signature
                assert answer.json()["code"] == "signature.missing"
                continue
            status = answer.status_code
            if (refused is None and status in {401, 403}) or (refused is not None and status != refused):
                wrong.append(f"{method} {route.path} with {scopes}: {status}")
    assert not wrong, listed("the scope was not asked for", wrong)
