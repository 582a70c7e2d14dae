"""The only place that reads the clock. Instants are UTC; legal days are those of Asia/Shanghai."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def utc_now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def shanghai(instant: datetime) -> datetime:
    """The same instant on a Shanghai wall clock."""
    return instant.astimezone(SHANGHAI)


def today(now: datetime) -> date:
    """The legal day that `now` falls on."""
    return shanghai(now).date()


def start_of_day(day: date) -> datetime:
    """The first instant of the legal day `day`."""
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """When a deadline on the legal day `day` is over: its 24:00 in Shanghai, the first instant that is too late."""
    return start_of_day(day + timedelta(days=1))
