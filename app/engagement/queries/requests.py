"""Reading requests. A firm sees its own, an officer those of the firms in the region."""

from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.engagement.domain.requests import RequestKind
from app.engagement.models import FirmRequest
from app.enterprises.models import Enterprise
from app.enterprises.queries import visible_to
from app.files.models import Document
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _


def get_visible_to(session: Session, actor: Actor, request_id: int) -> tuple[FirmRequest, Enterprise]:
    """A request with its firm; raises `NotFound`."""
    rows = select(FirmRequest, Enterprise).join(Enterprise, Enterprise.id == FirmRequest.enterprise_id)
    found = session.execute(rows.where(visible_to(actor), FirmRequest.id == request_id)).one_or_none()
    if found is None:
        raise NotFound("engagement.unknown", _("没有找到这项请求。"))
    return found[0], found[1]


def list_open_of_firm(session: Session, enterprise_id: int) -> list[FirmRequest]:
    """What a firm is asked for now, by its day; visits that the bureau plans are told too."""
    statement = select(FirmRequest).where(FirmRequest.enterprise_id == enterprise_id, FirmRequest.settled_on.is_(None))
    order = (func.coalesce(FirmRequest.due_on, date.max), FirmRequest.id)
    return list(session.scalars(statement.order_by(*order)))


def list_of_firm(session: Session, enterprise_id: int, limit: int) -> list[FirmRequest]:
    """What a firm was ever asked for, the newest first."""
    statement = select(FirmRequest).where(FirmRequest.enterprise_id == enterprise_id)
    return list(session.scalars(statement.order_by(FirmRequest.asked_on.desc(), FirmRequest.id.desc()).limit(limit)))


def list_awaited(session: Session, document: Document) -> list[FirmRequest]:
    """The open requests that a document answers: for its kind, and for its year or any."""
    statement = select(FirmRequest).where(
        FirmRequest.enterprise_id == document.enterprise_id,
        FirmRequest.kind == RequestKind.MATERIAL,
        FirmRequest.what == document.kind,
        FirmRequest.settled_on.is_(None),
        or_(FirmRequest.year.is_(None), FirmRequest.year == document.year),
    )
    return list(session.scalars(statement.order_by(FirmRequest.id)))


def list_open_visits(session: Session, enterprise_id: int) -> list[FirmRequest]:
    """The visits a firm was asked for that nobody has made yet."""
    statement = select(FirmRequest).where(
        FirmRequest.enterprise_id == enterprise_id,
        FirmRequest.kind == RequestKind.VISIT,
        FirmRequest.settled_on.is_(None),
    )
    return list(session.scalars(statement.order_by(FirmRequest.id)))
