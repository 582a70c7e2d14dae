"""The bureau's own days over the statutory calendar: declared and taken back, each with a reason."""

from datetime import date, datetime
from typing import NoReturn

from sqlalchemy.orm import Session

from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import Invalid, NotFound
from app.kit.i18n import _
from app.kit.permissions import require
from app.reference import actions, events
from app.reference.calendar import FIRST_YEAR, LAST_YEAR, STATUTORY
from app.reference.models import CalendarOverride
from app.reference.schemas import ClearDayInput, DayInput


def set_day(session: Session, *, actor: Actor, now: datetime, values: DayInput) -> CalendarOverride:
    """Declare a day working or free. One event. Raises `Invalid` (no change, out of range)."""
    require(actor, actions.SET_CALENDAR)
    day, working = values.day, values.kind == "working"
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        _refuse(_("日期须在 %(first)s 年到 %(last)s 年之间。") % {"first": FIRST_YEAR, "last": LAST_YEAR})
    row = session.get(CalendarOverride, day, with_for_update=True)
    before = row.is_working if row else STATUTORY.is_working(day)
    if before == working:
        _refuse(_("这一天本来就是工作日。") if working else _("这一天本来就是休息日。"))
    if row is None:
        row = CalendarOverride(day=day)
        session.add(row)
    row.is_working, row.note = working, values.reason.strip()
    session.flush()
    _note(session, actor, now, events.DAY_SET, day, (before, working), values.reason)
    return row


def clear_day(session: Session, *, actor: Actor, now: datetime, values: ClearDayInput) -> None:
    """Let a day follow the statutory calendar again. One event. Raises `NotFound`."""
    require(actor, actions.SET_CALENDAR)
    row = session.get(CalendarOverride, values.day, with_for_update=True)
    if row is None:
        raise NotFound("calendar.not_set", _("这一天没有调整，请刷新页面。"))
    before, after = row.is_working, STATUTORY.is_working(values.day)
    session.delete(row)
    session.flush()
    _note(session, actor, now, events.DAY_CLEARED, values.day, (before, after), values.reason)


def _note(
    session: Session, actor: Actor, now: datetime, type: str, day: date, change: tuple[bool, bool], reason: str
) -> None:
    subject = SubjectKey("calendar", day.isoformat(), day.isoformat(), region_code=actor.region_prefix)
    before, after = ("working" if working else "free" for working in change)
    data = {"reason": reason.strip()}
    record(session, actor=actor, now=now, type=type, subject=subject, changes={"kind": (before, after)}, data=data)


def _refuse(message: str) -> NoReturn:
    raise Invalid("calendar.day", message, {"day": message})
