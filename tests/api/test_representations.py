"""What a caller may ask of an answer: some fields, what changed, nothing when it holds it already, compressed."""

import gzip
import hashlib
import zlib
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from httpx2 import Response
from sqlalchemy.orm import Session

from app.api.representations import compressed, takes_gzip
from app.exchange.plans import province_plans
from app.journal.queries import head_position
from tests.api.conftest import Caller, MakeCaller
from tests.exchange.world import World

PLAIN = {"accept-encoding": "identity"}


def get(one: Caller, path: str, **headers: str) -> Response:
    """A call with headers of its own."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return one.client.get(path, headers={"authorization": f"Bearer {one.token}", **PLAIN, **given})


def walked(one: Caller, path: str, limit: int) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = get(one, f"{path}&limit={limit}" + (f"&cursor={cursor}" if cursor else ""))
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        cursor = answer.json()["next"]
    return items


# -- fields ------------------------------------------------------------------------------------------------------------


def test_only_the_fields_asked_for_and_the_key(caller: MakeCaller, world: World) -> None:
    one = caller()
    whole = get(one, "/api/v1/enterprises").json()["items"]
    some = get(one, "/api/v1/enterprises?fields=name,%20figures").json()["items"]
    assert some == [{name: item[name] for name in ("uscc", "name", "figures")} for item in whole]
    single = get(one, f"/api/v1/enterprises/{whole[0]['uscc']}?fields=uscc").json()
    assert single == {"uscc": whole[0]["uscc"]}


@pytest.mark.parametrize("path", ["/api/v1/cases", "/api/v1/enterprises/91429099MA4EXAMP0B"])
@pytest.mark.parametrize(
    ("fields", "named"), [("nmae", "nmae"), ("", "—"), ("uscc,,number", "—"), ("uscc;number", "uscc;number")]
)
def test_an_unknown_field_is_refused_by_name(caller: MakeCaller, path: str, fields: str, named: str) -> None:
    answer = get(caller(), f"{path}?fields={fields}")
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == "fields" and named in error["message"]


def test_fields_not_asked_for_are_not_read(caller: MakeCaller, world: World, count_queries: Callable[[], Any]) -> None:
    one = caller()
    with count_queries() as queries:
        get(one, "/api/v1/enterprises?fields=name")
    assert not [query for query in queries if "yearly_figures" in query or "former_code" in query]


# -- changed_after -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("region", ["", "429005", "429006"])
def test_changed_after_is_what_the_feed_tells_and_still_there(
    caller: MakeCaller, world: World, session: Session, region: str
) -> None:
    one = caller(region)
    position = get(one, "/api/v1/events?limit=1000").json()["next"]
    first, second, other, unplaced = world.enterprises
    world.rename(first)
    world.change_code(second)
    world.move(other, "429005102")
    world.retire(unplaced)
    world.advance(world.cases[0])
    world.pay(world.incentives[1])
    changes = get(one, f"/api/v1/events?after={position}&limit=1000").json()["items"]
    for resource, plan in province_plans().items():
        told = {item["subject"] for item in changes if item["resource"] == resource and "retired" not in item["data"]}
        items = walked(one, f"/api/v1/{resource}?changed_after={position}", 2)
        keys = [item[plan.definition.key] for item in items]
        assert set(keys) == told and len(keys) == len(told), resource
        assert items == [item for item in walked(one, f"/api/v1/{resource}?", 100) if item[plan.definition.key] in told]


def test_changed_after_the_head_is_empty_and_grows_with_the_journal(
    caller: MakeCaller, world: World, session: Session
) -> None:
    one = caller()
    position = get(one, "/api/v1/events?limit=1000").json()["next"]
    path = f"/api/v1/enterprises?changed_after={position}&fields=uscc"
    assert get(one, path).json() == {"items": [], "next": None}
    for firm in world.enterprises[:2]:
        world.rename(firm)
        assert {"uscc": firm.uscc} in get(one, path).json()["items"]


@pytest.mark.parametrize("position", [10**9, 2**63 - 1])
def test_a_position_never_given_out_is_refused_as_by_the_feed(caller: MakeCaller, position: int) -> None:
    answer = get(caller(), f"/api/v1/cases?changed_after={position}")
    assert (answer.status_code, answer.json()["code"]) == (422, "feed.after")
    assert [error["field"] for error in answer.json()["errors"]] == ["changed_after"]


def test_a_cursor_holds_for_its_filter_only(caller: MakeCaller, world: World) -> None:
    one = caller()
    cursor = get(one, "/api/v1/enterprises?changed_after=0&limit=1").json()["next"]
    for other in ("", "changed_after=1&"):
        assert get(one, f"/api/v1/enterprises?{other}cursor={cursor}").status_code == 422
    assert get(one, f"/api/v1/enterprises?changed_after=0&cursor={cursor}").status_code == 200


# -- validators --------------------------------------------------------------------------------------------------------

READ = ["/api/v1/enterprises?limit=2", "/api/v1/events?limit=2", "/api/v1/policies", "/api/v1/schemas/cases.json"]


@pytest.mark.parametrize("path", [*READ, "/api/v1/export/cases.ndjson"])
def test_who_holds_an_answer_gets_it_no_more(caller: MakeCaller, world: World, path: str) -> None:
    one = caller()
    tag = get(one, path).headers["etag"]
    for held in (tag, f'"other", {tag}', "*", f"W/{tag.removeprefix('W/')}"):
        again = get(one, path, if_none_match=held)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert "content-type" not in again.headers and "authorization" in again.headers["vary"]
    assert get(one, path, if_none_match='"other"').status_code == 200


def test_the_tag_tells_apart_what_changed_what_region_and_whether_compressed(caller: MakeCaller, world: World) -> None:
    one = caller()
    tags = [get(one, READ[0]).headers["etag"], get(caller("429005"), READ[0]).headers["etag"]]
    tags.append(get(one, READ[0], accept_encoding="gzip").headers["etag"])
    world.rename(world.enterprises[0])
    tags.append(get(one, READ[0]).headers["etag"])
    assert len(set(tags)) == 3 + 1 and not any(tag.startswith("W/") for tag in tags)


def test_a_snapshot_held_already_is_neither_read_nor_journalled(
    caller: MakeCaller, world: World, session: Session, count_queries: Callable[[], Any]
) -> None:
    one, path = caller("429005"), "/api/v1/export/cases.ndjson"
    tag = get(one, path).headers["etag"]
    world.noise()
    before = head_position(session)
    with count_queries() as queries:
        assert get(one, path, if_none_match=tag).status_code == 304
    assert not [query for query in queries if "case_file" in query]
    session.expire_all()
    assert head_position(session) == before + 1  # the noise
    assert get(caller("429006"), path, if_none_match=tag).status_code == 200
    world.advance(world.cases[0])
    assert get(one, path, if_none_match=tag).status_code == 200


# -- compression -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/v1/enterprises", "/api/v1/events?limit=100"])
def test_a_compressed_answer_says_the_same(caller: MakeCaller, world: World, path: str) -> None:
    one = caller()
    plain, packed = get(one, path), get(one, path, accept_encoding="gzip")
    assert (plain.headers.get("content-encoding"), packed.headers["content-encoding"]) == (None, "gzip")
    assert packed.json() == plain.json()
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])


def test_a_short_answer_stays_as_it_is(caller: MakeCaller) -> None:
    assert "content-encoding" not in get(caller(), "/api/v1/cases", accept_encoding="gzip").headers


def test_a_compressed_snapshot_proves_itself_by_the_plain_bytes(caller: MakeCaller, world: World) -> None:
    one = caller()
    with one.client.stream(
        "GET",
        "/api/v1/export/enterprises.ndjson",
        headers={"authorization": f"Bearer {one.token}", "accept-encoding": "gzip"},
    ) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    *lines, last = gzip.decompress(raw).splitlines(keepends=True)
    manifest = orjson.loads(last)["manifest"]
    assert (manifest["count"], manifest["sha256"]) == (len(lines), hashlib.sha256(b"".join(lines)).hexdigest())
    assert lines and len(raw) < len(b"".join(lines))


def test_a_compressed_block_goes_out_at_once() -> None:
    unpacked = zlib.decompressobj(16 + zlib.MAX_WBITS)
    stream = compressed(iter([b"first line\n", b"second line\n"]))
    assert unpacked.decompress(next(stream)) == b"first line\n"
    assert unpacked.decompress(b"".join(stream)) == b"second line\n" and unpacked.eof


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("", False),
        ("gzip", True),
        ("deflate, GZIP;q=0.5", True),
        ("gzip;q=0", False),
        ("*", True),
        ("*;q=0", False),
        ("gzip; q=0.0, *", False),
        ("br", False),
    ],
)
def test_who_takes_gzip(header: str, takes: bool) -> None:
    assert takes_gzip(header) is takes
