"""填报 of a case: the answers that count, and the form on which they are drafted and handed in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases import queries
from app.cases.domain.needs import applies
from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.cases.service.renewing import renew_supplies
from app.cases.supplies import CaseContents, load_contents
from app.cases.supply import actions
from app.cases.supply.models import CaseAnswer
from app.cases.supply.queries import find_earlier, list_answers
from app.cases.supply.schemas import HandIn
from app.cases.supply.service.answers import hand_in_answers
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.casework.answers import FORM_PREFIX, answers_in, draft_was
from app.doors.casework.own_fields import name_errors
from app.doors.casework.questions import (
    begun_texts,
    entered,
    field_labels,
    field_names,
    keep_typed,
    to_choose,
)
from app.doors.forms.bound import Bound, empty
from app.doors.forms.merges import JointForm, Together, began_with
from app.kit.actor import Actor
from app.kit.clock import shanghai, today
from app.kit.i18n import _
from app.kit.permissions import can
from app.programmes.domain.answers import show_answer
from app.programmes.domain.definition import Programme
from app.programmes.domain.supplied import Question
from app.web.shared.case_lines import Badge

router = GuardedRouter(door="web", prefix="/cases")


@dataclass(frozen=True)
class CaseAnswerLine:
    """A question with the answer that counts."""

    id: str
    label: str
    value: str
    badge: Badge | None
    by: str
    at: datetime | None


@dataclass(frozen=True)
class QuestionPanel:
    """The panel of the case page."""

    lines: tuple[CaseAnswerLine, ...]
    answered: int
    url: str


@dataclass(frozen=True)
class QuestionGroup:
    """The questions that one step needs."""

    legend: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class QuestionsPage:
    """The form with all questions of the case."""

    case: CaseFile
    programme: Programme
    groups: tuple[QuestionGroup, ...]
    form: Bound[Any]
    labels: Mapping[str, str]
    together: Together
    url: str
    back: str
    drafts: int
    earlier: str


@dataclass(frozen=True)
class DraftSaved:
    """What became of a draft: when it was kept, which fields somebody else changed meanwhile, and where the form goes on from."""

    at: str
    clashing: tuple[str, ...]
    was: str


# -- the panel ---------------------------------------------------------------------------------------------------------------


def question_panel(contents: CaseContents, programme: Programme, actor: Actor, on: date) -> QuestionPanel:
    """Every question that the case asks, with the answer that counts."""
    case = contents.case
    may_answer = case.state == CaseState.OPEN and can(actor, actions.SUPPLY, case.enterprise)
    lines = tuple(_line(question, contents.answers.get(question.code)) for question in _asked(contents, programme, on))
    answered = sum(bool(line.value) for line in lines)
    return QuestionPanel(lines, answered, f"/cases/{case.number}/questions" if may_answer and lines else "")


def _asked(contents: CaseContents, programme: Programme, on: date) -> tuple[Question, ...]:
    supplies = contents.supplies(on)
    return tuple(question for question in programme.questions if applies(question, supplies))


def _line(question: Question, row: CaseAnswer | None) -> CaseAnswerLine:
    value = show_answer(question, row.counted) if row else ""
    return CaseAnswerLine(
        id=f"question-{question.code}",
        label=str(question.label),
        value=value,
        badge=_badge(question, row),
        by=row.by_name if row and value else "",
        at=row.at if row and value else None,
    )


def _badge(question: Question, row: CaseAnswer | None) -> Badge | None:
    if row is not None and row.draft and row.value:
        renewed = row.renewed_from
        return ("info", _("沿用 %(number)s，待确认") % {"number": renewed}) if renewed else ("info", _("草稿未提交"))
    if row is not None and row.counted:
        return None
    return ("wait", _("待填报")) if question.required else ("idle", _("选填"))


# -- the form ------------------------------------------------------------------------------------------------------------------


@router.get("/{number}/questions", action=actions.SUPPLY)
def questions_page(call: Call, number: str) -> Response:
    case = queries.get_visible_to(call.session, call.actor, number)
    programme, contents = queries.programme_of(call.session, case), load_contents(call.session, case)
    raw = begun_texts(programme.questions, contents.answers)
    page = _page(call.session, contents, programme, call.now, empty(raw), Together(began_with(raw)))
    return call.render("web/cases/questions.html", page)


@router.post("/{number}/questions", action=actions.SUPPLY)
def hand_in(call: Call, number: str) -> Response:
    case = queries.get_visible_to(call.session, call.actor, number)
    programme = queries.programme_of(call.session, case)
    questions = programme.questions
    begun, labels = begun_texts(questions, list_answers(call.session, case.id)), field_labels(questions)
    joint = JointForm(call.form, begun, labels, field_names(questions))
    values = answers_in(joint.sent)
    bound = joint.decided(empty({f"{FORM_PREFIX}{code}": text for code, text in values.items()}))
    if not bound.errors:
        bound.model = HandIn(values=values, was=draft_was(joint.sent))

    def again(bound: Bound[HandIn]) -> Response:
        name_errors(bound, prefix=FORM_PREFIX)
        together = to_choose(questions, joint, bound, _in_words)
        bound.raw = dict(joint.stored) | bound.raw
        contents = load_contents(call.session, case)
        page = _page(call.session, contents, programme, call.now, bound, together)
        return call.render("web/cases/questions.html", page)

    return call.submit(
        bound,
        lambda given: hand_in_answers(call.session, **call.by, number=number, command=given),
        done=lambda changed: call.redirect(
            f"/cases/{number}#questions", good=_("已提交。") if changed else _("没有改动。")
        ),
        again=again,
        heed=joint.heed,
    )


@router.post("/{number}/questions/draft", action=actions.SUPPLY)
def keep_draft(call: Call, number: str) -> Response:
    """Keep what is being entered; a field that somebody else changed meanwhile waits for the choice when it is handed in."""
    queries.get_visible_to(call.session, call.actor, number)
    kept = keep_typed(call, number)
    case = queries.get_visible_to(call.session, call.actor, number)
    labels = {question.code: str(question.label) for question in queries.programme_of(call.session, case).questions}
    saved = DraftSaved(
        at=shanghai(call.now).strftime("%H:%M:%S"),
        clashing=tuple(labels[code] for code in kept.clashing),
        was=kept.was,
    )
    return call.render("web/cases/_draft_saved.html", saved)


@router.post("/{number}/questions/renew", action=actions.SUPPLY)
def renew(call: Call, number: str) -> Response:
    filled = renew_supplies(call.session, **call.by, number=number)
    return call.redirect(
        f"/cases/{number}/questions",
        good=_("已沿用上次的 %(n)s 项，请核对后提交。") % {"n": len(filled.questions) + len(filled.documents)},
    )


def _page(
    session: Session,
    contents: CaseContents,
    programme: Programme,
    now: datetime,
    form: Bound[Any],
    together: Together,
) -> QuestionsPage:
    case, known, asked = contents.case, contents.answers, _asked(contents, programme, today(now))
    earlier = find_earlier(session, case) if any(not entered(known, question.code) for question in asked) else None
    return QuestionsPage(
        case=case,
        programme=programme,
        groups=tuple(_groups(programme, asked)),
        form=form,
        labels=field_labels(asked),
        together=together,
        url=f"/cases/{case.number}/questions",
        back=f"/cases/{case.number}#questions",
        drafts=sum(row.draft and bool(row.value) for row in known.values()),
        earlier=earlier.number if earlier else "",
    )


def _groups(programme: Programme, asked: Iterable[Question]) -> Iterable[QuestionGroup]:
    by_step: dict[str, list[Question]] = {}
    for question in asked:
        by_step.setdefault(question.needed_for, []).append(question)
    for code, questions in by_step.items():
        step = programme.find_action(code)
        legend = _("“%(step)s”前填报") % {"step": step.label} if step else ""
        yield QuestionGroup(legend, tuple(questions))


def _in_words(question: Question, text: str) -> str:
    option = question.options.get(text)
    return str(option) if option else text
