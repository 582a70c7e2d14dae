"""When a duty of a case is due: each rule gives the periods of a case and the last day of each."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator

from app.kit.inputs import StrictModel


class EveryQuarter(StrictModel):
    """Each calendar quarter while the case is open; due `days_after` calendar days after its end, empty: the bureau sets it."""

    rule: Literal["every-quarter"]
    days_after: Annotated[int, Field(ge=0, le=90)] | None = None


class EveryYear(StrictModel):
    """A day of each of `times` years, the first one `years_later` years after the year of the entry."""

    rule: Literal["every-year"]
    month_day: str | None
    years_later: Annotated[int, Field(ge=0, le=5)] = 1
    times: Annotated[int, Field(ge=1, le=10)]

    @field_validator("month_day")
    @classmethod
    def _is_a_day(cls, value: str | None) -> str | None:
        try:
            date.fromisoformat(f"2000-{value or '01-01'}")
        except ValueError:
            raise ValueError(f"'{value}' is not a day of the year; write it as \"05-31\"") from None
        return value


class BeforeExpiry(StrictModel):
    """So many months before the certificate of the case ends, once for each number: a reminder to renew."""

    rule: Literal["before-expiry"]
    months: tuple[Annotated[int, Field(ge=1, le=36)], ...]


class AfterEvent(StrictModel):
    """Within `months` after something that firm or bureau reports, such as a change of name; none is due until then."""

    rule: Literal["after-event"]
    months: Annotated[int, Field(ge=1, le=24)]


class Once(StrictModel):
    """One time; the bureau sets the day."""

    rule: Literal["once"]


DutyRule = EveryQuarter | EveryYear | BeforeExpiry | AfterEvent | Once
