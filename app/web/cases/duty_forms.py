"""One duty of a case: what is filled in, and the forms that draft it, do it, waive it or date it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from app.cases import queries
from app.cases.duties import actions
from app.cases.duties.models import CaseDuty
from app.cases.duties.schemas import DateDuty, DoneDuty, FillDuty, Filled, Note, WaiveDuty
from app.cases.duties.service import date_duty, do_duty, draft_duty, waive_duty
from app.cases.loaded import place_of
from app.cases.models import CaseFile
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.casework.duties import (
    DutyPart,
    drafted_texts,
    duty_of,
    duty_part,
    field_labels,
    is_waiting,
    template_of,
)
from app.doors.casework.own_fields import FIELD, name_errors, own_values
from app.doors.forms.bound import Bound, bind, empty
from app.doors.forms.merges import JointForm, Together, began_with, read_was
from app.files.queries import list_on_file
from app.kit.i18n import _
from app.kit.permissions import can
from app.programmes.domain.definition import DutyTemplate
from app.web.cases.duty_panel import DutyLine, duty_line

router = GuardedRouter(door="web", prefix="/cases")


class DutyForm(BaseModel):
    """The part of a duty's form that every duty has."""

    model_config = ConfigDict(extra="ignore")

    version: int
    done_on: date | None = None
    documents: list[int] = []
    note: Note = ""


@dataclass(frozen=True)
class DutyPage(DutyPart):
    """One duty: what is asked for, what was filled in, and what may be done with it."""

    case: CaseFile
    line: DutyLine
    papers: tuple[tuple[str, str], ...]
    open: bool
    may_fill: bool
    may_date: bool
    may_waive: bool
    fill: Bound[DutyForm]
    together: Together
    date: Bound[DateDuty]
    waive: Bound[WaiveDuty]


@router.get("/{number}/duties/{duty_id}", action=actions.LIST)
def duty_page(call: Call, number: str, duty_id: int) -> Response:
    """One duty with its forms."""
    return _page(call, number, duty_id)


@router.post("/{number}/duties/{duty_id}/draft", action=actions.FILL)
def draft_route(call: Call, number: str, duty_id: int) -> Response:
    """Keep what was filled in so far."""
    return _filled(
        call,
        (number, duty_id),
        lambda filled, _on: draft_duty(call.session, **call.by, number=number, duty_id=duty_id, command=filled),
        done=lambda _done: call.redirect(f"/cases/{number}/duties/{duty_id}", good=_("草稿已保存。")),
    )


@router.post("/{number}/duties/{duty_id}/done", action=actions.FILL)
def done_route(call: Call, number: str, duty_id: int) -> Response:
    """The duty is done."""

    def work(filled: FillDuty, on: date | None) -> CaseDuty:
        command = DoneDuty(**dict(filled), done_on=on)
        return do_duty(call.session, **call.by, number=number, duty_id=duty_id, command=command)

    return _filled(
        call,
        (number, duty_id),
        work,
        done=lambda _done: call.redirect(f"/cases/{number}#duties", good=_("已登记完成。")),
    )


@router.post("/{number}/duties/{duty_id}/waive", action=actions.WAIVE)
def waive_route(call: Call, number: str, duty_id: int) -> Response:
    """The duty need not be done."""
    return call.submit(
        WaiveDuty,
        lambda given: waive_duty(call.session, **call.by, number=number, duty_id=duty_id, command=given),
        done=lambda _done: call.redirect(f"/cases/{number}#duties", good=_("已免除。")),
        again=lambda bound: _page(call, number, duty_id, waive=bound),
    )


@router.post("/{number}/duties/{duty_id}/due", action=actions.DATE)
def due_route(call: Call, number: str, duty_id: int) -> Response:
    """The duty is due on another day."""
    return call.submit(
        DateDuty,
        lambda given: date_duty(call.session, **call.by, number=number, duty_id=duty_id, command=given),
        done=lambda _done: call.redirect(f"/cases/{number}/duties/{duty_id}", good=_("期限已设定。")),
        again=lambda bound: _page(call, number, duty_id, date=bound),
    )


def _filled(
    call: Call,
    place: tuple[str, int],
    work: Callable[[FillDuty, date | None], CaseDuty],
    *,
    done: Callable[[CaseDuty], Response],
) -> Response:
    """Do `work` with what was filled in and the day it was done; the form with its messages and choices where it was refused."""
    number, duty_id = place
    row, template = _duty(call.session, queries.get_visible_to(call.session, call.actor, number), duty_id)
    names = {field.code: f"{FIELD}{field.code}" for field in template.fields}
    joint = JointForm(call.form, _begun_texts(row, template), field_labels(template), names)
    bound = joint.decided(bind(DutyForm, joint.sent))
    values = own_values(bound.raw, joint.sent.keys())

    def fill(given: DutyForm) -> CaseDuty:
        was, documents = _was(joint.sent), given.documents
        filled = FillDuty(version=given.version, was=was, values=values, documents=documents, note=given.note)
        return work(filled, given.done_on)

    def again(bound: Bound[DutyForm]) -> Response:
        name_errors(bound, DutyForm.model_fields)
        return _page(call, number, duty_id, fill=bound, together=joint.shown_again(bound))

    return call.submit(bound, fill, done=done, again=again, heed=joint.heed)


def _was(form: FormData) -> Filled | None:
    """What the form began with; None for a form that tells nothing."""
    was = read_was(form)
    if not was:
        return None
    documents = [int(key) for key in was.get("documents", []) if str(key).isdigit()]
    return Filled(values=own_values(was), documents=documents, note=str(was.get("note", ""))[:1000])


def _begun_texts(row: CaseDuty, template: DutyTemplate) -> dict[str, Any]:
    """What stands in the form now, every field of it."""
    return {f"{FIELD}{field.code}": "" for field in template.fields} | drafted_texts(row)


def _duty(session: Session, case: CaseFile, duty_id: int) -> tuple[CaseDuty, DutyTemplate]:
    row = duty_of(session, case, duty_id)
    return row, template_of(queries.programme_of(session, case), row.code)


def _page(call: Call, number: str, duty_id: int, **refused: Any) -> Response:
    case = queries.get_visible_to(call.session, call.actor, number)
    row, template = _duty(call.session, case, duty_id)
    place, is_open = place_of(case.enterprise), is_waiting(row)
    shelf = list_on_file(call.session, case.enterprise_id, template.documents)
    page = DutyPage(
        **duty_part(call.session, row, template, shelf),
        case=case,
        line=duty_line(case, row, call.on),
        papers=tuple(
            (document.title, f"/documents/{document.id}") for document in shelf if document.id in row.documents
        ),
        open=is_open,
        may_fill=is_open and can(call.actor, actions.FILL, place),
        may_date=is_open and can(call.actor, actions.DATE, place),
        may_waive=is_open and can(call.actor, actions.WAIVE, place),
        fill=refused.get("fill") or empty({"done_on": call.on.isoformat()} | drafted_texts(row)),
        together=refused.get("together") or Together(began_with(_begun_texts(row, template))),
        date=refused.get("date") or empty({"due_on": row.due_on.isoformat() if row.due_on else ""}),
        waive=refused.get("waive") or empty(),
    )
    return call.render("web/cases/duty.html", page)
