"""The journal: gapless positions in commit order, chained by hash, told apart from what was rolled back."""

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from app.journal import queries
from app.journal.domain import SubjectKey, diff
from app.journal.models import JournalEvent, JournalPrivate
from app.journal.queries import find_breach, head_position, timeline
from app.journal.service import record
from app.kit.actor import SYSTEM
from app.kit.db import Database, read_scope, session_scope
from tests.counts import Counts

NOW = datetime(2021, 6, 30, 2, 0, tzinfo=UTC)
FIRM = SubjectKey("enterprise", "1", "龙湾虾稻（示例）", 1, "429005109")


def note(session: Session, kind: str = "enterprise.changed", **more: object) -> None:
    record(session, actor=SYSTEM, now=NOW, type=kind, subject=FIRM, **more)  # type: ignore[arg-type]


def begin(database: Database) -> int:
    with read_scope(database) as session:
        return head_position(session)


def test_an_event_is_written_with_what_it_tells(database: Database) -> None:
    start = begin(database)
    with session_scope(database) as session:
        note(session, changes={"name": ("旧", "新")}, data={"note": "更名"})
    with read_scope(database) as session:
        (event,) = timeline(session, kind="enterprise", id="1", limit=5)
        assert (event.position, event.changes, event.data) == (start + 1, {"name": ["旧", "新"]}, {"note": "更名"})
        assert event.at == NOW
        assert find_breach(session) is None


def test_the_chain_is_read_to_its_end_in_batches(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "BATCH", 2)
    with session_scope(database) as session:
        for _ in range(5):
            note(session)
    with read_scope(database) as session:
        assert find_breach(session) is None


def test_a_rolled_back_savepoint_takes_its_events_with_it(database: Database) -> None:
    start = begin(database)
    with session_scope(database) as session:
        note(session, "enterprise.created")
        with pytest.raises(RuntimeError), session.begin_nested():  # noqa: PT012
            note(session, "enterprise.retired")
            raise RuntimeError("refused")
        note(session)
    with read_scope(database) as session:
        types = session.scalars(select(JournalEvent.type).where(JournalEvent.position > start)).all()
        assert types == ["enterprise.created", "enterprise.changed"]
        assert find_breach(session) is None


def test_a_failed_transaction_leaves_nothing_and_no_gap(database: Database) -> None:
    start = begin(database)
    with pytest.raises(RuntimeError), session_scope(database) as session:  # noqa: PT012
        note(session)
        raise RuntimeError("power cut")
    with session_scope(database) as session:
        note(session)
    assert begin(database) == start + 1


def test_writers_at_the_same_time_get_gapless_positions(database: Database, counts: Counts) -> None:
    start = begin(database)

    def write() -> None:
        for _ in range(counts.concurrent_events):
            with session_scope(database) as session:
                note(session)

    threads = [threading.Thread(target=write) for _ in range(counts.concurrent_writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    written = counts.concurrent_writers * counts.concurrent_events
    with read_scope(database) as session:
        positions = list(session.scalars(select(JournalEvent.position).where(JournalEvent.position > start)))
        assert sorted(positions) == list(range(start + 1, start + written + 1))
        assert find_breach(session) is None


@pytest.mark.parametrize(
    "tampering",
    [
        "update journal_event set actor_name = 'someone else' where position = :p",
        "update journal_event set hash = previous_hash where position = :p",
        "delete from journal_event where position = :p",
    ],
)
def test_tampering_is_found_at_its_place(database: Database, tampering: str) -> None:
    start = begin(database)
    with session_scope(database) as session:
        for _ in range(5):
            note(session)
    with session_scope(database) as session:
        session.execute(text(tampering), {"p": start + 3})
    with read_scope(database) as session:
        breach = find_breach(session)
        assert breach is not None
        assert breach.position == start + 3


def test_cutting_off_the_end_is_found(database: Database) -> None:
    with session_scope(database) as session:
        note(session)
        note(session)
    last = begin(database)
    with session_scope(database) as session:
        session.execute(delete(JournalEvent).where(JournalEvent.position == last))
    with read_scope(database) as session:
        breach = find_breach(session)
        assert breach is not None
        assert breach.position == last


def test_personal_values_can_be_erased_but_not_changed(database: Database) -> None:
    with session_scope(database) as session:
        note(session, private={"phone": "13800000000"})
        note(session, private={"phone": "13900000000"})
    last = begin(database)
    with read_scope(database) as session:
        event = session.get_one(JournalEvent, last)
        assert "13900000000" not in str((event.changes, event.data, event.subject_label))
    with session_scope(database) as session:
        session.execute(delete(JournalPrivate).where(JournalPrivate.position == last - 1))
    with read_scope(database) as session:
        assert find_breach(session) is None
    with session_scope(database) as session:
        session.get_one(JournalPrivate, last).content = '{"phone":"1"}'
    with read_scope(database) as session:
        breach = find_breach(session)
        assert breach is not None
        assert breach.position == last


def test_diff_tells_only_what_differs_in_plain_values() -> None:
    before = {"name": "甲", "on": datetime(2021, 1, 1, tzinfo=UTC), "same": 1}
    after = {"name": "乙", "on": None, "same": 1}
    assert diff(before, after) == {"name": ("甲", "乙"), "on": ("2021-01-01T00:00:00+00:00", None)}
