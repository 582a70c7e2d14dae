"""Applications of earlier years: taken in from ledgers, kept as history."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.past_cases.imported import PAST_CASES
from app.cases.past_cases.models import PastCase
from app.journal.models import JournalEvent
from app.kit import db
from tests.factories.enterprises import firm
from tests.support.statements import recorded_statements
from tests.support.taking import NOW, Hand, told


def row(code: str, **cells: str) -> dict[str, str]:
    usual = {"uscc": code, "programme_code": "高企", "year": "2018", "result": "通过", "number": "GQ2018-014"}
    return usual | {"decided_on": "2018年11月15日"} | cells


def kept(session: Session) -> list[PastCase]:
    return list(session.scalars(select(PastCase).order_by(PastCase.id)))


def test_what_was_applied_for_is_one_event_of_its_firm(session: Session) -> None:
    one, hand = firm(session), Hand(session, PAST_CASES)
    assert told(hand.take([row(one.uscc)])) == ["created"]
    (case,) = kept(session)
    assert (case.programme_code, case.year, case.result) == ("high-tech-enterprise", 2018, "passed")
    assert (case.number, case.decided_on, case.imported_in) == ("GQ2018-014", date(2018, 11, 15), 7)
    db.commit(session)
    (event,) = session.scalars(select(JournalEvent).filter_by(type="enterprise.past_case_added"))
    assert event.data == {"import": 7, "id": case.id, "note": "2018 high-tech-enterprise"}
    assert event.changes["past_case.result"] == [None, "passed"]
    assert told(hand.take([row(one.uscc)])) == ["unchanged"]
    assert told(hand.take([row(one.uscc, note="第一批（示例）")])) == ["changed"]
    (verdict,) = hand.take([row(one.uscc, result="未通过")])
    assert verdict.differences == {"result": ("passed", "failed")}
    hand.settle(row(one.uscc), verdict, "result")
    assert kept(session)[0].result == "failed"


def test_a_programme_that_nobody_knows_refuses_the_row_with_its_own_reason(session: Session) -> None:
    one, hand = firm(session), Hand(session, PAST_CASES)
    unknown = row(one.uscc, programme_code="火炬计划重点项目")
    (verdict,) = hand.look([unknown])
    assert told([verdict]) == ["rejected past_case.programme.unknown"]
    assert "火炬计划重点项目" in str(verdict.reasons[0])
    assert told(hand.look([row(one.uscc, programme_code="")])) == ["rejected field.missing"]
    assert told(hand.look([row(one.uscc, year="去年")])) == ["rejected field.missing year.invalid"]


def test_a_result_that_is_none_is_how_far_it_got(session: Session) -> None:
    one, hand = firm(session), Hand(session, PAST_CASES)
    said = {"2016": "专家评审", "2017": "未通过（得分 68）", "2018": "主动撤回", "2019": "退回修改", "2020": ""}
    assert told(hand.take([row(one.uscc, year=year, result=text) for year, text in said.items()])) == ["created"] * 5
    found = {case.year: (case.result, case.stage) for case in kept(session)}
    assert found == {
        2016: ("", "专家评审"),
        2017: ("failed", "未通过（得分 68）"),
        2018: ("withdrawn", ""),
        2019: ("", "退回修改"),
        2020: ("", ""),
    }


def test_rounds_of_a_year_are_told_apart_and_repeats_are_handed_back(session: Session) -> None:
    one, hand = firm(session), Hand(session, PAST_CASES)
    rows = [
        row(one.uscc, round="第一批", result="未通过"),
        row(one.uscc, round="第三批"),
        row(one.uscc, round="第 一 批"),
    ]
    assert told(hand.take(rows)) == ["created", "created", "rejected repeat"]
    assert told(hand.take(rows[1:2])) == ["unchanged"]


def test_thirty_rows_and_two_hundred_ask_the_same_number_of_statements(session: Session) -> None:
    hand, sent = Hand(session, PAST_CASES), []
    for size in (30, 200):
        one = firm(session)
        batch = [hand.taker.parse(hand.source(row(one.uscc, round=f"{number}"), number)) for number in range(size)]
        for parsed in batch:
            parsed.firm = one
        session.flush()
        taker = hand.taker
        with recorded_statements() as statements:
            taker.write(session, taker.decide(session, batch, lock=True), NOW)
        sent.append(len(statements))
    assert sent[0] == sent[1]
