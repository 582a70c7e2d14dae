"""More people at once than there are threads and connections: everybody is answered, in turn."""

import asyncio
import itertools
from collections.abc import Callable, Coroutine, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest
from fastapi import FastAPI, Request
from httpx2 import AsyncClient, Limits, Response
from sqlalchemy import event, text
from sqlalchemy.exc import TimeoutError as NoConnectionError
from starlette.requests import ClientDisconnect
from starlette.types import Message

from app.config import Settings
from app.doors.requests import streams
from app.doors.requests.admission import READERS, SLOW, STREAMS, WATCHERS, WRITERS, Admission, Busy, Lane
from app.doors.requests.deps import SESSION_COOKIE
from app.kit.db import POOL_SIZE, Database, read_scope, session_scope
from tests.api.served import served
from tests.support import people
from tests.support.client import Client
from tests.support.server import Server

Result = TypeVar("Result")
AT_ONCE = 64
PEOPLE = 8
#: Nothing is timed here: on a slow machine they wait their turn. The server that mixed threads and connections up gave 500.
PATIENCE = 90
READS = ("/", "/enterprises", "/cases", "/desk/tasks", "/targets", "/programmes", "/notices", "/enterprises/export.csv")


@pytest.fixture
def server(database: Database, settings: Settings, tmp_path: Path) -> Iterator[Server]:
    with served(database, settings, tmp_path) as found:
        yield found


def _sessions(database: Database) -> list[str]:
    with session_scope(database) as session:
        return [people.open_session(session, people.officer(session, role="section_head")) for _ in range(PEOPLE)]


def _run(asked: Coroutine[Any, Any, Result]) -> Result:
    """What the coroutine returns, run in a thread of its own: a browser of the same run keeps a loop in this one."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, asked).result()


def test_sixty_four_at_once_are_all_answered_and_health_meanwhile(server: Server, database: Database) -> None:
    cookies = itertools.cycle(_sessions(database))
    asked = list(itertools.islice(zip(itertools.cycle(READS), cookies, strict=False), AT_ONCE))

    async def ask() -> tuple[list[Response], list[Response]]:
        limits = Limits(max_connections=AT_ONCE + 1)
        async with AsyncClient(base_url=server.url, limits=limits, timeout=PATIENCE) as client:
            everybody = asyncio.gather(
                *(client.get(path, headers={"cookie": f"{SESSION_COOKIE}={secret}"}) for path, secret in asked)
            )
            health = [await client.get("/healthz")]
            while not everybody.done():
                await asyncio.sleep(0.05)
                health.append(await client.get("/healthz"))
            return await everybody, health

    answers, health = _run(ask())
    assert {(str(answer.url.path), answer.status_code) for answer in answers} == {(path, 200) for path in READS}
    assert {answer.status_code for answer in health} == {200}
    assert len(health) > 2, "health was not answered before everybody else was"


# -- lanes ------------------------------------------------------------------------------------------------------------


def test_the_lanes_share_out_the_pool() -> None:
    lanes = Admission()
    assert (lanes.reads.places, lanes.writes.places, lanes.streams.places) == (READERS, WRITERS, STREAMS)
    assert READERS + SLOW + WRITERS + STREAMS + WATCHERS == POOL_SIZE
    assert min(READERS, SLOW, WRITERS) > 1


def test_who_waits_comes_in_the_order_of_coming_and_not_for_ever() -> None:
    async def cross() -> tuple[list[int], int]:
        lane, inside, seen, most = Lane(2), [], [], 0

        async def one(number: int) -> None:
            nonlocal most
            async with lane.place():
                seen.append(number)
                inside.append(number)
                most = max(most, len(inside))
                await asyncio.sleep(0)
                inside.remove(number)

        await asyncio.gather(*map(one, range(9)))
        return seen, most

    assert _run(cross()) == (list(range(9)), 2)

    async def wait_in_vain() -> None:
        lane = Lane(1, patience=0.01)
        async with lane.place(), lane.place():
            pass

    with pytest.raises(Busy):
        _run(wait_in_vain())


# -- what those see who find no place -------------------------------------------------------------------------------------


@pytest.fixture
def full(app: FastAPI) -> None:
    """No page and no stream is admitted."""
    none = Lane(0, patience=0.01)
    app.state.admission = Admission(reads=none, writes=none, streams=none)


@pytest.mark.usefixtures("full")
def test_health_and_metrics_have_places_of_their_own(client: Client) -> None:
    client.cookies.set(SESSION_COOKIE, "a cookie is not looked at")
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/metrics").status_code == 200


@pytest.mark.usefixtures("full")
def test_a_page_that_finds_no_place_says_so(client: Client) -> None:
    answer = client.get("/sign-in")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "系统繁忙，请稍后重试。" in answer.text


@pytest.mark.usefixtures("full")
def test_a_machine_that_finds_no_place_is_told_when_to_come_back(client: Client) -> None:
    answer = client.get("/api/v1/enterprises", headers={"authorization": "Bearer x"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["code"] == "server.busy"


def test_who_reads_waits_for_no_writer_and_who_writes_for_no_reader(app: FastAPI, client: Client) -> None:
    form = {"login": "nobody", "password": "nothing"}
    app.state.admission = Admission(writes=Lane(0, patience=0.01))
    assert client.get("/sign-in").status_code == 200
    assert client.post_form("/sign-in", form).status_code == 503
    app.state.admission = Admission(reads=Lane(0, patience=0.01))
    assert client.get("/sign-in").status_code == 503
    assert client.post_form("/sign-in", form).status_code == 422


SLOW_PAGES = (
    "/policies/high-tech-enterprise/what-if",
    "/cases/papers/receipt",
    "/cases/x/dossier.pdf",
    "/exchange/handovers/x.pdf",
)


@pytest.mark.parametrize("path", SLOW_PAGES)
def test_what_takes_long_keeps_no_reader_waiting(app: FastAPI, sign_in: Callable[..., Client], path: str) -> None:
    client = sign_in("section_head")
    app.state.admission = Admission(slow=Lane(0, patience=0.01))
    assert client.get(path).status_code == 503
    assert client.get("/enterprises").status_code == 200


def test_a_pool_that_gives_no_connection_is_no_unexpected_error(app: FastAPI, client: Client) -> None:
    def no_connection() -> None:
        raise NoConnectionError("QueuePool limit of size 18 overflow 0 reached")

    app.state.clock = no_connection
    answer = client.get("/sign-in")
    assert answer.status_code == 503
    assert "系统繁忙" in answer.text


# -- streams ------------------------------------------------------------------------------------------------------------


def test_a_stream_that_finds_no_place_says_so(app: FastAPI, sign_in: Callable[..., Client]) -> None:
    app.state.admission = Admission(streams=Lane(0, patience=0.01))
    client = sign_in("section_head")
    assert client.get("/enterprises/export.csv").status_code == 503
    assert client.get("/enterprises").status_code == 200, "the pages have places of their own"


def test_a_request_holds_one_connection_at_a_time(database: Database, sign_in: Callable[..., Client]) -> None:
    client, most = sign_in("section_head"), 0

    def count(*_: object) -> None:
        nonlocal most
        most = max(most, database.engine.pool.checkedout())  # type: ignore[attr-defined]

    event.listen(database.engine, "checkout", count)
    for path in ("/enterprises/export.csv", "/enterprises/export.xlsx", "/enterprises/export.csv?as_of=2021-01-05"):
        assert client.get(path).status_code == 200
    assert most == 1


def test_a_reader_who_takes_nothing_is_given_up_and_all_is_given_back(
    app: FastAPI, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "STALLED", 0.05)
    closed = []

    def blocks() -> Generator[bytes]:
        with read_scope(database) as session:
            try:
                while True:
                    yield str(session.scalar(text("select 1"))).encode()
            finally:
                closed.append(database.engine.pool.checkedout())  # type: ignore[attr-defined]

    async def read_never() -> None:
        async def send(message: Message) -> None:
            if message["type"] == "http.response.body":
                await asyncio.sleep(60)

        scope = {"type": "http", "app": app, "headers": [], "asgi": {"spec_version": "2.4"}}
        response = streams.DatabaseStream(Request(scope), blocks(), media_type="text/plain")
        with pytest.raises(ClientDisconnect):
            await response(scope, _nothing, send)

    _run(read_never())
    assert closed == [1]
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def _nothing() -> Message:
    return {"type": "http.disconnect"}
