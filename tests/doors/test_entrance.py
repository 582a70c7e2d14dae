"""The way into a route: one thread job, one connection, and who may not come in is told so first."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager

import anyio.to_thread
import pytest
from fastapi import FastAPI
from sqlalchemy import event
from starlette.responses import PlainTextResponse, Response
from starlette.types import Message

from app.doors.calls.call import Call
from app.doors.calls.past import ListCall
from app.doors.calls.router import GuardedRouter
from app.doors.requests.admission import Admission, Lane
from app.enterprises.actions import EDIT, READ
from app.kit.actor import ActorKind
from app.kit.db import Database
from tests.support.client import Client


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what was run in a thread of its own."""
    found: list[str] = []
    run = anyio.to_thread.run_sync

    async def counted(work: Callable[..., object], *rest: object, **options: object) -> object:
        found.append(getattr(work, "__qualname__", None) or repr(work))
        return await run(work, *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(anyio.to_thread, "run_sync", counted)
    return found


@pytest.fixture
def connections(database: Database) -> Iterator[list[int]]:
    """The thread of each connection that was taken."""
    taken: list[int] = []

    def note(*_: object) -> None:
        taken.append(threading.get_ident())

    event.listen(database.engine, "checkout", note)
    yield taken
    event.remove(database.engine, "checkout", note)


@pytest.fixture
def threads(app: FastAPI) -> Iterator[list[int]]:
    """The thread in which each of the routes made here ran."""
    seen: list[int] = []
    router = GuardedRouter(door="web", prefix="/made-here")

    @router.get("/page", action=READ)
    def page(call: Call, year: int = 0) -> Response:
        assert call.actor.kind is ActorKind.OFFICER
        assert call.session.is_active
        seen.append(threading.get_ident())
        return PlainTextResponse(str(year))

    @router.get("/list", action=READ)
    def listed(call: ListCall) -> Response:
        return PlainTextResponse(f"{call.as_of.on} {call.as_of.past}")

    @router.post("/page", action=EDIT)
    def change(call: Call, year: int = 0) -> Response:
        seen.append(threading.get_ident())
        return PlainTextResponse(str(call.form.get("words", "")))

    before = list(app.router.routes)
    app.include_router(router.router)
    yield seen
    app.router.routes[:] = before  # the application outlives the test


def test_a_page_is_one_thread_job_on_one_connection(
    sign_in: Callable[..., Client], threads: list[int], jobs: list[str], connections: list[int]
) -> None:
    client = sign_in("section_head")
    client.get("/made-here/page")  # the first page in a minute notes afterwards that its reader was here
    for found in (jobs, connections, threads):
        found.clear()
    answer = client.get("/made-here/page?year=2021")
    assert (answer.status_code, answer.text) == (200, "2021")
    assert len(jobs) == 1
    assert connections == threads, "session, actor and route, in the one thread"


def test_a_form_is_one_thread_job_on_one_connection(
    sign_in: Callable[..., Client], threads: list[int], jobs: list[str], connections: list[int]
) -> None:
    client = sign_in("section_head")
    client.get("/made-here/page")
    for found in (jobs, connections, threads):
        found.clear()
    answer = client.post_form("/made-here/page", {"words": "一式两份"})
    assert (answer.status_code, answer.text) == (200, "一式两份")
    assert len(jobs) == 1
    assert connections == threads


@pytest.mark.usefixtures("threads")
def test_a_list_is_of_the_day_that_its_address_names(sign_in: Callable[..., Client]) -> None:
    client = sign_in("section_head")
    assert client.get("/made-here/list").text.endswith(" False")
    assert client.get("/made-here/list?as_of=2021-01-05").text == "2021-01-05 True"
    assert client.get("/made-here/list?as_of=2021-02-30").status_code == 422


def test_who_may_not_come_in_is_told_so_before_what_is_wrong_with_the_address(
    client: Client, sign_in: Callable[..., Client], threads: list[int]
) -> None:
    assert client.get("/made-here/page?year=x").headers["location"].startswith("/sign-in")
    assert client.post("/made-here/page?year=x").status_code == 403, "no token"
    assert sign_in("leader").post_form("/made-here/page?year=x").status_code == 403
    assert sign_in("section_head").get("/made-here/page?year=x").status_code == 422
    assert not threads


@pytest.mark.parametrize("address", ["/enterprises/export.pdf", "/cases/export.pdf", "/api/v1/enterprises?limit=0"])
def test_a_wrong_address_needs_no_second_place(app: FastAPI, sign_in: Callable[..., Client], address: str) -> None:
    client = sign_in()
    app.state.admission = Admission(reads=Lane(1, patience=2))
    assert client.get(address).status_code in (401, 404, 422)
    assert client.get("/enterprises").status_code == 200


@pytest.mark.parametrize("method_and_path", ["POST /sign-in", "GET /api/v1/enterprises"])
def test_a_place_is_taken_after_everything_that_is_sent_was_read(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, method_and_path: str
) -> None:
    happened: list[str] = []
    take = Lane.place

    def taken(lane: Lane) -> AbstractAsyncContextManager[None]:
        happened.append("place")
        return take(lane)

    async def receive() -> Message:
        happened.append("sent")
        return {"type": "http.request", "body": b"a=b", "more_body": False}

    async def send(message: Message) -> None:
        happened.append(message["type"])

    monkeypatch.setattr(Lane, "place", taken)
    method, _blank, path = method_and_path.partition(" ")
    headers = [(b"host", b"here"), (b"content-type", b"application/x-www-form-urlencoded")]
    scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b""}
    called = app({**scope, "headers": headers, "root_path": "", "scheme": "http"}, receive, send)
    with ThreadPoolExecutor(1) as apart:  # a browser's tests may leave a loop running in this thread
        apart.submit(asyncio.run, called).result()
    assert happened[:3] == ["sent", "place", "http.response.start"]
