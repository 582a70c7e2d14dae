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
from app.cases.duties.domain import find_template
from app.cases.duties.models import CaseDuty
from app.cases.duties.schemas import DateDuty, DoneDuty, FillDuty, Filled, Note, WaiveDuty
from app.cases.duties.service import date_duty, do_duty, draft_duty, waive_duty
from app.cases.loading import place_of
from app.cases.models import CaseFile
from app.doors.call import Call
from app.doors.forms import Bound, bind, empty
from app.doors.merging import (
    Together,
    began,
    began_with,
    brought_up,
    choose_first,
    clash_lines,
    read_was,
    undecided,
    with_choices,
)
from app.doors.router import GuardedRouter
from app.files.queries import list_on_file
from app.kit.errors import DomainError, NotFound
from app.kit.i18n import _
from app.kit.merging import Clashing
from app.kit.permissions import can
from app.programmes.domain.answers import show_answer
from app.programmes.domain.definition import DutyTemplate
from app.reference.queries import list_terms
from app.web.cases.duty_panel import DutyLine, duty_line

router = GuardedRouter(door="web", prefix="/cases")

#: What a duty's own fields are called in its form.
FIELD = "v_"


class DutyForm(BaseModel):
    """The part of a duty's form that every duty has."""

    model_config = ConfigDict(extra="ignore")

    version: int
    done_on: date | None = None
    documents: list[int] = []
    note: Note = ""


@dataclass(frozen=True)
class DutyPage:
    """One duty: what is asked for, what was filled in, and what may be done with it."""

    case: CaseFile
    line: DutyLine
    template: DutyTemplate
    wanted: tuple[str, ...]
    shelf: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str], ...]
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

    def work(given: DutyForm, values: dict[str, str], was: Filled | None) -> Any:
        command = FillDuty(version=given.version, was=was, values=values, documents=given.documents, note=given.note)
        return draft_duty(call.session, **call.by, number=number, duty_id=duty_id, command=command)

    refused = _filled(call, number, duty_id, work)
    if refused is not None:
        return _page(call, number, duty_id, fill=refused.form, together=refused.together)
    return call.redirect(f"/cases/{number}/duties/{duty_id}", good=_("草稿已保存。"))


@router.post("/{number}/duties/{duty_id}/done", action=actions.FILL)
def done_route(call: Call, number: str, duty_id: int) -> Response:
    """The duty is done."""

    def work(given: DutyForm, values: dict[str, str], was: Filled | None) -> Any:
        filled = FillDuty(version=given.version, was=was, values=values, documents=given.documents, note=given.note)
        command = DoneDuty(**dict(filled), done_on=given.done_on)
        return do_duty(call.session, **call.by, number=number, duty_id=duty_id, command=command)

    refused = _filled(call, number, duty_id, work)
    if refused is not None:
        return _page(call, number, duty_id, fill=refused.form, together=refused.together)
    return call.redirect(f"/cases/{number}#duties", good=_("已登记完成。"))


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


@dataclass(frozen=True)
class _Refused:
    """A form that was not taken: its messages, and what is to be chosen where others filled in the same."""

    form: Bound[DutyForm]
    together: Together


def _filled(
    call: Call, number: str, duty_id: int, work: Callable[[DutyForm, dict[str, str], Filled | None], Any]
) -> _Refused | None:
    """Do `work` with the form; the form with its messages and choices where it was refused."""
    row, template = _duty(call.session, queries.get_visible_to(call.session, call.actor, number), duty_id)
    standing = _begun_texts(row, template)
    sent = with_choices(call.form, standing)
    bound, clashing = bind(DutyForm, sent), undecided(sent)
    bound.errors.update(choose_first(clashing))
    values = {name.removeprefix(FIELD): str(bound.raw.get(name, "")) for name in sent if name.startswith(FIELD)}
    if bound.valid and bound.model is not None:
        try:
            with call.session.begin_nested():
                work(bound.model, values, _was(sent))
            return None
        except Clashing as clash:
            bound.add(clash)
            clashing = began(clash, sent, {code: f"{FIELD}{code}" for code in values})
        except DomainError as error:
            bound.add(error)
    bound.errors = {
        name if name in DutyForm.model_fields or name.startswith(FIELD) else f"{FIELD}{name}": messages
        for name, messages in bound.errors.items()
    }
    labels = {f"{FIELD}{field.code}": str(field.label) for field in template.fields} | {"note": _("说明")}
    lines = clash_lines(clashing, bound.raw, standing, labels.__getitem__)
    texts = {name: text for name, text in bound.raw.items() if name in standing}
    bound.raw |= brought_up(sent, texts, standing)
    return _Refused(bound, Together(began_with(standing), lines))


def _was(form: FormData) -> Filled | None:
    """What the form began with; None for a form that tells nothing."""
    was = read_was(form)
    if not was:
        return None
    values = {name.removeprefix(FIELD): str(text) for name, text in was.items() if name.startswith(FIELD)}
    documents = [int(key) for key in was.get("documents", []) if str(key).isdigit()]
    return Filled(values=values, documents=documents, note=str(was.get("note", ""))[:1000])


def _begun_texts(row: CaseDuty, template: DutyTemplate) -> dict[str, Any]:
    """What stands in the form now, every field of it."""
    begun = _begun(row, row.opens_on)
    fields = {f"{FIELD}{field.code}": begun.get(f"{FIELD}{field.code}", "") for field in template.fields}
    return fields | {"note": begun["note"], "documents": begun["documents"]}


def _duty(session: Session, case: CaseFile, duty_id: int) -> tuple[CaseDuty, DutyTemplate]:
    row = session.get(CaseDuty, duty_id)
    template = find_template(queries.programme_of(session, case), row.code) if row is not None else None
    if row is None or template is None or row.case_id != case.id:
        raise NotFound("duty.unknown", _("该件没有这项后续事项。"))
    return row, template


def _page(call: Call, number: str, duty_id: int, **refused: Any) -> Response:
    case = queries.get_visible_to(call.session, call.actor, number)
    row, template = _duty(call.session, case, duty_id)
    place, is_open = place_of(case.enterprise), row.done_on is None and row.waived_on is None
    shelf = list_on_file(call.session, case.enterprise_id, template.documents)
    names = {choice.code: choice.label for choice in list_terms(call.session, "document_kind")["document_kind"]}
    page = DutyPage(
        case=case,
        line=duty_line(case, row, call.on),
        template=template,
        wanted=tuple(names.get(kind, kind) for kind in template.documents),
        shelf=tuple((str(document.id), document.title) for document in shelf),
        answers=tuple(
            (str(field.label), show_answer(field, row.values.get(field.code, ""))) for field in template.fields
        ),
        papers=tuple(
            (document.title, f"/documents/{document.id}") for document in shelf if document.id in row.documents
        ),
        open=is_open,
        may_fill=is_open and can(call.actor, actions.FILL, place),
        may_date=is_open and can(call.actor, actions.DATE, place),
        may_waive=is_open and can(call.actor, actions.WAIVE, place),
        fill=refused.get("fill") or empty(_begun(row, call.on)),
        together=refused.get("together") or Together(began_with(_begun_texts(row, template))),
        date=refused.get("date") or empty({"due_on": row.due_on.isoformat() if row.due_on else ""}),
        waive=refused.get("waive") or empty(),
    )
    return call.render("web/cases/duty.html", page, status=422 if refused else 200)


def _begun(row: CaseDuty, on: date) -> dict[str, Any]:
    """What the form begins with: the draft, if there is one."""
    draft = row.draft or {}
    return {
        "done_on": on.isoformat(),
        "note": draft.get("note", row.note),
        "documents": [str(key) for key in draft.get("documents", ())],
        **{f"{FIELD}{code}": value for code, value in draft.get("values", {}).items()},
    }
