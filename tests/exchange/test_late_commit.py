"""An event committed late is never skipped, because it gets its position late. Taken out, this very test finds the gap."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.exchange.feed import FeedReader, read_feed
from app.exchange.plans import province_plans
from app.journal.models import JournalEvent, JournalHead
from app.journal.queries import head_position
from app.kit import db
from tests.exchange.world import BEGAN, World

PATIENCE = 20.0


@dataclass
class Consumer:
    """Reads the feed page by page and remembers whose events it got."""

    database: db.Database
    position: int
    names: list[str] = field(default_factory=list)

    def read(self) -> None:
        """All there is now."""
        while True:
            with db.read_scope(self.database) as session:
                page = read_feed(session, province_plans(), FeedReader(""), after=self.position, limit=10)
            self.names += [str(item.record["name"]) for item in page.items if item.record]
            if page.next == self.position:
                return
            self.position = page.next


Write = Callable[[Session, str], None]


def in_order(session: Session, name: str) -> None:
    """As the house writes: the position is given at the commit, under the lock of the head row."""
    World(session).enterprise(name=name, uscc=f"91429099T{abs(hash(name)) % 10**9:09d}")


class PositionsAtOnce:
    """Ordering taken out: a position is given when the event is written, by a counter, as a sequence would."""

    def __init__(self, last: int) -> None:
        self._last = last

    def __call__(self, session: Session, name: str) -> None:
        in_order(session, name)
        firm = db.notes(session).pop().subject  # the journal does not see it; it is written here instead
        self._last += 1
        session.execute(
            insert(JournalEvent).values(
                position=self._last, at=BEGAN, type="enterprise.created", actor_kind="system", actor_name="t",
                subject_kind=firm.kind, subject_id=firm.id, subject_label=firm.label, enterprise_id=firm.enterprise_id,
                region_code=firm.region_code, previous_hash="0" * 64, hash="0" * 64,
            )
        )  # fmt: skip


def settle(session: Session) -> None:
    """Commit; the head is never behind the last event, whoever gave its position."""
    db.commit(session)
    last = select(JournalEvent.position).order_by(JournalEvent.position.desc()).limit(1).scalar_subquery()
    session.execute(update(JournalHead).values(position=last))
    session.commit()


def read_across_a_late_commit(database: db.Database, write: Write) -> Consumer:
    """One writer is held open while another writes, commits, and is read; then the first commits."""
    with db.read_scope(database) as session:
        consumer = Consumer(database, head_position(session))

    def quick() -> None:
        with Session(database.engine) as session:
            write(session, "quick")
            settle(session)

    with Session(database.engine) as late:
        write(late, "late")
        late.flush()
        other = threading.Thread(target=quick)
        other.start()
        other.join(PATIENCE if database.dialect == "postgresql" else 0.5)
        assert other.is_alive() == (database.dialect == "sqlite"), "writers queue on SQLite, and only there"
        consumer.read()
        settle(late)
    other.join(PATIENCE)
    consumer.read()
    return consumer


@pytest.fixture
def last(database: db.Database) -> int:
    """The journal has begun."""
    with db.session_scope(database) as session:
        World(session).prepare().noise()
    with db.read_scope(database) as session:
        return session.scalars(select(JournalHead.position)).one()


def test_a_late_commit_is_read_late_and_never_skipped(database: db.Database, last: int) -> None:
    consumer = read_across_a_late_commit(database, in_order)
    expected = ["quick", "late"] if database.dialect == "postgresql" else ["late", "quick"]
    assert consumer.names == expected


def test_without_the_ordering_the_same_reader_would_miss_it(database: db.Database, last: int) -> None:
    consumer = read_across_a_late_commit(database, PositionsAtOnce(last))
    expected = ["quick"] if database.dialect == "postgresql" else ["late", "quick"]
    assert consumer.names == expected


def test_a_writer_waits_while_another_is_about_to_commit(database: db.Database, last: int) -> None:
    """Between the giving of positions and the commit nothing is readable, and no later position overtakes."""
    consumer = Consumer(database, last)
    with Session(database.engine) as first:
        in_order(first, "first")
        first.flush()
        for step in database.composition.of(db.FINAL_STEPS):
            step(first)
        second = threading.Thread(target=lambda: _write_one(database, "second"))
        second.start()
        second.join(0.5)
        assert second.is_alive()
        consumer.read()
        assert consumer.names == []
        first.commit()
    second.join(PATIENCE)
    consumer.read()
    assert consumer.names == ["first", "second"]


def _write_one(database: db.Database, name: str) -> None:
    with db.session_scope(database) as session:
        in_order(session, name)
