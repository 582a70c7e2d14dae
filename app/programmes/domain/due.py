"""When a milestone is due: four kinds of rule, each giving a legal day or saying that nobody has set it yet."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator

from app.kit.inputs import StrictModel

#: Moves a day by a number of working days, forwards or (negative) backwards; 0 leaves it alone.
ShiftWorkingDays = Callable[[date, int], date]
WorkingDays = Annotated[int, Field(ge=0, le=400)]


class OnMonthDay(StrictModel):
    """A fixed day of the case's year (or of a later one): `"05-31"`."""

    rule: Literal["month-day"]
    month_day: str
    years_later: Annotated[int, Field(ge=0, le=5)] = 0

    @field_validator("month_day")
    @classmethod
    def _is_a_day(cls, value: str) -> str:
        try:
            date.fromisoformat(f"2000-{value}")
        except ValueError:
            raise ValueError(f"'{value}' is not a day of the year; write it as \"05-31\"") from None
        return value


class WorkingDaysAfter(StrictModel):
    """So many working days after the opening of the case, its submission, or the entry that makes the milestone."""

    rule: Literal["working-days-after"]
    days: WorkingDays
    event: Literal["opening", "submission", "entry"] = "entry"


class BeforeCutoff(StrictModel):
    """So many working days before a cut-off of the case's round; 0 is the cut-off itself."""

    rule: Literal["before-cutoff"]
    cutoff: Literal["bureau", "province"]
    days: WorkingDays = 0


class SetByOfficer(StrictModel):
    """No rule is known: the officer sets the day."""

    rule: Literal["set-by-officer"]


DueRule = OnMonthDay | WorkingDaysAfter | BeforeCutoff | SetByOfficer


@dataclass(frozen=True)
class Moment:
    """The days of a case that due rules count from; `entered_on` is the entry that makes the milestone."""

    year: int
    opened_on: date
    entered_on: date
    submitted_on: date | None = None
    bureau_cutoff_on: date | None = None
    province_cutoff_on: date | None = None


def due_on(rule: DueRule, moment: Moment, shift: ShiftWorkingDays) -> date | None:
    """The day that `rule` gives at `moment`, or None where the day it counts from is not known yet."""
    if isinstance(rule, OnMonthDay):
        return _day_of_year(moment.year + rule.years_later, rule.month_day)
    if isinstance(rule, SetByOfficer):
        return None
    base = _base(rule, moment)
    if base is None:
        return None
    return shift(base, rule.days if isinstance(rule, WorkingDaysAfter) else -rule.days)


def _base(rule: WorkingDaysAfter | BeforeCutoff, moment: Moment) -> date | None:
    if isinstance(rule, BeforeCutoff):
        return moment.bureau_cutoff_on if rule.cutoff == "bureau" else moment.province_cutoff_on
    return {"opening": moment.opened_on, "submission": moment.submitted_on, "entry": moment.entered_on}[rule.event]


def _day_of_year(year: int, month_day: str) -> date:
    month, day = (int(part) for part in month_day.split("-"))
    return date(year, month, min(day, monthrange(year, month)[1]))
