"""Whatever one client does, and whatever befalls the database: nobody else notices for long, nothing acknowledged is lost."""

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx2 as httpx
import pytest

from app.config import Settings
from app.doors.requests.admission import READERS, STREAMS
from app.doors.requests.deps import SESSION_COOKIE
from app.kit.db import Database, session_scope
from tests.api.served import served
from tests.factories.enterprises import firm
from tests.support import people
from tests.support.databases import Templates
from tests.support.house import HOUSE
from tests.support.postgres import URL_VARIABLE
from tests.support.server import Server

IDLE = 1_000
READING = 64
PATIENCE = 60.0
SETTINGS = Settings(_env_file=None, secret_key="a secret that only the tests know 0123456789")


@pytest.fixture(scope="module")
def database(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    found = Database(templates.copy("sqlite", tmp_path_factory.mktemp("neighbours")), HOUSE)
    yield found
    found.dispose()


@pytest.fixture(scope="module")
def server(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests of this file: what one leaves, the next one would notice."""
    with served(database, SETTINGS, tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture
def cookie(database: Database) -> dict[str, str]:
    """That of a section head."""
    return _cookie(database)


def _cookie(database: Database) -> dict[str, str]:
    with session_scope(database) as session:
        return {SESSION_COOKIE: people.open_session(session, people.officer(session, role="section_head"))}


def _connect(server: Server) -> socket.socket:
    address = urlsplit(server.url)
    return socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=PATIENCE)


def _ask(path: str, cookie: dict[str, str]) -> bytes:
    secret = cookie[SESSION_COOKIE]
    return f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: {SESSION_COOKIE}={secret}\r\n\r\n".encode()


def test_a_thousand_idle_connections_keep_nobody_out(server: Server, cookie: dict[str, str]) -> None:
    with ExitStack() as idle:
        for _ in range(IDLE):
            idle.enter_context(_connect(server))
        assert httpx.get(f"{server.url}/enterprises", cookies=cookie, timeout=PATIENCE).status_code == 200


def test_who_sends_half_a_request_or_reads_no_answer_keeps_nobody_waiting(
    server: Server, cookie: dict[str, str]
) -> None:
    """More of them than there are places."""
    with ExitStack() as slow:
        for _ in range(4 * READERS):
            slow.enter_context(_connect(server)).sendall(_ask("/enterprises", cookie)[:-2])
            slow.enter_context(_connect(server)).sendall(_ask("/enterprises", cookie))
        assert httpx.get(f"{server.url}/enterprises", cookies=cookie, timeout=PATIENCE).status_code == 200


def test_an_export_that_the_browser_breaks_off_gives_its_place_back(
    server: Server, cookie: dict[str, str], database: Database
) -> None:
    with session_scope(database) as session:
        for _ in range(50):
            firm(session)
    for _ in range(3 * STREAMS):
        with _connect(server) as browser:
            browser.sendall(_ask("/enterprises/export.csv", cookie))
            assert browser.recv(12) == b"HTTP/1.1 200"
    whole = httpx.get(f"{server.url}/enterprises/export.csv", cookies=cookie, timeout=PATIENCE)
    assert whole.status_code == 200
    assert whole.text.count("\n") > 50


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Templates]:
    """A PostgreSQL server that no other test uses."""
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    found = Templates(tmp_path)
    yield found
    found.close()


def test_readers_outlive_a_restart_of_postgresql(own: Templates, tmp_path: Path) -> None:
    """Meanwhile they are told to come back, and nothing has to be done for the server afterwards."""
    database = Database(own.copy("postgresql", tmp_path), HOUSE)
    own.hang_up()
    cookie = _cookie(database)
    with served(database, SETTINGS, tmp_path) as server, ThreadPoolExecutor(READING) as readers:
        under_way, ended = threading.Semaphore(0), threading.Event()

        def read() -> Counter[int]:
            found: Counter[int] = Counter()
            with httpx.Client(base_url=server.url, cookies=cookie, timeout=PATIENCE) as client:
                while not ended.is_set():
                    found[client.get("/programmes").status_code] += 1
                    under_way.release()
            return found

        reading = [readers.submit(read) for _ in range(READING)]
        try:
            _wait_for(under_way, READING)
            assert own.server is not None
            own.server.restart()
            _wait_for(under_way, READING)
        finally:
            ended.set()
        seen = sum((each.result() for each in reading), Counter())
        with httpx.Client(base_url=server.url, cookies=cookie, timeout=PATIENCE) as client:
            afterwards = {client.get("/programmes").status_code for _ in range(READING)}
    database.dispose()
    assert set(seen) <= {200, 503}, seen
    assert afterwards == {200}


def _wait_for(answers: threading.Semaphore, number: int) -> None:
    for _ in range(number):
        assert answers.acquire(timeout=PATIENCE), "nobody is answered any more"
