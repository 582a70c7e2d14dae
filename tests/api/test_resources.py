"""Lists, single records, feed and snapshot over HTTP: shapes, limits, scopes and regions."""

import hashlib
from typing import Any

import orjson
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.doors.requests.rate import RateLimiter
from app.enterprises.models import Enterprise
from app.exchange.models import ClientReading
from app.exchange.plans import province_plans
from app.journal.models import JournalEvent
from tests.api.conftest import Caller, MakeCaller
from tests.exchange.world import World
from tests.support.client import Client

KEYS = {"enterprises": "uscc", "cases": "number", "commissioners": "id", "incentives": "id"}
ADDRESSES = [
    *(f"/api/v1/{name}" for name in KEYS),
    *(f"/api/v1/export/{name}.ndjson" for name in KEYS),
    "/api/v1/events",
]


def walk(caller: Caller, resource: str, limit: int = 2) -> list[dict[str, Any]]:
    """The whole list, `resource` with or without a filter behind it."""
    items: list[dict[str, Any]] = []
    cursor = ""
    while True:
        start = f"/api/v1/{resource}{'&' if '?' in resource else '?'}limit={limit}"
        answer = caller.get(start + (f"&cursor={cursor}" if cursor else ""))
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        cursor = answer.json()["next"]
        if cursor is None:
            return items


def exported(caller: Caller, resource: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The lines of a snapshot, proved by its manifest, and the manifest."""
    answer = caller.get(f"/api/v1/export/{resource}.ndjson")
    assert answer.status_code == 200, answer.text
    *lines, last = answer.content.splitlines(keepends=True)
    manifest = orjson.loads(last)["manifest"]
    assert set(manifest) == {"resource", "count", "sha256", "position", "schema"}
    assert manifest["sha256"] == hashlib.sha256(b"".join(lines)).hexdigest()
    assert (manifest["count"], manifest["resource"]) == (len(lines), resource)
    return [orjson.loads(line) for line in lines], manifest


@pytest.mark.parametrize(("region", "firms"), [("", 4), ("42", 3), ("429005", 2), ("429006", 1), ("33", 0)])
def test_list_record_feed_and_snapshot_agree_for_every_client(
    caller: MakeCaller, world: World, region: str, firms: int
) -> None:
    one = caller(region)
    feed = one.get("/api/v1/events?after=0&limit=1000").json()["items"]
    for resource, key in KEYS.items():
        items = walk(one, resource)
        assert len(items) == firms
        lines, _manifest = exported(one, resource)
        assert lines == items
        fed = {item["subject"]: item["data"] for item in feed if item["resource"] == resource}
        assert fed == {item[key]: item for item in items}
    for firm in world.enterprises:
        answer = one.get(f"/api/v1/enterprises/{firm.uscc}")
        seen = firm.region_code.startswith(region)
        assert answer.status_code == (200 if seen else 404)
        if seen:
            assert answer.json() in walk(one, "enterprises")


@pytest.mark.parametrize("path", [*ADDRESSES, "/api/v1/enterprises/91429099MA4EXAMP0B"])
def test_every_address_wants_the_scope(caller: MakeCaller, client: Client, path: str) -> None:
    assert client.get(path).status_code == 401
    answer = caller(scopes="policies:evaluate").get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    assert "export:read" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/v1/enterprises?limit=1001", "limit"),
        ("/api/v1/enterprises?limit=0", "limit"),
        ("/api/v1/cases?limit=ten", "limit"),
        ("/api/v1/cases?cursor=nonsense", "cursor"),
        ("/api/v1/cases?cursor=", "cursor"),
        ("/api/v1/incentives?page=2", "page"),
        ("/api/v1/commissioners?limit=1&Limit=2", "Limit"),
        ("/api/v1/events?after=abc", "after"),
        ("/api/v1/events?after=-1", "after"),
        ("/api/v1/events?after=9999999", "after"),
        ("/api/v1/events?after=99999999999999999999999", "after"),
        ("/api/v1/events?limit=1001", "limit"),
        ("/api/v1/export/cases.ndjson?limit=5", "limit"),
    ],
)
def test_a_bad_parameter_is_named_never_ignored(caller: MakeCaller, path: str, name: str) -> None:
    answer = caller().get(path)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == [name]


def test_a_cursor_of_another_region_or_list_is_refused(caller: MakeCaller, world: World) -> None:
    wide, narrow = caller(""), caller("429005")
    cursor = wide.get("/api/v1/enterprises?limit=1").json()["next"]
    assert narrow.get(f"/api/v1/enterprises?cursor={cursor}").status_code == 422
    assert wide.get(f"/api/v1/cases?cursor={cursor}").status_code == 422
    assert wide.get(f"/api/v1/enterprises?cursor={cursor}").status_code == 200


def test_a_former_code_still_finds_the_firm(caller: MakeCaller, world: World) -> None:
    firm = world.enterprises[0]
    old = firm.uscc
    world.change_code(firm)
    answer = caller("429005").get(f"/api/v1/enterprises/{old.lower()}")
    assert answer.json()["uscc"] == firm.uscc
    assert answer.json()["former_codes"] == [old]


def test_retired_rows_are_absent_everywhere_and_buried_in_the_feed(
    caller: MakeCaller, world: World, session: Session
) -> None:
    one, firm = caller(), world.enterprises[0]
    position = one.get("/api/v1/events?limit=1000").json()["next"]
    world.retire(session.get_one(Enterprise, firm.id))
    assert one.get(f"/api/v1/enterprises/{firm.uscc}").status_code == 404
    assert firm.uscc not in {item["uscc"] for item in walk(one, "enterprises")}
    assert firm.uscc not in {item["uscc"] for item in exported(one, "enterprises")[0]}
    items = one.get(f"/api/v1/events?after={position}").json()["items"]
    (item,) = [item for item in items if item["resource"] == "enterprises"]
    assert all(each["data"].get("retired") for each in items)
    assert item["data"] == {"key": firm.uscc, "uscc": firm.uscc, "retired": True}
    assert item["type"] == "cn.yumiao.enterprise.retired"


def test_a_feed_item_is_a_cloud_event(caller: MakeCaller, world: World) -> None:
    page = caller().get("/api/v1/events?after=0&limit=20").json()
    assert 10 < len(page["items"]) <= 20
    assert len({item["id"] for item in page["items"]}) == len(page["items"])
    for item in page["items"]:
        assert item["specversion"] == "1.0"
        assert item["id"].partition(".")[0] == str(item["position"])
        assert item["source"] == f"/api/v1/{item['resource']}"
        assert item["time"].endswith("Z")
        assert item["data"][province_plans()[item["resource"]].definition.key] == item["subject"]
    positions = [item["position"] for item in page["items"]]
    assert positions == sorted(positions) and page["next"] == positions[-1]


def test_an_export_is_journalled_and_never_fed(caller: MakeCaller, world: World, session: Session) -> None:
    one = caller("429005")
    _lines, manifest = exported(one, "enterprises")
    event = session.scalars(select(JournalEvent).where(JournalEvent.type == "export.sent")).one()
    assert (event.actor_kind, event.subject_kind, event.subject_id) == ("client", "export", "enterprises")
    assert event.data["count"] == 2 and event.data["region_prefix"] == "429005" and event.data["complete"] is True
    assert event.data["sha256"] == manifest["sha256"]
    page = one.get(f"/api/v1/events?after={manifest['position']}").json()
    assert page["items"] == [] and page["next"] >= event.position


def test_an_empty_resource_is_the_manifest_alone(caller: MakeCaller) -> None:
    lines, manifest = exported(caller(), "cases")
    assert lines == [] and manifest["count"] == 0
    assert manifest["sha256"] == hashlib.sha256(b"").hexdigest()


def test_an_unknown_resource_or_address_is_a_problem(caller: MakeCaller, client: Client) -> None:
    for path in ("/api/v1/export/officers.ndjson", "/api/v1/nothing", "/api/v1/schemas/officers.json"):
        answer = caller().get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    answer = client.delete("/api/v1/enterprises")
    assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")


def test_what_a_client_read_is_kept(caller: MakeCaller, world: World, session: Session) -> None:
    one = caller()
    page = one.get("/api/v1/events?limit=5").json()
    session.expire_all()
    row = session.scalars(select(ClientReading).where(ClientReading.channel == "events")).one()
    assert (row.position, row.records) == (page["next"], len(page["items"]))


def test_the_rate_is_told_and_kept(caller: MakeCaller, app: Any) -> None:
    one = caller()
    answer = one.get("/api/v1/cases")
    assert (answer.headers["ratelimit-limit"], answer.headers["ratelimit-remaining"]) == ("500", "499")
    app.state.rate_limiter = RateLimiter(0.001, 1)
    one.get("/api/v1/cases")
    refused = one.get("/api/v1/cases")
    assert (refused.status_code, refused.headers["ratelimit-remaining"]) == (429, "0")
    assert refused.headers["content-type"] == "application/problem+json"
    assert int(refused.headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    ("language", "says"),
    [("", "翻页标记无效"), ("zh-CN,en;q=0.8", "翻页标记无效"), ("en-GB,zh;q=0.5", "The cursor was not given out")],
)
def test_a_refusal_speaks_the_language_that_the_program_accepts(caller: MakeCaller, language: str, says: str) -> None:
    one = caller()
    one.client.headers["accept-language"] = language
    assert one.get("/api/v1/cases?cursor=zzz").json()["detail"].startswith(says)
