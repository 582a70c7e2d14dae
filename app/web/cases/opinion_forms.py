"""Asking departments about a case, reminding them, taking a question back. Each has a page that works without script."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases import queries
from app.cases.models import CaseFile
from app.cases.opinions.actions import ASK
from app.cases.opinions.domain import unknown_opinion
from app.cases.opinions.models import Opinion
from app.cases.opinions.queries import department_names, list_of_case
from app.cases.opinions.schemas import AskOpinions, SteerOpinion
from app.cases.opinions.service import ask_opinions, remind_department, withdraw_opinion
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.files.models import Document
from app.files.queries import list_on_file
from app.kit.i18n import _
from app.reference.queries import list_terms
from app.web.cases.opinions import OpinionLine, WantedOpinion, opinion_lines, wanted_opinions

router = GuardedRouter(door="web", prefix="/cases")


@dataclass(frozen=True)
class AskOpinionsPage:
    """The form that puts a question to departments."""

    case: CaseFile
    form: Bound[AskOpinions]
    departments: tuple[tuple[str, str, str], ...]
    documents: tuple[tuple[str, str, str], ...]
    wanted: tuple[WantedOpinion, ...]


@dataclass(frozen=True)
class WithdrawOpinionPage:
    """The form that takes a question back."""

    case: CaseFile
    line: OpinionLine
    form: Bound[SteerOpinion]


@router.get("/{number}/opinions", action=ASK)
def ask_page(call: Call, number: str, department: str = "") -> Response:
    """The form; `department` begins with the programme's question to that one."""
    case = queries.get_visible_to(call.session, call.actor, number)
    steps = queries.programme_of(call.session, case).actions_from(case.stage)
    guards = (guard for step in steps for guard in step.needs.opinions)
    question = next((str(guard.question) for guard in guards if guard.department == department), "")
    form = empty({"departments": [department] if department else [], "question": question})
    return _ask_form(call, number, form)


@router.post("/{number}/opinions", action=ASK)
def ask(call: Call, number: str) -> Response:
    """Put the question."""
    return call.submit(
        AskOpinions,
        lambda given: ask_opinions(call.session, **call.by, number=number, command=given),
        done=lambda rows: call.redirect(f"/cases/{number}#opinions", good=_asked(call, rows)),
        again=lambda bound: _ask_form(call, number, bound),
    )


def _asked(call: Call, rows: Sequence[Opinion]) -> str:
    names = department_names(call.session)
    return _("已向%(who)s征询意见。") % {"who": _("、").join(names[row.department] for row in rows)}


@router.post("/{number}/opinions/{opinion_id:int}/remind", action=ASK)
def remind(call: Call, number: str, opinion_id: int) -> Response:
    """Remind the department."""
    here = f"/cases/{number}#opinions"
    return call.submit(
        SteerOpinion,
        lambda given: remind_department(call.session, **call.by, number=number, opinion_id=opinion_id, command=given),
        done=lambda row: call.redirect(here, good=_("已催办，累计 %(n)s 次。") % {"n": row.reminders}),
        again=lambda bound: call.redirect(here, bad=_problem(bound)),
    )


@router.get("/{number}/opinions/{opinion_id:int}/withdraw", action=ASK)
def withdraw_page(call: Call, number: str, opinion_id: int) -> Response:
    """The form that takes a question back, for those without script."""
    return _withdraw_form(call, number, opinion_id, empty())


@router.post("/{number}/opinions/{opinion_id:int}/withdraw", action=ASK)
def withdraw(call: Call, number: str, opinion_id: int) -> Response:
    """Take the question back."""
    return call.submit(
        SteerOpinion,
        lambda given: withdraw_opinion(call.session, **call.by, number=number, opinion_id=opinion_id, command=given),
        done=lambda _done: call.redirect(f"/cases/{number}#opinions", good=_("已撤回征询，对方不再看到。")),
        again=lambda bound: _withdraw_form(call, number, opinion_id, bound),
    )


def _ask_form(call: Call, number: str, form: Bound[AskOpinions]) -> Response:
    case = queries.get_visible_to(call.session, call.actor, number)
    names = department_names(call.session)
    lines = opinion_lines(call.session, case, list_of_case(call.session, case.id), names, call.on)
    waiting = {line.row.department for line in lines if line.open}
    page = AskOpinionsPage(
        case=case,
        form=form,
        departments=tuple((code, name, _("已征询，待答复") if code in waiting else "") for code, name in names.items()),
        documents=_choices(call.session, list_on_file(call.session, case.enterprise_id)),
        wanted=wanted_opinions(case, queries.programme_of(call.session, case), lines, names),
    )
    return call.render("web/cases/opinions.html", page)


def _choices(session: Session, shelf: list[Document]) -> tuple[tuple[str, str, str], ...]:
    kinds = {choice.code: choice.label for choice in list_terms(session, "document_kind")["document_kind"]}
    return tuple(
        (
            str(document.id),
            document.title,
            " ".join(filter(None, [kinds.get(document.kind, ""), str(document.year or "")])),
        )
        for document in shelf
    )


def _withdraw_form(call: Call, number: str, opinion_id: int, form: Bound[SteerOpinion]) -> Response:
    case = queries.get_visible_to(call.session, call.actor, number)
    rows = list_of_case(call.session, case.id)
    lines = opinion_lines(call.session, case, rows, department_names(call.session), call.on)
    line = next((line for line in lines if line.row.id == opinion_id), None)
    if line is None:
        raise unknown_opinion()
    return call.render("web/cases/opinion_withdraw.html", WithdrawOpinionPage(case, line, form))


def _problem(bound: Bound[Any]) -> str:
    return "；".join([*bound.summary, *(message for messages in bound.errors.values() for message in messages)])
