"""What entering a stage brings about besides the stage itself: markers, milestones, clocks, duties, approvals, rights."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.cases.domain.steps import StepResult
from app.cases.duties.creation import keep_duties
from app.cases.loaded import LoadedCase
from app.cases.models import Approval, CaseMarker, ClassTwoUse
from app.cases.service.clocks import keep_clocks
from app.cases.service.parts import add_milestones, lapse_milestones
from app.cases.traces import Traces
from app.kit.actor import Actor
from app.reference.calendar import WorkCalendar


def signed(actor: Actor, now: datetime) -> dict[str, Any]:
    """Who brought the case into a stage, and when: the columns of its entry."""
    return {"by_kind": str(actor.kind), "by_id": actor.id, "by_name": actor.name, "at": now}


def bring_about(
    case: LoadedCase, step: StepResult, reason: str, traces: Traces, calendar: WorkCalendar, now: datetime
) -> None:
    """Write everything that the step changes beside the case's own row."""
    add_markers(case, step.markers, step.on)
    traces.markers += step.markers
    if step.closes:
        traces.milestones_lapsed += lapse_milestones(case, step.on)
    traces.milestones_made += add_milestones(case, step.milestones)
    keep_clocks(case, step.stage, step.on, traces, calendar)
    expires_on = step.certificate.expires_on if step.certificate else None
    keep_duties(case, step.stage, step.on, expires_on, traces)
    if step.lapses_approvals:
        traces.approvals_lapsed += _lapse_approvals(case, step, reason, now)
    _bind_rights(case, step, traces)


def add_markers(case: LoadedCase, markers: Iterable[str], on: date) -> None:
    """What the case counts as from the day `on`."""
    case.session.add_all(CaseMarker(case_id=case.row.id, marker=marker, reached_on=on) for marker in markers)


def _lapse_approvals(case: LoadedCase, step: StepResult, reason: str, now: datetime) -> list[int]:
    """Sending back lets the approvals given so far lapse; they stay on file with the reason."""
    rows = case.session.scalars(
        select(Approval).where(Approval.case_id == case.row.id, Approval.lapsed_at.is_(None))
    ).all()
    label, why = step.action.label.zh, reason.strip()
    reported = f"“{label}”：{why}" if why else f"“{label}”"
    for row in rows:
        row.lapsed_at, row.lapse_reason = now, reported
    return [row.id for row in rows]


def _bind_rights(case: LoadedCase, step: StepResult, traces: Traces) -> None:
    """Submission uses the chosen class II rights up; a withdrawal before the decision lets them go."""
    if not step.uses_rights and not step.releases_rights:
        return
    for row in case.session.scalars(
        select(ClassTwoUse).where(ClassTwoUse.case_id == case.row.id, ClassTwoUse.released_on.is_(None))
    ):
        if step.uses_rights and row.used_on is None:
            row.used_on = step.on
            traces.rights_used.append(row.id)
        if step.releases_rights:
            row.released_on = step.on
            traces.rights_released.append(row.id)
