"""What goes out next: records of one batch that are due, claimed under a lease for one call.

Of one record only the oldest version that still has to go may be under way; the next one waits until it has arrived or been given
up. Whoever claims has them for as long as the lease runs: a process that died is no hindrance for longer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any, cast

import orjson
from sqlalchemy import ColumnElement, Integer, Table, and_, bindparam, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from app.exchange.handovers.domain import HandoverState, ItemState, version_of
from app.exchange.handovers.models import Handover, HandoverItem
from app.exchange.partners.domain import Transport
from app.exchange.sending.domain import MOST_BYTES
from app.kit.db import BigId, UtcDateTime


@dataclass(frozen=True)
class Item:
    """One record under way: its row, its name at the partner, how often it has failed, its JSON."""

    id: int
    idempotency_key: str
    attempts: int
    payload: bytes


@dataclass(frozen=True)
class Parcel:
    """What goes in one call; ours until `lease_until`."""

    partner_id: int
    handover_id: int
    number: str
    items: tuple[Item, ...]
    lease_until: datetime

    @property
    def ids(self) -> list[int]:
        """The rows of its records."""
        return [item.id for item in self.items]


def is_out(handover: type[Handover] = Handover) -> ColumnElement[bool]:
    """Batches whose records are to be carried to the partner."""
    return and_(
        handover.transport == Transport.PUSH,
        handover.released_at.is_not(None),
        handover.state.not_in((HandoverState.PREPARING, HandoverState.CANCELLED)),
    )


def is_due() -> ColumnElement[bool]:
    """Records of `:partner_id` that may be sent at `:now`: of batches that are announced, none of whose older versions is still to go."""
    partner_id, now = bindparam("partner_id", type_=BigId), bindparam("now", type_=UtcDateTime())
    older = aliased(HandoverItem)
    same = (older.partner_id == HandoverItem.partner_id, older.resource == HandoverItem.resource)
    ahead = (*same, older.key == HandoverItem.key, older.id < HandoverItem.id)
    unfinished = or_(older.state == ItemState.WAITING, older.lease_until >= now)
    return and_(
        HandoverItem.partner_id == partner_id,
        HandoverItem.state == ItemState.WAITING,
        HandoverItem.next_at <= now,
        or_(HandoverItem.lease_until.is_(None), HandoverItem.lease_until < now),
        is_out(),
        Handover.announced_at.is_not(None),
        ~exists(select(older.id).where(*ahead, unfinished)),
    )


#: What to claim, `:most` records at most, oldest first; rows that somebody else is claiming are passed over.
DUE = (
    select(
        HandoverItem.id,
        HandoverItem.handover_id,
        Handover.number,
        HandoverItem.resource,
        HandoverItem.key,
        HandoverItem.idempotency_key,
        HandoverItem.retired,
        HandoverItem.digest,
        HandoverItem.body,
        HandoverItem.attempts,
    )
    .join(Handover, Handover.id == HandoverItem.handover_id)
    .where(is_due())
    .order_by(HandoverItem.next_at, HandoverItem.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(of=HandoverItem, skip_locked=True)
)


def claim(session: Session, partner_id: int, *, now: datetime, until: datetime, limit: int) -> Parcel | None:
    """Take the next parcel of at most `limit` records until `until`; None when nothing is due."""
    rows = session.execute(DUE, {"partner_id": partner_id, "now": now, "most": limit}).all()
    if not rows:
        return None
    handover_id, number = rows[0].handover_id, rows[0].number
    items = _fitting([_item(row) for row in rows if row.handover_id == handover_id])
    parcel = Parcel(partner_id, handover_id, number, items, until)
    session.execute(_LEASE, [{"item": item.id, "until": until} for item in items])
    return parcel


_ITEM = cast(Table, HandoverItem.__table__)
_LEASE = (
    update(_ITEM)
    .where(_ITEM.c.id == bindparam("item", type_=BigId))
    .values(lease_until=bindparam("until", type_=UtcDateTime()))
)


def give_back(session: Session, parcel: Parcel) -> None:
    """What was claimed and not tried, or not to the end, may be taken at once by whoever comes next."""
    session.execute(update(HandoverItem).where(still_ours(parcel)).values(lease_until=None))


def still_ours(parcel: Parcel, ids: Sequence[int] | None = None) -> ColumnElement[bool]:
    """Records of a parcel that nobody has taken over or decided about meanwhile."""
    mine = HandoverItem.id.in_(parcel.ids if ids is None else ids)
    return and_(mine, HandoverItem.lease_until == parcel.lease_until)


def _fitting(items: Sequence[Item]) -> tuple[Item, ...]:
    """As many as make up a parcel, and at least one."""
    size = 0

    def fits(item: Item) -> bool:
        nonlocal size
        size += len(item.payload) + 1
        return size <= MOST_BYTES

    return tuple(takewhile(fits, items)) or (items[0],)


def _item(row: Any) -> Item:
    record: dict[str, Any] = {
        "idempotency_key": row.idempotency_key,
        "resource": row.resource,
        "key": row.key,
        "version": version_of(row.idempotency_key),
        "retired": row.retired,
        "digest": row.digest,
        "data": orjson.Fragment(row.body) if row.body else None,
    }
    return Item(row.id, row.idempotency_key, row.attempts, orjson.dumps(record))
