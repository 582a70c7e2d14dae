"""Reading visits and calls: those of a firm, mine, everybody's."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Visit
from app.kit.errors import NotFound
from app.kit.i18n import _


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
