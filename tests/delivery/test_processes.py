"""`yumiao serve --workers N`: several processes serve as one, outlive each other, and none stays behind."""

import os
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
import uvicorn

from app.commands.processes import listener, serve_together
from app.config import Settings
from app.kit.db import Database
from tests.support.server import Server, clean_environment, free_port, serving
from tests.support.source import ROOT

COMMAND = [sys.executable, "-c", "from app.cli import main; main()", "serve"]
PATIENCE = 30


def _environment(database: Database, folder: Path) -> dict[str, str]:
    return clean_environment(
        YUMIAO_DATABASE_URL=database.engine.url.render_as_string(hide_password=False),
        YUMIAO_DATA_DIR=str(folder),
        YUMIAO_SECRET_KEY="a secret of a test, long enough for it",
        YUMIAO_ENV="test",
    )


@pytest.fixture
def server(database: Database, tmp_path: Path) -> Iterator[Server]:
    port = free_port()
    command = [*COMMAND, "--port", str(port), "--workers", "2"]
    environment = _environment(database, tmp_path)
    with serving(command, port=port, log=tmp_path / "log", environment=environment, cwd=ROOT) as running:
        yield running


def _pages_served(server: Server) -> float:
    """How many answers /metrics counts for the page of signing in."""
    with urllib.request.urlopen(f"{server.url}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    return sum(
        float(line.rsplit(" ", 1)[1])
        for line in lines
        if line.startswith("yumiao_requests_total") and "/sign-in" in line
    )


def _ask(server: Server) -> None:
    with urllib.request.urlopen(f"{server.url}/sign-in", timeout=PATIENCE) as page:
        assert page.status == 200


def _children(server: Server) -> set[int]:
    """The processes that serve for it."""
    return {pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _serves_for(pid, server.process.pid)}


def _serves_for(pid: int, parent: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(state[1]) == parent and b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it ended meanwhile
        return False


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_an_answer_is_sent_at_once() -> None:
    """Head and body are two writes: the second would wait for the reader's word that the first is there, 40 ms with Linux."""
    with listener(uvicorn.Config("", host="127.0.0.1", port=0)) as listening:
        listening.listen()
        with socket.create_connection(listening.getsockname()):
            answering, _where = listening.accept()
            with answering:
                assert answering.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_several_serve_as_one(server: Server) -> None:
    _until(lambda: len(_children(server)) == 2)
    assert "数据库连接" in server.printed(), "how many connections they may take is told"
    for _ in range(20):
        _ask(server)
    assert _pages_served(server) == 20, "each counts, and whoever is asked tells the whole"

    first, *_ = before = sorted(_children(server))
    os.kill(first, signal.SIGKILL)
    _until(lambda: len(_children(server) - {first}) == 2)
    _until(lambda: _is_answered(server))
    assert set(before) - {first} < _children(server), "the other went on"

    left = _children(server)
    server.kill()
    _until(lambda: not any(_is_alive(pid) for pid in left))


def _is_answered(server: Server) -> bool:
    try:
        _ask(server)
    except OSError:
        return False
    return True


def _is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1]
    except OSError:
        return False


def test_what_the_database_cannot_carry_is_refused(
    database: Database, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    address = database.engine.url.render_as_string(hide_password=False)
    for url, workers, reason in [("", 2, "SQLite"), (address, 64, "max_connections")]:
        with pytest.raises(typer.Exit) as ended:
            serve_together(settings.model_copy(update={"database_url": url, "workers": workers}))
        assert (ended.value.exit_code, reason in capsys.readouterr().err) == (2, True)
