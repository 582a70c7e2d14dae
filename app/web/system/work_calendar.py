"""系统 · 工作日历: a year's working days, the days that the bureau declares itself, and what is not published yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from app.cases.service.redating import redate_clocks
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.kit.i18n import N_, _, current_locale, ngettext
from app.kit.permissions import can
from app.reference.actions import READ_CALENDAR, SET_CALENDAR
from app.reference.calendar import (
    FIRST_YEAR,
    LAST_YEAR,
    STATUTORY,
    WorkCalendar,
    days_of,
    feast_names,
    last_published_year,
)
from app.reference.models import CalendarOverride
from app.reference.queries import list_overrides, missing_year, work_calendar
from app.reference.schemas import ClearDayInput, DayInput
from app.reference.service import clear_day, set_day

router = GuardedRouter(door="web", prefix="/system/calendar")

WEEKDAYS = (N_("一"), N_("二"), N_("三"), N_("四"), N_("五"), N_("六"), N_("日"))
#: How a day stands, with the mark that carries it besides its colour.
MARKS = {"work": "", "rest": "", "holiday": N_("休"), "make-up": N_("班")}
KINDS = (("working", N_("工作日")), ("free", N_("休息日")))


@dataclass(frozen=True)
class DayCell:
    """One day; `kind` is work, rest (a weekend), holiday (a free weekday) or make-up (a working weekend)."""

    number: int
    kind: str
    mark: str
    title: str
    declared: bool


@dataclass(frozen=True)
class Month:
    """A month: empty cells before its first day, its days, and how many of them are working."""

    name: str
    blanks: int
    days: tuple[DayCell, ...]
    working: int


@dataclass(frozen=True)
class CalendarOverrideLine:
    """A day that the bureau declared."""

    row: CalendarOverride
    text: str
    statutory: str
    clear: Bound[Any]


@dataclass(frozen=True)
class CalendarPage:
    """One year. `missing` is the year whose days off should be known by now and are not."""

    year: int
    years: tuple[tuple[str, str], ...]
    published: bool
    missing: int | None
    working: int
    weekdays: tuple[str, ...]
    months: tuple[Month, ...]
    overrides: tuple[CalendarOverrideLine, ...]
    may_set: bool
    form: Bound[Any]
    kinds: tuple[tuple[str, str], ...]


@router.get("", action=READ_CALENDAR)
def calendar_page(call: Call, year: Annotated[int | None, Query(ge=FIRST_YEAR, le=LAST_YEAR)] = None) -> Response:
    """The year's days."""
    return call.render("web/system/calendar.html", _page(call, year))


@router.post("", action=SET_CALENDAR)
def set_day_route(call: Call) -> Response:
    """Declare a day working or free; running time limits follow."""

    def set_and_date(values: DayInput) -> tuple[date, int]:
        row = set_day(call.session, **call.by, values=values)
        return row.day, redate_clocks(call.session, row.day)

    return call.submit(
        DayInput,
        set_and_date,
        done=lambda done: call.redirect(f"/system/calendar?year={done[0].year}#overrides", good=_done(*done)),
        again=lambda bound: call.render(
            "web/system/calendar.html",
            _page(call, bound.model.day.year if bound.model else None, bound),
        ),
    )


@router.post("/clear", action=SET_CALENDAR)
def clear_day_route(call: Call) -> Response:
    """Let a day follow the statutory calendar again; running time limits follow."""

    def clear_and_date(values: ClearDayInput) -> tuple[date, int]:
        clear_day(call.session, **call.by, values=values)
        return values.day, redate_clocks(call.session, values.day)

    return call.submit(
        ClearDayInput,
        clear_and_date,
        done=lambda done: call.redirect(f"/system/calendar?year={done[0].year}#overrides", good=_done(*done)),
        again=lambda bound: call.render(
            "web/system/calendar.html",
            _page(call, bound.model.day.year if bound.model else None, refused=bound),
        ),
    )


def _done(day: date, moved: int) -> str:
    if not moved:
        return _("%(day)s 已调整。") % {"day": day.isoformat()}
    return ngettext(
        "%(day)s 已调整，%(n)s 个正在走的时限已随之重排。", "%(day)s 已调整，%(n)s 个正在走的时限已随之重排。", moved
    ) % {"day": day.isoformat(), "n": moved}


def _page(
    call: Call, year: int | None, form: Bound[DayInput] | None = None, refused: Bound[ClearDayInput] | None = None
) -> CalendarPage:
    shown = year or call.on.year
    calendar, overrides = work_calendar(call.session), list_overrides(call.session, shown)
    years = {shown, *range(max(FIRST_YEAR, call.on.year - 5), min(LAST_YEAR, call.on.year + 2) + 1)}
    months = _months(shown, calendar)
    return CalendarPage(
        year=shown,
        years=tuple((str(item), str(item)) for item in sorted(years, reverse=True)),
        published=shown <= last_published_year(),
        missing=missing_year(call.session, call.on),
        working=sum(month.working for month in months),
        weekdays=tuple(_(name) for name in WEEKDAYS),
        months=months,
        overrides=tuple(_line(row, refused) for row in overrides),
        may_set=can(call.actor, SET_CALENDAR),
        form=form or empty(),
        kinds=tuple((code, _(word)) for code, word in KINDS),
    )


def _months(year: int, calendar: WorkCalendar) -> tuple[Month, ...]:
    feasts = feast_names(year, "zh_CN" if current_locale() == "zh" else "en_US")
    return tuple(
        _month(list(days), calendar, feasts) for _number, days in groupby(days_of(year), lambda day: day.month)
    )


def _month(days: list[date], calendar: WorkCalendar, feasts: Mapping[date, str]) -> Month:
    return Month(
        name=_("%(n)s 月") % {"n": days[0].month},
        blanks=days[0].weekday(),
        days=tuple(_cell(day, calendar, feasts) for day in days),
        working=sum(calendar.is_working(day) for day in days),
    )


def _cell(day: date, calendar: WorkCalendar, feasts: Mapping[date, str]) -> DayCell:
    working, weekend = calendar.is_working(day), day.weekday() >= 5
    kind = ("make-up" if weekend else "work") if working else ("rest" if weekend and day not in feasts else "holiday")
    words = [day.isoformat(), _(KINDS[0][1]) if working else _(KINDS[1][1]), feasts.get(day, "")]
    declared = day in calendar.overrides
    if declared:
        words.append(_("市局调整"))
    return DayCell(day.day, kind, _(MARKS[kind]) if MARKS[kind] else "", " ".join(filter(None, words)), declared)


def _line(row: CalendarOverride, refused: Bound[ClearDayInput] | None) -> CalendarOverrideLine:
    words = {True: _(KINDS[0][1]), False: _(KINDS[1][1])}
    mine = refused is not None and refused.raw.get("day") == row.day.isoformat()
    return CalendarOverrideLine(
        row=row,
        text=words[row.is_working],
        statutory=words[STATUTORY.is_working(row.day)],
        clear=refused if mine and refused else empty(),
    )
