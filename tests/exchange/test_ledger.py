"""Readings are gathered and written in time, also when the lock is taken or the process ends."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.accounts.service.clients import create_client
from app.exchange import ledger as ledger_module
from app.exchange.ledger import ReadingLedger
from app.exchange.models import ClientReading
from app.exchange.service import ClientRead
from app.kit import db
from app.kit.actor import SYSTEM


@pytest.fixture
def reader(session: Session, now: datetime) -> int:
    row, _secret = create_client(
        session, actor=SYSTEM, name="省平台（示例）", scopes="export:read", region_prefix="", now=now
    )
    db.commit(session)
    return row.id


def kept(database: db.Database) -> list[tuple[str, int, int | None]]:
    with db.read_scope(database) as session:
        rows = session.scalars(select(ClientReading).order_by(ClientReading.channel))
        return [(row.channel, row.records, row.position) for row in rows]


def noted(ledger: ReadingLedger, reading: ClientRead) -> None:
    """As a call does it: written down after its answer where it is time for it."""
    if ledger.note(reading):
        ledger.write()


def test_the_first_is_written_at_once_and_the_next_are_gathered(
    database: db.Database, reader: int, now: datetime
) -> None:
    ledger = ReadingLedger(database)
    noted(ledger, ClientRead(reader, "events", 5, 5, now))
    assert kept(database) == [("events", 5, 5)]
    for second in (1, 2):
        noted(ledger, ClientRead(reader, "events", 5, 5 + second, now + timedelta(seconds=second)))
    assert kept(database) == [("events", 5, 5)]
    noted(ledger, ClientRead(reader, "cases", 2, None, now + timedelta(seconds=11)))
    assert kept(database) == [("cases", 2, None), ("events", 15, 7)]
    ledger.close()


def test_the_rest_is_written_at_the_end(database: db.Database, reader: int, now: datetime) -> None:
    ledger = ReadingLedger(database)
    noted(ledger, ClientRead(reader, "events", 1, 1, now))
    noted(ledger, ClientRead(reader, "events", 1, 2, now))
    ledger.close()
    assert kept(database) == [("events", 2, 2)]


def test_what_cannot_be_written_waits(
    database: db.Database, reader: int, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = ReadingLedger(database)

    def busy(session: Session, reading: ClientRead) -> None:
        raise OperationalError("insert", {}, Exception("database is locked"))

    with monkeypatch.context() as patch:
        patch.setattr(ledger_module, "note_reading", busy)
        noted(ledger, ClientRead(reader, "events", 1, 1, now))
    assert kept(database) == []
    ledger.close()
    assert kept(database) == [("events", 1, 1)]
