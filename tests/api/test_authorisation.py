"""Clients × scopes × regions × every operation: who is let in, and that each sees the same by every way."""

from datetime import datetime
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.accounts.domain import SCOPES
from app.api.documentation import api_routes
from app.doors.calls.router import action_of
from app.exchange.plans import province_plans
from app.exchange.records import count_records
from app.kit import db
from tests.api.conftest import Caller, MakeCaller
from tests.api.test_resources import exported, walk
from tests.exchange.world import World
from tests.factories import cases
from tests.support import people

REGIONS = ("", "42", "429005", "429005001", "429006", "33")
SCOPE_SETS = [" ".join(some) for size in (1, 2, 3) for some in combinations(SCOPES, size)]
PROTECTED = sorted(
    (method, route.path, action.scope, action.signed)
    for route in api_routes()
    for method in route.methods
    if (action := action_of(route)) and not action.public
)
OPEN = sorted({route.path for route in api_routes() if (action := action_of(route)) and action.public})


def address(path: str, world: World) -> str:
    """The path with what there is in it."""
    parts = {
        "uscc": world.enterprises[0].uscc,
        "number": "QJ-XX-2021-0001",
        "resource": "cases",
        "code": "high-tech-enterprise",
    }
    for name, value in parts.items():
        path = path.replace(f"{{{name}}}", value)
    return path + ("?policy=high-tech-enterprise" if path.endswith("/verdicts") and path.count("/") > 3 else "")


def ask(one: Caller, method: str, path: str, token: bool = True) -> Any:
    headers = {"authorization": f"Bearer {one.token}"} if token else {}
    return one.client.request(method, path, headers=headers, json={} if method == "POST" else None)


@pytest.mark.parametrize("scopes", SCOPE_SETS)
def test_an_operation_lets_in_by_its_scope_alone(caller: MakeCaller, world: World, scopes: str) -> None:
    one = caller(scopes=scopes)
    for method, path, scope, signed in PROTECTED:
        target = address(path, world)
        answer = ask(one, method, target)
        if scope not in scopes.split():
            assert (answer.status_code, answer.json()["code"]) == (403, "scope.missing"), path
        elif signed:
            assert (answer.status_code, answer.json()["code"]) == (401, "signature.missing"), path
        else:
            assert answer.status_code not in (401, 403), path
        assert ask(one, method, target, token=False).status_code == 401, path


def test_what_is_open_needs_no_token(caller: MakeCaller, world: World) -> None:
    assert set(OPEN) == {
        "/oauth/token", "/api/v1/schemas/{resource}.json", "/api/v1/policies", "/api/v1/policies/{code}",
    }  # fmt: skip
    one = caller()
    for path in OPEN[:-1]:
        assert ask(one, "GET", address(path, world), token=False).status_code == 200, path


@pytest.mark.parametrize("region", REGIONS)
def test_list_count_feed_and_snapshot_are_one_in_every_region(
    caller: MakeCaller, world: World, session: Session, region: str
) -> None:
    world.move(world.enterprises[1], "429006")
    world.retire(world.enterprises[0])
    one = caller(region)
    feed = one.get("/api/v1/events?after=0&limit=1000").json()["items"]
    for resource, plan in province_plans().items():
        key = plan.definition.key
        items = walk(one, resource)
        lines, manifest = exported(one, resource)
        fed: dict[str, Any] = {}
        for item in feed:
            if item["resource"] == resource:
                fed.pop(item["subject"], None)
                if not item["data"].get("retired"):
                    fed[item["subject"]] = item["data"]
        assert lines == items and fed == {item[key]: item for item in items}, resource
        assert manifest["count"] == len(items) == count_records(session, plan, region), resource
        assert walk(one, f"{resource}?changed_after=0", 3) == items, resource


@pytest.mark.parametrize("region", REGIONS)
def test_single_records_are_those_of_the_lists(caller: MakeCaller, world: World, region: str) -> None:
    one = caller(region)
    firms = {item["uscc"]: item for item in walk(one, "enterprises")}
    for firm in world.enterprises:
        answer = one.get(f"/api/v1/enterprises/{firm.uscc}")
        assert answer.status_code == (200 if firm.uscc in firms else 404)
        assert answer.status_code != 200 or answer.json() == firms[firm.uscc]
        verdicts = one.get(f"/api/v1/enterprises/{firm.uscc}/verdicts?policy=high-tech-enterprise")
        assert verdicts.status_code == (200 if firm.uscc in firms else 404)


@pytest.mark.parametrize("region", REGIONS)
def test_what_a_case_lacks_is_told_where_the_case_is_listed(
    caller: MakeCaller, session: Session, now: datetime, region: str
) -> None:
    case = cases.opened(session, people.officer(session), now).row
    db.commit(session)
    one = caller(region)
    seen = case.number in {item["number"] for item in walk(one, "cases")}
    assert seen == "429005".startswith(region[:6])
    assert one.get(f"/api/v1/cases/{case.number}/missing").status_code == (200 if seen else 404)
