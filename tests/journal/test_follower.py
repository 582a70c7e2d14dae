"""Followers: in order, each event once, one leader at a time, whatever dies when."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.journal.domain import SubjectKey
from app.journal.follower import Follower, follow, position_of
from app.journal.models import JournalEvent, JournalFollower
from app.journal.queries import head_position
from app.journal.service import record
from app.kit.actor import SYSTEM
from app.kit.db import Database, read_scope, session_scope
from app.reference.models import CalendarOverride

NOW = datetime(2021, 6, 30, 2, 0, tzinfo=UTC)
FIRM = SubjectKey("enterprise", "1", "龙湾虾稻（示例）", 1, "429005109")


def happen(database: Database, *ids: str, at: datetime = NOW) -> None:
    for key in ids:
        with session_scope(database) as session:
            record(session, actor=SYSTEM, now=at, type="enterprise.changed", subject=FIRM, data={"key": key})


class Marks:
    """A follower's effect that can be counted: what it saw, kept as rows of the database it shares with the position."""

    def __init__(self, break_on: str = "") -> None:
        self.break_on = break_on
        self.seen: list[str] = []

    def __call__(self, session: Session, events: Sequence[JournalEvent], now: datetime) -> None:
        for event in events:
            if event.data.get("key") == self.break_on:
                raise RuntimeError("boom")
            day = datetime(2000, 1, 1, tzinfo=UTC).date() + timedelta(days=int(event.data["key"]))
            session.add(CalendarOverride(day=day, is_working=True))
            self.seen.append(event.data["key"])


def marks(database: Database) -> int:
    with read_scope(database) as session:
        return len(session.scalars(select(CalendarOverride.day)).all())


def test_events_are_followed_in_order_and_once(database: Database) -> None:
    happen(database, "1", "2", "3")
    effect = Marks()
    follower = Follower("marks", effect)
    assert follow(database, follower, now=NOW, batch=2) == 3
    assert effect.seen == ["1", "2", "3"]
    assert follow(database, follower, now=NOW) == 0
    happen(database, "4")
    assert follow(database, follower, now=NOW) == 1
    assert effect.seen == ["1", "2", "3", "4"]


def test_a_new_follower_does_not_dig_up_the_past(database: Database) -> None:
    happen(database, "1", at=NOW - timedelta(days=3))
    happen(database, "2")
    effect = Marks()
    assert follow(database, Follower("marks", effect), now=NOW) == 1
    assert effect.seen == ["2"]


def test_what_breaks_leaves_position_and_effect_as_they_were(database: Database) -> None:
    happen(database, "1", "2", "3")
    with pytest.raises(RuntimeError):
        follow(database, Follower("marks", Marks(break_on="2")), now=NOW)
    assert marks(database) == 0
    effect = Marks()
    assert follow(database, Follower("marks", effect), now=NOW) == 3
    assert (effect.seen, marks(database)) == (["1", "2", "3"], 3)


def test_while_one_leads_the_other_leaves_it_alone(database: Database) -> None:
    if database.dialect == "sqlite":  # there the one writer is the leader: nobody else can even begin
        return
    happen(database, "1")
    follower = Follower("marks", Marks())
    assert follow(database, follower, now=NOW) == 1
    happen(database, "2")
    with session_scope(database) as leading:
        leading.scalar(select(JournalFollower).where(JournalFollower.name == "marks").with_for_update())
        assert follow(database, follower, now=NOW) == 0
    assert follow(database, follower, now=NOW) == 1


def test_the_position_is_that_of_the_last_event(database: Database) -> None:
    happen(database, "1", "2")
    follower = Follower("marks", Marks())
    follow(database, follower, now=NOW)
    with read_scope(database) as session:
        assert position_of(session, follower, NOW) == head_position(session)
