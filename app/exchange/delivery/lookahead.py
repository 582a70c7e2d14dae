"""Looking before anything is locked: one statement says whether there is anything to do for a partner."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from app.exchange.delivery.parcels import is_due, is_out
from app.exchange.handovers.domain import HandoverState, ItemState
from app.exchange.handovers.models import Handover, HandoverItem
from app.exchange.partners.domain import Transport
from app.exchange.partners.models import Partner
from app.kit.clock import today
from app.kit.db import BigId

#: With nothing on its way a partner is asked so often: decisions on cases come by themselves.
QUIET = timedelta(minutes=5)


@dataclass(frozen=True)
class Sight:
    """A partner, and what there is to do for it now."""

    partner: Partner
    to_announce: bool
    to_send: bool
    to_poll: bool

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.to_announce or self.to_send or self.to_poll)


def look(session: Session, code: str, now: datetime, poll: timedelta) -> Sight | None:
    """What there is to do for the partner `code`, polled every `poll` while records are with it; None for one that is not pushed to."""
    partner = session.scalar(select(Partner).where(Partner.code == code, is_pushed_to(now)))
    if partner is None:
        return None
    announce, send, pending = session.execute(WORK, {"partner_id": partner.id, "now": now}).one()
    due = partner.polled_at is None or partner.polled_at <= now - (poll if pending else QUIET)
    return Sight(partner, announce, send, due)


def is_pushed_to(now: datetime) -> ColumnElement[bool]:
    """Partners that are called."""
    return (Partner.transport == Transport.PUSH) & is_active(now)


def is_active(now: datetime) -> ColumnElement[bool]:
    """Partners with whom we exchange on the day of `now`."""
    return or_(Partner.disabled_on.is_(None), Partner.disabled_on > today(now))


def list_to_announce(session: Session, partner_id: int, limit: int) -> list[Handover]:
    """Released batches that the partner has not heard of, oldest first."""
    return list(session.scalars(_TO_ANNOUNCE.order_by(Handover.id).limit(limit), {"partner_id": partner_id}))


_partner_id = bindparam("partner_id", type_=BigId)

_TO_ANNOUNCE = select(Handover).where(
    Handover.partner_id == _partner_id,
    Handover.state.in_((HandoverState.PREPARED, HandoverState.SENT)),
    Handover.announced_at.is_(None),
    is_out(),
    exists(
        select(HandoverItem.id).where(HandoverItem.handover_id == Handover.id, HandoverItem.state == ItemState.WAITING)
    ),
)

#: Whether `:partner_id` has, at `:now`, a batch to hear of, a record to get, a record in its hands.
WORK = select(
    exists(_TO_ANNOUNCE.with_only_columns(Handover.id)),
    exists(select(HandoverItem.id).join(Handover, Handover.id == HandoverItem.handover_id).where(is_due())),
    exists(
        select(HandoverItem.id).where(HandoverItem.partner_id == _partner_id, HandoverItem.state == ItemState.PENDING)
    ),
)
