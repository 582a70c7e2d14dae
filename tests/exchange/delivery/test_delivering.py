"""Delivering: each version once in effect and in order, whatever is lost on the way; who is to blame for a failure pays for it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from app.exchange.delivery.domain import MOST_ATTEMPTS
from app.exchange.delivery.reasons import reason
from app.exchange.partners.domain import FAILURES_TO_OPEN, FIRST_PAUSE
from app.kit.db import Database, session_scope
from tests.exchange.delivery.world import World, keys, outcome, world_of
from tests.support import partner
from tests.support.partner import Fault, status
from tests.support.queries import counted_queries


@pytest.fixture
def world(database: Database, now: datetime) -> Iterator[World]:
    with world_of(database, now) as made:
        yield made


def test_a_released_batch_is_announced_sent_and_acknowledged(world: World) -> None:
    world.batch(*keys(120))
    done = world.run()
    assert (done.announced, done.answered) == (1, 120)
    assert [key for key, _version in world.stub.effects] == keys(120)
    assert set(world.states()) == {"accepted"}
    handover = world.handover()
    assert handover.state == "acknowledged" and handover.announced_at and handover.sent_at and handover.acknowledged_at
    manifest = world.stub.manifests[handover.number]
    assert (manifest["count"], manifest["checksum"], manifest["definition"]) == (120, handover.checksum, "province")
    assert [(call.purpose, call.records, call.error) for call in world.calls()] == [
        ("manifest", 120, ""),
        ("records", 50, ""),
        ("records", 50, ""),
        ("records", 20, ""),
        ("receipts", 120, ""),
        ("receipts", 0, ""),
    ]
    assert world.partner().last_success_at == world.clock.now


def test_a_batch_that_is_not_released_stays(world: World) -> None:
    world.batch("A", released=False)
    assert world.run().announced == 0
    assert world.stub.manifests == {} and world.states() == ["waiting"]


def test_a_tombstone_goes_without_data(world: World) -> None:
    world.batch("A", retired=True, body="")
    world.run()
    record = world.stub.held["enterprises", "A"]
    assert record["retired"] is True and record["data"] is None


def test_versions_of_a_record_arrive_one_after_the_other(world: World) -> None:
    world.batch("A", "B", serial=1)
    world.batch("A", "C", serial=2)
    world.batch("A", serial=3)
    world.run()
    assert [version for key, version in world.stub.effects if key == "A"] == [10, 20, 30]
    assert set(world.states()) == {"accepted"}


def test_a_newer_version_waits_for_the_older_one_that_is_tried_again_later(world: World) -> None:
    world.batch("A", "B", serial=1)
    world.batch("A", serial=2)
    world.stub.overlooked = {"A"}
    world.run()
    assert world.states() == ["waiting", "accepted", "waiting"]
    world.stub.overlooked.clear()
    world.run()
    assert world.states() == ["waiting", "accepted", "waiting"]
    world.clock.pass_by(seconds=31)
    world.run()
    assert world.states() == ["accepted"] * 3
    assert [version for key, version in world.stub.effects if key == "A"] == [10, 20]


@pytest.mark.parametrize(
    "fault",
    [
        partner.dropped_before,
        partner.dropped_after,
        partner.half_json,
        partner.wrong_signature,
        partner.unsigned,
        partner.html,
        status(500),
    ],
)
def test_what_is_not_known_to_have_arrived_goes_again_under_the_same_keys(world: World, fault: Fault) -> None:
    world.batch(*keys(60))
    world.stub.faults.extend([None, fault])
    world.run()
    assert {(item.state, item.attempts, item.lease_until) for item in world.items()} == {("waiting", 0, None)}
    assert world.partner().failures == 1
    world.run()
    assert set(world.states()) == {"accepted"}
    assert sorted(key for key, _version in world.stub.effects) == keys(60)
    assert world.partner().failures == 0 and world.count_receipts() == 60


def test_a_record_without_a_receipt_is_tried_some_times_and_parked(world: World) -> None:
    world.batch("A", "B")
    world.stub.overlooked = {"A"}
    for _attempt in range(MOST_ATTEMPTS + 1):
        world.run()
        world.clock.pass_by(hours=1)
    first, second = world.items()
    assert (first.state, first.attempts, first.error) == ("parked", MOST_ATTEMPTS, "missing")
    assert second.state == "accepted"
    assert world.handover().state == "sent" and world.partner().failures == 0
    assert [call.records for call in world.calls() if call.purpose == "records"] == [2] + [1] * (MOST_ATTEMPTS - 1)


def test_a_record_that_spoils_its_parcel_is_found_and_the_others_arrive(world: World) -> None:
    world.batch(*keys(100))
    world.stub.refused = lambda records: 422 if any(record["key"] == "F0061" for record in records) else None
    world.run()
    by_key = {item.key: item for item in world.items()}
    spoilt = by_key.pop("F0061")
    assert (spoilt.state, spoilt.attempts, spoilt.error) == ("waiting", 1, "invalid: HTTP 422 one of these")
    assert spoilt.answer == '{"detail":"one of these"}' and "不合格式" in reason(spoilt.error)
    assert {item.state for item in by_key.values()} == {"accepted"}
    assert world.partner().failures == 0


def test_one_record_that_is_too_large_is_parked_at_once(world: World) -> None:
    world.batch("A", "B")
    world.stub.refused = lambda records: 413 if any(record["key"] == "B" for record in records) else None
    world.run()
    assert world.states() == ["accepted", "parked"]


def test_a_parcel_holds_no_more_than_a_megabyte(world: World) -> None:
    world.batch(*keys(5), body='"' + "x" * 400_000 + '"')
    world.run()
    assert [call.records for call in world.calls() if call.purpose == "records"] == [2, 2, 1]
    assert set(world.states()) == {"accepted"}


def test_another_manifest_under_the_same_number_parks_the_batch_with_the_reason(world: World) -> None:
    world.batch("A", "B", serial=1)
    world.batch("C", serial=2)
    world.stub.manifests["JH-2021-0001"] = {"count": 7}
    world.run()
    assert world.states() == ["parked", "parked", "accepted"]
    assert world.items()[0].error.startswith("conflict: HTTP 409")
    assert world.partner().failures == 0


def test_a_partner_that_lost_the_batch_hears_of_it_again(world: World) -> None:
    world.batch("A")
    world.stub.faults.extend([None, status(404)])
    world.run()
    assert world.handover().announced_at is None and world.states() == ["waiting"]
    world.run()
    assert world.stub.calls.count("PUT /handovers/JH-2021-0001") == 2
    world.clock.pass_by(seconds=31)
    world.run()
    assert world.states() == ["accepted"]


# -- the circuit ---------------------------------------------------------------------------------------------------------


def test_the_circuit_opens_is_tried_after_a_while_and_closes(world: World) -> None:
    world.batch("A")
    world.stub.faults.extend([status(500)] * FAILURES_TO_OPEN)
    for _round in range(FAILURES_TO_OPEN + 3):
        world.run()
    assert len(world.stub.calls) == FAILURES_TO_OPEN == world.partner().failures
    assert world.partner().open_until == world.clock.now + FIRST_PAUSE
    assert reason(world.partner().last_error) == "对方服务器出错（HTTP 500 no）"

    world.clock.pass_by(seconds=FIRST_PAUSE.total_seconds() + 1)
    world.stub.faults.append(status(500))
    world.run()
    world.run()
    assert len(world.stub.calls) == FAILURES_TO_OPEN + 1
    assert world.partner().open_until == world.clock.now + 2 * FIRST_PAUSE

    world.clock.pass_by(minutes=2)
    world.run()
    known = world.partner()
    assert (known.failures, known.open_until, known.last_error) == (0, None, "")
    assert world.states() == ["accepted"] and world.items()[0].attempts == 0


def test_of_several_deliverers_one_tries_whether_the_partner_is_back(world: World) -> None:
    world.batch("A")
    world.change_partner(failures=FAILURES_TO_OPEN, open_until=world.clock.now - timedelta(seconds=1))
    first, second = world.deliverer(), world.deliverer()

    def meanwhile(process):  # type: ignore[no-untyped-def]
        second.run_once("province")
        return process()

    world.stub.faults.append(meanwhile)
    first.run_once("province")
    assert world.stub.calls.count("PUT /handovers/JH-2021-0001") == 1
    assert world.states() == ["accepted"]


def test_a_partner_that_asks_for_patience_is_left_alone_for_as_long(world: World) -> None:
    world.batch("A")
    world.stub.faults.extend([None, status(429, retry_after="90")])
    world.run()
    assert (world.partner().failures, world.partner().open_until) == (0, world.clock.now + timedelta(seconds=90))
    world.clock.pass_by(seconds=89)
    world.run()
    assert len(world.stub.calls) == 2 and world.states() == ["waiting"]
    world.clock.pass_by(seconds=1)
    world.run()
    assert world.states() == ["accepted"]


# -- receipts by polling -----------------------------------------------------------------------------------------------


def test_records_in_their_hands_are_asked_after(world: World) -> None:
    world.batch("A", "B")
    world.stub.judge = outcome(A={"outcome": "pending"})
    world.run()
    assert world.states() == ["pending", "accepted"] and world.handover().state == "sent"
    world.stub.say("enterprises/A@10", outcome="rejected", reason_code="R7", reason="缺少注册资本")
    world.run()
    assert world.states() == ["pending", "accepted"], "not asked again at once"
    world.clock.pass_by(seconds=16)
    assert world.run().polled == 1
    item = world.items()[0]
    assert (item.state, item.reason_code, item.reason) == ("rejected", "R7", "缺少注册资本")
    assert world.handover().state == "acknowledged"
    assert world.partner().receipts_cursor == "3"


def test_the_cursor_moves_only_with_the_receipts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies while applying: both stay behind, and both come again."""
    world.batch("A")
    world.stub.judge = outcome(A={"outcome": "pending"})
    world.run()
    before = world.partner().receipts_cursor
    world.stub.say("enterprises/A@10", outcome="accepted")
    world.clock.pass_by(seconds=16)
    with monkeypatch.context() as patched:
        patched.setattr("app.exchange.delivery.deliverer.note_success", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            world.run()
    assert (world.partner().receipts_cursor, world.states()) == (before, ["pending"])
    world.run()
    assert (world.partner().receipts_cursor, world.states()) == ("2", ["accepted"])


def test_receipts_that_cannot_be_read_hold_nobody_up(world: World) -> None:
    world.batch("A")
    world.stub.judge = outcome(A={"outcome": "pending"})
    world.run()
    world.stub.receipts.append({"receipt_id": "odd"})
    world.stub.say("enterprises/A@10", outcome="accepted")
    world.clock.pass_by(seconds=16)
    world.run()
    assert world.states() == ["accepted"]
    errors = [call.error for call in world.calls() if call.error]
    assert errors == ["receipts: 1"] and "读不懂" in reason(errors[0])


# -- small things that add up ------------------------------------------------------------------------------------------


def test_an_idle_round_takes_no_write_lock(world: World) -> None:
    world.batch("A")
    world.run()
    world.run()  # follows what the first one told
    with session_scope(world.database) as session, counted_queries() as statements:
        session.connection()  # on SQLite the only write lock there is
        assert world.run().answered == 0
    assert len(statements) <= 6 and not [each for each in statements if not each.lstrip().upper().startswith("SELECT")]


def test_a_certificate_that_has_expired_stops_the_calls_with_the_reason(world: World) -> None:
    world.batch("A")
    world.change_partner(scheme="sm2", sealed_key=world.partner().sealed_key, certificate="")
    world.run()
    assert world.stub.calls == [] and world.states() == ["waiting"]
    assert reason(world.partner().last_error) == "对方的证书还没有上传，不能推送"
    assert world.calls()[-1].status is None
