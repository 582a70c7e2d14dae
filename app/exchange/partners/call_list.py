"""The calls made to a partner, as its page lists them."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.exchange.partners.models import PartnerCall
from app.kit.paging import Keyset, Page, page

PAGE_SIZE = 50
_FIRST_BAD_STATUS = 300


def page_calls(
    session: Session, partner_id: int, *, failed: bool = False, cursor: str | None = None, limit: int = PAGE_SIZE
) -> Page[PartnerCall]:
    """The calls, the latest first; only those that brought nothing when `failed`."""
    statement = select(PartnerCall).where(PartnerCall.partner_id == partner_id)
    if failed:
        statement = statement.where(or_(PartnerCall.error != "", PartnerCall.status >= _FIRST_BAD_STATUS))
    return page(session, statement, Keyset([(PartnerCall.at, "desc"), (PartnerCall.id, "desc")]), cursor, limit)
