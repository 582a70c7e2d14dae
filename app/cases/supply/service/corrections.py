"""Corrections: asked item by item, answered item by item, settled or asked again. One event each."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.domain.state import CaseState
from app.cases.loaded import LoadedCase, load_case
from app.cases.supply import actions, events
from app.cases.supply.domain import CorrectionRequest, check_asked, subject_of
from app.cases.supply.models import CorrectionItem
from app.cases.supply.queries import last_round, list_open_corrections
from app.cases.supply.schemas import AnswerCorrection, AskCorrectionAgain, AskCorrections, Versioned
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.i18n import _
from app.kit.permissions import Action


def ask_corrections(
    session: Session, *, actor: Actor, now: datetime, number: str, command: AskCorrections
) -> list[CorrectionItem]:
    """Ask the firm to correct further things while the case is with it. One event.

    Raises `Invalid` (no item, an item of another version, no remark, a day that has passed) or `Conflict` (closed).
    """
    case = _open(session, actor, number, actions.CORRECT)
    rows = add_corrections(case, actor=actor, now=now, command=command)
    case.touched(now, bump=False)
    data = {"note": _summary(rows), "items": [row.id for row in rows], "due_on": command.due_on}
    case.record(actor=actor, now=now, type=events.CORRECTIONS_ASKED, data=data)
    return rows


def add_corrections(case: LoadedCase, *, actor: Actor, now: datetime, command: AskCorrections) -> list[CorrectionItem]:
    """Like `ask_corrections`, for the step that sends a case back and records its own event. A new round unless one is open."""
    asked = [CorrectionRequest(item.kind, item.code, item.remark) for item in command.items]
    check_asked(case.programme, asked)
    _check_due(command.due_on, today(now))
    open_items = list_open_corrections(case.session, case.row.id)
    number = open_items[-1].round if open_items else last_round(case.session, case.row.id) + 1
    rows = [
        CorrectionItem(
            case_id=case.row.id,
            round=number,
            kind=item.kind,
            code=item.code,
            remark=item.remark.strip(),
            due_on=command.due_on,
            asked_by=actor.name,
            asked_at=now,
        )
        for item in asked
    ]
    case.session.add_all(rows)
    case.session.flush()
    return rows


def answer_correction(
    session: Session, *, actor: Actor, now: datetime, number: str, item_id: int, command: AnswerCorrection
) -> CorrectionItem:
    """The firm says what it did about an item; it may say so anew until the item is settled. One event."""
    case = _open(session, actor, number, actions.ANSWER_CORRECTION)
    row = _unsettled(case, item_id, command.version)
    row.answer, row.answered_by, row.answered_at = command.answer, actor.name, now
    _finish(case, row, events.CORRECTION_ANSWERED, actor, now, command.answer)
    return row


def settle_correction(
    session: Session, *, actor: Actor, now: datetime, number: str, item_id: int, command: Versioned
) -> CorrectionItem:
    """The officer finds an item corrected. One event. Raises `Conflict` before it was answered."""
    case = _open(session, actor, number, actions.CORRECT)
    row = _answered(_unsettled(case, item_id, command.version))
    row.settled_on = today(now)
    _finish(case, row, events.CORRECTION_SETTLED, actor, now, row.remark)
    return row


def ask_again(
    session: Session, *, actor: Actor, now: datetime, number: str, item_id: int, command: AskCorrectionAgain
) -> CorrectionItem:
    """The answer does not suffice: the item is open again with a new remark; the journal keeps the old ones. One event."""
    case = _open(session, actor, number, actions.CORRECT)
    row = _answered(_unsettled(case, item_id, command.version))
    _check_due(command.due_on, today(now))
    row.remark, row.due_on = command.remark, command.due_on or row.due_on
    row.asked_by, row.asked_at = actor.name, now
    row.answered_at = None
    _finish(case, row, events.CORRECTION_ASKED_AGAIN, actor, now, command.remark)
    return row


def _open(session: Session, actor: Actor, number: str, action: Action) -> LoadedCase:
    case = load_case(session, actor=actor, action=action, number=number)
    if case.row.state != CaseState.OPEN:
        raise Conflict("case.closed", _("该件已办结，不能再改动。"))
    return case


def _unsettled(case: LoadedCase, item_id: int, version: int) -> CorrectionItem:
    statement = select(CorrectionItem).where(CorrectionItem.case_id == case.row.id, CorrectionItem.id == item_id)
    row = case.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound("case.correction.unknown", _("没有这项补正要求。"))
    if row.settled_on is not None:
        raise Conflict("case.correction.settled", _("这项补正已经通过，无需再改。"))
    if row.version != version:
        raise Conflict("case.correction.stale", _("这项补正刚被他人改动，请刷新后再办。"))
    return row


def _answered(row: CorrectionItem) -> CorrectionItem:
    if row.answered_at is None:
        raise Conflict("case.correction.unanswered", _("企业还没有答复这一项。"))
    return row


def _check_due(due_on: date | None, on: date) -> None:
    if due_on is not None and due_on < on:
        message = _("补正期限不能早于今天。")
        raise Invalid("case.correction.due", message, {"due_on": message})


def _finish(case: LoadedCase, row: CorrectionItem, event: str, actor: Actor, now: datetime, text: str) -> None:
    row.version += 1
    case.touched(now, bump=False)
    subject = subject_of(case.programme, row.kind, row.code)
    data = {"note": f"{subject.zh}：{text}" if subject else text, "item": row.id, "kind": row.kind, "code": row.code}
    case.record(actor=actor, now=now, type=event, data=data)


def _summary(rows: Sequence[CorrectionItem]) -> str:
    return "；".join(row.remark for row in rows)
