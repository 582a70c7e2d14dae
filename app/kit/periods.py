"""Counting in calendar months."""

from calendar import monthrange
from datetime import date


def months_later(day: date, months: int) -> date:
    """The same day `months` later (earlier when negative); the last of the month where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day_of_years(first: date, years: int) -> date:
    """The last day of a validity of so many years: the day before the anniversary (29 February counts as 1 March)."""
    try:
        anniversary = first.replace(year=first.year + years)
    except ValueError:
        anniversary = date(first.year + years, 3, 1)
    return date.fromordinal(anniversary.toordinal() - 1)


def first_day_of_years(last: date, years: int) -> date:
    """The first day from which a validity of so many years still reaches `last`."""
    after = date.fromordinal(last.toordinal() + 1)
    try:
        first = after.replace(year=after.year - years)
    except ValueError:
        first = date(after.year - years, 3, 1)
    before = date.fromordinal(first.toordinal() - 1)
    return before if last_day_of_years(before, years) >= last else first
