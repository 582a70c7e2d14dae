"""The real server on a test's database, and the client of docs/client against it."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from app.accounts.service.clients import create_client
from app.config import Settings
from app.kit.actor import SYSTEM
from app.kit.clock import utc_now
from app.kit.db import Database, session_scope
from tests.support.pulling import client
from tests.support.server import Server, clean_environment, free_port, serving
from tests.support.source import ROOT


@contextmanager
def served(database: Database, settings: Settings, folder: Path, **more: str) -> Iterator[Server]:
    """The server, without its worker, under the settings of the test and `more` of the environment."""
    port = free_port()
    command = [sys.executable, "-c", "from app.cli import main; main()", "serve", "--port", str(port)]
    environment = clean_environment(
        YUMIAO_DATABASE_URL=database.engine.url.render_as_string(hide_password=False),
        YUMIAO_DATA_DIR=str(folder),
        YUMIAO_SECRET_KEY=settings.secret_key,
        YUMIAO_WORKER="false",
        **more,
    )
    with serving(command, port=port, log=folder / "log", environment=environment, cwd=ROOT) as server:
        yield server


def credentials(database: Database, region: str = "") -> client.Credentials:
    """Those of a new client."""
    with session_scope(database) as session:
        row, secret = create_client(
            session, actor=SYSTEM, name="省平台（示例）", scopes="export:read", region_prefix=region, now=utc_now()
        )
        return client.Credentials(row.client_id, secret)


@contextmanager
def pulling(server: Server, given: client.Credentials) -> Iterator[client.Yumiao]:
    """The client with these credentials."""
    with closing(client.Yumiao(server.url, given)) as api:
        yield api
