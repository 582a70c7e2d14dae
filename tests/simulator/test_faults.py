"""Each fault really happens, is counted, and leaves stored what it says it leaves stored."""

import time
from itertools import count
from json import JSONDecodeError
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.simulator.faults import SHARED_OUT, Dice, FaultPlan, NotAFaultError, SimulatedFault, parse
from tests.simulator.desk import Caller, outcomes, record, simulator

RECORDS = [record(str(n)) for n in range(6)]


@pytest.fixture
def ready(partner: Caller) -> Caller:
    """A simulator that knows a batch."""
    partner.announce(amount=len(RECORDS))
    return partner


def set_fault(partner: Caller, **shares: float) -> None:
    assert partner.control("/faults", shares).status_code == 200


def stored(partner: Caller) -> int:
    return int(partner.state()["totals"]["effect"])


def test_hanging_up_before_leaves_nothing(ready: Caller) -> None:
    set_fault(ready, drop_before=1)
    with pytest.raises(httpx.TransportError):
        ready.hand_over(*RECORDS)
    assert stored(ready) == 0 and ready.befell("drop_before") == 1


def test_hanging_up_after_leaves_everything_stored(ready: Caller) -> None:
    set_fault(ready, drop_after=1)
    with pytest.raises(httpx.TransportError):
        ready.hand_over(*RECORDS)
    assert stored(ready) == 6 and ready.befell("drop_after") == 1


def test_a_late_answer_takes_its_time(ready: Caller) -> None:
    set_fault(ready, delay=1, delay_seconds=0.5)
    begun = time.monotonic()
    assert outcomes(ready.hand_over(*RECORDS).json()["receipts"]) == ["accepted"] * 6
    assert time.monotonic() - begun >= 0.5 and ready.befell("delay") == 1
    with pytest.raises(httpx.ReadTimeout):
        ready.http.get(ready.url + "/receipts", timeout=0.1)


def test_500_comes_before_and_after_storing(ready: Caller) -> None:
    set_fault(ready, error=1)
    seen = set()
    for number in count():
        before = stored(ready)
        answer = ready.hand_over(record(f"E{number}"))
        assert answer.status_code == 500 and answer.extensions["fault"] is None
        seen.add(stored(ready) - before)
        if seen == {0, 1}:
            break
        assert number < 60, "only one of both"


def test_a_cut_answer_is_signed_and_is_no_json(ready: Caller) -> None:
    set_fault(ready, truncated=1)
    answer = ready.hand_over(*RECORDS)
    assert answer.status_code == 200 and answer.extensions["fault"] is None
    with pytest.raises(JSONDecodeError):
        answer.json()
    assert stored(ready) == 6


def test_some_receipts_are_left_out(ready: Caller) -> None:
    set_fault(ready, partial=1)
    assert len(ready.hand_over(*RECORDS).json()["receipts"]) == 3
    assert stored(ready) == 6
    assert len(ready.receipts().json()["items"]) == 6, "a page that lost some would lose them for ever"


def test_a_wrong_signature_is_wrong(ready: Caller) -> None:
    set_fault(ready, wrong_signature=1)
    assert ready.hand_over(*RECORDS).extensions["fault"] == "signature"
    assert stored(ready) == 6


@pytest.mark.parametrize("where", ["answer", "poll"])
def test_receipts_are_told_twice(ready: Caller, where: str) -> None:
    told = ready.hand_over(*RECORDS).json()["receipts"]
    set_fault(ready, duplicate=1)
    again = ready.hand_over(*RECORDS).json()["receipts"] if where == "answer" else ready.receipts().json()["items"]
    assert again == [each for each in told for _twice in range(2)]


@pytest.mark.parametrize("where", ["answer", "poll"])
def test_receipts_are_told_in_another_order(ready: Caller, where: str) -> None:
    told = ready.hand_over(*RECORDS).json()["receipts"]
    set_fault(ready, reordered=1)
    again = ready.hand_over(*RECORDS).json()["receipts"] if where == "answer" else ready.receipts().json()["items"]
    assert again != told
    assert sorted(again, key=_number) == told


def test_an_outage_lasts_an_hour_of_its_own_clock(ready: Caller) -> None:
    set_fault(ready, outage=1)
    ways = {_way(ready) for _call in range(40)}
    assert ways == {"503", "dropped"}
    set_fault(ready)
    assert _way(ready) != "200", "the outage goes on, whatever faults are in force"
    assert ready.state()["outage_until"]
    ready.control("/clock", {"forward_seconds": 3590})
    assert _way(ready) != "200"
    ready.control("/clock", {"forward_seconds": 11})
    assert _way(ready) == "200" and ready.state()["outage_until"] is None


def test_faults_of_receipts_do_not_befall_calls_without_receipts(ready: Caller) -> None:
    set_fault(ready, duplicate=0.4, reordered=0.3, partial=0.3)
    ready.announce(amount=len(RECORDS))
    ready.call("GET", "/records/enterprises")
    assert [ready.befell(name) for name in ("duplicate", "reordered", "partial")] == [0, 0, 0]


def _way(partner: Caller) -> str:
    try:
        return str(partner.receipts().status_code)
    except httpx.TransportError:
        return "dropped"


def _number(receipt: dict[str, Any]) -> str:
    return str(receipt["receipt_id"])


# -- how often ------------------------------------------------------------------------------------------------------------


def test_faults_come_as_often_as_they_should_and_the_same_seed_gives_the_same() -> None:
    plan = parse("all=0.3,outage=0.1")
    dice, again = Dice(7), Dice(7)
    drawn = [dice.draw(plan) for _call in range(20_000)]
    assert drawn == [again.draw(plan) for _call in range(20_000)]
    for fault in SimulatedFault:
        share = 0.1 if fault is SimulatedFault.OUTAGE else 0.3 / len(SHARED_OUT)
        assert abs(drawn.count(fault) / 20_000 - share) < 0.01
    assert abs(drawn.count(None) / 20_000 - 0.6) < 0.02


def test_a_specification_is_read_and_a_wrong_one_refused_with_the_reason() -> None:
    assert parse("") == FaultPlan()
    assert parse("drop_before=0.25, delay=0.5,delay_seconds=2") == FaultPlan(
        {SimulatedFault.DROP_BEFORE: 0.25, SimulatedFault.DELAY: 0.5}, 2.0
    )
    assert set(parse("all=0.9,delay=0").shares) == set(SHARED_OUT) - {SimulatedFault.DELAY}
    for wrong in ("drop=0.1", "delay", "delay=much", "delay=1.1", "delay=-1", "delay=nan", "error=0.6,delay=0.6"):
        with pytest.raises(NotAFaultError):
            parse(wrong)


def test_shuffling_never_leaves_the_order() -> None:
    dice = Dice(3)
    for _again in range(50):
        assert dice.shuffled([1, 2]) == [2, 1]
    assert dice.shuffled([1]) == [1] and dice.shuffled([]) == []


# -- who may switch them --------------------------------------------------------------------------------------------------


def test_the_control_refuses_nonsense_and_other_sites(partner: Caller) -> None:
    assert partner.control("/faults", {"drop": 1}).status_code == 422
    assert partner.control("/clock", {"forward_seconds": -5}).status_code == 422
    assert partner.control("/clock", {"forward_seconds": "soon"}).status_code == 422
    foreign = partner.http.post(partner.url + "/hurry", json={}, headers={"origin": "http://elsewhere.example"})
    assert foreign.status_code == 403
    body = partner.http.post(partner.url + "/faults", content=b"{", headers={"content-type": "application/json"})
    assert body.status_code == 400


def test_with_a_control_token_nobody_passes_without_it(tmp_path: Path) -> None:
    with simulator(tmp_path, control_token="open sesame") as partner:
        assert partner.http.get(partner.url + "/").status_code == 403
        assert partner.control("/faults?token=open", {}).status_code == 403
        assert partner.control("/faults?token=open%20sesame", {}).status_code == 200
        assert partner.announce().status_code == 201, "the partner's own addresses are guarded by signatures"


def test_the_page_shows_and_sets_in_chinese(ready: Caller) -> None:
    ready.hand_over(*RECORDS[:1])
    page = ready.http.get(ready.url + "/").text
    assert "省级系统模拟器" in page and "POST /handovers/B-1/records" in page
    sent = ready.http.post(ready.url + "/faults", data={"delay": "12.5", "error": "", "delay_seconds": "2"})
    assert sent.status_code == 303
    faults = ready.state()["faults"]
    assert (faults["delay"], faults["error"], faults["delay_seconds"]) == (0.125, 0.0, 2.0)
    assert 'value="12.5"' in ready.http.get(ready.url + "/").text
    decision = {"case": "QJ-1", "decision": "accepted", "on": "2021-10-12", "reason": ""}
    assert ready.http.post(ready.url + "/decisions", data=decision).status_code == 303
    ready.http.post(ready.url + "/clock", data={"forward_seconds": "3600"})
    assert ready.receipts().json()["items"][-1]["case"] == "QJ-1"


@pytest.mark.parametrize(
    ("address", "sent", "told"),
    [
        ("/faults", {"delay": "60", "error": "50"}, "相加不超过 100"),
        ("/faults", {"delay": "much"}, "须是 0 到 100 的数"),
        ("/decisions", {"case": "QJ-1", "decision": "accepted", "on": ""}, "日期须填写"),
        ("/clock", {"forward_seconds": "-1"}, "时钟没有拨动"),
    ],
)
def test_what_the_page_cannot_do_it_says_on_the_page(
    ready: Caller, address: str, sent: dict[str, str], told: str
) -> None:
    before = ready.state()["faults"]
    answer = ready.http.post(ready.url + address, data=sent)
    assert (answer.status_code, ready.state()["faults"]) == (422, before)
    assert told in answer.text and "最近生效的版本" in answer.text
