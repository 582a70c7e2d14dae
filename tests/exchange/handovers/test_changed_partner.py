"""A partner's connection changes while batches are open: nothing leaves under a setting by which it would not have been made."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.exchange.handovers.domain import ItemState
from app.exchange.handovers.service.steering import cancel, retry_items
from app.exchange.partners.schemas import PartnerChange
from app.exchange.partners.service import change_partner, connection_values
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.errors import Invalid
from tests.exchange.handovers.conftest import Desk
from tests.exchange.handovers.test_receiving import receipt, received
from tests.exchange.world import World


def change(desk: Desk, **given: Any) -> None:
    values = connection_values(desk.session, desk.partner) | {"version": desk.partner.version} | given
    told = PartnerChange.model_validate(values)
    with desk.session.begin_nested():
        change_partner(desk.session, actor=SYSTEM, now=desk.now, partner=desk.partner, given=told)


NARROWER = {"transport": "files", "region_prefix": "429005", "resources": ("cases",)}


@pytest.mark.parametrize("name", NARROWER)
@pytest.mark.parametrize("state", [ItemState.WAITING, ItemState.PARKED])
def test_what_has_still_to_go_goes_by_the_setting_it_was_made_by(
    desk: Desk, world: World, session: Session, name: str, state: ItemState
) -> None:
    world.enterprise()
    batch = desk.released()
    desk.items()[0].state = state
    with pytest.raises(Invalid) as refused:
        change(desk, **{name: NARROWER[name]})
    assert set(refused.value.fields) == {name}
    change(desk, name="新名称（示例）", base_url="https://other.example", resources=("enterprises",))
    cancel(session, actor=SYSTEM, now=desk.now, handover=batch)
    change(desk, **{name: NARROWER[name]})


def test_a_region_that_only_widens_holds_nothing_up(desk: Desk, world: World) -> None:
    change(desk, region_prefix="429005")
    world.enterprise()
    desk.released()
    change(desk, region_prefix="4290")
    assert desk.partner.region_prefix == "4290"


def test_the_mapping_stays_once_something_was_made_by_it(desk: Desk, world: World) -> None:
    other = {"definition": "torch", "resources": ("enterprises",)}
    world.enterprise()
    batch = desk.prepared()
    cancel(desk.session, actor=SYSTEM, now=desk.now, handover=batch)
    with pytest.raises(Invalid) as refused:
        change(desk, **other)
    assert "definition" in refused.value.fields


def test_what_was_refused_is_not_sent_again_once_the_partner_gets_no_such_records(
    desk: Desk, world: World, session: Session
) -> None:
    world.enterprise()
    desk.released()
    (item,) = desk.items()
    received(session, desk.partner, desk.now, receipt(item, "rejected"))
    change(desk, resources=("cases",))
    with pytest.raises(Invalid) as refused:
        retry_items(session, actor=SYSTEM, now=desk.now, partner=desk.partner, item_ids=[item.id])
    assert set(refused.value.fields) == {"resource"}
    db.commit(session)
    assert len(desk.items()) == 1
