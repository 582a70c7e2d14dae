"""定期填报: quarterly figures, yearly reports, the report of a change; kept as a draft, handed in when complete, also late."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from app.cases.duties.domain import find_template
from app.cases.duties.models import CaseDuty
from app.cases.duties.schemas import DoneDuty, FillDuty, Note, ReportEvent
from app.cases.duties.service import do_duty, draft_duty, report_event
from app.cases.duties.wording import duty_title
from app.cases.models import CaseFile
from app.cases.queries import programme_of
from app.doors.call import Call
from app.doors.document_words import kind_choices
from app.doors.forms import Bound, attempt, bind, empty
from app.doors.merging import (
    Together,
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
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.merging import Clashing, merge
from app.kit.permissions import can
from app.portal.actions import SEE_OWN, SUPPLY_OWN
from app.portal.cases.duty_lines import PortalDutyLine, duty_lines
from app.portal.shared.own import CasePart, own_case, part_of
from app.programmes.domain.answers import problems_of, show_answer
from app.programmes.domain.definition import DutyTemplate, Programme
from app.programmes.domain.duties import AfterEvent

router = GuardedRouter(door="portal", prefix="/portal/cases/{number}")

#: What a duty's own fields are called in its form.
FIELD = "v_"


class PortalDutyForm(BaseModel):
    """The part of a duty's form that every duty has; `act` is the button that was pressed."""

    model_config = ConfigDict(extra="ignore")

    documents: list[int] = []
    note: Note = ""
    act: str = "done"


@dataclass(frozen=True)
class PortalDutyPage(CasePart):
    """One duty: what is asked for, what was filled in, what lies on file for it."""

    title: str
    hint: str
    line: PortalDutyLine | None
    template: DutyTemplate
    action: str
    wanted: tuple[tuple[str, str], ...]
    shelf: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str], ...]
    done: str
    may_fill: bool
    form: Bound[Any]
    together: Together
    labels: dict[str, str]
    draft: str


@dataclass(frozen=True)
class PortalEventReportPage(CasePart):
    """Something happened: what, and when."""

    title: str
    hint: str
    action: str
    form: Bound[ReportEvent]


@router.get("/duties/{duty_id:int}", action=SEE_OWN)
def duty_page(call: Call, number: str, duty_id: int) -> Response:
    """One duty with its form."""
    case = own_case(call.session, call.actor, number)
    row = _duty(call.session, case, duty_id)
    raw = _standing(row)
    form = empty(raw)
    form.errors = _problems(_template(programme_of(call.session, case), row), row)
    page = _page(call, case, row, form, Together(began_with(raw)))
    return call.render("portal/duty.html", page)


@router.post("/duties/{duty_id:int}", action=SUPPLY_OWN)
def fill(call: Call, number: str, duty_id: int) -> Response:
    """Keep a draft, or hand in; what somebody else changed meanwhile is kept too, or chosen between."""
    case = own_case(call.session, call.actor, number)
    row = _duty(call.session, case, duty_id)
    standing = _standing(row)
    sent = with_choices(call.form, standing)
    bound, clashing = bind(PortalDutyForm, sent), undecided(sent)
    bound.errors.update(choose_first(clashing))
    values = {name: str(bound.raw.get(name, "")) for name in sent if name.startswith(FIELD)}
    try:
        merged = merge(_was(sent), dict.fromkeys(values, "") | _texts(standing), values)
    except Clashing as clash:
        bound.summary.append(clash.message)
        clashing |= {found.name: str(_was(sent).get(found.name, "")) for found in clash.clashes}
    else:
        done = attempt(call.session, bound, lambda given: _write(call, number, row, given, merged))
        if done is not None:
            return _filled(call, number, done)
        named = PortalDutyForm.model_fields.keys() | values.keys()
        bound.errors = {key if key in named else f"{FIELD}{key}": said for key, said in bound.errors.items()}
    together = Together(began_with(standing), _clash_lines(case, call.session, row, clashing, bound.raw, standing))
    bound.raw = brought_up(sent, bound.raw, standing)
    page = _page(call, case, row, bound, together)
    return call.render("portal/duty.html", page, status=422)


@router.get("/reports/{code}", action=SUPPLY_OWN)
def report_page(call: Call, number: str, code: str) -> Response:
    """Something happened that has to be reported."""
    case = own_case(call.session, call.actor, number)
    return call.render("portal/report.html", _report_page(call.session, case, code, empty()))


@router.post("/reports/{code}", action=SUPPLY_OWN)
def report(call: Call, number: str, code: str) -> Response:
    """Say when it happened; then what it was is filled in."""
    case, bound = own_case(call.session, call.actor, number), bind(ReportEvent, _named(call.form, code))
    return call.submit(
        bound,
        lambda given: report_event(call.session, **call.by, number=number, command=given),
        done=lambda row: call.redirect(f"/portal/cases/{number}/duties/{row.id}", good=_("已登记，请接着填写内容。")),
        again=lambda bound: call.render(
            "portal/report.html", _report_page(call.session, case, code, bound), status=422
        ),
    )


def _write(call: Call, number: str, row: CaseDuty, given: PortalDutyForm, merged: Mapping[str, str]) -> CaseDuty:
    """The draft or the duty done, with the values that were merged with what stood there."""
    values = {name.removeprefix(FIELD): text for name, text in merged.items()}
    told = {"version": row.version, "values": values, "documents": given.documents, "note": given.note}
    if given.act == "draft":
        command = FillDuty(**told)
        return draft_duty(call.session, actor=call.actor, now=call.now, number=number, duty_id=row.id, command=command)
    return do_duty(
        call.session, actor=call.actor, now=call.now, number=number, duty_id=row.id, command=DoneDuty(**told)
    )


def _filled(call: Call, number: str, row: CaseDuty) -> Response:
    if row.done_on is None:
        return call.redirect(f"/portal/cases/{number}/duties/{row.id}", good=_("草稿已保存。"))
    return call.redirect(f"/portal/cases/{number}#duties", good=_("已提交“%(title)s”。") % {"title": duty_title(row)})


def _duty(session: Session, case: CaseFile, duty_id: int) -> CaseDuty:
    row = session.get(CaseDuty, duty_id)
    if row is None or row.case_id != case.id or row.by != "enterprise":
        raise NotFound("duty.unknown", _("该件没有这项后续事项。"))
    return row


def _standing(row: CaseDuty) -> dict[str, Any]:
    """The form of the duty as it stands: the draft, or nothing yet."""
    draft = row.draft or {}
    values = {f"{FIELD}{code}": str(value) for code, value in draft.get("values", {}).items()}
    documents = [str(key) for key in draft.get("documents", ())]
    return values | {"note": draft.get("note", row.note), "documents": documents}


def _problems(template: DutyTemplate, row: CaseDuty) -> dict[str, list[str]]:
    """What is wrong with the draft, beside its fields."""
    found = problems_of(template.fields, (row.draft or {}).get("values", {}))
    return {f"{FIELD}{code}": [problem] for code, problem in found.items()}


def _texts(standing: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in standing.items() if name.startswith(FIELD)}


def _was(form: FormData) -> dict[str, str]:
    """The fields that the form began with; one that it does not name was empty."""
    began = {name: "" for name in form if name.startswith(FIELD)}
    return began | {name: str(text) for name, text in read_was(form).items() if name.startswith(FIELD)}


def _template(programme: Programme, row: CaseDuty) -> DutyTemplate:
    template = find_template(programme, row.code)
    if template is None:
        raise NotFound("duty.unknown", _("这个培育通道版本没有这类事项。"))
    return template


def _clash_lines(
    case: CaseFile,
    session: Session,
    row: CaseDuty,
    clashing: Mapping[str, str],
    yours: Mapping[str, Any],
    standing: Mapping[str, Any],
) -> Any:
    labels = _labels(_template(programme_of(session, case), row))
    return clash_lines(clashing, yours, standing, lambda name: labels.get(name, name))


def _labels(template: DutyTemplate) -> dict[str, str]:
    labels = {f"{FIELD}{field.code}": str(field.label) for field in template.fields}
    return labels | {"documents": _("随附材料"), "note": _("说明")}


def _page(call: Call, case: CaseFile, row: CaseDuty, form: Bound[Any], together: Together) -> PortalDutyPage:
    programme = programme_of(call.session, case)
    template, kinds = _template(programme, row), dict(kind_choices(call.session))
    lines = duty_lines(case.number, [row], call.on)
    waits = row.done_on is None and row.waived_on is None
    shelf = list_on_file(call.session, case.enterprise_id, template.documents) if waits and template.documents else []
    return PortalDutyPage(
        **part_of(case, programme),
        title=duty_title(row),
        hint=str(template.hint or ""),
        line=lines[0] if lines else None,
        template=template,
        action=f"/portal/cases/{case.number}/duties/{row.id}",
        wanted=tuple((kind, kinds.get(kind, kind)) for kind in template.documents),
        shelf=tuple((str(document.id), document.title) for document in shelf),
        answers=tuple(
            (str(field.label), show_answer(field, row.values.get(field.code, ""))) for field in template.fields
        ),
        done=_("%(day)s 完成") % {"day": row.done_on.isoformat()} if row.done_on else "",
        may_fill=waits and row.opens_on <= call.on and can(call.actor, SUPPLY_OWN),
        form=form,
        together=together,
        labels=_labels(template),
        draft=f"{call.actor.id}:{case.number}:duty-{row.id}",
    )


def _named(form: FormData, code: str) -> FormData:
    return FormData([("code", code[:40]), *((name, form.get(name) or "") for name in ("happened_on", "note"))])


def _report_page(session: Session, case: CaseFile, code: str, form: Bound[ReportEvent]) -> PortalEventReportPage:
    programme = programme_of(session, case)
    template = find_template(programme, code)
    if template is None or not isinstance(template.due, AfterEvent):
        raise NotFound("duty.unknown", _("这个培育通道版本没有这类事项。"))
    return PortalEventReportPage(
        **part_of(case, programme),
        title=str(template.title),
        hint=str(template.hint or ""),
        action=f"/portal/cases/{case.number}/reports/{code}",
        form=form,
    )
