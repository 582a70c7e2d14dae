"""Approvals: given before a step by those whose right it needs, taken back by whoever gave them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.cases import actions, events
from app.cases.domain.approvals import Given, decide_approve, decide_withdraw
from app.cases.loaded import LoadedCase, load_case
from app.cases.models import Approval
from app.cases.queries import list_approvals
from app.cases.schemas import ApproveStep, WithdrawApproval
from app.kit.actor import Actor
from app.kit.errors import Conflict
from app.kit.i18n import _
from app.programmes.domain.definition import StageAction


def approve_step(session: Session, *, actor: Actor, now: datetime, number: str, command: ApproveStep) -> Approval:
    """Approve a step out of the case's present stage. One event.

    Raises `Forbidden` (another role's right), `Conflict` (approved already, another stage, stale) or `Invalid`.
    """
    case = load_case(session, actor=actor, action=actions.APPROVE, number=number)
    case.check_version(command.version)
    action = decide_approve(case.programme, case.snapshot, _given(case), command.action, actor)
    row = Approval(
        case_id=case.row.id,
        action=action.code,
        officer_id=actor.id,
        officer_name=actor.name,
        role=str(actor.role),
        note=command.note.strip(),
        at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise Conflict("case.approval.twice", _("您已审签过这一步，同一人不能审签两次。")) from None
    case.touched(now, bump=False)
    _note(case, actor, now, events.APPROVED, action, row.note)
    return row


def withdraw_approval(
    session: Session, *, actor: Actor, now: datetime, number: str, command: WithdrawApproval
) -> Approval:
    """Take back one's own approval before the step is taken; it stays on file as lapsed. One event."""
    case = load_case(session, actor=actor, action=actions.APPROVE, number=number)
    case.check_version(command.version)
    action = decide_withdraw(case.programme, case.snapshot, _given(case), command.action, actor)
    row = session.scalars(
        select(Approval).where(
            Approval.case_id == case.row.id,
            Approval.action == action.code,
            Approval.officer_id == actor.id,
            Approval.lapsed_at.is_(None),
        )
    ).one()
    reason = command.reason.strip()
    row.lapsed_at = now
    row.lapse_reason = f"{actor.name}：{reason}" if reason else actor.name
    case.touched(now, bump=False)
    _note(case, actor, now, events.APPROVAL_WITHDRAWN, action, reason)
    return row


def _given(case: LoadedCase) -> tuple[Given, ...]:
    rows = list_approvals(case.session, case.row.id)
    return tuple(Given(row.action, row.officer_id, row.lapsed_at) for row in rows)


def _note(case: LoadedCase, actor: Actor, now: datetime, type: str, action: StageAction, note: str) -> None:
    data = {"approved": action.code, "note": f"{action.label.zh}：{note}" if note else action.label.zh}
    case.record(actor=actor, now=now, type=type, data=data)
