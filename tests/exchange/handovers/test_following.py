"""A partner follows the journal: what changed is noted at its records, and goes out by itself where it follows."""

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.exchange.handovers.domain import BatchBasis, HandoverState, ItemState, RecordStatus
from app.exchange.handovers.models import Handover, HandoverItem, PartnerRecord
from app.exchange.handovers.service.following import SETTLING, follow_partner
from app.exchange.partners.models import Partner
from app.kit import db
from tests.exchange.handovers.conftest import Desk
from tests.exchange.handovers.test_receiving import receipt, received
from tests.exchange.world import BEGAN, World

LATER = BEGAN + timedelta(days=1)


class CountQueries(Protocol):
    def __call__(self) -> AbstractContextManager[list[str]]: ...


def known(session: Session) -> dict[str, tuple[str, bool]]:
    """State of each record, and whether it is gone here."""
    rows = session.scalars(select(PartnerRecord).execution_options(populate_existing=True))
    return {row.key: (row.state, row.retired) for row in rows}


def followed(desk: Desk, at: datetime = LATER) -> int:
    # Read before the commit: reading it afterwards would open a transaction that holds the lock.
    code = desk.partner.code
    db.commit(desk.session)
    return follow_partner(desk.database, code, at)


def test_a_new_partner_begins_at_the_end_of_the_journal(
    database: db.Database, session: Session, world: World, request: pytest.FixtureRequest
) -> None:
    world.enterprise()
    db.commit(session)
    desk: Desk = request.getfixturevalue("desk")
    assert followed(desk) <= 1  # the event of its own creation at most
    assert known(session) == {}


def test_a_change_is_noted_and_nothing_else_is_written(desk: Desk, world: World, session: Session) -> None:
    firm = world.enterprise()
    case = world.case(firm)
    world.noise()
    db.commit(session)
    assert session.scalar(select(func.count()).select_from(PartnerRecord)) == 0
    followed(desk)
    assert known(session) == {firm.uscc: (RecordStatus.CHANGED, False), case.number: (RecordStatus.CHANGED, False)}
    assert session.scalars(select(PartnerRecord.enterprise_id).distinct()).all() == [firm.id]
    assert followed(desk) == 0
    assert desk.items() == []


def test_what_lies_elsewhere_is_not_noted(desk: Desk, world: World, session: Session) -> None:
    desk.partner.region_prefix = "429005"
    firm = world.enterprise("421000")
    followed(desk)
    assert known(session) == {}
    world.move(firm, "429005001")
    followed(desk)
    assert known(session) == {firm.uscc: (RecordStatus.CHANGED, False)}


def test_a_record_that_was_never_sent_and_is_gone_is_forgotten(desk: Desk, world: World, session: Session) -> None:
    firm = world.enterprise()
    followed(desk)
    world.retire(firm)
    followed(desk)
    assert known(session) == {}


def test_a_record_that_was_sent_and_is_gone_is_sent_as_a_tombstone(
    desk: Desk, world: World, session: Session, now: datetime
) -> None:
    firm = world.enterprise()
    [item] = desk.items(desk.released())
    received(session, desk.partner, now, receipt(item))
    world.retire(firm)
    followed(desk)
    assert known(session) == {firm.uscc: (RecordStatus.CHANGED, True)}
    [tombstone] = desk.items(desk.released(basis="changed"))
    assert (tombstone.retired, tombstone.body, tombstone.key) == (True, "", firm.uscc)
    received(session, desk.partner, now, receipt(tombstone))
    assert known(session) == {firm.uscc: (RecordStatus.ACCEPTED, True)}
    assert desk.prepared(basis="all").state == HandoverState.CANCELLED


def test_what_a_frozen_version_holds_already_is_not_noted_again(desk: Desk, world: World, session: Session) -> None:
    firm = world.enterprise()
    desk.released()
    followed(desk)
    assert known(session) == {firm.uscc: (RecordStatus.ON_THE_WAY, False)}


def test_the_same_record_again_is_skipped(desk: Desk, world: World, session: Session, now: datetime) -> None:
    firm = world.enterprise()
    [item] = desk.items(desk.released())
    received(session, desk.partner, now, receipt(item))
    world.journal("enterprise.changed", world.of(firm))
    followed(desk)
    assert known(session) == {firm.uscc: (RecordStatus.CHANGED, False)}
    batch = desk.prepared(basis="changed")
    assert (batch.state, batch.skipped) == (HandoverState.CANCELLED, 1)
    assert known(session) == {firm.uscc: (RecordStatus.ACCEPTED, False)}


@pytest.fixture
def following(partner: Partner, session: Session) -> Partner:
    """The partner, to whom changes go by themselves."""
    partner.follows = True
    db.commit(session)
    return partner


def test_changes_go_out_by_themselves_once_they_have_settled(
    desk: Desk, following: Partner, world: World, session: Session
) -> None:
    firm = world.enterprise()
    case = world.case(firm)
    at = BEGAN + timedelta(seconds=1)
    followed(desk, at)
    assert desk.items() == []
    followed(desk, at + SETTLING + timedelta(minutes=1))
    assert {(item.resource, item.key, item.state) for item in desk.items()} == {
        ("enterprises", firm.uscc, ItemState.WAITING),
        ("cases", case.number, ItemState.WAITING),
    }
    batches = session.scalars(select(Handover)).all()
    assert {(batch.basis, batch.made_by) for batch in batches} == {(BatchBasis.FOLLOWED, "system")}
    assert all(batch.released_at is not None for batch in batches)
    followed(desk, at + timedelta(hours=1))
    assert session.scalar(select(func.count()).select_from(Handover)) == 2


def test_a_change_of_nothing_that_leaves_makes_no_batch(
    desk: Desk, following: Partner, world: World, session: Session, now: datetime
) -> None:
    firm = world.enterprise()
    [item] = desk.items(desk.released())
    received(session, desk.partner, now, receipt(item))
    world.journal("enterprise.changed", world.of(firm))
    followed(desk)
    assert session.scalar(select(func.count()).select_from(Handover)) == 1
    assert known(session) == {firm.uscc: (RecordStatus.ACCEPTED, False)}


def test_a_disabled_partner_is_not_served(desk: Desk, following: Partner, world: World, session: Session) -> None:
    following.disabled_on = BEGAN.date()
    world.enterprise()
    assert followed(desk) == 0
    assert desk.items() == []


def test_following_takes_as_many_statements_for_ten_as_for_a_hundred(
    desk: Desk, following: Partner, world: World, count_queries: CountQueries
) -> None:
    counted = []
    for records in (10, 100):
        for _number in range(records):
            world.enterprise()
        db.commit(desk.session)
        with count_queries() as statements:
            follow_partner(desk.database, desk.partner.code, LATER)
        counted.append(len(statements))
    assert counted[0] == counted[1]
    assert desk.session.scalar(select(func.count()).select_from(HandoverItem)) == 110
