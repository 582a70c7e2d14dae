"""What after-care may come to: an event that is reported, and a certificate that a section head revokes."""

from dataclasses import dataclass
from datetime import date

from fastapi import Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases import queries
from app.cases.duties import actions
from app.cases.duties.domain import find_template
from app.cases.duties.revoking import revoke_certificate
from app.cases.duties.schemas import Note, ReportEvent, RevokeCertificate
from app.cases.duties.service import report_event
from app.cases.models import CaseFile
from app.doors.deps import CurrentActor, DbSession, Form, Now
from app.doors.forms import Bound, attempt, bind, empty
from app.doors.pages import redirect, render
from app.doors.router import GuardedRouter
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Conflict, NotFound
from app.kit.i18n import _
from app.programmes.domain.definition import DutyTemplate
from app.programmes.domain.duties import AfterEvent
from app.web.cases.duty_panel import RevocationLine, duty_panel

router = GuardedRouter(door="web", prefix="/cases")


class EventForm(BaseModel):
    """Something that happened, on a day."""

    happened_on: date
    note: Note = ""


@dataclass(frozen=True)
class ReportPage:
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
def report_page(
    request: Request, session: DbSession, actor: CurrentActor, now: Now, number: str, code: str
) -> Response:
    """The form that reports an event."""
    return _report(request, session, actor, number, code, empty({"happened_on": today(now).isoformat()}))


@router.post("/{number}/duties/report/{code}", action=actions.FILL)
def report_route(
    request: Request, session: DbSession, actor: CurrentActor, now: Now, form: Form, number: str, code: str
) -> Response:
    """Report an event: the duty that follows it comes into being."""
    bound = bind(EventForm, form)

    def work(given: EventForm) -> object:
        command = ReportEvent(code=code[:40], happened_on=given.happened_on, note=given.note)
        return report_event(session, actor=actor, now=now, number=number, command=command)

    if attempt(session, bound, work) is None:
        return _report(request, session, actor, number, code, bound)
    return redirect(request, f"/cases/{number}#duties", good=_("已登记，后续事项已列出。"))


@router.get("/{number}/revocation", action=actions.REVOKE)
def revocation_page(request: Request, session: DbSession, actor: CurrentActor, now: Now, number: str) -> Response:
    """The form that revokes the certificate of a case."""
    form: Bound[RevokeCertificate] = empty({"revoked_on": today(now).isoformat()})
    return _revocation(request, session, actor, today(now), number, form)


@router.post("/{number}/revocation", action=actions.REVOKE)
def revocation_route(
    request: Request, session: DbSession, actor: CurrentActor, now: Now, form: Form, number: str
) -> Response:
    """Revoke the certificate."""
    bound = bind(RevokeCertificate, form)
    done = attempt(
        session, bound, lambda given: revoke_certificate(session, actor=actor, now=now, number=number, command=given)
    )
    if done is None:
        return _revocation(request, session, actor, today(now), number, bound)
    return redirect(request, f"/cases/{number}#duties", good=_("证书已撤销。"))


def _report(
    request: Request, session: Session, actor: Actor, number: str, code: str, form: Bound[EventForm]
) -> Response:
    case = queries.get_visible_to(session, actor, number)
    template = find_template(queries.programme_of(session, case), code)
    if template is None or not isinstance(template.due, AfterEvent):
        raise NotFound("duty.unknown", _("这个培育通道版本没有这类事项。"))
    status = 422 if form.errors or form.summary else 200
    return render(request, "web/cases/report.html", ReportPage(case, template, form), status=status)


def _revocation(
    request: Request, session: Session, actor: Actor, on: date, number: str, form: Bound[RevokeCertificate]
) -> Response:
    case = queries.get_visible_to(session, actor, number)
    panel = duty_panel(session, case, queries.programme_of(session, case), actor, on)
    ground = panel.revocation if panel else None
    if ground is None or not ground.url:
        raise Conflict("duty.no_ground", _("未到可撤销证书的次数，不能撤销。"))
    status = 422 if form.errors or form.summary else 200
    return render(request, "web/cases/revocation.html", RevocationPage(case, ground, form), status=status)
