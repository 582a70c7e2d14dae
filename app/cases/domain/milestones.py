"""Milestones: made from the programme, completed, reopened, put off; overdue is derived, never stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.cases.domain.state import CaseSnapshot, CaseState, MilestoneState
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import Bilingual, _
from app.programmes.domain.definition import MilestoneTemplate, Programme
from app.programmes.domain.due import Moment, ShiftWorkingDays, due_on


@dataclass(frozen=True)
class PlannedMilestone:
    """A milestone to be made; `due_on` is None where nobody has set the day yet."""

    code: str
    ordinal: int
    title: Bilingual
    due_on: date | None


def plan(
    templates: Iterable[MilestoneTemplate],
    present: Iterable[MilestoneState],
    moment: Moment,
    shift: ShiftWorkingDays,
) -> tuple[PlannedMilestone, ...]:
    """The milestones that `templates` ask for; one that still waits to be done is not asked for again."""
    known: dict[str, list[MilestoneState]] = {}
    for milestone in present:
        known.setdefault(milestone.code, []).append(milestone)
    return tuple(
        PlannedMilestone(
            code=template.code,
            ordinal=len(known.get(template.code, ())) + 1,
            title=template.title,
            due_on=due_on(template.due, moment, shift),
        )
        for template in templates
        if not any(milestone.is_open for milestone in known.get(template.code, ()))
    )


def moment_of(case: CaseSnapshot, *, entered_on: date | None = None, submitted_on: date | None = None) -> Moment:
    """The days of `case` that due rules count from."""
    return Moment(
        year=case.year,
        opened_on=case.opened_on,
        entered_on=entered_on or case.stage_entered_on,
        submitted_on=submitted_on or case.submitted_on,
        bureau_cutoff_on=case.cutoffs.bureau_on,
        province_cutoff_on=case.cutoffs.province_on,
    )


def newly_datable(programme: Programme, case: CaseSnapshot, shift: ShiftWorkingDays) -> dict[tuple[str, int], date]:
    """Open milestones without a day that a rule can give one now (a cut-off has been set since)."""
    templates = {template.code: template for template in programme.milestones}
    found: dict[tuple[str, int], date] = {}
    for milestone in case.milestones:
        template = templates.get(milestone.code)
        if template is None or not milestone.is_open or milestone.due_on is not None:
            continue
        day = due_on(template.due, moment_of(case), shift)
        if day is not None:
            found[(milestone.code, milestone.ordinal)] = day
    return found


def is_overdue(milestone: MilestoneState, on: date) -> bool:
    """Whether its day has passed without its being done; the day itself is still in time."""
    return milestone.is_open and milestone.due_on is not None and milestone.due_on < on


def next_due(milestones: Iterable[MilestoneState]) -> date | None:
    """The earliest day on which something open is due."""
    days = [milestone.due_on for milestone in milestones if milestone.is_open and milestone.due_on is not None]
    return min(days, default=None)


def decide_complete(case: CaseSnapshot, milestone: MilestoneState, done_on: date, today: date) -> None:
    """Raise unless the milestone may be called done on `done_on`."""
    _case_open(case)
    if milestone.done_on is not None:
        raise Conflict("case.milestone.done_already", _("该节点已经登记完成，请刷新页面。"))
    if done_on > today:
        message = _("完成日期不能晚于今天。")
        raise Invalid("case.milestone.done_in_future", message, {"done_on": message})
    if done_on < case.opened_on:
        message = _("完成日期不能早于立案日期 %(day)s。") % {"day": case.opened_on.isoformat()}
        raise Invalid("case.milestone.done_before_opening", message, {"done_on": message})


def decide_reopen(case: CaseSnapshot, milestone: MilestoneState, reason: str) -> None:
    """Raise unless a done milestone may be taken back."""
    _case_open(case)
    _reason(reason)
    if milestone.done_on is None:
        raise Conflict("case.milestone.not_done", _("该节点尚未完成，无需重开。"))


def decide_reschedule(case: CaseSnapshot, milestone: MilestoneState, due: date, reason: str) -> None:
    """Raise unless the milestone may be due on `due` instead; the first date needs no reason, later ones do."""
    _case_open(case)
    if not milestone.is_open:
        raise Conflict("case.milestone.done_already", _("该节点已经登记完成，请刷新页面。"))
    if due == milestone.due_on:
        message = _("期限没有变化。")
        raise Invalid("case.milestone.unchanged", message, {"due_on": message})
    if due < case.opened_on:
        message = _("期限不能早于立案日期 %(day)s。") % {"day": case.opened_on.isoformat()}
        raise Invalid("case.milestone.due_before_opening", message, {"due_on": message})
    if milestone.due_on is not None:
        _reason(reason)


def _reason(reason: str) -> None:
    if not reason.strip():
        message = _("请写明理由。")
        raise Invalid("case.reason.missing", message, {"reason": message})


def _case_open(case: CaseSnapshot) -> None:
    if case.state is not CaseState.OPEN:
        raise Conflict("case.closed", _("该件已办结，不能再改动。"))
