"""Taking a step: the stage, what the case counts as now, rights, certificate, new milestones; one event."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.cases import actions, events
from app.cases.domain.moving import Step, StepRequest, decide_step
from app.cases.models import CaseFile, CaseMarker, ClassTwoUse, StageEntry
from app.cases.schemas import TakeStep
from app.cases.service.certifying import issue_certificate
from app.cases.service.loading import LoadedCase, load_case, shift_in
from app.cases.service.parts import add_milestones, lapse_milestones
from app.cases.service.verdicts import keep_verdicts, with_verdict
from app.cases.supplies import load_supplies
from app.journal.domain import Change, diff
from app.kit.actor import Actor
from app.kit.clock import today


def take_step(session: Session, *, actor: Actor, now: datetime, number: str, command: TakeStep) -> CaseFile:
    """Take a step of the case's programme version. One event on the case.

    Raises `Conflict` (stale, closed, not from this stage), `Forbidden`, `Invalid` (reason, day or a field).
    """
    case = load_case(session, actor=actor, action=actions.STEP, number=number)
    step = decide_step(
        case.programme,
        case.snapshot,
        _request(case, command, today(now)),
        actor=actor,
        today=today(now),
        shift=shift_in(session),
    )
    before = _fields(case.row)
    _move(case, step, now)
    _bind_rights(case, step)
    verdicts = keep_verdicts(case, step.action, actor=actor, now=now, on=step.on)
    if step.certificate:
        issue_certificate(case, step.certificate, actor=actor, now=now)
    case.touched(now)
    case.record(
        actor=actor,
        now=now,
        type=events.MOVED,
        changes=_changes(before, case.row),
        data=_event_data(step, command, verdicts),
    )
    return case.row


def _request(case: LoadedCase, command: TakeStep, today: date) -> StepRequest:
    """The step as asked for, with what lies with the case on its day."""
    action, on = case.programme.find_action(command.action), command.on or today
    supplies = load_supplies(case.session, [case.row], on)[case.row.id]
    return StepRequest(
        action=command.action,
        on=on,
        supplies=with_verdict(case, action, supplies, on) if action else supplies,
        reason=command.reason,
        values=command.values,
        version=command.version,
    )


def _move(case: LoadedCase, step: Step, now: datetime) -> None:
    session, row = case.session, case.row
    entries = session.scalars(select(StageEntry).where(StageEntry.case_id == row.id).order_by(StageEntry.ordinal)).all()
    entries[-1].left_on = step.on
    session.add(
        StageEntry(
            case_id=row.id,
            ordinal=entries[-1].ordinal + 1,
            stage=step.stage.code,
            action=step.action.code,
            entered_on=step.on,
        )
    )
    row.stage, row.stage_entered_on, row.state = step.stage.code, step.on, step.state
    row.submitted_on = step.submitted_on
    if step.closes:
        row.closed_on = step.on
        lapse_milestones(case, step.on)
    session.add_all(CaseMarker(case_id=row.id, marker=marker, reached_on=step.on) for marker in step.markers)
    add_milestones(case, step.milestones)


def _bind_rights(case: LoadedCase, step: Step) -> None:
    """Submission uses the chosen class II rights up; a withdrawal before the decision lets them go."""
    unreleased = update(ClassTwoUse).where(ClassTwoUse.case_id == case.row.id, ClassTwoUse.released_on.is_(None))
    if step.uses_rights:
        case.session.execute(unreleased.where(ClassTwoUse.used_on.is_(None)).values(used_on=step.on))
    if step.releases_rights:
        case.session.execute(unreleased.values(released_on=step.on))


def _fields(row: CaseFile) -> dict[str, Any]:
    return {
        "stage": row.stage,
        "state": row.state,
        "submitted_on": row.submitted_on,
        "closed_on": row.closed_on,
    }


def _changes(before: dict[str, Any], row: CaseFile) -> dict[str, Change]:
    changes = diff(before, _fields(row))
    changes.setdefault("stage", (before["stage"], row.stage))
    return changes


def _event_data(step: Step, command: TakeStep, verdicts: list[dict[str, Any]]) -> dict[str, Any]:
    data: dict[str, Any] = {"action": step.action.code, "on": step.on, "markers": list(step.markers)}
    if command.reason.strip():
        data["reason"] = command.reason.strip()
    if step.values:
        data["values"] = dict(step.values)
    if verdicts:
        data["verdicts"] = verdicts
    return data
