"""What after-care may come to: an event that is reported, and a certificate that a section head revokes."""

from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel
from starlette.responses import Response

from app.cases import queries
from app.cases.duties import actions
from app.cases.duties.revocation import revoke_certificate
from app.cases.duties.schemas import Note, ReportEvent, RevokeCertificate
from app.cases.duties.service import report_event
from app.cases.models import CaseFile
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.casework.duties import reported_template
from app.doors.forms.bound import Bound, empty
from app.kit.errors import Conflict
from app.kit.i18n import _
from app.programmes.domain.definition import DutyTemplate
from app.web.cases.duty_panel import RevocationLine, duty_panel

router = GuardedRouter(door="web", prefix="/cases")


class EventForm(BaseModel):
    """Something that happened, on a day."""

    happened_on: date
    note: Note = ""


@dataclass(frozen=True)
class EventReportPage:
    """The form that reports an event."""

    case: CaseFile
    template: DutyTemplate
    form: Bound[EventForm]


@dataclass(frozen=True)
class RevocationPage:
    """The form that revokes a certificate, with its ground."""

    case: CaseFile
    ground: RevocationLine
    form: Bound[RevokeCertificate]


@router.get("/{number}/duties/report/{code}", action=actions.FILL)
def report_page(call: Call, number: str, code: str) -> Response:
    """The form that reports an event."""
    return _report(call, number, code, empty({"happened_on": call.on.isoformat()}))


@router.post("/{number}/duties/report/{code}", action=actions.FILL)
def report_route(call: Call, number: str, code: str) -> Response:
    """Report an event: the duty that follows it comes into being."""

    return call.submit(
        EventForm,
        lambda given: report_event(
            call.session,
            **call.by,
            number=number,
            command=ReportEvent(code=code[:40], happened_on=given.happened_on, note=given.note),
        ),
        done=lambda _done: call.redirect(f"/cases/{number}#duties", good=_("已登记，后续事项已列出。")),
        again=lambda bound: _report(call, number, code, bound),
    )


@router.get("/{number}/revocation", action=actions.REVOKE)
def revocation_page(call: Call, number: str) -> Response:
    """The form that revokes the certificate of a case."""
    form: Bound[RevokeCertificate] = empty({"revoked_on": call.on.isoformat()})
    return _revocation(call, number, form)


@router.post("/{number}/revocation", action=actions.REVOKE)
def revocation_route(call: Call, number: str) -> Response:
    """Revoke the certificate."""
    return call.submit(
        RevokeCertificate,
        lambda given: revoke_certificate(call.session, **call.by, number=number, command=given),
        done=lambda _done: call.redirect(f"/cases/{number}#duties", good=_("证书已撤销。")),
        again=lambda bound: _revocation(call, number, bound),
    )


def _report(call: Call, number: str, code: str, form: Bound[EventForm]) -> Response:
    case = queries.get_visible_to(call.session, call.actor, number)
    template = reported_template(queries.programme_of(call.session, case), code)
    return call.render("web/cases/report.html", EventReportPage(case, template, form))


def _revocation(call: Call, number: str, form: Bound[RevokeCertificate]) -> Response:
    case = queries.get_visible_to(call.session, call.actor, number)
    panel = duty_panel(call.session, case, queries.programme_of(call.session, case), call.actor, call.on)
    ground = panel.revocation if panel else None
    if ground is None or not ground.url:
        raise Conflict("duty.no_ground", _("未到可撤销证书的次数，不能撤销。"))
    return call.render("web/cases/revocation.html", RevocationPage(case, ground, form))
