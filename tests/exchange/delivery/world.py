"""A partner that listens, batches with records for it, and a deliverer whose clock a test turns."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.exchange.delivery.calls import Limits
from app.exchange.delivery.connections import Clients
from app.exchange.delivery.deliverer import Deliverer, Done
from app.exchange.handovers.domain import BatchBasis, HandoverState, RecordStatus, checksum, idempotency_key
from app.exchange.handovers.models import Handover, HandoverItem, PartnerRecord, Receipt
from app.exchange.partners.domain import Transport
from app.exchange.partners.keys import make_key
from app.exchange.partners.models import Partner, PartnerCall
from app.exchange.signatures import digest
from app.kit.db import Database, insert_into, read_scope, session_scope
from tests.support.partner import StubPartner, partner_server

SECRET = b"a secret that only the tests know 0123456789"
CODE = "province"


@dataclass
class Clock:
    """The time, as a test sets it."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **units: float) -> None:
        self.now += timedelta(**units)


@dataclass
class World:
    """One partner and what it is to be sent."""

    database: Database
    clock: Clock
    stub: StubPartner
    deliverers: list[Deliverer] = field(default_factory=list)

    def deliverer(self, **limits: float) -> Deliverer:
        """Another process, as it were: with connections of its own."""
        bounds = Limits(**({"wait": 2, "whole": 10} | limits))  # type: ignore[arg-type]
        made = Deliverer(self.database, Clients(SECRET, bounds, self.clock), clock=self.clock, jitter=lambda: 1.0)
        self.deliverers.append(made)
        return made

    def run(self) -> Done:
        """One round of the first deliverer."""
        return (self.deliverers[0] if self.deliverers else self.deliverer()).run_once(CODE)

    def batch(self, *keys: str, serial: int = 1, released: bool = True, **item: Any) -> int:
        """A batch of records; returns its id. `item` overrides what its rows hold."""
        with session_scope(self.database) as session:
            partner = session.scalars(select(Partner)).one()
            position = 10 * serial
            handover = Handover(
                number=f"JH-2021-{serial:04d}",
                partner_id=partner.id,
                resource="enterprises",
                definition_version="v1",
                basis=BatchBasis.CHOSEN,
                transport=Transport.PUSH,
                state=HandoverState.PREPARED,
                count=len(keys),
                position=position,
                made_by="测试",
                made_at=self.clock.now,
                released_at=self.clock.now if released else None,
            )
            session.add(handover)
            session.flush()
            items = [self._item(handover, key, position) for key in keys]
            handover.checksum = checksum(row["digest"] for row in items)
            made = session.execute(
                insert(HandoverItem).returning(HandoverItem.id, HandoverItem.key), [row | item for row in items]
            )
            self._note_records(session, handover, {key: item_id for item_id, key in made})
            return handover.id

    def _note_records(self, session: Session, handover: Handover, ids: Mapping[str, int]) -> None:
        """The records are on their way in this version."""
        common = {"partner_id": handover.partner_id, "resource": handover.resource, "state": RecordStatus.ON_THE_WAY}
        common |= {"changed_at": self.clock.now, "sent_position": handover.position}
        rows = [{**common, "key": key, "item_id": item_id} for key, item_id in ids.items()]
        statement = insert_into(session, PartnerRecord)
        newer = {name: statement.excluded[name] for name in ("state", "sent_position", "item_id")}
        same = ["partner_id", "resource", "key"]
        session.execute(statement.on_conflict_do_update(index_elements=same, set_=newer), rows)

    def _item(self, handover: Handover, key: str, position: int) -> dict[str, Any]:
        body = orjson.dumps({"uscc": key, "name": f"{key}（示例）", "at": position})
        return {
            "handover_id": handover.id,
            "partner_id": handover.partner_id,
            "resource": "enterprises",
            "key": key,
            "position": position,
            "idempotency_key": idempotency_key("enterprises", key, position),
            "body": body.decode(),
            "digest": digest(body),
            "state": "waiting",
            "next_at": self.clock.now,
        }

    def items(self) -> list[HandoverItem]:
        """All records, oldest first."""
        with read_scope(self.database) as session:
            return list(session.scalars(select(HandoverItem).order_by(HandoverItem.id)))

    def states(self) -> list[str]:
        return [item.state for item in self.items()]

    def handover(self, serial: int = 1) -> Handover:
        with read_scope(self.database) as session:
            return session.scalars(select(Handover).where(Handover.number == f"JH-2021-{serial:04d}")).one()

    def partner(self) -> Partner:
        with read_scope(self.database) as session:
            return session.scalars(select(Partner)).one()

    def change_partner(self, **values: Any) -> None:
        with session_scope(self.database) as session:
            session.execute(update(Partner).values(**values))

    def change_items(self, **values: Any) -> None:
        with session_scope(self.database) as session:
            session.execute(update(HandoverItem).values(**values))

    def calls(self) -> list[PartnerCall]:
        with read_scope(self.database) as session:
            return list(session.scalars(select(PartnerCall).order_by(PartnerCall.id)))

    def count_receipts(self) -> int:
        with read_scope(self.database) as session:
            return session.scalar(select(func.count()).select_from(Receipt)) or 0


@contextmanager
def world_of(database: Database, now: datetime, **partner: Any) -> Iterator[World]:
    """A partner with a shared key at a real address."""
    clock = Clock(now)
    with session_scope(database) as session:
        row = Partner(code=CODE, name="省厅", definition="province", definition_version="v1", resources=["enterprises"])
        row.scheme, row.created_at, row.updated_at = "sm3-hmac", now, now
        row.region_prefix = "429005"
        key = bytes.fromhex(make_key(row, SECRET))
        for name, value in partner.items():
            setattr(row, name, value)
        session.add(row)
    with partner_server(key, clock) as stub:
        made = World(database, clock, stub)
        if "base_url" not in partner:
            made.change_partner(base_url=stub.url)
        try:
            yield made
        finally:
            for deliverer in made.deliverers:
                deliverer.clients.close_all()


def keys(count: int, prefix: str = "F") -> Sequence[str]:
    return [f"{prefix}{n:04d}" for n in range(count)]


def outcome(**by_key: Mapping[str, Any]) -> Any:
    """A judge: what the partner says of records of these keys; accepted otherwise."""
    return lambda record: by_key.get(record["key"], {"outcome": "accepted"})
