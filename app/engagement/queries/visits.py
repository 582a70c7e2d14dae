"""Reading visits and calls: those of a firm, mine, everybody's."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Visit
from app.enterprises.models import Enterprise
from app.enterprises.queries import visible_to
from app.enterprises.search_index import matching
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.paging import Count, Keyset, Page, count_up_to, page

_NEWEST = Keyset([(Visit.happened_on, "desc"), (Visit.id, "desc")])


@dataclass(frozen=True)
class VisitFilter:
    """Which contacts; an empty field narrows nothing. `waiting` are those whose promised call-back was not made."""

    manner: str = ""
    officer_id: int | None = None
    since: date | None = None
    until: date | None = None
    waiting: bool = False
    q: str = ""


def _listed(session: Session, actor: Actor, wanted: VisitFilter) -> Any:
    rows: Any = (
        select(Visit, Enterprise).join(Enterprise, Enterprise.id == Visit.enterprise_id).where(visible_to(actor))
    )
    if wanted.manner:
        rows = rows.where(Visit.manner == wanted.manner)
    if wanted.officer_id is not None:
        rows = rows.where(Visit.officer_id == wanted.officer_id)
    if wanted.since is not None:
        rows = rows.where(Visit.happened_on >= wanted.since)
    if wanted.until is not None:
        rows = rows.where(Visit.happened_on <= wanted.until)
    if wanted.waiting:
        rows = rows.where(Visit.call_back_on.is_not(None), Visit.called_back_on.is_(None))
    searched = matching(session, wanted.q)
    return rows if searched is None else rows.where(searched)


def page_visible_to(
    session: Session, actor: Actor, wanted: VisitFilter, *, cursor: str | None, limit: int
) -> Page[tuple[Visit, Enterprise]]:
    """One page, the newest first."""
    statement = _listed(session, actor, wanted)
    return page(session, statement, _NEWEST, cursor, limit, values_of=lambda row: [row[0].happened_on, row[0].id])


def count_visible_to(session: Session, actor: Actor, wanted: VisitFilter) -> Count:
    """How many rows that list has."""
    return count_up_to(session, _listed(session, actor, wanted))


def list_of_firm(session: Session, enterprise_id: int, limit: int) -> list[Visit]:
    """The contacts with a firm, the newest first."""
    statement = select(Visit).where(Visit.enterprise_id == enterprise_id)
    return list(session.scalars(statement.order_by(Visit.happened_on.desc(), Visit.id.desc()).limit(limit)))


def list_promised(session: Session, enterprise_id: int, officer_id: int | None, until: date) -> list[Visit]:
    """An officer's contacts with a firm up to a day whose promised call-back was not made."""
    statement = select(Visit).where(
        Visit.enterprise_id == enterprise_id,
        Visit.officer_id == officer_id,
        Visit.happened_on <= until,
        Visit.call_back_on.is_not(None),
        Visit.called_back_on.is_(None),
    )
    return list(session.scalars(statement.order_by(Visit.id)))


def get_of_firm(session: Session, enterprise_id: int, visit_id: int) -> Visit:
    """A contact with the firm; raises `NotFound`."""
    found = session.get(Visit, visit_id)
    if found is None or found.enterprise_id != enterprise_id:
        raise NotFound("engagement.visit", _("没有找到这条联系记录。"))
    return found
