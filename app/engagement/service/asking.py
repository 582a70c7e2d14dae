"""Asking a firm for something, and how that ends. One event on the firm each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.engagement import actions, events
from app.engagement.domain.requests import RequestKind, RequestOutcome, check_wanted, decide_ask, decide_open
from app.engagement.models import FirmRequest
from app.engagement.queries.requests import list_awaited
from app.engagement.schemas import AnswerRequest, AskFirm, SettleRequest, WithdrawRequest
from app.engagement.service.objections import find_known
from app.enterprises.events import FIELD_LABELS
from app.enterprises.models import Enterprise
from app.enterprises.part_fields import FIGURE_NAMES
from app.enterprises.service.checking import check_terms
from app.enterprises.service.recording import note, require_change
from app.files.actions import KEEP
from app.files.models import Document
from app.files.schemas import DocumentInput
from app.files.service.documents import find_or_add_document
from app.files.vault import Upload, Vault
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import _
from app.kit.permissions import require

#: As which kind of document a file is kept that came with an answer.
ATTACHED = "other"


@dataclass(frozen=True)
class Attached:
    """Files that come with an answer, and the vault that takes them."""

    vault: Vault
    uploads: Sequence[Upload]


def ask_firm(session: Session, *, actor: Actor, now: datetime, enterprise: Enterprise, given: AskFirm) -> FirmRequest:
    """Ask a firm for a document, a figure, a visit or something else. One event on the firm.

    Raises `Forbidden`, `Conflict` (firm retired) or `Invalid`: what is wanted is not said, or it is on file or was asked
    for within the set period and no reason is given (`engagement.reason`).
    """
    require_change(actor, actions.ASK, enterprise)
    title = check_asked(session, given)
    findings = find_known(session, [enterprise.id], given.wanted, today(now)).get(enterprise.id, [])
    decide_ask(findings, given.reason, given.due_on, today(now))
    row = new_request(actor, now, enterprise, given, title)
    session.add(row)
    session.flush()
    note(session, actor, enterprise, events.ASKED, now, data=reported(row))
    return row


def check_asked(session: Session, given: AskFirm) -> str:
    """The title of what is asked for, in Chinese; raises `Invalid` naming what is missing or not in its list."""
    terms = check_terms(
        session,
        department=("department", given.department),
        what=("document_kind", given.what if given.kind is RequestKind.MATERIAL else ""),
    )
    if given.kind is RequestKind.FIGURE and given.what and given.what not in FIGURE_NAMES:
        message = _("请从列表中选择。")
        raise Invalid("engagement.figure", message, {"what": message})
    kind = terms.get("what")
    yearly = given.kind is RequestKind.FIGURE or bool(kind is not None and kind.data.get("yearly"))
    check_wanted(given.wanted, yearly=yearly)
    if given.kind is RequestKind.VISIT:
        return given.title or "走访"
    named = kind.name_zh if kind is not None else FIELD_LABELS.get(f"enterprise.figures.{given.what}", given.title)
    return f"{named}（{given.year} 年）" if given.year else named


def new_request(actor: Actor, now: datetime, enterprise: Enterprise, given: AskFirm, title: str) -> FirmRequest:
    """The row of a request that was checked; the caller adds it and records its event."""
    return FirmRequest(
        enterprise_id=enterprise.id,
        department=given.department,
        kind=given.kind,
        what=given.what,
        title=title,
        year=given.year,
        case_number=given.case_number or None,
        message=given.message,
        reason=given.reason,
        asked_by=actor.id,
        asked_by_name=actor.name,
        asked_on=today(now),
        asked_at=now,
        due_on=given.due_on,
    )


def settle_request(
    session: Session, *, actor: Actor, now: datetime, request: FirmRequest, enterprise: Enterprise, given: SettleRequest
) -> None:
    """An officer notes that the firm has given or answered what it was asked for. One event. Raises `Conflict` when it is over."""
    require(actor, actions.SETTLE, enterprise)
    _check(request, given.version)
    close_request(request, given.outcome, actor.name, today(now))
    session.flush()
    note(session, actor, enterprise, events.REQUEST_SETTLED, now, data=reported(request))


def answer_request(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    request: FirmRequest,
    enterprise: Enterprise,
    given: AnswerRequest,
    attached: Attached | None = None,
) -> None:
    """The firm (or an officer for it) answers in words, with documents, or both. One event.

    Raises `Conflict` when it is over, `Invalid` for an answer of nothing, and like putting a document on file.
    """
    require(actor, actions.ANSWER, enterprise)
    _check(request, given.version)
    documents = _put_on_file(session, actor, now, request, enterprise, attached) if attached else []
    if not given.answer and not documents:
        message = _("请写明答复，或附上文件、照片。")
        raise Invalid("engagement.answer", message, {"answer": message})
    request.answer, request.documents = given.answer, [document.id for document in documents]
    close_request(request, RequestOutcome.ANSWERED, actor.name, today(now))
    session.flush()
    data = reported(request) | {"answer": given.answer, "documents": request.documents}
    note(session, actor, enterprise, events.REQUEST_SETTLED, now, data=data)


def withdraw_request(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    request: FirmRequest,
    enterprise: Enterprise,
    given: WithdrawRequest,
) -> None:
    """Nothing is wanted of the firm any more; it no longer counts. One event. Raises `Conflict` when it is over."""
    require(actor, actions.ASK, enterprise)
    _check(request, given.version)
    close_request(request, RequestOutcome.WITHDRAWN, actor.name, today(now))
    session.flush()
    data = reported(request) | {"note": f"{request.title}：{given.reason}", "reason": given.reason}
    note(session, actor, enterprise, events.REQUEST_WITHDRAWN, now, data=data)


def settle_on_arrival(session: Session, document: Document, actor: Actor, now: datetime) -> None:
    """A document that came on file settles what was asked of the firm by its kind (and year). One event a request."""
    for request in list_awaited(session, document):
        close_request(request, RequestOutcome.SUPPLIED, actor.name, today(now))
        request.document_id = document.id
        session.flush()
        note(session, actor, document.enterprise, events.REQUEST_SETTLED, now, data=reported(request))


def close_request(request: FirmRequest, outcome: RequestOutcome, by: str, on: date) -> None:
    """End an open request; the caller records the event."""
    request.outcome, request.settled_on, request.settled_by = outcome, on, by
    request.version += 1


def reported(request: FirmRequest) -> dict[str, Any]:
    """What the event says about a request."""
    return {
        "note": request.title,
        "request": request.id,
        "department": request.department,
        "kind": request.kind,
        "outcome": request.outcome,
    } | ({"reason": request.reason} if request.reason else {})


def _put_on_file(
    session: Session, actor: Actor, now: datetime, request: FirmRequest, enterprise: Enterprise, attached: Attached
) -> list[Document]:
    """What came with the answer goes on file as it is: of no kind that anything waits for; what lies there already is taken."""
    require_change(actor, KEEP, enterprise)
    given = DocumentInput(kind=ATTACHED, note=request.title)
    found = [
        find_or_add_document(
            session, attached.vault, actor=actor, enterprise=enterprise, upload=upload, given=given, now=now
        )
        for upload in attached.uploads
    ]
    return list({document.id: document for document in found}.values())


def _check(request: FirmRequest, version: int) -> None:
    decide_open(request.settled_on)
    if request.version != version:
        raise Conflict("engagement.stale", _("这项请求刚被他人改动，请刷新后再办。"))
