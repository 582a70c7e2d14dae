"""Counting in calendar months."""

from calendar import monthrange
from datetime import date


def months_later(day: date, months: int) -> date:
    """The same day `months` later (earlier when negative); the last of the month where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
