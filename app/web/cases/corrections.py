"""补正 of a case: what was asked, what the firm answered, and the pages on which it is asked, answered and settled."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases import queries
from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.cases.supplies import CaseContents
from app.cases.supply import actions
from app.cases.supply.domain import CorrectionKind
from app.cases.supply.models import CorrectionItem
from app.cases.supply.schemas import AnswerCorrection, AskCorrectionAgain
from app.cases.supply.service.corrections import answer_correction, ask_again, ask_corrections, settle_correction
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.casework.correction_form import AskGroups, ask_groups, bind_corrections
from app.doors.casework.corrections import answer_form, item_of, subject_text
from app.doors.casework.materials import seen_version
from app.doors.forms.bound import Bound, empty
from app.kit.actor import Actor
from app.kit.i18n import _
from app.kit.permissions import can
from app.programmes.domain.definition import Programme
from app.web.shared.case_lines import Badge, due_badge

router = GuardedRouter(door="web", prefix="/cases")

_ANSWER, _AGAIN = "web/cases/correction_answer.html", "web/cases/correction_again.html"


@dataclass(frozen=True)
class CorrectionLine:
    """One thing to be corrected, with its answer and what can be done now."""

    row: CorrectionItem
    id: str
    subject: str
    subject_url: str
    badge: Badge
    url: str
    open: bool
    may_answer: bool
    may_settle: bool


@dataclass(frozen=True)
class CorrectionPanel:
    """The panel of the case page; `waiting` items are not settled yet."""

    lines: tuple[CorrectionLine, ...]
    waiting: int
    ask_url: str


@dataclass(frozen=True)
class AskCorrectionsPage:
    """The form that asks for corrections item by item."""

    case: CaseFile
    programme: Programme
    groups: AskGroups
    form: Bound[Any]
    url: str
    back: str


@dataclass(frozen=True)
class CorrectionPage:
    """Answering one item, or asking for it again."""

    case: CaseFile
    line: CorrectionLine
    form: Bound[Any]
    back: str


# -- the panel ---------------------------------------------------------------------------------------------------------------


def correction_panel(contents: CaseContents, programme: Programme, actor: Actor, on: date) -> CorrectionPanel:
    """Every item of every round, the latest round first."""
    case = contents.case
    is_open = case.state == CaseState.OPEN
    may_correct = is_open and can(actor, actions.CORRECT, case.enterprise)
    may_answer = is_open and can(actor, actions.ANSWER_CORRECTION, case.enterprise)
    lines = tuple(
        correction_line(case, programme, row, on, may_answer=may_answer, may_correct=may_correct)
        for row in contents.corrections
    )
    waiting = sum(line.open for line in lines)
    return CorrectionPanel(lines, waiting, f"/cases/{case.number}/corrections/new" if may_correct and waiting else "")


def correction_line(
    case: CaseFile, programme: Programme, row: CorrectionItem, on: date, *, may_answer: bool, may_correct: bool
) -> CorrectionLine:
    """An item as the pages of the bureau show it."""
    is_open, base = row.settled_on is None, f"/cases/{case.number}"
    kinds = {
        CorrectionKind.MATERIAL: f"{base}#material-{row.code}",
        CorrectionKind.QUESTION: f"{base}#question-{row.code}",
    }
    return CorrectionLine(
        row=row,
        id=f"correction-{row.id}",
        subject=subject_text(programme, row),
        subject_url=kinds.get(CorrectionKind(row.kind), ""),
        badge=_badge(row, on),
        url=f"{base}/corrections/{row.id}",
        open=is_open,
        may_answer=is_open and may_answer,
        may_settle=is_open and may_correct and row.answered_at is not None,
    )


def _badge(row: CorrectionItem, on: date) -> Badge:
    if row.settled_on is not None:
        return "good", _("已通过 %(day)s") % {"day": row.settled_on.isoformat()}
    if row.answered_at is not None:
        return "info", _("已答复，待复核")
    due = due_badge(row.due_on, on)
    return (due[0], _("待答复，期限 %(due)s") % {"due": due[1]}) if due else ("wait", _("待企业答复"))


# -- asking --------------------------------------------------------------------------------------------------------------------


@router.get("/{number}/corrections/new", action=actions.CORRECT)
def ask_page(call: Call, number: str) -> Response:
    case = queries.get_visible_to(call.session, call.actor, number)
    return call.render("web/cases/corrections_new.html", _ask_page(call.session, case, empty()))


@router.post("/{number}/corrections/new", action=actions.CORRECT)
def ask(call: Call, number: str) -> Response:
    case, bound = queries.get_visible_to(call.session, call.actor, number), bind_corrections(call.form)

    return call.submit(
        bound,
        lambda given: ask_corrections(call.session, **call.by, number=number, command=given),
        done=lambda rows: call.redirect(
            f"/cases/{number}#corrections", good=_("已要求补正 %(n)s 项。") % {"n": len(rows)}
        ),
        again=lambda bound: call.render("web/cases/corrections_new.html", _ask_page(call.session, case, bound)),
    )


def _ask_page(session: Session, case: CaseFile, form: Bound[Any]) -> AskCorrectionsPage:
    programme = queries.programme_of(session, case)
    return AskCorrectionsPage(
        case=case,
        programme=programme,
        groups=ask_groups(programme),
        form=form,
        url=f"/cases/{case.number}/corrections/new",
        back=f"/cases/{case.number}#corrections",
    )


# -- one item ------------------------------------------------------------------------------------------------------------------


@router.get("/{number}/corrections/{item_id:int}/answer", action=actions.ANSWER_CORRECTION)
def answer_page(call: Call, number: str, item_id: int) -> Response:
    return _item_page(call, number, item_id, _ANSWER)


@router.post("/{number}/corrections/{item_id:int}/answer", action=actions.ANSWER_CORRECTION)
def answer(call: Call, number: str, item_id: int) -> Response:
    return call.submit(
        AnswerCorrection,
        lambda given: answer_correction(call.session, **call.by, number=number, item_id=item_id, command=given),
        done=lambda _done: _back(call, number, item_id, _("已登记答复。")),
        again=lambda bound: _item_page(call, number, item_id, _ANSWER, bound),
    )


@router.post("/{number}/corrections/{item_id:int}/settle", action=actions.CORRECT)
def settle(call: Call, number: str, item_id: int) -> Response:
    command = seen_version(call.form)
    settle_correction(call.session, **call.by, number=number, item_id=item_id, command=command)
    return _back(call, number, item_id, _("这一项已通过。"))


@router.get("/{number}/corrections/{item_id:int}/again", action=actions.CORRECT)
def again_page(call: Call, number: str, item_id: int) -> Response:
    return _item_page(call, number, item_id, _AGAIN)


@router.post("/{number}/corrections/{item_id:int}/again", action=actions.CORRECT)
def again(call: Call, number: str, item_id: int) -> Response:
    return call.submit(
        AskCorrectionAgain,
        lambda given: ask_again(call.session, **call.by, number=number, item_id=item_id, command=given),
        done=lambda _done: _back(call, number, item_id, _("已再次退回。")),
        again=lambda bound: _item_page(call, number, item_id, _AGAIN, bound),
    )


def _item_page(call: Call, number: str, item_id: int, template: str, form: Bound[Any] | None = None) -> Response:
    """The page of one item; with the `form` that was refused."""
    case = queries.get_visible_to(call.session, call.actor, number)
    row, programme = item_of(call.session, case, item_id), queries.programme_of(call.session, case)
    line = correction_line(case, programme, row, call.on, may_answer=True, may_correct=True)
    page = CorrectionPage(case, line, form or answer_form(row), f"/cases/{number}#{line.id}")
    return call.render(template, page)


def _back(call: Call, number: str, item_id: int, good: str) -> Response:
    return call.redirect(f"/cases/{number}#correction-{item_id}", good=good)
