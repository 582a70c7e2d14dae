"""Reading partners."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exchange.partners.models import Partner
from app.kit.errors import NotFound
from app.kit.i18n import _


def find_partner(session: Session, code: str) -> Partner | None:
    """The partner of this code, disabled ones included."""
    return session.scalar(select(Partner).where(Partner.code == code))


def get_partner(session: Session, code: str) -> Partner:
    """The partner of this code; raises `NotFound`."""
    found = find_partner(session, code)
    if found is None:
        raise NotFound("partner.unknown", _("没有代码为“%(code)s”的交换对方。") % {"code": code})
    return found


def find_by_client(session: Session, client_row_id: int) -> Partner | None:
    """The active partner that calls back by this machine client."""
    wanted = select(Partner).where(Partner.client_row_id == client_row_id, Partner.disabled_on.is_(None))
    return session.scalar(wanted.order_by(Partner.id).limit(1))


def list_partners(session: Session) -> list[Partner]:
    """All partners, active ones first, by name."""
    order = (Partner.disabled_on.is_not(None), Partner.name, Partner.id)
    return list(session.scalars(select(Partner).order_by(*order)))


def lock_partner(session: Session, partner_id: int) -> Partner:
    """The partner, locked to the end of the transaction: who freezes, settles or withdraws its records takes this lock first."""
    statement = select(Partner).where(Partner.id == partner_id).with_for_update()
    return session.scalars(statement.execution_options(populate_existing=True)).one()
