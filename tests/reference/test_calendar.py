from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reference.calendar import (
    STATUTORY,
    WorkCalendar,
    last_published_year,
    unpublished_years,
)

LAST_PUBLISHED = last_published_year()
DAYS = st.dates(date(2015, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2021, 9, 30), 1, date(2021, 10, 8)),  # National Day
        (date(2021, 10, 8), 1, date(2021, 10, 9)),  # an adjusted Saturday
        (date(2021, 2, 10), 1, date(2021, 2, 18)),  # Spring Festival
        (date(2021, 6, 11), 1, date(2021, 6, 15)),  # Dragon Boat Festival
        (date(2021, 6, 30), 10, date(2021, 7, 14)),
        (date(2021, 10, 8), -1, date(2021, 9, 30)),
        (date(2021, 6, 12), 0, date(2021, 6, 12)),
    ],
)
def test_working_days_are_counted(start: date, days: int, end: date) -> None:
    assert STATUTORY.add(start, days) == end


@pytest.mark.parametrize(("year", "days"), [(2020, 249), (2021, 250), (2024, 251), (2025, 248), (2026, 248)])
def test_a_year_has_its_statutory_number(year: int, days: int) -> None:
    assert STATUTORY.between(date(year - 1, 12, 31), date(year, 12, 31)) == days


def test_the_bureaus_override_wins() -> None:
    calendar = WorkCalendar({date(2021, 7, 1): False, date(2021, 7, 3): True})
    assert calendar.add(date(2021, 6, 30), 1) == date(2021, 7, 2)
    assert calendar.add(date(2021, 7, 2), 1) == date(2021, 7, 3)


@given(DAYS, st.integers(0, 60))
def test_adding_and_counting_agree(start: date, days: int) -> None:
    assert STATUTORY.between(start, STATUTORY.add(start, days)) == days


@given(DAYS, st.integers(-400, 400))
def test_counting_backwards_is_the_negative(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    assert STATUTORY.between(start, end) == -STATUTORY.between(end, start)


def test_years_that_were_not_published_are_told() -> None:
    assert unpublished_years(date(2021, 1, 1), date(2021, 12, 31)) == ()
    first = LAST_PUBLISHED + 1
    assert unpublished_years(date(first - 1, 12, 1), date(first, 1, 31)) == (first,)


def test_beyond_the_years_of_the_calendar_offices_work_from_monday_to_friday() -> None:
    assert STATUTORY.add(date(2100, 1, 1), 1) == date(2100, 1, 4)
