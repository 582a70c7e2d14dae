"""The bureau's own days: declared and taken back with a reason, followed by running limits; a year that is not published is told."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.cases.models import CaseClock
from app.cases.service.redating import redate_clocks
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.errors import Forbidden, Invalid, NotFound
from app.reference.calendar import FIRST_YEAR, LAST_YEAR, STATUTORY, days_of, last_published_year, unpublished_year
from app.reference.queries import missing_year, work_calendar
from app.reference.schemas import ClearDayInput, DayInput
from app.reference.service import clear_day, set_day
from tests.factories import cases

THURSDAY, SATURDAY = date(2021, 7, 1), date(2021, 7, 3)
LAST_PUBLISHED = last_published_year()


@pytest.fixture
def head(actor):
    return actor(role="section_head")


def put(session, who, now, day=THURSDAY, kind="free", reason="建党百年庆祝活动"):
    return set_day(session, actor=who, now=now, values=DayInput(day=day, kind=kind, reason=reason))


def clear(session, who, now, day=THURSDAY):
    clear_day(session, actor=who, now=now, values=ClearDayInput(day=day, reason="活动取消"))


def test_a_declared_day_counts_until_it_is_taken_back(session, head, now):
    put(session, head, now)
    put(session, head, now, day=SATURDAY, kind="working", reason="补班")
    assert [work_calendar(session).is_working(day) for day in (THURSDAY, SATURDAY)] == [False, True]
    clear(session, head, now)
    assert work_calendar(session).is_working(THURSDAY)


def test_each_change_is_one_event_with_its_reason(session, head, now):
    put(session, head, now)
    clear(session, head, now)
    db.commit(session)
    events = session.scalars(select(JournalEvent).where(JournalEvent.subject_kind == "calendar")).all()
    assert [(event.type, event.changes["kind"], event.data["reason"]) for event in events] == [
        ("calendar.day_set", ["working", "free"], "建党百年庆祝活动"),
        ("calendar.day_cleared", ["free", "working"], "活动取消"),
    ]


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (THURSDAY, "working"),
        (SATURDAY, "free"),
        (date(FIRST_YEAR - 1, 12, 29), "free"),
        (date(LAST_YEAR + 1, 1, 1), "free"),
    ],
)
def test_days_that_are_so_already_or_lie_outside_are_refused(session, head, now, day, kind):
    with pytest.raises(Invalid) as refused:
        put(session, head, now, day=day, kind=kind)
    assert set(refused.value.fields) == {"day"}


def test_the_same_day_twice_is_refused_and_turned_back_is_not(session, head, now):
    put(session, head, now)
    with pytest.raises(Invalid):
        put(session, head, now)
    put(session, head, now, kind="working", reason="照常上班")
    assert work_calendar(session).is_working(THURSDAY)


def test_only_heads_change_the_calendar_and_only_what_is_set_is_taken_back(session, actor, head, now):
    with pytest.raises(Forbidden):
        put(session, actor(), now)
    with pytest.raises(NotFound):
        clear(session, head, now)


def test_a_running_limit_follows_and_others_stay(session, head, now):
    """20 working days from 30 June 2021 end on 28 July; a free Thursday makes it the 29th."""
    case = cases.opened(session, head, now).row
    row = CaseClock(
        case_id=case.id, code="handling", started_on=date(2021, 6, 30), running_since=date(2021, 6, 30), working_days=20
    )
    row.due_on = STATUTORY.add(date(2021, 6, 30), 20)
    held = CaseClock(case_id=case.id, code="held", started_on=date(2021, 6, 30), working_days=20)
    ended = CaseClock(
        case_id=case.id, code="over", started_on=date(2021, 6, 1), working_days=20, ended_on=date(2021, 6, 30)
    )
    session.add_all([row, held, ended])
    put(session, head, now)
    assert (row.due_on, redate_clocks(session, THURSDAY), row.due_on) == (date(2021, 7, 28), 1, date(2021, 7, 29))
    assert (held.due_on, ended.due_on) == (None, None)
    clear(session, head, now)
    assert (redate_clocks(session, THURSDAY), row.due_on) == (1, date(2021, 7, 28))
    assert redate_clocks(session, date(2021, 8, 2)) == 0


def test_a_limit_whose_last_day_becomes_free_moves_on(session, head, now):
    case = cases.opened(session, head, now).row
    row = CaseClock(
        case_id=case.id, code="handling", started_on=date(2021, 6, 30), running_since=date(2021, 6, 30), working_days=1
    )
    row.due_on = THURSDAY
    session.add(row)
    put(session, head, now)
    redate_clocks(session, THURSDAY)
    assert row.due_on == date(2021, 7, 2)


@pytest.mark.parametrize(
    ("on", "declared", "missing"),
    [
        (date(LAST_PUBLISHED, 10, 31), (), None),
        (date(LAST_PUBLISHED, 11, 1), (), LAST_PUBLISHED + 1),
        (date(LAST_PUBLISHED, 11, 1), (LAST_PUBLISHED + 1,), None),
        (date(LAST_PUBLISHED + 1, 2, 28), (), LAST_PUBLISHED + 1),
        (date(LAST_PUBLISHED + 1, 12, 31), (LAST_PUBLISHED + 1,), LAST_PUBLISHED + 2),
        (date(LAST_PUBLISHED - 1, 12, 31), (), None),
    ],
)
def test_from_november_the_next_year_should_be_known(on, declared, missing):
    assert unpublished_year(on, declared) == missing


def test_the_warning_ends_when_the_bureau_has_entered_the_year(session, head, now):
    on = date(LAST_PUBLISHED, 11, 1)
    assert missing_year(session, on) == LAST_PUBLISHED + 1
    day = next(day for day in days_of(LAST_PUBLISHED + 1) if STATUTORY.is_working(day))
    put(session, head, now, day=day, reason="国办通知")
    assert missing_year(session, on) is None


@given(st.integers(FIRST_YEAR, LAST_YEAR))
def test_a_year_has_all_its_days(year):
    days = list(days_of(year))
    assert (days[0], days[-1], len(days)) == (date(year, 1, 1), date(year, 12, 31), len(set(days)))
    assert len(days) == 366 - (date(year, 2, 28).toordinal() + 1 == date(year, 3, 1).toordinal())
