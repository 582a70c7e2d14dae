"""Claiming: whoever has a record sends it, nobody else does; a process that dies anywhere loses nothing and repeats under the same keys."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.exchange.delivery import transmission
from app.exchange.delivery.calls import PartnerClient, Receipted
from app.exchange.delivery.lookahead import WORK, look
from app.exchange.delivery.metrics import accepted_by_partner
from app.exchange.delivery.parcels import DUE, OLDEST, claim
from app.exchange.handovers.domain import ItemState
from app.exchange.handovers.models import HandoverItem
from app.exchange.partners.domain import FAILURES_TO_OPEN
from app.kit.db import Database, read_scope, session_scope
from tests.exchange.delivery.world import World, keys, outcome, world_of
from tests.support.queries import counted_queries, filled, plan_of


@pytest.fixture
def world(database: Database, now: datetime) -> Iterator[World]:
    with world_of(database, now) as made:
        yield made


class Killed(BaseException):
    """As if the process had ended here."""


def test_dying_between_sending_and_marking_repeats_the_call_and_not_its_effect(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.batch(*keys(10))
    with monkeypatch.context() as patched:

        def killed(*_: object) -> None:
            raise Killed

        patched.setattr(transmission, "settle", killed)
        with pytest.raises(Killed):
            world.run()
    assert len(world.stub.effects) == 10 and set(world.states()) == {"waiting"}
    world.change_partner(polled_at=world.clock.now)  # that the receipts come by polling is another matter

    second = world.deliverer()
    second.run_once("province")
    posted = world.stub.calls.count("POST /handovers/JH-2021-0001/records")
    assert posted == 1, "the dead one's lease still runs"
    world.clock.pass_by(seconds=60)
    second.run_once("province")
    assert set(world.states()) == {"accepted"} and len(world.stub.effects) == 10
    assert world.stub.calls.count("POST /handovers/JH-2021-0001/records") == 2
    assert world.count_receipts() == 10


def test_dying_before_sending_loses_nothing(world: World) -> None:
    world.batch(*keys(10))
    world.stub.manifests["JH-2021-0001"] = {}
    partner_id = world.partner().id
    with session_scope(world.database) as session:
        session.merge(world.handover()).announced_at = world.clock.now
        session.flush()
        assert claim(session, partner_id, now=world.clock.now, until=world.clock.now + timedelta(minutes=1), limit=7)
    world.run()
    assert world.states() == ["waiting"] * 7 + ["accepted"] * 3
    world.clock.pass_by(seconds=61)
    world.run()
    assert set(world.states()) == {"accepted"} and len(world.stub.effects) == 10


def test_what_took_too_long_to_come_to_is_not_sent_when_another_has_it(world: World) -> None:
    """The clock jumps while one parcel is on its way; meanwhile another process has sent the next one."""
    world.batch(*keys(100))
    first, second = world.deliverer(), world.deliverer()

    def slow(process):  # type: ignore[no-untyped-def]
        until = world.clock.now + timedelta(minutes=5)
        while not [item for item in world.items() if item.id > 50 and item.lease_until]:
            pass  # the first one claims its second parcel
        world.clock.now = until
        second.run_once("province")
        return process()

    world.stub.faults.extend([None, slow])
    first.run_once("province")
    assert set(world.states()) == {"accepted"}
    assert len(world.stub.effects) == 100
    parcels = [call for call in world.stub.calls if call.startswith("POST")]
    assert len(parcels) == 3, "the first parcel ran out of its lease and went twice, the second once"


def test_two_deliverers_share_the_work_and_send_nothing_twice(world: World) -> None:
    for serial in range(1, 5):
        world.batch(*keys(100), serial=serial)
    deliverers = [world.deliverer(), world.deliverer()]
    failed: list[BaseException] = []

    def work(number: int) -> None:
        try:
            while set(world.states()) != {"accepted"}:
                deliverers[number].run_once("province")
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed and set(world.states()) == {"accepted"}
    for key in keys(100):
        assert [version for of, version in world.stub.effects if of == key] == [10, 20, 30, 40]
    sent = sum(call.records for call in world.calls() if call.purpose == "records")
    assert sent == 400 and world.count_receipts() == 400


def test_a_version_that_was_replaced_while_under_way_stays_replaced(world: World) -> None:
    world.batch("A", "B")
    first = world.items()[0].id

    def replace(process):  # type: ignore[no-untyped-def]
        with session_scope(world.database) as session:
            item = session.get_one(HandoverItem, first)
            item.state, item.lease_until = ItemState.SUPERSEDED, None
        world.stub.overlooked = {"A"}
        return process()

    world.stub.faults.extend([None, replace])
    world.run()
    assert world.states() == ["superseded", "accepted"] and world.items()[0].attempts == 0


def test_a_cursor_that_another_deliverer_moved_meanwhile_is_not_set_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.batch("A")
    world.stub.judge = outcome(A={"outcome": "pending"})
    world.run()
    world.stub.say("enterprises/A@10", outcome="accepted")
    world.clock.pass_by(seconds=16)
    asked = PartnerClient.get_receipts

    def overtaken(client: PartnerClient, after: str) -> Receipted:
        got = asked(client, after)
        world.change_partner(receipts_cursor="9")
        return got

    monkeypatch.setattr(PartnerClient, "get_receipts", overtaken)
    assert world.run().polled == 0
    assert (world.partner().receipts_cursor, world.states()) == ("9", ["pending"])


def test_of_two_that_saw_a_pause_end_at_once_one_may_try(world: World) -> None:
    world.change_partner(failures=FAILURES_TO_OPEN, open_until=world.clock.now)
    with read_scope(world.database) as session:
        sight = look(session, "province", world.clock.now, timedelta(seconds=15))
    assert sight is not None
    assert [world.deliverer()._may_call(sight) for _process in range(2)] == [True, False]


def test_a_parcel_costs_few_statements(world: World) -> None:
    """Of which the receipts take six, however many they are; a share of the polling after it is in it."""

    def cost(parcels: int, serial: int) -> int:
        world.batch(*keys(50 * parcels), serial=serial)
        with counted_queries() as statements:
            world.run()
        return len(statements)

    world.run()
    few, many = cost(1, 1), cost(5, 2)
    assert (many - few) / 4 <= 13


def test_the_statements_use_their_indexes(world: World) -> None:
    world.batch(*keys(3_000), serial=1, state="accepted")
    world.batch(*keys(60, "G"), serial=2)
    partner_id = world.partner().id
    with session_scope(world.database) as session:
        session.execute(text("analyze"))
    with read_scope(world.database) as session:
        due = plan_of(session, filled(DUE, partner_id=partner_id, now=world.clock.now, most=50))
        oldest = plan_of(
            session, filled(OLDEST, partner_id=partner_id, now=world.clock.now, resource="enterprises", keys=keys(3))
        )
        work = plan_of(session, filled(WORK, partner_id=partner_id, now=world.clock.now))
        accepted = plan_of(session, accepted_by_partner([partner_id]))
    for plan in (due, work):  # of few batches with much in them, or of few records in many batches
        assert "ix_handover_item_due" in plan or "ix_handover_item_handover" in plan, plan
    for plan in (oldest, work):
        assert "ix_handover_item_record" in plan, plan
    for plan in (due, oldest, work):
        assert "SCAN handover_item" not in plan and "Seq Scan" not in plan, plan
    assert "ix_handover_item_" in accepted and "Seq Scan" not in accepted, accepted
