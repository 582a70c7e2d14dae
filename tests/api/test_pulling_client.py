"""The client of docs/client against the real server: signed, told to wait, held answers, lists, snapshot and feed."""

from contextlib import closing
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy.orm import Session

from app.accounts.service.clients import ClientLimits, limit_client, make_signature_key
from app.config import Settings
from app.exchange.plans import province_plans
from app.kit import db
from app.kit.actor import SYSTEM
from tests.api.served import credentials, served
from tests.exchange.test_feed import listed
from tests.exchange.world import World
from tests.support.pulling import client, copying


@pytest.fixture
def world(session: Session) -> World:
    world = World(session).prepare()
    for region in ("429005001", "429005102", "429006"):
        firm = world.enterprise(region)
        world.add_parts(firm)
        world.case(firm)
    db.commit(session)
    return world


def signed(database: db.Database, settings: Settings, now: datetime) -> client.Credentials:
    """Credentials of a client that must sign."""
    given = credentials(database, "429005")
    with db.session_scope(database) as session:
        key = make_signature_key(session, actor=SYSTEM, client_id=given.client_id, sealing=settings.secret, now=now)
    limit(database, given, now)
    return client.Credentials(given.client_id, given.client_secret, key)


def limit(database: db.Database, given: client.Credentials, now: datetime, **rate: int) -> None:
    with db.session_scope(database) as session:
        limits = ClientLimits(signed_only=True, **rate)  # type: ignore[arg-type]
        limit_client(session, actor=SYSTEM, client_id=given.client_id, limits=limits, now=now)


def test_a_signed_client_pulls_lists_and_keeps_a_copy(
    database: db.Database, session: Session, settings: Settings, now: datetime, world: World, tmp_path: Path
) -> None:
    given = signed(database, settings, now)
    first, second = sorted(firm.uscc for firm in world.enterprises[:2])
    with (
        served(database, settings, tmp_path) as server,
        closing(client.Yumiao(server.url, given)) as api,
        closing(copying.SqliteCopy(tmp_path / "copy")) as copy,
    ):
        assert [firm["uscc"] for firm in api.records("enterprises", limit=1)] == [first, second]
        some = api.records("enterprises", fields=["name"], changed_after=0, limit=1)
        assert next(some).keys() == {"uscc", "name"}
        with pytest.raises(client.ApiProblem, match=r"422 fields\.unknown"):
            next(api.records("enterprises", fields=["nmae"]))
        position = copying.follow(api, copy)
        world.rename(world.enterprises[0])
        world.move(world.enterprises[1], "421000")
        db.commit(session)
        assert [firm["uscc"] for firm in api.records("enterprises", changed_after=position)] == [first]
        assert copying.follow(api, copy, limit=1) > position
        with db.read_scope(database) as reading:
            held = {(name, key): record for name in copying.KEYS for key, record in copy.records(name).items()}
            assert held == listed(reading, "429005")
        limit(database, given, now, rate_per_second=1, burst=1)
        assert told_to_wait(server.url, given) == [1.0, 1.0]


def told_to_wait(address: str, given: client.Credentials) -> list[float]:
    """How long the server tells a client to wait that does not: at most three tries a call."""
    waits: list[float] = []
    with (
        closing(client.Yumiao(address, given, patience=3, sleep=waits.append)) as hurried,
        pytest.raises(client.ApiProblem, match=r"429 rate\.exceeded"),
    ):
        _call_until_refused(hurried)
    return waits[-2:]


def _call_until_refused(api: client.Yumiao) -> None:
    for _ in range(10):
        api.get("/api/v1/cases")


def test_its_keys_are_those_of_the_definition() -> None:
    assert {name: plan.definition.key for name, plan in province_plans().items()} == copying.KEYS


class Answers(httpx.BaseTransport):
    """A server that answers by a list, and keeps what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers, self.asked = list(answers), list[httpx.Request]()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The next answer."""
        self.asked.append(request)
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": f"t{len(self.asked)}"})
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def asking(transport: Answers, waits: list[float]) -> client.Yumiao:
    return client.Yumiao("http://there", client.Credentials("c", "s"), transport=transport, sleep=waits.append)


def test_it_waits_as_long_as_it_is_told_and_renews_its_token() -> None:
    waits: list[float] = []
    transport = Answers(
        httpx.ConnectError("no route"),
        httpx.Response(429, headers={"retry-after": "7"}),
        httpx.Response(503, headers={"retry-after": "5"}),
        httpx.Response(401, json={"code": "token.invalid"}),
        httpx.Response(200, json={"items": [1]}),
    )
    assert asking(transport, waits).get("/x") == {"items": [1]}
    assert waits[1:] == [7.0, 5.0] and waits[0] < 1
    assert [request.headers["authorization"] for request in transport.asked[-2:]][-1] != "Bearer t1"


def test_it_holds_what_has_not_changed() -> None:
    transport = Answers(httpx.Response(200, headers={"etag": '"a"'}, json={"n": 1}), httpx.Response(304))
    api = asking(transport, [])
    assert [api.get("/x"), api.get("/x")] == [{"n": 1}, {"n": 1}]
    assert transport.asked[-1].headers["if-none-match"] == '"a"'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"uscc":"1"}\n',
        b'{"uscc":"1"}\n{"manifest":{"resource":"e","count":1,"sha256":"0","position":1}}\n',
        b'{"us',
    ],
)
def test_a_snapshot_without_its_proof_is_refused(body: bytes) -> None:
    with pytest.raises(client.IncompleteSnapshotError):
        list(asking(Answers(httpx.Response(200, content=body)), []).snapshot("enterprises"))
