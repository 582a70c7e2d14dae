"""补正: what the bureau asks to be corrected, answered item by item; each leads to where it is corrected."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.cases.queries import programme_of
from app.cases.supply.domain import CorrectionKind
from app.cases.supply.models import CorrectionItem
from app.cases.supply.queries import list_corrections
from app.cases.supply.schemas import AnswerCorrection
from app.cases.supply.service.corrections import answer_correction
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.casework.answers import FORM_PREFIX
from app.doors.casework.corrections import answer_form, item_of, subject_text
from app.doors.forms.bound import Bound
from app.kit.actor import Actor
from app.kit.i18n import _
from app.kit.permissions import can
from app.portal.actions import SEE_OWN, SUPPLY_OWN
from app.portal.forms.sections import section_of
from app.portal.shared.own import CasePart, own_case, part_of
from app.portal.shared.plain import nearness, plain_day
from app.programmes.domain.definition import Programme

router = GuardedRouter(door="portal", prefix="/portal/cases/{number}/corrections")


@dataclass(frozen=True)
class PortalCorrectionLine:
    """One item: what it is about, what is wrong, until when, what the firm answered; `fix_url` is where it is corrected."""

    row: CorrectionItem
    title: str
    due: str
    badge: tuple[str, str]
    url: str
    fix_url: str
    open: bool


@dataclass(frozen=True)
class CorrectionsPage(CasePart):
    """Every item, those to be answered first."""

    lines: tuple[PortalCorrectionLine, ...]
    left: int
    may_answer: bool


@dataclass(frozen=True)
class PortalCorrectionPage(CasePart):
    """One item and the answer to it."""

    line: PortalCorrectionLine
    form: Bound[AnswerCorrection]
    may_answer: bool


@router.get("", action=SEE_OWN)
def corrections_page(call: Call, number: str) -> Response:
    """What is to be corrected."""
    case = own_case(call.session, call.actor, number)
    programme = programme_of(call.session, case)
    lines = _lines(call.session, case, programme, call.on)
    page = CorrectionsPage(
        **part_of(case, programme),
        lines=tuple(sorted(lines, key=lambda line: not line.open)),
        left=sum(line.open for line in lines),
        may_answer=_may_answer(case, call.actor),
    )
    return call.render("portal/corrections.html", page)


@router.get("/{item_id:int}", action=SEE_OWN)
def correction_page(call: Call, number: str, item_id: int) -> Response:
    """One item."""
    case = own_case(call.session, call.actor, number)
    programme = programme_of(call.session, case)
    row = item_of(call.session, case, item_id)
    page = _page(case, programme, call.actor, _line(programme, case, row, call.on), answer_form(row))
    return call.render("portal/correction.html", page)


@router.post("/{item_id:int}", action=SUPPLY_OWN)
def answer(call: Call, number: str, item_id: int) -> Response:
    """Say what was done about it, and go on to the next one."""
    case = own_case(call.session, call.actor, number)
    programme = programme_of(call.session, case)

    def done(_done: object) -> Response:
        waiting = [line for line in _lines(call.session, case, programme, call.on) if line.open]
        good = _("已答复。还有 %(n)s 项。") % {"n": len(waiting)} if waiting else _("补正事项已全部答复，请再次提交。")
        return call.redirect(waiting[0].url if waiting else f"/portal/cases/{number}", good=good)

    def again(bound: Bound[AnswerCorrection]) -> Response:
        line = _line(programme, case, item_of(call.session, case, item_id), call.on)
        return call.render("portal/correction.html", _page(case, programme, call.actor, line, bound))

    return call.submit(
        AnswerCorrection,
        lambda given: answer_correction(call.session, **call.by, number=number, item_id=item_id, command=given),
        done=done,
        again=again,
    )


def _page(
    case: CaseFile, programme: Programme, actor: Actor, line: PortalCorrectionLine, form: Bound[AnswerCorrection]
) -> PortalCorrectionPage:
    may = _may_answer(case, actor) and line.row.settled_on is None
    return PortalCorrectionPage(**part_of(case, programme), line=line, form=form, may_answer=may)


def _may_answer(case: CaseFile, actor: Actor) -> bool:
    return case.state == CaseState.OPEN and can(actor, SUPPLY_OWN)


def _lines(session: Session, case: CaseFile, programme: Programme, on: date) -> list[PortalCorrectionLine]:
    return [_line(programme, case, row, on) for row in list_corrections(session, case.id)]


def _line(programme: Programme, case: CaseFile, row: CorrectionItem, on: date) -> PortalCorrectionLine:
    waits = row.settled_on is None and row.answered_at is None
    due = ""
    if waits and row.due_on is not None:
        reported = {"day": plain_day(row.due_on, on), "near": nearness(row.due_on, on)}
        due = _("请在 %(day)s 24:00 前完成（%(near)s）") % reported
    return PortalCorrectionLine(
        row=row,
        title=subject_text(programme, row),
        due=due,
        badge=_badge(row, on),
        url=f"/portal/cases/{case.number}/corrections/{row.id}",
        fix_url=_fix_url(programme, case.number, row),
        open=waits,
    )


def _badge(row: CorrectionItem, on: date) -> tuple[str, str]:
    if row.settled_on is not None:
        return "good", _("已通过")
    if row.answered_at is not None:
        return "info", _("已答复，待确认")
    return ("late" if row.due_on is not None and row.due_on < on else "wait"), _("待答复")


def _fix_url(programme: Programme, number: str, row: CorrectionItem) -> str:
    base = f"/portal/cases/{number}"
    if row.kind == CorrectionKind.MATERIAL:
        return f"{base}/materials/{row.code}"
    if row.kind == CorrectionKind.QUESTION:
        return f"{base}/form/{section_of(programme, row.code)}#f-{FORM_PREFIX}{row.code}"
    return ""
