"""How much waits for each partner, and how much was settled hour by hour and day by day; a few statements, however many partners."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, Select, cast, extract, func, select
from sqlalchemy.orm import Session

from app.exchange.handovers.domain import SETTLED, TO_SEND, ItemState
from app.exchange.handovers.listed import items_visible_to, refused_items
from app.exchange.handovers.models import Handover, HandoverItem, PartnerRecord
from app.exchange.partners.models import Partner
from app.kit.actor import Actor
from app.kit.permissions import within_region

HOUR = 3_600
DAY = 24 * HOUR
#: Legal days are those of Shanghai.
_SHANGHAI = 8 * HOUR


@dataclass(frozen=True)
class Waiting:
    """What waits at one partner: to be sent, since when the oldest; given up; refused; changed and in no batch yet."""

    queued: int = 0
    oldest_at: datetime | None = None
    parked: int = 0
    refused: int = 0
    changed: int = 0


@dataclass(frozen=True)
class Settlement:
    """How many records were settled in one stretch of time."""

    begins_at: datetime
    accepted: int
    rejected: int


def waiting_by_partner(session: Session, actor: Actor) -> dict[int, Waiting]:
    """What waits, by the partner's id, of the records that the actor sees; four statements. What has changed is told to those who may
    hand it over: whose region holds the partner's.
    """
    queued = {row[0]: (row[1], row[2]) for row in session.execute(_queued(actor))}
    parked = _counts(
        session, select(HandoverItem).where(_all_partners(), HandoverItem.state == ItemState.PARKED), actor
    )
    refused = _counts(session, refused_items(), actor)
    changed = select(PartnerRecord.partner_id, func.count()).where(
        PartnerRecord.partner_id.in_(
            select(Partner.id).where(within_region(Partner.region_prefix, actor.region_prefix))
        ),
        PartnerRecord.state.in_(TO_SEND),
    )
    to_send = dict(session.execute(changed.group_by(PartnerRecord.partner_id)).all())
    return {
        key: Waiting(
            queued=queued.get(key, (0, None))[0],
            oldest_at=queued.get(key, (0, None))[1],
            parked=parked.get(key, 0),
            refused=refused.get(key, 0),
            changed=to_send.get(key, 0),
        )
        for key in queued.keys() | parked.keys() | refused.keys() | to_send.keys()
    }


def settled_by(session: Session, actor: Actor, *, now: datetime, seconds: int, stretches: int) -> list[Settlement]:
    """What partners accepted and refused in the last `stretches` hours or days (`seconds` long), the earliest first."""
    last = (int(now.timestamp()) + _SHANGHAI) // seconds
    first = last - stretches + 1
    begins = now.fromtimestamp(first * seconds - _SHANGHAI, tz=now.tzinfo)
    bucket = (cast(extract("epoch", HandoverItem.settled_at), BigInteger) + _SHANGHAI) // seconds
    statement = (
        select(bucket, HandoverItem.state, func.count())
        .where(HandoverItem.settled_at >= begins, HandoverItem.state.in_(SETTLED), items_visible_to(actor))
        .group_by(bucket, HandoverItem.state)
    )
    found: Mapping[tuple[int, str], int] = {(int(place), state): n for place, state, n in session.execute(statement)}
    return [
        Settlement(
            begins_at=begins + timedelta(seconds=(place - first) * seconds),
            accepted=found.get((place, ItemState.ACCEPTED), 0),
            rejected=found.get((place, ItemState.REJECTED), 0),
        )
        for place in range(first, last + 1)
    ]


def _queued(actor: Actor) -> Select[int, int, datetime | None]:
    """Records of batches on their way that have not gone out, and since when the oldest of these batches is."""
    return (
        select(HandoverItem.partner_id, func.count(), func.min(Handover.released_at))
        .join(Handover, Handover.id == HandoverItem.handover_id)
        .where(
            _all_partners(),
            HandoverItem.state == ItemState.WAITING,
            Handover.released_at.is_not(None),
            items_visible_to(actor),
        )
        .group_by(HandoverItem.partner_id)
    )


def _counts(session: Session, items: Select[HandoverItem], actor: Actor) -> dict[int, int]:
    counted = items.where(items_visible_to(actor)).with_only_columns(
        HandoverItem.partner_id, func.count(), maintain_column_froms=True
    )
    return dict(session.execute(counted.group_by(HandoverItem.partner_id)).all())


def _all_partners() -> ColumnElement[bool]:
    return HandoverItem.partner_id.in_(select(Partner.id))
