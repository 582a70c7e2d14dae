"""Duties of a case: which ones a stage brings about, when each is due, what is missed. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.kit.i18n import Bilingual
from app.kit.periods import months_later
from app.programmes.domain.definition import DutyTemplate, Programme
from app.programmes.domain.duties import BeforeExpiry, EveryQuarter, EveryYear, Once

#: Quarters are made this many ahead, so that whoever plans sees a year; more follow as they are done.
QUARTERS_AHEAD = 4
ONCE = "once"


@dataclass(frozen=True)
class PlannedDuty:
    """A duty to be made; `due_on` is None where the bureau has not set the day."""

    code: str
    period: str
    by: str
    title: Bilingual
    opens_on: date
    due_on: date | None


@dataclass(frozen=True)
class Occasion:
    """What duties count from: the entry into the stage, the end of the certificate, and what the bureau has set."""

    entered_on: date
    expires_on: date | None = None
    settings: Mapping[str, str] = field(default_factory=dict)

    def setting(self, code: str) -> str:
        """What the bureau has set for the duty, or ""."""
        return self.settings.get(code, "")


def plan_duties(programme: Programme, stage: str, occasion: Occasion) -> tuple[PlannedDuty, ...]:
    """The duties that entering `stage` brings about; those after an event come when it is reported."""
    return tuple(
        duty for template in programme.duties if template.made_at == stage for duty in _periods(template, occasion)
    )


def find_template(programme: Programme, code: str) -> DutyTemplate | None:
    """The duty `code` of this version, or None."""
    return next((template for template in programme.duties if template.code == code), None)


def plan_reported(template: DutyTemplate, happened_on: date, months: int) -> PlannedDuty:
    """The duty that follows something which happened on a day: due `months` later."""
    return _planned(template, happened_on.isoformat(), happened_on, months_later(happened_on, months))


def next_quarters(template: DutyTemplate, occasion: Occasion, after: str, on: date) -> tuple[PlannedDuty, ...]:
    """The quarters after the period `after` that are still to be made, a year ahead of `on`."""
    if not isinstance(template.due, EveryQuarter):
        return ()
    year, quarter = int(after[:4]), int(after[-1])
    end = _quarter_index(on) + QUARTERS_AHEAD
    return tuple(_quarter(template, index, occasion) for index in range(year * 4 + quarter, end))


def is_missed(due_on: date | None, done_on: date | None, waived_on: date | None, on: date) -> bool:
    """Whether its day has passed, to the last second in Shanghai, without its being done."""
    return done_on is None and waived_on is None and due_on is not None and due_on < on


def grounds_to_revoke(programme: Programme, missed: Iterable[str]) -> tuple[tuple[DutyTemplate, int], ...]:
    """The duties of which so many are missed (codes, one each) that the certificate may be lost, with how many."""
    codes = list(missed)
    return tuple(
        (template, codes.count(template.code))
        for template in programme.duties
        if template.missed_limit is not None and codes.count(template.code) >= template.missed_limit
    )


def _periods(template: DutyTemplate, occasion: Occasion) -> tuple[PlannedDuty, ...]:
    rule = template.due
    if isinstance(rule, EveryQuarter):
        first = _quarter_index(occasion.entered_on)
        return tuple(_quarter(template, first + n, occasion) for n in range(QUARTERS_AHEAD))
    if isinstance(rule, EveryYear):
        return tuple(_year(template, rule, occasion, n) for n in range(rule.times))
    if isinstance(rule, BeforeExpiry):
        return _reminders(template, rule, occasion.expires_on)
    if isinstance(rule, Once):
        return (_planned(template, ONCE, occasion.entered_on, None),)
    return ()


def _quarter_index(day: date) -> int:
    return day.year * 4 + (day.month - 1) // 3


def _quarter(template: DutyTemplate, index: int, occasion: Occasion) -> PlannedDuty:
    year, number = divmod(index, 4)
    opens = date(year, number * 3 + 1, 1)
    end = months_later(opens, 3) - timedelta(days=1)
    rule = template.due
    days = rule.days_after if isinstance(rule, EveryQuarter) else None
    if days is None and occasion.setting(template.code).isdigit():
        days = int(occasion.setting(template.code))
    due = None if days is None else end + timedelta(days=days)
    return _planned(template, f"{year}Q{number + 1}", max(opens, occasion.entered_on), due)


def _year(template: DutyTemplate, rule: EveryYear, occasion: Occasion, n: int) -> PlannedDuty:
    year = occasion.entered_on.year + rule.years_later + n
    month_day = rule.month_day or occasion.setting(template.code)
    due = _day_of(year, month_day) if month_day else None
    return _planned(template, str(year), max(date(year, 1, 1), occasion.entered_on), due)


def _reminders(template: DutyTemplate, rule: BeforeExpiry, expires_on: date | None) -> tuple[PlannedDuty, ...]:
    """Each reminder is open from its day until the day of the next one, the last until the certificate ends."""
    if expires_on is None:
        return ()
    marks = sorted(set(rule.months), reverse=True)
    days = [months_later(expires_on, -months) for months in marks] + [expires_on]
    return tuple(
        _planned(template, str(months), opens, due) for months, opens, due in zip(marks, days, days[1:], strict=False)
    )


def _day_of(year: int, month_day: str) -> date:
    """A day of the year; 29 February is the last of February in other years."""
    return months_later(date(2000, *(int(part) for part in month_day.split("-"))), (year - 2000) * 12)


def _planned(template: DutyTemplate, period: str, opens_on: date, due_on: date | None) -> PlannedDuty:
    return PlannedDuty(template.code, period, template.by, template.title, opens_on, due_on)
