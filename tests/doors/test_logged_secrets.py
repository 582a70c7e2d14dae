"""What opens something to whoever holds it stands in no log line and in no label of the metrics."""

import logging
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.domain import new_secret
from app.config import Settings
from app.doors.requests.middleware import SECRET_PARAMETERS
from app.kit.db import Database, read_scope
from app.logs import configure_logging
from tests.support.client import Client
from tests.support.routes import PARAMETER, filled, routes_of
from tests.support.source import listed

#: Parameters that a log may hold: they name something, and knowing them opens nothing. Ids (`…_id`) are among them.
PLAIN = {
    *(
        "action_code",
        "code",
        "decision",
        "ending",
        "extension",
        "jurisdiction",
        "kind",
        "number",
        "other",
        "partner",
        "place",
        "policy",
        "position",
    ),
    *("register", "resource", "round_code", "sheet", "slug", "tab", "uscc", "version", "year"),
}


@pytest.fixture
def printed(settings: Settings, caplog: pytest.LogCaptureFixture) -> Iterator[StringIO]:
    """What a production server prints; every library's own lines, down to the least, are in `caplog`."""
    before, lines = structlog.get_config(), StringIO()
    caplog.set_level(logging.DEBUG)
    configure_logging(settings.model_copy(update={"env": "production"}))
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=lines))
    yield lines
    structlog.configure(**before)


def test_a_secret_of_a_path_is_never_logged(
    app: FastAPI, client: Client, printed: StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    secret = new_secret()
    paths = {route.path for route in routes_of(app) if SECRET_PARAMETERS & route.param_convertors.keys()}
    assert paths >= {"/portal/invitations/{secret}", "/calendar/{secret}.ics"}
    for path in sorted(paths):
        address = filled(path, dict.fromkeys(SECRET_PARAMETERS, secret))
        # as it is meant, by the wrong method, and mistyped
        for method, url in (
            ("GET", address),
            ("POST", address),
            ("DELETE", address),
            ("GET", f"{address}/"),
            ("GET", f"/x{address}"),
            ("GET", f"/?code={secret}"),
            ("GET", f"{address}?code={secret}"),
        ):
            client.request(method, url)
    metrics = client.get("/metrics").text
    logged = printed.getvalue()
    assert logged.count('"event": "request"') == len(paths) * 7 + 1
    for path in paths:
        assert f'"path": "{path}"' in logged
    ours = [line.getMessage() for line in caplog.records if not line.name.startswith("httpx")]
    for written in (logged, "\n".join(ours), metrics):
        assert secret not in written


def test_other_paths_stand_in_the_log_whole(client: Client, printed: StringIO) -> None:
    for path in ("/cases/QJ-GQ-2021-0001/needs", "/enterprises/91429005MA00000000"):
        client.get(path)
        assert f'"path": "{path}"' in printed.getvalue()


def test_every_parameter_is_either_plain_or_secret(app: FastAPI) -> None:
    names = {(match[0], route.path) for route in routes_of(app) for match in PARAMETER.findall(route.path)}
    undecided = [
        f"{{{name}}} of {path}"
        for name, path in names
        if name not in PLAIN | SECRET_PARAMETERS and not name.endswith("_id")
    ]
    assert not undecided, listed(
        "call it `secret` when knowing it opens something, else name it in PLAIN of tests/doors/test_logged_secrets.py",
        undecided,
    )


def test_a_database_error_holds_no_parameters(database: Database) -> None:
    secret = new_secret()
    with read_scope(database) as session, pytest.raises(SQLAlchemyError) as caught:
        session.execute(text("select * from no_such_table where token = :secret"), {"secret": secret})
    assert secret not in str(caught.value)
