"""Working days of the Chinese statutory calendar, adjusted weekends included, under the bureau's own overrides.

The State Council publishes each year's days off in November of the year before. A later year is computed from the
fixed feasts alone; `unpublished_years` tells, so that a deadline there is shown as provisional.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

FIRST_YEAR, LAST_YEAR = 2001, 2099
#: By this month of the year before, the State Council has published a year or is about to.
NOTICE_MONTH = 11

_DAY = timedelta(days=1)


@lru_cache(maxsize=1)
def last_published_year() -> int:
    """The last year whose days off the State Council had published when this release was made."""
    from holidays.countries.china import ChinaStaticHolidays  # brings along every country there is: no start waits

    return int(max(ChinaStaticHolidays.special_public_holidays))


@lru_cache(maxsize=128)
def _statutory(year: int) -> frozenset[date]:
    import holidays

    known = holidays.country_holidays("CN", years=year)
    first = date(year, 1, 1)
    days = (first + timedelta(days=n) for n in range(366))
    return frozenset(day for day in days if day.year == year and known.is_working_day(day))


@dataclass(frozen=True)
class WorkCalendar:
    """The statutory calendar with `overrides`: day → whether it is a working day."""

    overrides: Mapping[date, bool] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        """Whether offices work on `day`; outside 2001-2099 Monday to Friday."""
        if day in self.overrides:
            return self.overrides[day]
        if FIRST_YEAR <= day.year <= LAST_YEAR:
            return day in _statutory(day.year)
        return day.weekday() < 5

    def add(self, start: date, days: int) -> date:
        """The `days`-th working day after `start` (before it when negative); `start` itself is never counted."""
        step = _DAY if days >= 0 else -_DAY
        day, left = start, abs(days)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def between(self, start: date, end: date) -> int:
        """How many working days lie after `start` up to and including `end`; negative when `end` is earlier."""
        if end < start:
            return -self.between(end, start)
        return sum(self.is_working(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


STATUTORY = WorkCalendar()


def unpublished_years(start: date, end: date) -> tuple[int, ...]:
    """The years touched from `start` to `end` whose days off the State Council had not published yet."""
    return tuple(year for year in range(start.year, end.year + 1) if year > last_published_year())


def unpublished_year(on: date, declared: Collection[int] = ()) -> int | None:
    """The year whose days off should be known by the day `on` and are not: this one, or from 1 November the next.

    `declared` are years for which the bureau has entered days itself.
    """
    due = (on.year, on.year + 1) if on.month >= NOTICE_MONTH else (on.year,)
    return next((year for year in due if year > last_published_year() and year not in declared), None)


@lru_cache(maxsize=16)
def feast_names(year: int, language: str) -> Mapping[date, str]:
    """The feasts of a year by their days; `language` is `zh_CN` or `en_US`."""
    import holidays

    return dict(holidays.country_holidays("CN", years=year, language=language).items())


def days_of(year: int) -> Iterator[date]:
    """Every day of a year."""
    first = date(year, 1, 1)
    return (first + n * _DAY for n in range((date(year + 1, 1, 1) - first).days))
