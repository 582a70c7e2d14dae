"""督办 of a case: what was asked by when, what was answered, and the forms of whoever asks and whoever answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.responses import Response

from app.accounts.queries import officer_names
from app.cases import queries
from app.cases.domain.state import CaseState
from app.cases.loaded import place_of
from app.cases.models import CaseFile
from app.cases.oversight.actions import ANSWER_SUPERVISION, READ_SUPERVISIONS, SUPERVISE
from app.cases.oversight.domain.supervision import is_overdue
from app.cases.oversight.models import Supervision
from app.cases.oversight.queries import list_supervisions
from app.cases.oversight.schemas import AnswerSupervision, AskSupervisionAgain, CloseSupervision
from app.cases.oversight.schemas import Supervise as SuperviseInput
from app.cases.oversight.service.supervising import (
    answer_supervision,
    ask_again,
    close_supervision,
    state_of,
    supervise,
)
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.permissions import can
from app.web.shared.case_lines import Badge, short_day

router = GuardedRouter(door="web", prefix="/cases")


@dataclass(frozen=True)
class SupervisionLine:
    """One request under supervision."""

    row: Supervision
    officer: str
    badge: Badge
    url: str
    may_answer: bool
    may_close: bool


@dataclass(frozen=True)
class SupervisionPanel:
    """The panel of the case page; `ask_url` is empty for those who may not ask."""

    lines: tuple[SupervisionLine, ...]
    ask_url: str


@dataclass(frozen=True)
class AskSupervisionPage:
    """The form that asks for something."""

    case: CaseFile
    officer: str
    form: Bound[Any]


@dataclass(frozen=True)
class SupervisionPage:
    """One request with the forms that answer it, ask again, or close it."""

    case: CaseFile
    line: SupervisionLine
    answer: Bound[Any]
    again: Bound[Any]


def supervision_panel(
    case: CaseFile, rows: Sequence[Supervision], names: Mapping[int, str], actor: Actor, on: date
) -> SupervisionPanel | None:
    """Everything that was asked about the case; None where there is nothing and nothing to ask."""
    lines = supervision_lines([(row, case) for row in rows], names, actor, on)
    may_ask = case.state == CaseState.OPEN and can(actor, SUPERVISE, place_of(case.enterprise))
    if not lines and not may_ask:
        return None
    return SupervisionPanel(lines, f"/cases/{case.number}/supervisions/new" if may_ask else "")


def supervision_lines(
    found: Sequence[tuple[Supervision, CaseFile]], names: Mapping[int, str], actor: Actor, on: date
) -> tuple[SupervisionLine, ...]:
    """Requests as lines, with the `names` of the officers."""
    return tuple(_line(row, case, names, actor, on) for row, case in found)


def _line(row: Supervision, case: CaseFile, names: Mapping[int, str], actor: Actor, on: date) -> SupervisionLine:
    return SupervisionLine(
        row=row,
        officer=names.get(row.officer_id, ""),
        badge=supervision_badge(row, on),
        url=f"/cases/{case.number}/supervisions/{row.id}",
        may_answer=row.closed_at is None and row.answered_at is None and row.officer_id == actor.id,
        may_close=row.closed_at is None and can(actor, SUPERVISE, place_of(case.enterprise)),
    )


def supervision_badge(row: Supervision, on: date) -> Badge:
    """How a request stands, in a word or two."""
    if row.closed_at is not None:
        return "idle", _("已办结")
    if row.answered_at is not None:
        return "good", _("已答复，待办结")
    day = short_day(row.due_on, on)
    if is_overdue(state_of(row), on):
        return "late", _("逾期未答复，期限 %(day)s") % {"day": day}
    return "wait", _("待答复，期限 %(day)s") % {"day": day}


@router.get("/{number}/supervisions/new", action=SUPERVISE)
def ask_page(call: Call, number: str) -> Response:
    """The form that asks."""
    return _ask_form(call, number, empty())


@router.post("/{number}/supervisions/new", action=SUPERVISE)
def ask(call: Call, number: str) -> Response:
    """Ask."""
    return call.submit(
        SuperviseInput,
        lambda given: supervise(call.session, **call.by, number=number, command=given),
        done=lambda _done: call.redirect(f"/cases/{number}#supervisions", good=_("已督办，经办人的待办里可以看到。")),
        again=lambda bound: _ask_form(call, number, bound),
    )


@router.get("/{number}/supervisions/{supervision_id:int}", action=READ_SUPERVISIONS)
def supervision_page(call: Call, number: str, supervision_id: int) -> Response:
    """One request."""
    return _page(call, number, supervision_id)


@router.post("/{number}/supervisions/{supervision_id:int}/answer", action=ANSWER_SUPERVISION)
def answer(call: Call, number: str, supervision_id: int) -> Response:
    """The officer answers."""
    return call.submit(
        AnswerSupervision,
        lambda given: answer_supervision(
            call.session, **call.by, number=number, supervision_id=supervision_id, command=given
        ),
        done=lambda _done: call.redirect(f"/cases/{number}#supervisions", good=_("已答复督办。")),
        again=lambda bound: _page(call, number, supervision_id, answer=bound),
    )


@router.post("/{number}/supervisions/{supervision_id:int}/again", action=SUPERVISE)
def again(call: Call, number: str, supervision_id: int) -> Response:
    """Ask once more."""
    return call.submit(
        AskSupervisionAgain,
        lambda given: ask_again(call.session, **call.by, number=number, supervision_id=supervision_id, command=given),
        done=lambda _done: call.redirect(f"/cases/{number}#supervisions", good=_("已再次督办。")),
        again=lambda bound: _page(call, number, supervision_id, again=bound),
    )


@router.post("/{number}/supervisions/{supervision_id:int}/close", action=SUPERVISE)
def close(call: Call, number: str, supervision_id: int) -> Response:
    """The matter is done."""
    here = f"/cases/{number}#supervisions"
    return call.submit(
        CloseSupervision,
        lambda given: close_supervision(
            call.session, **call.by, number=number, supervision_id=supervision_id, command=given
        ),
        done=lambda _done: call.redirect(here, good=_("督办已办结。")),
        again=lambda bound: call.redirect(here, bad="；".join(bound.summary) or _("填写有误，请检查。")),
    )


def _ask_form(call: Call, number: str, form: Bound[Any]) -> Response:
    case = queries.get_visible_to(call.session, call.actor, number)
    names = officer_names(call.session, {case.officer_id} if case.officer_id else set())
    page = AskSupervisionPage(case, names.get(case.officer_id or 0, ""), form)
    return call.render("web/cases/supervise.html", page)


def _page(
    call: Call,
    number: str,
    supervision_id: int,
    *,
    answer: Bound[Any] | None = None,
    again: Bound[Any] | None = None,
) -> Response:
    case = queries.get_visible_to(call.session, call.actor, number)
    found = [(row, case) for row in list_supervisions(call.session, case.id) if row.id == supervision_id]
    if not found:
        raise NotFound("case.supervision.unknown", _("没有这项督办。"))
    names = officer_names(call.session, {row.officer_id for row, _case in found})
    line = supervision_lines(found, names, call.actor, call.on)[0]
    asked = {"request": line.row.request, "due_on": line.row.due_on.isoformat()}
    page = SupervisionPage(case, line, answer or empty(), again or empty(asked))
    return call.render("web/cases/supervision.html", page)
