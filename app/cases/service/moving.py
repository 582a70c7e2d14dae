"""Taking a step: the stage, what the case counts as now, rights, certificate, new milestones; one event."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import actions, events
from app.cases.domain.steps import StepRequest, StepResult, decide_step
from app.cases.loaded import LoadedCase, load_case
from app.cases.models import CaseFile, StageEntry
from app.cases.schemas import TakeStep
from app.cases.service.certifying import issue_certificate
from app.cases.service.entering import bring_about, signed
from app.cases.service.parts import reported_milestones
from app.cases.service.verdicts import keep_verdicts, with_verdict
from app.cases.supplies import load_supplies
from app.cases.supply.domain import CorrectionKind
from app.cases.supply.schemas import CorrectionAsked
from app.cases.supply.service.corrections import add_corrections
from app.cases.traces import Traces, case_fields
from app.journal.domain import Change, diff
from app.kit.actor import Actor
from app.kit.clock import today
from app.reference.queries import work_calendar


def take_step(session: Session, *, actor: Actor, now: datetime, number: str, command: TakeStep) -> CaseFile:
    """Take a step of the case's programme version. One event on the case.

    Raises `Conflict` (stale, closed, not from this stage), `Forbidden`, `Invalid` (reason, day or a field).
    """
    case = load_case(session, actor=actor, action=actions.STEP, number=number)
    calendar = work_calendar(session)
    request = _request(case, command, today(now))
    step = decide_step(case.programme, case.snapshot, request, actor=actor, today=today(now), shift=calendar.add)
    traces = Traces(case_fields(case.row))
    entry = _move(case, step, actor, now)
    bring_about(case, step, command.reason, traces, calendar, now)
    asked = _ask(case, step, command, actor, now)
    traces.corrections_asked += asked.get("corrections", [])
    verdicts = keep_verdicts(case, step.action, actor=actor, now=now, on=step.on)
    traces.verdicts += [reported["id"] for reported in verdicts]
    if step.certificate:
        traces.certificate = issue_certificate(case, step.certificate, actor=actor, now=now).id
    entry.before = traces.to_json()
    case.touched(now)
    case.record(
        actor=actor,
        now=now,
        type=events.MOVED,
        changes=_changes(traces.case, case.row),
        data=_event_data(step, command, verdicts)
        | asked
        | {"milestones": reported_milestones(case, traces.milestones)},
    )
    return case.row


def _ask(case: LoadedCase, step: StepResult, command: TakeStep, actor: Actor, now: datetime) -> dict[str, Any]:
    """What a step that sends the case back asks to be corrected, for its event; the reason alone is one item."""
    if not step.lapses_approvals:
        return {}
    wanted, reason = command.corrections, command.reason.strip()
    if not wanted.items and reason:
        items = [CorrectionAsked(kind=CorrectionKind.OTHER, remark=reason)]
        wanted = wanted.model_copy(update={"items": items})
    rows = add_corrections(case, actor=actor, now=now, command=wanted)
    return {"corrections": [row.id for row in rows], "due_on": wanted.due_on}


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


def _move(case: LoadedCase, step: StepResult, actor: Actor, now: datetime) -> StageEntry:
    """Leave the present stage for the step's own; an entry taken back keeps its number."""
    session, row = case.session, case.row
    entries = session.scalars(select(StageEntry).where(StageEntry.case_id == row.id).order_by(StageEntry.ordinal)).all()
    present = next(entry for entry in reversed(entries) if entry.taken_back_at is None)
    present.left_on = step.on
    entry = StageEntry(
        case_id=row.id,
        ordinal=entries[-1].ordinal + 1,
        stage=step.stage.code,
        action=step.action.code,
        entered_on=step.on,
        **signed(actor, now),
    )
    session.add(entry)
    row.stage, row.stage_entered_on, row.state = step.stage.code, step.on, step.state
    row.submitted_on = step.submitted_on
    if step.closes:
        row.closed_on = step.on
    return entry


def _changes(before: dict[str, Any], row: CaseFile) -> dict[str, Change]:
    reported = {name: value for name, value in before.items() if name != "stage_entered_on"}
    changes = diff(reported, {name: getattr(row, name) for name in reported})
    changes.setdefault("stage", (before["stage"], row.stage))
    return changes


def _event_data(step: StepResult, command: TakeStep, verdicts: list[dict[str, Any]]) -> dict[str, Any]:
    data: dict[str, Any] = {"action": step.action.code, "on": step.on, "markers": list(step.markers)}
    if command.reason.strip():
        data["reason"] = command.reason.strip()
    if step.values:
        data["values"] = dict(step.values)
    if verdicts:
        data["verdicts"] = verdicts
    return data
