"""Asking departments about a case, reminding them, taking a question back, answering. Each writes one event on the case."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.domain.state import CaseState
from app.cases.loaded import LoadedCase, load_case
from app.cases.models import CaseFile
from app.cases.opinions import events
from app.cases.opinions.actions import ANSWER, ASK
from app.cases.opinions.domain import (
    OpinionQuestion,
    decide_answer,
    decide_ask,
    decide_remind,
    decide_withdraw,
    unknown_opinion,
)
from app.cases.opinions.models import Opinion
from app.cases.opinions.queries import department_names, state_of, waiting_departments
from app.cases.opinions.schemas import AnswerOpinion, AskOpinions, SteerOpinion
from app.files.queries import list_on_file
from app.files.schemas import DocumentInput
from app.files.service.documents import add_document
from app.files.vault import Upload, Vault
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import _, use_locale
from app.reference.queries import work_calendar

DOCUMENT_KIND = "department-opinion"


def ask_opinions(session: Session, *, actor: Actor, now: datetime, number: str, command: AskOpinions) -> list[Opinion]:
    """Put one question to one or several departments, with the documents they may open for it.

    Raises `Conflict` (closed, or a department that has not answered yet) and `Invalid` (department, question, documents).
    """
    case = load_case(session, actor=actor, action=ASK, number=number)
    if case.row.state != CaseState.OPEN:
        raise Conflict("opinion.case_closed", _("该件已办结，不再征询意见。"))
    names = department_names(session)
    question = decide_ask(
        OpinionQuestion(
            tuple(command.departments), command.question, tuple(command.shown), _due_on(session, command, now)
        ),
        names=names,
        waiting=waiting_departments(session, case.row.id),
        on_file=[document.id for document in list_on_file(session, case.row.enterprise_id)],
    )
    rows = [_asked(case, question, department, actor, now) for department in question.departments]
    session.add_all(rows)
    case.touched(now, bump=False)
    case.record(
        actor=actor,
        now=now,
        type=events.ASKED,
        data={
            "departments": question.departments,
            "opinions": [row.id for row in rows],
            "due_on": question.due_on,
            "documents": question.shown,
            "note": _note(session, question.departments, question.text),
        },
    )
    return rows


def _due_on(session: Session, command: AskOpinions, now: datetime) -> date | None:
    return work_calendar(session).add(today(now), command.days) if command.days else None


def _asked(case: LoadedCase, question: OpinionQuestion, department: str, actor: Actor, now: datetime) -> Opinion:
    return Opinion(
        case_id=case.row.id,
        department=department,
        question=question.text,
        shown=list(question.shown),
        asked_by=actor.id,
        asked_by_name=actor.name,
        asked_at=now,
        due_on=question.due_on,
    )


def remind_department(
    session: Session, *, actor: Actor, now: datetime, number: str, opinion_id: int, command: SteerOpinion
) -> Opinion:
    """Remind a department of an open question; counted. Raises `NotFound`, `Conflict` (over, or reminded today)."""
    case = load_case(session, actor=actor, action=ASK, number=number)
    row = _opinion(case, opinion_id)
    decide_remind(state_of(row, case.row.state), command.version, now)
    row.reminders, row.reminded_at = row.reminders + 1, now
    _finish(case, row, actor, now, events.REMINDED, f"第 {row.reminders} 次")
    return row


def withdraw_opinion(
    session: Session, *, actor: Actor, now: datetime, number: str, opinion_id: int, command: SteerOpinion
) -> Opinion:
    """Take an unanswered question back; from then on the department sees nothing of it. The reason stays in the journal."""
    case = load_case(session, actor=actor, action=ASK, number=number)
    row = _opinion(case, opinion_id)
    decide_withdraw(state_of(row, case.row.state), command.version)
    if not command.reason.strip():
        message = _("请写明撤回的理由。")
        raise Invalid("opinion.reason", message, {"reason": message})
    row.withdrawn_at = now
    _finish(case, row, actor, now, events.WITHDRAWN, command.reason.strip())
    return row


def answer_opinion(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    opinion_id: int,
    command: AnswerOpinion,
    document: tuple[Vault, Upload] | None = None,
) -> Opinion:
    """A department answers, with a document for the vault where it has one.

    Raises `NotFound` for what another department was asked, `Conflict` (answered, withdrawn, case closed) and `Invalid`.
    """
    case = load_case(session, actor=actor, action=ANSWER, number=_case_number(session, opinion_id))
    row = _opinion(case, opinion_id)
    state = state_of(row, case.row.state)
    decide_answer(state, command.version, department=actor.department, outcome=command.outcome, text=command.answer)
    row.outcome, row.answer = command.outcome, command.answer.strip()
    row.answered_by, row.answered_at = actor.name, now
    if document is not None:
        row.document_id = _keep(case, document, actor, now)
    _finish(case, row, actor, now, events.ANSWERED, row.answer or "—")
    return row


def _keep(case: LoadedCase, document: tuple[Vault, Upload], actor: Actor, now: datetime) -> int:
    """The document of an answer, kept among the firm's as an opinion of a department."""
    vault, upload = document
    given, firm = DocumentInput(kind=DOCUMENT_KIND), case.row.enterprise
    return add_document(case.session, vault, actor=actor, enterprise=firm, upload=upload, given=given, now=now).id


def _case_number(session: Session, opinion_id: int) -> str:
    number = session.scalar(
        select(CaseFile.number).join(Opinion, Opinion.case_id == CaseFile.id).where(Opinion.id == opinion_id)
    )
    if number is None:
        raise unknown_opinion()
    return number


def _opinion(case: LoadedCase, opinion_id: int) -> Opinion:
    """A question about this case; the case's lock keeps others from changing it meanwhile."""
    row = case.session.scalar(
        select(Opinion)
        .where(Opinion.id == opinion_id, Opinion.case_id == case.row.id)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise unknown_opinion()
    return row


def _note(session: Session, departments: Sequence[str], text: str) -> str:
    """What the journal keeps beside the event: who, and what was said; in Chinese, whoever writes it."""
    with use_locale("zh"):
        names = department_names(session)
    return f"{'、'.join(names.get(code, code) for code in departments)}：{text}"


def _finish(case: LoadedCase, row: Opinion, actor: Actor, now: datetime, type: str, note: str) -> None:
    row.version += 1
    case.touched(now, bump=False)
    case.record(
        actor=actor,
        now=now,
        type=type,
        changes={"opinion": (None, row.outcome)} if type == events.ANSWERED else None,
        data={"department": row.department, "opinion": row.id, "note": _note(case.session, [row.department], note)},
    )
