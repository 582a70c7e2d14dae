"""A deployment to measure: its own database and directory, filled by the `yumiao` command, served as a real process."""

import contextlib
import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx
from sqlalchemy import create_engine, make_url, text

from app.composition.slices import compose
from app.demo.accounts import PORTAL_LOGIN
from app.kit.db import Database
from benchmarks.load import Side
from tests.support import postgres

YUMIAO = str(Path(sys.executable).parent / "yumiao")
PASSWORD = "yumiao-demo-2021"


@dataclass(frozen=True)
class World:
    """Where it lives and how to reach it."""

    dialect: str
    url: str
    folder: Path
    environment: dict[str, str]

    def run(self, *arguments: str) -> str:
        """Run a `yumiao` command; returns what it printed."""
        done = subprocess.run(
            [YUMIAO, *arguments], env=self.environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        return done.stdout.decode()


@contextlib.contextmanager
def make_world(dialect: str, enterprises: int) -> Iterator[World]:
    """A fresh deployment with so many demo firms (0: none)."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        url = f"sqlite:///{folder / 'yumiao.db'}"
        if dialect == "postgresql":
            url = stack.enter_context(_postgres_database())
        world = existing(url, folder / "data")
        world.run("migrate")
        world.run("seed")
        if enterprises:
            world.run("demo", "--enterprises", str(enterprises))
            analyse(url)
        yield world


def existing(url: str, data: Path) -> World:
    """The deployment over a database and a directory that are there."""
    environment = os.environ | {
        "YUMIAO_ENV": "development",
        "YUMIAO_DATABASE_URL": url,
        "YUMIAO_DATA_DIR": str(data),
        "YUMIAO_API_RATE_PER_SECOND": "100000",
        "YUMIAO_API_BURST": "100000",
    }
    return World("sqlite" if url.startswith("sqlite") else "postgresql", url, data.parent, environment)


def analyse(url: str) -> None:
    """Gather the statistics that a server in use has by itself (the tests' PostgreSQL runs without autovacuum)."""
    engine = create_engine(Database(url, compose()).url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("analyze"))
    engine.dispose()


@contextlib.contextmanager
def _postgres_database() -> Iterator[str]:
    """A new database on the tests' kind of server (see tests/support/postgres.py for where it comes from)."""
    server = postgres.start("benchmarks")  # nothing is kept under that name: a fresh one
    name = f"bench_{secrets.token_hex(4)}"
    engine = create_engine(server.url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"create database {name}"))
        yield make_url(server.url).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"drop database if exists {name} with (force)"))
        engine.dispose()
        server.stop()


@contextlib.contextmanager
def serving(world: World) -> Iterator[str]:
    """The world's server on a free port; yields its address."""
    with served(world) as side:
        yield side.base


@contextlib.contextmanager
def served(world: World, workers: int = 1) -> Iterator[Side]:
    """The world's server on a free port, with so many processes that serve pages; as a deployment does, it reads no template anew."""
    port = free_port()
    command = [YUMIAO, "serve", "--port", str(port), "--workers", str(workers)]
    environment = {**world.environment, "YUMIAO_ENV": "test"}  # production, but that it takes the demo's password
    with running(command, environment, f"http://127.0.0.1:{port}") as side:
        yield side


@contextlib.contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], base: str) -> Iterator[Side]:
    """A server as a process of its own, from when it says that it is well."""
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(base)
        yield Side(base, server.pid)
    finally:
        server.terminate()
        server.wait(20)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(base: str) -> None:
    """Until the server at `base` says that it is well."""
    for _try in range(1_000):
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{base}/healthz").status_code == httpx.codes.OK:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not come up")


@contextlib.contextmanager
def signed_in(base: str, login: str = "wang") -> Iterator[httpx.Client]:
    """A browser in which somebody of the demo is signed in."""
    with httpx.Client(base_url=base, timeout=120) as client:
        _sign_in(client, login)
        yield client


def _sign_in(client: httpx.Client, login: str) -> None:
    door = "/portal/sign-in" if login == PORTAL_LOGIN else "/sign-in"
    page = client.get(door).text
    token = re.search(rf'action="{door}".*?name="csrf_token" value="([^"]+)"', page, re.S)
    assert token is not None
    data = {"csrf_token": token[1], "login": login, "password": PASSWORD, "next": "/"}
    answer = client.post(door, data=data)
    assert answer.status_code == httpx.codes.SEE_OTHER, answer.text[:300]


def cookie_of(browser: httpx.Client) -> str:
    """The header by which somebody else comes as this browser."""
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def machine(world: World, base: str) -> httpx.Client:
    """A machine client with a token for exports."""
    printed = world.run("client", "create", "--name", "benchmark", "--scope", "export:read")
    credentials = dict(line.split(": ", 1) for line in printed.splitlines())
    token = httpx.post(f"{base}/oauth/token", data={"grant_type": "client_credentials", **credentials}).json()
    return httpx.Client(base_url=base, timeout=600, headers={"authorization": f"Bearer {token['access_token']}"})
