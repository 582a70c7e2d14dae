"""Time limits of a case in plain words: days left, or since when and why it stands still. Both sides see the same clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.cases.domain.clocks import ClockState
from app.cases.domain.progress import Passage
from app.cases.models import CaseFile
from app.doors.casework.clocks import clocks_of, left_text
from app.kit.i18n import N_, _
from app.portal.shared.plain import plain_day
from app.programmes.domain.definition import Clock, Programme
from app.reference.calendar import WorkCalendar
from app.reference.queries import work_calendar

_HELD = {
    "enterprise": N_("自 %(day)s 起轮到您，这段时间不计入时限。"),
    "province": N_("自 %(day)s 起由省里办理，这段时间不计入时限。"),
    "bureau": N_("自 %(day)s 起由科技局办理，这段时间不计入时限。"),
    "none": N_("自 %(day)s 起暂停。"),
}


@dataclass(frozen=True)
class PortalClockLine:
    """One time limit that still counts: its badge and a sentence."""

    title: str
    note: str
    state: str
    state_text: str
    running: bool


def clock_lines(
    session: Session, case: CaseFile, programme: Programme, passages: Sequence[Passage], on: date
) -> tuple[PortalClockLine, ...]:
    """The clocks of the case that still count, those that run before those that stand still."""
    live = [(rule, clock) for rule, clock in clocks_of(session, case, programme) if clock.live]
    if not live:
        return ()
    calendar = work_calendar(session)
    ordered = sorted(live, key=lambda pair: pair[1].running_since is None)
    return tuple(_line(programme, rule, clock, passages, on, calendar) for rule, clock in ordered)


def _line(
    programme: Programme,
    rule: Clock,
    clock: ClockState,
    passages: Sequence[Passage],
    on: date,
    calendar: WorkCalendar,
) -> PortalClockLine:
    if clock.running_since is None:
        since, turn = _held_since(programme, rule, passages), programme.stage(passages[-1].stage).turn
        note = _(_HELD[turn]) % {"day": plain_day(since, on)} + _left(clock.left_on(on, calendar))
        return PortalClockLine(str(rule.title), note, "idle", _("暂停计时"), running=False)
    left = clock.left_on(on, calendar)
    if left is None or clock.due_on is None:
        return PortalClockLine(str(rule.title), _("没有规定天数。"), "info", _("计时中"), running=True)
    note = _("到 %(day)s 24:00 为止。") % {"day": plain_day(clock.due_on, on)}
    state = "late" if left < 0 else "wait" if left <= _NEAR else "info"
    return PortalClockLine(str(rule.title), note, state, left_text(left), running=True)


_NEAR = 3
"""So many working days before the end a time limit counts as near."""


def _left(left: int | None) -> str:
    return _("恢复后%(left)s。") % {"left": left_text(left)} if left is not None else ""


def _held_since(programme: Programme, rule: Clock, passages: Sequence[Passage]) -> date:
    """Since when others hold the case: the entry into the first of the stages in a row in which the clock does not run.

    A stage that only an older version knows tells nothing about this one's clock.
    """
    since = passages[-1].entered_on
    for passage in reversed(passages):
        stage = programme.find_stage(passage.stage)
        if stage is None or stage.turn in rule.runs_while:
            break
        since = passage.entered_on
    return since
