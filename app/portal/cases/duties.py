"""定期填报: quarterly figures, yearly reports, the report of a change; kept as a draft, handed in when complete, also late."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from app.cases.duties.models import CaseDuty
from app.cases.duties.schemas import DoneDuty, FillDuty, Note, ReportEvent
from app.cases.duties.service import do_duty, draft_duty, report_event
from app.cases.duties.words import duty_title
from app.cases.models import CaseFile
from app.cases.queries import programme_of
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.casework.duties import (
    DutyPart,
    drafted_texts,
    duty_of,
    duty_part,
    duty_unknown,
    field_labels,
    is_waiting,
    reported_template,
    template_of,
)
from app.doors.casework.own_fields import FIELD, name_errors, own_values
from app.doors.forms.bound import Bound, bind, empty
from app.doors.forms.merges import JointForm, Together, began_with, read_was
from app.files.queries import list_on_file
from app.kit.i18n import _
from app.kit.merges import merge
from app.kit.permissions import can
from app.portal.actions import SEE_OWN, SUPPLY_OWN
from app.portal.cases.duty_lines import PortalDutyLine, duty_lines
from app.portal.shared.own import CasePart, own_case, part_of
from app.programmes.domain.answers import problems_of
from app.programmes.domain.definition import DutyTemplate

router = GuardedRouter(door="portal", prefix="/portal/cases/{number}")


class PortalDutyForm(BaseModel):
    """The part of a duty's form that every duty has; `act` is the button that was pressed."""

    model_config = ConfigDict(extra="ignore")

    documents: list[int] = []
    note: Note = ""
    act: str = "done"


@dataclass(frozen=True)
class PortalDutyPage(DutyPart, CasePart):
    """One duty: what is asked for, what was filled in, what lies on file for it."""

    title: str
    hint: str
    line: PortalDutyLine | None
    action: str
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
    raw = drafted_texts(row)
    form = empty(raw)
    form.errors = _problems(template_of(programme_of(call.session, case), row.code), row)
    return call.render("portal/duty.html", _page(call, case, row, form, Together(began_with(raw))))


@router.post("/duties/{duty_id:int}", action=SUPPLY_OWN)
def fill(call: Call, number: str, duty_id: int) -> Response:
    """Keep a draft, or hand in; what somebody else changed meanwhile is kept too, or chosen between."""
    case = own_case(call.session, call.actor, number)
    row = _duty(call.session, case, duty_id)
    labels = field_labels(template_of(programme_of(call.session, case), row.code))
    joint = JointForm(call.form, drafted_texts(row), labels, {name.removeprefix(FIELD): name for name in labels})
    bound = joint.decided(bind(PortalDutyForm, joint.sent))
    values = own_values(bound.raw, joint.sent.keys())

    def work(given: PortalDutyForm) -> CaseDuty:
        stored = dict.fromkeys(values, "") | own_values(joint.stored)
        return _write(call, number, row, given, merge(_was(joint.sent), stored, values))

    def again(bound: Bound[PortalDutyForm]) -> Response:
        name_errors(bound, PortalDutyForm.model_fields)
        page = _page(call, case, row, bound, joint.shown_again(bound))
        return call.render("portal/duty.html", page)

    return call.submit(
        bound,
        work,
        done=lambda done: _filled(call, number, done),
        again=again,
        heed=joint.heed,
    )


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
        again=lambda bound: call.render("portal/report.html", _report_page(call.session, case, code, bound)),
    )


def _write(call: Call, number: str, row: CaseDuty, given: PortalDutyForm, values: dict[str, str]) -> CaseDuty:
    """The draft or the duty done, with the values that were merged with what stood there."""
    reported = {"version": row.version, "values": values, "documents": given.documents, "note": given.note}
    if given.act == "draft":
        return draft_duty(call.session, **call.by, number=number, duty_id=row.id, command=FillDuty(**reported))
    return do_duty(call.session, **call.by, number=number, duty_id=row.id, command=DoneDuty(**reported))


def _filled(call: Call, number: str, row: CaseDuty) -> Response:
    if row.done_on is None:
        return call.redirect(f"/portal/cases/{number}/duties/{row.id}", good=_("草稿已保存。"))
    return call.redirect(f"/portal/cases/{number}#duties", good=_("已提交“%(title)s”。") % {"title": duty_title(row)})


def _duty(session: Session, case: CaseFile, duty_id: int) -> CaseDuty:
    row = duty_of(session, case, duty_id)
    if row.by != "enterprise":
        raise duty_unknown()
    return row


def _problems(template: DutyTemplate, row: CaseDuty) -> dict[str, list[str]]:
    """What is wrong with the draft, beside its fields."""
    found = problems_of(template.fields, (row.draft or {}).get("values", {}))
    return {f"{FIELD}{code}": [problem] for code, problem in found.items()}


def _was(form: FormData) -> dict[str, str]:
    """The fields that the form began with; one that it does not name was empty."""
    return own_values(dict.fromkeys(form, "")) | own_values(read_was(form))


def _page(call: Call, case: CaseFile, row: CaseDuty, form: Bound[Any], together: Together) -> PortalDutyPage:
    programme, waits, on = programme_of(call.session, case), is_waiting(row), call.on
    template, lines = template_of(programme, row.code), duty_lines(case.number, [row], on)
    shelf = list_on_file(call.session, case.enterprise_id, template.documents) if waits and template.documents else []
    return PortalDutyPage(
        **part_of(case, programme),
        **duty_part(call.session, row, template, shelf),
        title=duty_title(row),
        hint=str(template.hint or ""),
        line=lines[0] if lines else None,
        action=f"/portal/cases/{case.number}/duties/{row.id}",
        done=_("%(day)s 完成") % {"day": row.done_on.isoformat()} if row.done_on else "",
        may_fill=waits and row.opens_on <= on and can(call.actor, SUPPLY_OWN),
        form=form,
        together=together,
        labels=field_labels(template),
        draft=f"{call.actor.id}:{case.number}:duty-{row.id}",
    )


def _named(form: FormData, code: str) -> FormData:
    return FormData([("code", code[:40]), *((name, form.get(name) or "") for name in ("happened_on", "note"))])


def _report_page(session: Session, case: CaseFile, code: str, form: Bound[ReportEvent]) -> PortalEventReportPage:
    programme = programme_of(session, case)
    template = reported_template(programme, code)
    return PortalEventReportPage(
        **part_of(case, programme),
        title=str(template.title),
        hint=str(template.hint or ""),
        action=f"/portal/cases/{case.number}/reports/{code}",
        form=form,
    )
