"""The simulator keeps to docs/exchange.md: manifests, records once in effect, receipts, what it holds, signatures."""

from pathlib import Path

import httpx
import pytest

from tests.simulator.desk import ASIDE, Caller, outcomes, record, simulator


def test_a_manifest_is_announced_once_and_never_changed(partner: Caller) -> None:
    assert partner.announce().status_code == 201
    again = partner.announce()
    assert (again.status_code, again.json()) == (200, {"number": "B-1", "state": "open"})
    assert partner.announce(amount=2).status_code == 409
    assert partner.call("PUT", "/handovers/B-2", {"number": "B-2"}).status_code == 400
    assert partner.announce("B-3", number="B-4").json()["code"] == "manifest"


def test_a_batch_is_complete_when_all_its_records_are_there(partner: Caller) -> None:
    partner.announce(amount=2)
    partner.hand_over(record("A"))
    assert partner.announce(amount=2).json()["state"] == "open"
    partner.hand_over(record("B"))
    assert partner.announce(amount=2).json()["state"] == "complete"


def test_a_version_takes_effect_once_however_often_it_comes(partner: Caller) -> None:
    partner.announce()
    first = partner.hand_over(record("A", 5)).json()["receipts"]
    again = partner.hand_over(record("A", 5), record("A", 5)).json()["receipts"]
    assert outcomes(first) == ["accepted"]
    assert again == first * 2
    totals = partner.state()["totals"]
    assert (totals["effect"], totals["receipt"], totals["accepted"]) == (1, 1, 1)


def test_a_version_under_another_key_is_no_newer_one(partner: Caller) -> None:
    partner.announce()
    again = record("A", 5) | {"idempotency_key": "enterprises/A@5-again"}
    assert outcomes(partner.hand_over(record("A", 5), again).json()["receipts"]) == ["accepted", "rejected/stale"]
    assert partner.state()["totals"]["effect"] == 1


def test_versions_of_a_record_only_rise_and_a_tombstone_stays(partner: Caller) -> None:
    partner.announce()
    told = partner.hand_over(record("A", 5), record("A", 7, name="新名"), record("A", 6)).json()["receipts"]
    assert outcomes(told) == ["accepted", "accepted", "rejected/stale"]
    assert partner.call("GET", "/records/enterprises").json()["items"][0]["name"] == "新名"
    assert outcomes(partner.hand_over(record("A", 9, retired=True)).json()["receipts"]) == ["accepted"]
    assert partner.call("GET", "/records/enterprises").json() == {"items": [], "next": None}
    assert outcomes(partner.hand_over(record("A", 8)).json()["receipts"]) == ["rejected/stale"]
    assert outcomes(partner.hand_over(record("A", 10)).json()["receipts"]) == ["accepted"]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"name": None}, "schema"),
        ({"name": "字" * 21}, "schema"),
        ({"state": "lost"}, "schema"),
        ({"amount": "1.0"}, "schema"),
        ({"amount": 1}, "schema"),
        ({"years": [{}]}, "schema"),
        ({"years": [{"year": True}]}, "schema"),
    ],
)
def test_a_record_that_does_not_fit_is_rejected_with_the_place(
    partner: Caller, wrong: dict[str, object], reason: str
) -> None:
    partner.announce()
    (told,) = partner.hand_over(record("A", **wrong)).json()["receipts"]
    assert (told["outcome"], told["reason_code"]) == ("rejected", reason)
    assert next(iter(wrong)) in told["reason"]
    assert partner.state()["totals"]["effect"] == 0


def test_a_missing_field_a_wrong_digest_and_another_resource_are_rejected(partner: Caller) -> None:
    partner.announce()
    lacking, changed, foreign = record("A"), record("B"), record("C")
    del lacking["data"]["amount"]
    lacking["digest"] = record("A")["digest"]
    changed["data"]["name"] = "别名"
    foreign["resource"] = "cases"
    told = partner.hand_over(lacking, changed, foreign).json()["receipts"]
    assert outcomes(told) == ["rejected/digest", "rejected/digest", "rejected/resource"]
    assert outcomes(partner.hand_over({**record("D"), "data": None}).json()["receipts"]) == ["rejected/data"]


def test_what_is_no_record_gets_no_receipt_and_stops_no_other(partner: Caller) -> None:
    partner.announce()
    told = partner.hand_over({"key": "?"}, record("A")).json()["receipts"]
    assert [each["idempotency_key"] for each in told] == ["enterprises/A@1"]


def test_bounds_and_unknown_batches_are_refused(partner: Caller) -> None:
    assert partner.hand_over(record("A")).status_code == 404
    partner.announce()
    assert partner.hand_over(*[record(str(n)) for n in range(51)]).status_code == 413
    assert partner.call("POST", "/handovers/B-1/records", {"record": []}).status_code == 400
    assert partner.receipts(after="x").status_code == 400
    assert partner.state()["totals"]["receipt"] == 0


def test_receipts_are_polled_in_order_from_a_cursor(partner: Caller) -> None:
    partner.announce()
    partner.hand_over(*[record(str(n)) for n in range(5)])
    seen, cursor = [], ""
    for expected in (2, 2, 1, 0):
        page = partner.receipts(cursor, 2).json()
        assert len(page["items"]) == expected
        seen += page["items"]
        cursor = page["next"]
    assert [each["idempotency_key"] for each in seen] == [f"enterprises/{n}@1" for n in range(5)]
    assert len({each["receipt_id"] for each in seen}) == 5


def test_what_it_holds_is_listed_page_by_page(partner: Caller) -> None:
    partner.announce()
    partner.hand_over(*[record(f"K{n}") for n in range(5)])
    keys, cursor = [], ""
    while cursor is not None:
        page = partner.call("GET", f"/records/enterprises?cursor={cursor}&limit=2").json()
        keys += [each["uscc"] for each in page["items"]]
        cursor = page["next"]
    assert keys == [f"K{n}" for n in range(5)]


def test_what_is_put_aside_is_decided_when_its_clock_has_come_there(tmp_path: Path) -> None:
    with simulator(tmp_path, rules=ASIDE) as partner:
        partner.announce()
        told = partner.hand_over(record("A", 1), record("B", 1, name=None), record("A", 2)).json()["receipts"]
        assert outcomes(told) == ["pending"] * 3
        assert partner.call("GET", "/records/enterprises").json()["items"] == []
        assert len(partner.receipts().json()["items"]) == 3
        partner.control("/clock", {"forward_seconds": 3601})
        later = partner.receipts("3").json()["items"]
        assert outcomes(later) == ["accepted", "rejected/schema", "accepted"]
        assert partner.hand_over(record("A", 1)).json()["receipts"] == told[:1], "the receipt of the first time"
        assert partner.state()["totals"]["effect"] == 2


def test_a_version_decided_after_a_newer_one_took_effect_changes_nothing(tmp_path: Path) -> None:
    with simulator(tmp_path, rules=ASIDE) as partner:
        partner.announce()
        partner.hand_over(record("A", 1))
    with simulator(tmp_path) as partner:
        partner.hand_over(record("A", 2, name="新名"))
        partner.control("/hurry", {})
        assert outcomes(partner.receipts("2").json()["items"]) == ["rejected/stale"]
        assert partner.call("GET", "/records/enterprises").json()["items"][0]["name"] == "新名"


def test_a_decision_on_a_case_is_told_as_a_receipt(partner: Caller) -> None:
    decision = {"case": "QJ-GQ-2021-0047", "decision": "requested", "on": "2021-10-12", "reason": "缺审计报告"}
    assert partner.control("/decisions", decision).status_code == 200
    (told,) = partner.receipts().json()["items"]
    assert told | decision | {"kind": "decision"} == told
    assert partner.control("/decisions", decision | {"decision": "perhaps"}).status_code == 422


def test_everything_outlives_a_restart(tmp_path: Path) -> None:
    with simulator(tmp_path) as partner:
        partner.announce()
        partner.hand_over(record("A", 1))
        partner.control("/faults", {"delay": 0.5, "delay_seconds": 0.01})
        partner.control("/clock", {"forward_seconds": 7200})
        before = partner.state()
    with simulator(tmp_path) as partner:
        after = partner.state()
        assert after["totals"] == before["totals"] and after["faults"] == before["faults"]
        assert after["at"] >= before["at"]
        assert outcomes(partner.hand_over(record("A", 1)).json()["receipts"]) == ["accepted"]
        assert partner.state()["totals"]["effect"] == 1


# -- signatures -------------------------------------------------------------------------------------------------------------


def test_every_answer_is_signed_refusals_too(partner: Caller) -> None:
    for answer in (partner.announce(), partner.receipts(), partner.hand_over(record("A"), batch="B-9")):
        assert answer.extensions["fault"] is None


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"ym-signature": "sm3-hmac=" + "0" * 64}, "signature"),
        ({"ym-signature": ""}, "missing"),
        ({"ym-timestamp": "1625018400"}, "skew"),
        ({"ym-nonce": "short"}, "nonce"),
        ({"ym-key": "k2"}, "key"),
    ],
)
def test_a_call_that_is_not_ours_is_refused_and_changes_nothing(
    partner: Caller, headers: dict[str, str], code: str
) -> None:
    answer = partner.call("PUT", "/handovers/B-1", {}, headers)
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert partner.state()["totals"]["handover"] == 0


def test_a_call_that_is_played_back_is_refused(partner: Caller) -> None:
    first = partner.receipts()
    again = httpx.request("GET", str(first.request.url), headers=first.request.headers)
    assert (again.status_code, again.json()["code"]) == (401, "replay")
