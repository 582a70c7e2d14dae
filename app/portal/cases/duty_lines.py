"""What is to be reported for a case again and again, or after its end, as the firm reads it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from app.cases.duties.models import CaseDuty
from app.cases.duties.words import duty_title
from app.doors.casework.duties import is_waiting
from app.kit.i18n import _
from app.portal.shared.plain import nearness, plain_day

SOON_DAYS = 60
"""A duty that is not open yet is shown so many days before it opens."""


@dataclass(frozen=True)
class PortalDutyLine:
    """One thing to report: for which period, until when, and where; `url` is empty once it is behind."""

    title: str
    note: str
    state: str
    state_text: str
    url: str
    due_on: date | None


def duty_lines(number: str, rows: Iterable[CaseDuty], on: date) -> tuple[PortalDutyLine, ...]:
    """The firm's own duties that are open or soon will be, as links."""
    waiting = [row for row in rows if is_waiting(row) and row.by == "enterprise"]
    return tuple(_open(number, row, on) for row in waiting if row.opens_on <= on + timedelta(days=SOON_DAYS))


def past_duty_lines(rows: Iterable[CaseDuty], on: date) -> tuple[PortalDutyLine, ...]:
    """The firm's duties that are done or need not be done, the last first."""
    return tuple(
        _past(row, on)
        for row in sorted(rows, key=lambda row: (row.opens_on, row.id), reverse=True)
        if row.by == "enterprise" and not is_waiting(row)
    )


def _open(number: str, row: CaseDuty, on: date) -> PortalDutyLine:
    url = f"/portal/cases/{number}/duties/{row.id}"
    note = _("期限由科技局另行通知")
    state, text = "info", _("可以填报")
    if row.due_on is not None:
        note = _("%(day)s 24:00 前") % {"day": plain_day(row.due_on, on)}
        state, text = "late" if row.due_on < on else "wait", nearness(row.due_on, on)
    if row.opens_on > on:
        state, text = "idle", _("%(day)s 起填报") % {"day": plain_day(row.opens_on, on)}
    if row.draft:
        note = _("，").join([note, _("已有草稿")])
    return PortalDutyLine(duty_title(row), note, state, text, url, row.due_on)


def _past(row: CaseDuty, on: date) -> PortalDutyLine:
    if row.done_on is None:
        return PortalDutyLine(duty_title(row), "", "idle", _("无需填报"), "", row.due_on)
    late = row.due_on is not None and row.done_on > row.due_on
    note = _("%(day)s 完成") % {"day": plain_day(row.done_on, on)}
    return PortalDutyLine(
        duty_title(row), note, "wait" if late else "good", _("逾期完成") if late else _("已完成"), "", row.due_on
    )
