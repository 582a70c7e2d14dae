"""After a restore the journal reaches positions again that partners know with other contents: versions go on above them."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy.orm import Session

from app.exchange.delivery.parcels import claim
from app.exchange.handovers.domain import version_of
from app.exchange.handovers.service.settling import enter_announced
from app.exchange.partners.service import raise_versions
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.errors import Forbidden
from tests.exchange.handovers.conftest import Desk
from tests.exchange.handovers.test_following import followed
from tests.exchange.handovers.test_receiving import held, receipt, received
from tests.exchange.world import World


def test_versions_go_on_above_those_before_the_restore(desk: Desk, world: World, session: Session) -> None:
    firm = world.enterprise()
    desk.released()
    (before,) = desk.items()
    assert raise_versions(session, actor=SYSTEM, now=desk.now) == 1
    lift = desk.partner.version_lift
    assert lift == desk.now.timestamp() * 1_000
    batch = desk.released(basis="chosen", keys=(firm.uscc,))
    (after,) = desk.items(batch)
    assert version_of(before.idempotency_key) == before.position
    assert version_of(after.idempotency_key) == after.position + lift
    enter_announced(session, batch.id, desk.now)
    parcel = claim(session, desk.partner.id, now=desk.now, until=desk.now + timedelta(minutes=1), limit=9)
    assert parcel is not None
    (sent,) = [orjson.loads(item.payload) for item in parcel.items]
    assert (sent["version"], sent["idempotency_key"]) == (version_of(after.idempotency_key), after.idempotency_key)
    raise_versions(session, actor=SYSTEM, now=desk.now)
    assert desk.partner.version_lift > lift


def test_what_changes_after_the_receipt_is_still_found(desk: Desk, world: World, session: Session) -> None:
    raise_versions(session, actor=SYSTEM, now=desk.now)
    firm = world.enterprise()
    desk.released()
    received(session, desk.partner, desk.now, receipt(desk.items()[0]))
    db.commit(session)
    assert held(session) == {firm.uscc: "accepted"}
    world.rename(firm)
    followed(desk)
    assert held(session) == {firm.uscc: "changed"}


def test_only_who_manages_partners_raises_versions(desk: Desk, actor: Any) -> None:
    with pytest.raises(Forbidden):
        raise_versions(desk.session, actor=actor(role="caseworker"), now=desk.now)
