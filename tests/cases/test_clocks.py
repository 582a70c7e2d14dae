"""Clocks: working days of the statutory calendar, standing still while others hold the case, over at 24:00 in Shanghai."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.domain.clocks import ClockState, decide_clocks, with_length
from app.kit.clock import end_of_day, today
from app.kit.periods import months_later
from app.reference.calendar import STATUTORY, unpublished_years
from tests.support.seeds import newest

PROGRAMME = newest("high-tech-enterprise")
LENGTHS = {"review": 10, "correction": 5}


def enter(clocks, stage, on, lengths=LENGTHS):
    """The clocks after the case entered `stage`; kept ones are numbered."""
    changed = decide_clocks(PROGRAMME, clocks, PROGRAMME.stage(stage), on, lengths, STATUTORY)
    known = {(clock.code, clock.ordinal): clock for clock in clocks}
    known |= {(clock.code, clock.ordinal): clock for clock in changed}
    return [ClockState(**{**vars(clock), "id": n}) for n, clock in enumerate(known.values(), 1)]


def named(clocks, code):
    return [clock for clock in clocks if clock.code == code]


def test_a_clock_counts_working_days_after_its_first_day():
    (clock,) = enter([], "review", date(2021, 9, 17))
    # 18 September 2021 is a worked Saturday, 19-21 are Mid-Autumn, 26 is a worked Sunday
    assert clock.due_on == date(2021, 10, 8)
    assert clock.used_on(date(2021, 9, 18), STATUTORY) == 1
    assert clock.used_on(date(2021, 9, 21), STATUTORY) == 1
    assert clock.left_on(date(2021, 10, 7), STATUTORY) == 1
    assert clock.left_on(date(2021, 10, 8), STATUTORY) == 0
    assert clock.left_on(date(2021, 10, 9), STATUTORY) == -1


def test_it_stands_still_while_the_firm_holds_the_case_and_goes_on_after():
    clocks = enter([], "review", date(2021, 6, 1))
    clocks = enter(clocks, "correction", date(2021, 6, 4))
    (review,) = named(clocks, "review")
    assert (review.running_since, review.used_days, review.due_on) == (None, 3, None)
    assert review.used_on(date(2021, 12, 31), STATUTORY) == 3
    clocks = enter(clocks, "review", date(2021, 6, 11))
    (review,) = named(clocks, "review")
    assert review.running_since == date(2021, 6, 11)
    # seven working days are left; 14 June 2021 is the Dragon Boat feast
    assert review.due_on == date(2021, 6, 23)
    (correction,) = named(clocks, "correction")
    assert correction.ended_on == date(2021, 6, 11) and correction.used_days == 5


def test_a_second_return_starts_the_correction_clock_anew():
    clocks = enter(
        enter(enter([], "review", date(2021, 6, 1)), "correction", date(2021, 6, 2)), "review", date(2021, 6, 3)
    )
    clocks = enter(clocks, "correction", date(2021, 6, 7))
    assert [(clock.ordinal, clock.live) for clock in named(clocks, "correction")] == [(1, False), (2, True)]
    assert named(clocks, "review")[0].used_days == 1 + 2


def test_a_clock_without_a_length_has_no_day_until_the_bureau_sets_one():
    (clock,) = enter([], "review", date(2021, 6, 1), lengths={})
    assert (clock.working_days, clock.due_on, clock.left_on(date(2021, 6, 8), STATUTORY)) == (None, None, None)
    assert clock.used_on(date(2021, 6, 8), STATUTORY) == 5
    assert with_length(clock, 5, STATUTORY).due_on == date(2021, 6, 8)


def test_the_end_of_a_case_ends_every_clock():
    clocks = enter(enter([], "review", date(2021, 6, 1)), "withdrawn", date(2021, 6, 8))
    (clock,) = clocks
    assert (clock.ended_on, clock.used_days, clock.due_on, clock.live) == (date(2021, 6, 8), 5, None, False)


def test_one_overrun_before_it_is_held_is_due_at_once_when_it_goes_on():
    clocks = enter(enter([], "review", date(2021, 6, 1)), "correction", date(2021, 7, 1))
    (review, _correction) = clocks
    assert review.left_on(date(2021, 7, 1), STATUTORY) == -11
    (review, *_rest) = enter(clocks, "review", date(2021, 7, 5))
    assert review.due_on == date(2021, 7, 5)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2020, 2, 28), 1, date(2020, 3, 2)),  # a leap year: 29 February is a Saturday
        (date(2024, 2, 28), 1, date(2024, 2, 29)),
        (date(2021, 12, 31), 1, date(2022, 1, 4)),  # over the turn of the year, 1-3 January 2022 being free
        (date(2021, 9, 30), 1, date(2021, 10, 8)),
        (date(2021, 10, 8), 1, date(2021, 10, 9)),  # a worked Saturday
    ],
)
def test_days_that_calendars_trip_over(start, days, due):
    (clock,) = enter([], "review", start, lengths={"review": days})
    assert clock.due_on == due
    assert clock.left_on(due, STATUTORY) == 0 and clock.left_on(due - timedelta(days=1), STATUTORY) == 1


def test_a_year_whose_days_off_are_not_published_is_known_to_be_provisional():
    assert unpublished_years(date(2021, 6, 1), date(2021, 12, 31)) == ()
    assert unpublished_years(date(2031, 12, 20), date(2032, 1, 5)) == (2031, 2032)


@given(day=st.dates(date(2019, 1, 1), date(2028, 12, 31)))
def test_a_deadline_ends_at_midnight_in_shanghai_whatever_the_servers_clock(day):
    over = end_of_day(day)
    assert over.tzinfo is UTC and (over.hour, over.minute) == (16, 0)
    assert today(over - timedelta(seconds=1)) == day
    assert today(over) == day + timedelta(days=1)


def test_the_instant_of_a_deadline_in_words():
    assert end_of_day(date(2021, 10, 31)) == datetime(2021, 10, 31, 16, 0, tzinfo=UTC)
    assert end_of_day(date(2020, 2, 29)) == datetime(2020, 2, 29, 16, 0, tzinfo=UTC)


@given(
    start=st.dates(date(2019, 1, 1), date(2026, 12, 31)),
    holds=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=4),
    length=st.integers(1, 30),
)
def test_days_used_are_those_in_which_it_ran(start, holds, length):
    """Whatever the turns, the days used are the working days of the spans in which the bureau held the case."""
    clocks, day, ran = enter([], "review", start, {"review": length, "correction": 5}), start, 0
    for with_bureau, with_firm in holds:
        held = day + timedelta(days=with_bureau)
        ran += STATUTORY.between(day, held)
        day = held + timedelta(days=with_firm)
        clocks = enter(enter(clocks, "correction", held), "review", day)
    (review,) = named(clocks, "review")
    assert review.used_on(day, STATUTORY) == ran
    if ran <= length:
        assert STATUTORY.between(day, review.due_on) == length - ran


def test_months_are_counted_by_the_calendar():
    assert months_later(date(2021, 8, 31), -6) == date(2021, 2, 28)
    assert months_later(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert months_later(date(2021, 11, 15), 3) == date(2022, 2, 15)
    assert months_later(date(2021, 1, 31), -1) == date(2020, 12, 31)
