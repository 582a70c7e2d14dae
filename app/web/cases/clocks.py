"""Time limits of a case as its page shows them: days used, days left, since when they stand still."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.cases.domain.clocks import ClockState, length_of, with_length
from app.cases.models import CaseFile
from app.cases.service.clocks import clock_lengths
from app.doors.casework.clocks import clocks_of, left_text
from app.kit.i18n import _, ngettext
from app.programmes.domain.definition import Clock, Programme
from app.reference.calendar import WorkCalendar, unpublished_years
from app.reference.queries import work_calendar
from app.web.shared.case_lines import Badge, due_badge, short_day


@dataclass(frozen=True)
class ClockLine:
    """One time limit: how it stands, and what of it is used."""

    title: str
    badge: Badge
    used: str
    note: str


def clock_lines(session: Session, case: CaseFile, programme: Programme, on: date) -> tuple[ClockLine, ...]:
    """The clocks of the case, the running ones first; no query where the programme has none."""
    known = clocks_of(session, case, programme)
    if not known:
        return ()
    unmeasured = any(clock.live and clock.working_days is None for _rule, clock in known)
    calendar = work_calendar(session)
    lengths = clock_lengths(session, case.programme_code, on) if unmeasured else {}
    ordered = sorted(known, key=lambda pair: (not pair[1].live, pair[1].running_since is None))
    return tuple(_line(rule, _measured(rule, clock, lengths, calendar), on, calendar) for rule, clock in ordered)


def _measured(rule: Clock, clock: ClockState, lengths: dict[str, int], calendar: WorkCalendar) -> ClockState:
    """The clock with the length that the bureau has set since it was started."""
    days = length_of(rule, lengths)
    return with_length(clock, days, calendar) if clock.live and clock.working_days is None and days else clock


def _line(rule: Clock, clock: ClockState, on: date, calendar: WorkCalendar) -> ClockLine:
    used, left = clock.used_on(on, calendar), clock.left_on(on, calendar)
    reported = {"used": used, "number": clock.working_days}
    return ClockLine(
        title=str(rule.title),
        badge=_badge(clock, left, on),
        used=_("已用 %(used)s / %(number)s 个工作日") % reported
        if clock.working_days is not None
        else ngettext("已用 %(used)s 个工作日", "已用 %(used)s 个工作日", used) % reported,
        note=_note(clock, left, on),
    )


def _badge(clock: ClockState, left: int | None, on: date) -> Badge:
    if clock.ended_on is not None:
        return ("late" if left is not None and left < 0 else "good"), _("已结束 %(day)s") % {
            "day": short_day(clock.ended_on, on)
        }
    if clock.running_since is None:
        return "idle", _("暂停计时")
    return due_badge(clock.due_on, on) or ("wait", _("未设时限"))


def _note(clock: ClockState, left: int | None, on: date) -> str:
    parts = []
    if clock.live and left is not None:
        parts.append(left_text(left))
    if clock.due_on is not None and clock.running_since and unpublished_years(clock.running_since, clock.due_on):
        parts.append(_("该年放假安排尚未公布，期限为暂定"))
    return _("，").join(parts)
