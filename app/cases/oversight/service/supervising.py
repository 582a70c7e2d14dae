"""督办: asked with a day, answered by the officer in charge, asked again or closed by whoever supervises."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.loaded import LoadedCase, load_case
from app.cases.oversight import actions, events
from app.cases.oversight.domain.supervision import (
    SupervisionState,
    decide_answer,
    decide_ask,
    decide_ask_again,
    decide_close,
)
from app.cases.oversight.models import Supervision
from app.cases.oversight.schemas import AnswerSupervision, AskSupervisionAgain, CloseSupervision, Supervise
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.permissions import Action


def supervise(session: Session, *, actor: Actor, now: datetime, number: str, command: Supervise) -> Supervision:
    """Ask something of the officer in charge by a day. One event. Raises `Conflict` or `Invalid`."""
    case = load_case(session, actor=actor, action=actions.SUPERVISE, number=number)
    officer_id, text = decide_ask(case.row.state, case.row.officer_id, command.request, command.due_on, today(now))
    row = Supervision(
        case_id=case.row.id,
        officer_id=officer_id,
        request=text,
        asked_by=actor.id,
        asked_by_name=actor.name,
        asked_at=now,
        due_on=command.due_on,
    )
    session.add(row)
    session.flush()
    _note(case, row, actor, now, events.SUPERVISED, text, {"supervision_due_on": (None, row.due_on)})
    return row


def answer_supervision(
    session: Session, *, actor: Actor, now: datetime, number: str, supervision_id: int, command: AnswerSupervision
) -> Supervision:
    """The officer in charge says what was done. One event. Raises `Forbidden`, `Conflict` or `Invalid`."""
    case, row = _load(session, actor, actions.ANSWER_SUPERVISION, number, supervision_id)
    row.answer = decide_answer(state_of(row), actor, command.version, command.answer)
    row.answered_by, row.answered_at = actor.name, now
    _finish(case, row, actor, now, events.SUPERVISION_ANSWERED, row.answer)
    return row


def ask_again(
    session: Session, *, actor: Actor, now: datetime, number: str, supervision_id: int, command: AskSupervisionAgain
) -> Supervision:
    """The answer does not do, or none came: a new request with a new day. One event. Raises `Conflict` or `Invalid`."""
    case, row = _load(session, actor, actions.SUPERVISE, number, supervision_id)
    before: date = row.due_on
    row.request = decide_ask_again(state_of(row), command.version, command.request, command.due_on, today(now))
    row.due_on, row.asked_by, row.asked_by_name, row.asked_at = command.due_on, actor.id, actor.name, now
    row.answer, row.answered_by, row.answered_at = "", "", None
    changes = {"supervision_due_on": (before, row.due_on)} if before != row.due_on else {}
    _finish(case, row, actor, now, events.SUPERVISED_AGAIN, row.request, changes)
    return row


def close_supervision(
    session: Session, *, actor: Actor, now: datetime, number: str, supervision_id: int, command: CloseSupervision
) -> Supervision:
    """The matter is done. One event. Raises `Conflict`."""
    case, row = _load(session, actor, actions.SUPERVISE, number, supervision_id)
    decide_close(state_of(row), command.version)
    row.closed_at = now
    _finish(case, row, actor, now, events.SUPERVISION_CLOSED, row.request)
    return row


def state_of(row: Supervision) -> SupervisionState:
    """A row as decisions see it."""
    return SupervisionState(row.officer_id, row.asked_by, row.version, row.due_on, row.answered_at, row.closed_at)


def _load(
    session: Session, actor: Actor, action: Action, number: str, supervision_id: int
) -> tuple[LoadedCase, Supervision]:
    case = load_case(session, actor=actor, action=action, number=number)
    row = session.scalar(
        select(Supervision)
        .where(Supervision.id == supervision_id, Supervision.case_id == case.row.id)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("case.supervision.unknown", _("没有这项督办。"))
    return case, row


def _finish(
    case: LoadedCase,
    row: Supervision,
    actor: Actor,
    now: datetime,
    type: str,
    text: str,
    changes: dict[str, tuple[Any, Any]] | None = None,
) -> None:
    row.version += 1
    _note(case, row, actor, now, type, text, changes or {})


def _note(
    case: LoadedCase,
    row: Supervision,
    actor: Actor,
    now: datetime,
    type: str,
    text: str,
    changes: dict[str, tuple[Any, Any]],
) -> None:
    case.touched(now, bump=False)
    data = {"supervision": row.id, "officer_id": row.officer_id, "asked_by": row.asked_by, "note": text}
    case.record(actor=actor, now=now, type=type, changes=changes, data=data)
