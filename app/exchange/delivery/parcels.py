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
from sqlalchemy import ColumnElement, Integer, String, Table, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from app.exchange.delivery.domain import MOST_BYTES
from app.exchange.handovers.domain import HandoverState, ItemState, version_of
from app.exchange.handovers.models import Handover, HandoverItem
from app.exchange.partners.domain import Transport
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


_PARTNER, _NOW = bindparam("partner_id", type_=BigId), bindparam("now", type_=UtcDateTime())


def _is_next() -> ColumnElement[bool]:
    """Records of `:partner_id` that wait no longer at `:now` and that nobody carries."""
    return and_(
        HandoverItem.partner_id == _PARTNER,
        HandoverItem.state == ItemState.WAITING,
        HandoverItem.next_at <= _NOW,
        or_(HandoverItem.lease_until.is_(None), HandoverItem.lease_until < _NOW),
    )


def _is_announced() -> ColumnElement[bool]:
    return and_(is_out(), Handover.announced_at.is_not(None))


def _is_unfinished(item: type[HandoverItem]) -> ColumnElement[bool]:
    """A version that still has to go, or that somebody carries."""
    return or_(item.state == ItemState.WAITING, item.lease_until >= _NOW)


def is_due() -> ColumnElement[bool]:
    """Records of `:partner_id` that may be sent at `:now`: of batches that are announced, none of whose older versions is still to go."""
    older = aliased(HandoverItem)
    same = (older.partner_id == HandoverItem.partner_id, older.resource == HandoverItem.resource)
    ahead = (*same, older.key == HandoverItem.key, older.id < HandoverItem.id)
    return and_(_is_next(), _is_announced(), ~exists(select(older.id).where(*ahead, _is_unfinished(older))))


#: The oldest unfinished version of each of `:keys`. Asked beside `DUE` and not in it: without statistics of a table that has just
#: been filled, PostgreSQL looks through all records of the partner for each row.
OLDEST = (
    select(HandoverItem.key, func.min(HandoverItem.id).label("id"))
    .where(
        HandoverItem.partner_id == _PARTNER,
        HandoverItem.resource == bindparam("resource", type_=String),
        HandoverItem.key.in_(bindparam("keys", expanding=True)),
        _is_unfinished(HandoverItem),
    )
    .group_by(HandoverItem.key)
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
    .where(_is_next(), _is_announced())
    .order_by(HandoverItem.next_at, HandoverItem.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(of=HandoverItem, skip_locked=True)
)


def claim(session: Session, partner_id: int, *, now: datetime, until: datetime, limit: int) -> Parcel | None:
    """Take the next parcel of at most `limit` records until `until`; None when nothing is due."""
    due = session.execute(DUE, {"partner_id": partner_id, "now": now, "most": limit}).all()
    rows = _without_those_behind(session, partner_id, now, due)
    if not rows:
        return None
    handover_id, number = rows[0].handover_id, rows[0].number
    items = _fitting([_item(row) for row in rows if row.handover_id == handover_id])
    parcel = Parcel(partner_id, handover_id, number, items, until)
    session.execute(_LEASE, [{"item": item.id, "until": until} for item in items])
    return parcel


def _without_those_behind(session: Session, partner_id: int, now: datetime, rows: Sequence[Any]) -> Sequence[Any]:
    """The rows of whose records no older version is still to go; one statement for each resource."""
    oldest: dict[tuple[str, str], int] = {}
    for resource in dict.fromkeys(row.resource for row in rows):
        keys = [row.key for row in rows if row.resource == resource]
        asked = {"partner_id": partner_id, "now": now, "resource": resource, "keys": keys}
        oldest |= {(resource, row.key): row.id for row in session.execute(OLDEST, asked)}
    return [row for row in rows if oldest.get((row.resource, row.key), row.id) >= row.id]


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
