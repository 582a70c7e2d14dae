"""What departments ask of the firm besides its cases: a document, a figure, a visit; answered in words or by what it puts on file."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.doors.pages.document_words import taken, uploads_of
from app.engagement.domain.requests import RequestKind
from app.engagement.models import FirmRequest
from app.engagement.queries.requests import get_visible_to, list_open_of_firm
from app.engagement.schemas import AnswerRequest
from app.engagement.service.asking import Attached, answer_request
from app.files.queries import list_documents
from app.kit.i18n import _
from app.kit.permissions import can
from app.portal.actions import SEE_OWN, SUPPLY_OWN
from app.portal.cases.materials import ACCEPT
from app.portal.shared.plain import nearness, plain_day
from app.reference.queries import list_terms

router = GuardedRouter(door="portal", prefix="/portal/requests")


@dataclass(frozen=True)
class PortalRequestLine:
    """One thing that is asked: by whom, what, until when; `upload_url` is where a document is put on file."""

    title: str
    department: str
    due: str
    due_on: date | None
    late: bool
    url: str
    upload_url: str


@dataclass(frozen=True)
class RequestPage:
    """One request and the answer to it, with the documents that came with it by title and address."""

    enterprise: str
    line: PortalRequestLine
    row: FirmRequest
    form: Bound[AnswerRequest]
    attached: tuple[tuple[str, str], ...]
    accept: str
    limit: int
    may_answer: bool


def request_lines(session: Session, enterprise_id: int, on: date) -> tuple[PortalRequestLine, ...]:
    """What the firm is asked for now, what is due first before the others."""
    rows = list_open_of_firm(session, enterprise_id)
    names = _departments(session) if rows else {}
    return tuple(_line(row, names, on) for row in rows)


@router.get("/{request_id:int}", action=SEE_OWN)
def request_page(call: Call, request_id: int) -> Response:
    """One request."""
    return _page(call, request_id, empty())


@router.post("/{request_id:int}", action=SUPPLY_OWN)
def answer(call: Call, request_id: int) -> Response:
    """Answer in words, with photographs or files."""
    row, firm = get_visible_to(call.session, call.actor, request_id)
    attached = Attached(call.vault, [taken(file) for file in uploads_of(call.form)])

    return call.submit(
        AnswerRequest,
        lambda given: answer_request(
            call.session, **call.by, request=row, enterprise=firm, given=given, attached=attached
        ),
        done=lambda _done: call.redirect("/portal", good=_("已答复。")),
        again=lambda bound: _page(call, request_id, bound),
    )


def _page(call: Call, request_id: int, form: Bound[AnswerRequest]) -> Response:
    row, firm = get_visible_to(call.session, call.actor, request_id)
    page = RequestPage(
        enterprise=firm.name,
        line=_line(row, _departments(call.session), call.on),
        row=row,
        form=form,
        attached=tuple(
            (document.title, f"/portal/documents/{document.id}")
            for document in list_documents(call.session, row.documents)
        ),
        accept=ACCEPT,
        limit=call.vault.max_file_mb,
        may_answer=row.settled_on is None and can(call.actor, SUPPLY_OWN),
    )
    return call.render("portal/request.html", page)


def _line(row: FirmRequest, departments: dict[str, str], on: date) -> PortalRequestLine:
    due = ""
    if row.due_on is not None:
        reported = {"day": plain_day(row.due_on, on), "near": nearness(row.due_on, on)}
        due = _("请在 %(day)s 24:00 前完成（%(near)s）") % reported
    url = f"/portal/requests/{row.id}"
    upload = f"/portal/documents/new?kind={row.what}&next=/portal" if row.kind == RequestKind.MATERIAL else ""
    return PortalRequestLine(
        title=f"{row.title} {row.year}" if row.year else row.title,
        department=departments.get(row.department, row.department),
        due=due,
        due_on=row.due_on,
        late=row.due_on is not None and row.due_on < on,
        url=url,
        upload_url=upload,
    )


def _departments(session: Session) -> dict[str, str]:
    return {choice.code: choice.label for choice in list_terms(session, "department")["department"]}
