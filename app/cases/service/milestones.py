"""Milestones of a case: done, not done after all, due on another day, dated by a round's cut-offs."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import actions, events
from app.cases.domain.milestones import decide_complete, decide_reopen, decide_reschedule
from app.cases.domain.state import CaseState
from app.cases.loaded import LoadedCase, is_visible, load_case, state_of, with_parts
from app.cases.models import CaseFile, Milestone
from app.cases.schemas import CompleteMilestone, ReopenMilestone, RescheduleMilestone
from app.cases.service.assigning import date_milestones
from app.journal.domain import Change
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Conflict, NotFound
from app.kit.i18n import _
from app.kit.permissions import require


def complete_milestone(
    session: Session, *, actor: Actor, now: datetime, number: str, milestone_id: int, command: CompleteMilestone
) -> Milestone:
    """Call a milestone done on a day, with a note on the evidence. One event."""
    case = load_case(session, actor=actor, action=actions.KEEP_MILESTONES, number=number)
    row = _milestone(case, milestone_id, command.version)
    decide_complete(case.snapshot, state_of(row), command.done_on, today(now))
    row.done_on, row.done_by, row.note = command.done_on, actor.name, command.note.strip()
    _finish(case, row, actor, now, events.MILESTONE_DONE, {"done_on": (None, row.done_on)}, row.note)
    return row


def reopen_milestone(
    session: Session, *, actor: Actor, now: datetime, number: str, milestone_id: int, command: ReopenMilestone
) -> Milestone:
    """Take back that a milestone was done; the reason stays in the journal. One event."""
    case = load_case(session, actor=actor, action=actions.KEEP_MILESTONES, number=number)
    row = _milestone(case, milestone_id, command.version)
    decide_reopen(case.snapshot, state_of(row), command.reason)
    before, row.done_on, row.done_by = row.done_on, None, None
    _finish(case, row, actor, now, events.MILESTONE_REOPENED, {"done_on": (before, None)}, command.reason.strip())
    return row


def reschedule_milestone(
    session: Session, *, actor: Actor, now: datetime, number: str, milestone_id: int, command: RescheduleMilestone
) -> Milestone:
    """Let a milestone be due on another day; a day that stood needs a reason to change. One event."""
    case = load_case(session, actor=actor, action=actions.KEEP_MILESTONES, number=number)
    row = _milestone(case, milestone_id, command.version)
    decide_reschedule(case.snapshot, state_of(row), command.due_on, command.reason)
    before, row.due_on = row.due_on, command.due_on
    row.planned_on = row.planned_on or command.due_on
    changes: dict[str, Change] = {"due_on": (before, row.due_on)}
    _finish(case, row, actor, now, events.MILESTONE_RESCHEDULED, changes, command.reason.strip())
    return row


def date_round(
    session: Session, *, actor: Actor, now: datetime, programme_code: str, year: int, round_code: str
) -> list[str]:
    """Give the undated milestones of a round's open cases their days after a cut-off was set.

    One event per case changed; returns the numbers of those cases. Cases outside the actor's region are left alone.
    """
    require(actor, actions.DATE_ROUND)
    rows = session.scalars(
        select(CaseFile)
        .where(
            CaseFile.programme_code == programme_code,
            CaseFile.year == year,
            CaseFile.round == round_code,
            CaseFile.state == CaseState.OPEN,
        )
        .order_by(CaseFile.number)
        .with_for_update()
    ).all()
    dated = []
    for row in rows:
        if is_visible(actor, row.enterprise) and _date_case(session, row, actor, now):
            dated.append(row.number)
    return dated


def _date_case(session: Session, row: CaseFile, actor: Actor, now: datetime) -> bool:
    case = with_parts(session, row)
    days = date_milestones(case)
    if days:
        case.touched(now, bump=False)
        case.record(actor=actor, now=now, type=events.MILESTONES_DATED, data={"dated": days})
    return bool(days)


def _milestone(case: LoadedCase, milestone_id: int, version: int) -> Milestone:
    row = next((milestone for milestone in case.milestones if milestone.id == milestone_id), None)
    if row is None:
        raise NotFound("case.milestone.unknown", _("该件没有这个节点。"))
    if row.version != version:
        raise Conflict("case.milestone.stale", _("该节点刚被他人改动，请核对后重新提交。"))
    return row


def _finish(
    case: LoadedCase,
    row: Milestone,
    actor: Actor,
    now: datetime,
    type: str,
    changes: dict[str, Change],
    note: str,
) -> None:
    row.version += 1
    case.touched(now, bump=False)
    case.record(
        actor=actor,
        now=now,
        type=type,
        changes=changes,
        data={
            "milestone": row.code,
            "ordinal": row.ordinal,
            "note": f"{row.title_zh}：{note}" if note else row.title_zh,
        },
    )
