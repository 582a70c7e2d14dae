"""A connection of the pool: not asked for each page, and opened anew when the server ended it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.kit import alive
from app.kit.db import Database, immediate_scope, read_scope, scratch_scope, session_scope
from tests.support.databases import Templates
from tests.support.house import HOUSE

PID = text("SELECT pg_backend_pid()")


@pytest.fixture
def database(templates: Templates) -> Iterator[Database]:
    """A pool of its own, that keeps one connection."""
    found = Database(templates.postgres_url(), HOUSE, pool_size=1)
    yield found
    found.dispose()


@pytest.fixture
def asked(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """An entry for each time that a connection was asked."""
    found: list[None] = []
    ask = database.engine.dialect.do_ping

    def counted(connection: object) -> bool:
        found.append(None)
        return ask(connection)  # type: ignore[arg-type]

    monkeypatch.setattr(database.engine.dialect, "do_ping", counted)
    return found


def _served_by(database: Database) -> int:
    with read_scope(database) as session:
        return int(session.scalar(PID) or 0)


def test_a_connection_that_was_just_used_is_not_asked(database: Database, asked: list[None]) -> None:
    assert len({_served_by(database) for _page in range(5)}) == 1
    assert not asked


def test_one_that_the_server_ended_is_opened_anew(database: Database, templates: Templates) -> None:
    before = _served_by(database)
    other = Database(templates.postgres_url(), HOUSE, pool_size=1)
    with read_scope(other) as session:
        assert session.scalar(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": before})
    other.dispose()
    assert _served_by(database) != before


def test_one_that_rested_long_is_asked(database: Database, asked: list[None], monkeypatch: pytest.MonkeyPatch) -> None:
    before = _served_by(database)
    monkeypatch.setattr(alive, "LONG", -1)
    assert _served_by(database) == before and len(asked) == 1


def test_each_transaction_is_of_its_own_kind_whatever_its_connection_was_used_for(database: Database) -> None:
    def told(session: Session) -> tuple[str, ...]:
        names = ("transaction_isolation", "transaction_read_only")
        return tuple(str(session.scalar(text(f"SHOW {name}"))) for name in names)

    for _time in range(2):
        with read_scope(database) as session:
            assert told(session) == ("repeatable read", "on")
        with session_scope(database) as session:
            assert told(session) == ("read committed", "off")
        with read_scope(database) as session:
            assert told(session) == ("repeatable read", "on")
        with scratch_scope(database) as session:
            assert told(session) == ("repeatable read", "off")
        with read_scope(database) as session:
            assert told(session) == ("repeatable read", "on")
        with immediate_scope(database) as connection:
            assert connection.scalar(text("SHOW transaction_read_only")) == "off"
        with session_scope(database) as session:
            assert told(session) == ("read committed", "off")
