"""Whoever came first has the turn first; on SQLite so do those who write."""

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, PendingRollbackError

from app.kit import db
from app.kit.db import Database, read_scope, session_scope
from app.kit.turns import Turns, turns_at
from tests.support.house import HOUSE

WRITERS = 32


def wait_until_waiting(turns: Turns, number: int) -> None:
    """Until so many stand in the queue."""
    deadline = time.monotonic() + 10
    while len(turns._waiting) < number:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_turns_are_taken_in_the_order_of_coming() -> None:
    turns, order = Turns(), list[int]()

    def work(number: int) -> None:
        assert turns.take(10)
        order.append(number)
        turns.give_on()

    assert turns.take(0)
    threads = [threading.Thread(target=work, args=(number,)) for number in range(WRITERS)]
    for number, thread in enumerate(threads):
        thread.start()
        wait_until_waiting(turns, number + 1)
    turns.give_on()
    for thread in threads:
        thread.join()
    assert order == list(range(WRITERS))
    assert turns.take(0)


def test_who_waits_in_vain_holds_up_nobody() -> None:
    turns = Turns()
    assert turns.take(0)
    assert not turns.take(0.01)
    turns.give_on()
    assert turns.take(0)


@pytest.fixture
def here(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path}/yumiao.db", HOUSE)


def test_writers_on_sqlite_come_in_their_order_and_none_waits_much_longer_than_all_take(here: Database) -> None:
    with session_scope(here) as session:
        session.execute(text("create table written (number integer)"))
    elsewhere = Database(here.url, HOUSE)
    turns = turns_at(str(here.engine.url.database))

    def write(number: int) -> None:
        with session_scope((here, elsewhere)[number % 2]) as session:
            session.execute(text("insert into written values (:number)"), {"number": number})

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    with session_scope(here) as session:
        session.execute(text("insert into written values (-1)"))
        for number, thread in enumerate(threads):
            thread.start()
            if number < 2 * db.POOL_SIZE - 2:  # the rest waits for a connection
                wait_until_waiting(turns, number + 1)
    for thread in threads:
        thread.join()
    with read_scope(here) as session:
        assert list(session.scalars(text("select number from written order by rowid"))) == list(range(-1, WRITERS))
    for database in (here, elsewhere):
        database.dispose()


def test_a_turn_is_given_on_whatever_becomes_of_it(here: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "WRITER_PATIENCE", 0.05)
    with pytest.raises(OperationalError, match="no such table"), session_scope(here) as session:
        session.execute(text("insert into written values (1)"))
    with session_scope(here) as session:
        session.execute(text("create table written (number integer)"))
        with pytest.raises(OperationalError, match="locked"), session_scope(here) as other:
            other.execute(text("insert into written values (1)"))
        with read_scope(here) as reader:
            reader.execute(text("select 1"))
    with pytest.raises(PendingRollbackError), session_scope(here) as session:
        session.connection().invalidate()
    with session_scope(here) as session:
        session.execute(text("insert into written values (1)"))
    here.dispose()
