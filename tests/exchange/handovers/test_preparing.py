"""Preparing batches: what is frozen, skipped, kept back; numbers, manifests, checkpoints."""

from datetime import date

import orjson
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exchange.handovers.domain import HandoverState, ItemState, checksum
from app.exchange.handovers.models import PartnerRecord
from app.exchange.lists import ITEMS, ItemFilter
from app.exchange.signatures import digest
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.errors import Invalid
from app.kit.lists.viewer import Viewer
from tests.exchange.handovers.conftest import Desk
from tests.exchange.world import World
from tests.support.people import officer


def test_a_batch_of_everything_holds_each_record_as_the_api_tells_it(
    desk: Desk, world: World, session: Session
) -> None:
    firms = [world.enterprise() for _number in range(3)]
    batch = desk.prepared()
    items = desk.items(batch)
    assert batch.number == "JH-2021-0001"
    assert (batch.state, batch.count, batch.skipped) == (HandoverState.PREPARED, 3, 0)
    assert [item.key for item in items] == [firm.uscc for firm in firms]
    assert [item.label for item in items] == [firm.name for firm in firms]
    assert [item.enterprise_id for item in items] == [firm.id for firm in firms]
    assert {item.state for item in items} == {ItemState.WAITING}
    for item in items:
        assert orjson.loads(item.body)["uscc"] == item.key
        assert item.digest == digest(item.body.encode())
        assert item.idempotency_key == f"enterprises/{item.key}@{item.position}"
    assert batch.checksum == checksum(item.digest for item in items)
    event = session.scalars(select(JournalEvent).where(JournalEvent.type == "handover.prepared")).one()
    assert event.data["count"] == 3
    assert event.data["basis"] == "all"


def test_records_that_do_not_exist_are_refused_by_name(desk: Desk, world: World) -> None:
    firm = world.enterprise()
    with pytest.raises(Invalid, match="91429099MA0NOSUCH0") as refused:
        desk.prepared(basis="chosen", keys=(firm.uscc, "91429099MA0NOSUCH0"))
    assert set(refused.value.fields) == {"keys"}


def test_what_the_partner_must_not_see_is_refused_like_what_is_not_there(
    desk: Desk, world: World, session: Session
) -> None:
    desk.partner.region_prefix = "429005"
    elsewhere = world.enterprise("421000")
    db.commit(session)
    with pytest.raises(Invalid, match=elsewhere.uscc):
        desk.prepared(basis="chosen", keys=(elsewhere.uscc,))


def test_two_batches_take_two_numbers(desk: Desk, world: World) -> None:
    world.enterprise()
    assert [desk.prepared().number, desk.prepared().number] == ["JH-2021-0001", "JH-2021-0002"]


def test_cases_of_one_programme(desk: Desk, world: World) -> None:
    case = world.case(world.enterprise())
    assert [item.key for item in desk.items(desk.prepared("cases", programme="exchange-test"))] == [case.number]
    other = desk.prepared("cases", programme="high-tech-enterprise")
    assert (other.state, other.count) == (HandoverState.CANCELLED, 0)
    with pytest.raises(Invalid) as refused:
        desk.prepared("enterprises", programme="exchange-test")
    assert set(refused.value.fields) == {"programme"}


def test_a_newer_version_takes_the_place_of_what_was_not_sent(desk: Desk, world: World, session: Session) -> None:
    firm = world.enterprise()
    first = desk.released()
    world.rename(firm)
    db.commit(session)
    second = desk.prepared()
    old, new = desk.items()
    assert (old.state, new.state) == (ItemState.SUPERSEDED, ItemState.WAITING)
    assert new.position > old.position
    session.refresh(first)
    assert first.state == HandoverState.CANCELLED
    assert second.count == 1
    assert session.scalars(select(PartnerRecord)).one().item_id == new.id


def test_officers_see_the_values_of_their_own_plans_in_a_batch(session: Session, desk: Desk, world: World) -> None:
    desk.partner.resources = ["indicators"]
    db.commit(session)
    batch = desk.prepared("indicators")
    assert batch.count > 0
    wanted = ItemFilter(handover_id=batch.id)
    seen = {
        region: ITEMS.count(Viewer(session, officer(session, region=region), date(2021, 6, 30)), wanted).n
        for region in ("", "429005", "429006")
    }
    assert seen == {"": batch.count, "429005": batch.count, "429006": 0}
