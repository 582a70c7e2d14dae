"""Reading requests. A firm sees its own, an officer those of the firms in the region."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.engagement.domain.requests import Outcome, RequestKind
from app.engagement.models import FirmRequest
from app.enterprises.models import Enterprise
from app.enterprises.queries import visible_to
from app.enterprises.search_index import matching
from app.files.models import Document
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.paging import Count, Keyset, Page, count_up_to, page

OPEN, OVERDUE, SETTLED, WITHDRAWN = "open", "overdue", "settled", "withdrawn"
STATES = (OPEN, OVERDUE, SETTLED, WITHDRAWN)
BATCH = 1_000
_NEWEST = Keyset([(FirmRequest.asked_on, "desc"), (FirmRequest.id, "desc")])


@dataclass(frozen=True)
class RequestFilter:
    """Which requests; an empty field narrows nothing. `on` is the day for "overdue"."""

    on: date
    state: str = ""
    department: str = ""
    kind: str = ""
    asked_by: int | None = None
    since: date | None = None
    until: date | None = None
    enterprise_id: int | None = None
    q: str = ""


def _listed(session: Session, actor: Actor, wanted: RequestFilter) -> Any:
    rows: Any = select(FirmRequest, Enterprise).join(Enterprise, Enterprise.id == FirmRequest.enterprise_id)
    return rows.where(visible_to(actor), *_conditions(session, wanted))


def _conditions(session: Session, wanted: RequestFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.state in STATES:
        yield _standing(wanted.state, wanted.on)
    if wanted.department:
        yield FirmRequest.department == wanted.department
    if wanted.kind:
        yield FirmRequest.kind == wanted.kind
    if wanted.asked_by is not None:
        yield FirmRequest.asked_by == wanted.asked_by
    if wanted.since is not None:
        yield FirmRequest.asked_on >= wanted.since
    if wanted.until is not None:
        yield FirmRequest.asked_on <= wanted.until
    if wanted.enterprise_id is not None:
        yield FirmRequest.enterprise_id == wanted.enterprise_id
    searched = matching(session, wanted.q)
    if searched is not None:
        yield searched


def _standing(state: str, on: date) -> ColumnElement[bool]:
    if state == SETTLED:
        return FirmRequest.outcome.in_((Outcome.SUPPLIED, Outcome.ANSWERED))
    if state == WITHDRAWN:
        return FirmRequest.outcome == Outcome.WITHDRAWN
    unsettled = FirmRequest.settled_on.is_(None)
    return unsettled & (FirmRequest.due_on < on) if state == OVERDUE else unsettled


def page_visible_to(
    session: Session, actor: Actor, wanted: RequestFilter, *, cursor: str | None, limit: int
) -> Page[tuple[FirmRequest, Enterprise]]:
    """One page, the newest first."""
    statement = _listed(session, actor, wanted)
    return page(session, statement, _NEWEST, cursor, limit, values_of=lambda row: [row[0].asked_on, row[0].id])


def count_visible_to(session: Session, actor: Actor, wanted: RequestFilter) -> Count:
    """How many rows that list has."""
    return count_up_to(session, _listed(session, actor, wanted))


def stream_visible_to(
    session: Session, actor: Actor, wanted: RequestFilter
) -> Iterator[list[tuple[FirmRequest, Enterprise]]]:
    """Every row of that list in its order, a thousand at a time."""
    statement = _listed(session, actor, wanted).order_by(*_NEWEST.order_by())
    rows = session.execute(statement.execution_options(yield_per=BATCH))
    yield from ([(row[0], row[1]) for row in part] for part in rows.partitions(BATCH))


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
