"""Requests as they come off the line: whatever is sent, what is kept of it has an end."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from typing import Any

import pytest
import uvicorn

from app.commands.protocol import LONGEST_UNFINISHED, BoundedHttp

HEAD = b"POST / HTTP/1.1\r\nhost: here\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
MUCH = b"x" * (4 * LONGEST_UNFINISHED)


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Says how long the body was, and which headers came before it."""
    length, more = 0, True
    while more:
        message = await receive()
        length, more = length + len(message.get("body", b"")), message.get("more_body", False)
    names = b",".join(name for name, _value in scope["headers"])
    body = b"%d bytes after %s" % (length, names)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    """Where a server with our protocol listens."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(echo, http=BoundedHttp, lifespan="off", log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])), daemon=True)
    thread.start()
    yield listening.getsockname()
    server.should_exit = True
    thread.join(10)


def _said(address: tuple[str, int], pieces: Sequence[bytes], answers: int = 1) -> bytes:
    """What the server answers to these pieces, until it has answered so often or hangs up."""
    with closing(socket.create_connection(address, timeout=10)) as line:
        with suppress(ConnectionError):  # it may hang up before all is sent
            for piece in pieces:
                line.sendall(piece)
                time.sleep(0.001)
        found = b""
        with suppress(ConnectionError):
            while found.count(b"bytes after") < answers and (more := line.recv(65536)):
                found += more
        return found


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([b"GET /", MUCH], id="an address"),
        pytest.param([HEAD, b"long: ", MUCH], id="one header"),
        pytest.param([HEAD, *[b"many: x\r\n" * 1_000] * 30], id="many headers"),
        pytest.param([CHUNKED, b"1\r\nx\r\n0\r\n", b"after: ", MUCH], id="a header after the body"),
        pytest.param([CHUNKED, b"1;", MUCH], id="what is said of a piece"),
    ],
)
def test_what_has_no_end_is_refused(address: tuple[str, int], pieces: list[bytes]) -> None:
    found = _said(address, [piece[at : at + 8192] for piece in pieces for at in range(0, len(piece), 8192)])
    assert not found or found.startswith(b"HTTP/1.1 400 "), found[:200]
    assert b"bytes after" not in found


@pytest.mark.parametrize(
    ("pieces", "length"),
    [
        pytest.param([HEAD, b"long: ", b"x" * 60_000, b"\r\n\r\n"], 0, id="a long header"),
        pytest.param([HEAD, b"content-length: 1000000\r\n\r\n", b"x" * 1_000_000], 1_000_000, id="a long body"),
        pytest.param([CHUNKED, *[b"1\r\nx\r\n" * 1_000] * 30, b"0\r\n\r\n"], 30_000, id="a body in small pieces"),
    ],
)
def test_what_is_long_and_has_an_end_is_read(address: tuple[str, int], pieces: list[bytes], length: int) -> None:
    assert b"%d bytes after host" % length in _said(address, pieces)


def test_one_connection_serves_any_number_of_requests(address: tuple[str, int]) -> None:
    request = HEAD + b"content-length: 1000\r\nlong: " + b"x" * 9_000 + b"\r\n\r\n" + b"x" * 1_000
    assert _said(address, [request] * 20, answers=20).count(b"1000 bytes after") == 20


def test_what_comes_after_a_body_is_no_header_of_the_request(address: tuple[str, int]) -> None:
    found = _said(address, [CHUNKED, b"1\r\nx\r\n0\r\n", b"cookie: stolen\r\n\r\n"])
    assert found.endswith(b"1 bytes after host,transfer-encoding")


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", id="two lengths"),
        pytest.param(b"content-length: 3\r\ncontent-length: 4\r\n\r\nabcd", id="two content-lengths"),
        pytest.param(b"bad header: x\r\n\r\n", id="a blank in a name"),
        pytest.param(b"nul: a\0b\r\n\r\n", id="a NUL"),
    ],
)
def test_what_two_servers_could_read_differently_is_refused(address: tuple[str, int], head: bytes) -> None:
    assert _said(address, [HEAD + head]).startswith(b"HTTP/1.1 400 ")
