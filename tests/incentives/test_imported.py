"""Payment lists of the past taken in."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.incentives.imported.past_awards import PAST_AWARDS
from app.incentives.imported.payment_rows import guess_scheme
from app.incentives.models import PastAward
from app.journal.models import JournalEvent
from app.kit import db
from tests.factories.commissioners import firm
from tests.support.statements import recorded_statements
from tests.support.taking import Hand, told

UNITS = {"amount_fen": "万元"}


def row(code: str, **cells: str) -> dict[str, str]:
    usual = {"uscc": code, "scheme_name": "高新技术企业首次认定奖励", "amount_fen": "20.0", "year": "2022"}
    return usual | {"paid_on": "2022年2月15日"} | cells


def hand(session: Session) -> Hand:
    return Hand(session, PAST_AWARDS, units=UNITS)


def awards(session: Session) -> list[PastAward]:
    return list(session.scalars(select(PastAward).order_by(PastAward.id)))


def test_what_was_paid_comes_in_whatever_its_scheme_is_called(session: Session) -> None:
    one = firm(session)
    rows = [row(one.uscc), row(one.uscc, scheme_name="瞪羚企业一次性奖励", amount_fen="75000元", paid_on="2022/8/2")]
    assert told(hand(session).take(rows)) == ["created", "created"]
    first, second = awards(session)
    assert (first.year, first.scheme_code, first.amount_fen) == (2022, "high-tech-first-recognition", 20_000_000)
    assert (first.state, first.paid_on) == ("paid", date(2022, 2, 15))
    assert (second.scheme_name, second.scheme_code, second.amount_fen) == ("瞪羚企业一次性奖励", None, 7_500_000)


def test_an_award_is_one_event_of_its_firm(session: Session) -> None:
    where = firm(session)
    hand(session).take([row(where.uscc)])
    db.commit(session)
    (event,) = session.scalars(select(JournalEvent).where(JournalEvent.type == "past_award.added"))
    assert (event.enterprise_id, event.data["import"], event.changes["amount_fen"]) == (where.id, 7, [None, 20_000_000])


@pytest.mark.parametrize(
    ("cells", "state", "paid_on", "note"),
    [
        ({"paid_on": "暂缓"}, "unpaid", None, "暂缓"),
        ({"paid_on": "未发放"}, "unpaid", None, "未发放"),
        ({"paid_on": ""}, "unpaid", None, ""),
        ({"paid_on": "", "state": "待拨付"}, "unpaid", None, "待拨付"),
        ({"paid_on": "", "state": "已发放"}, "paid", None, ""),
        ({"paid_on": "已拨付"}, "paid", None, ""),
        ({"paid_on": "", "state": "是"}, "paid", None, ""),
        ({"paid_on": "", "state": "否"}, "unpaid", None, ""),
        ({"paid_on": "2022.2.1", "state": "已发放"}, "paid", date(2022, 2, 1), ""),
        ({"paid_on": "2022年2月"}, "paid", None, ""),
    ],
)
def test_whether_and_when_it_was_paid(
    session: Session, cells: dict[str, str], state: str, paid_on: date | None, note: str
) -> None:
    where = firm(session)
    (verdict,) = hand(session).take([row(where.uscc, **cells)])
    (found,) = awards(session)
    assert (verdict.outcome, found.state, found.paid_on, found.note) == ("created", state, paid_on, note)


@pytest.mark.parametrize(
    ("cells", "outcome"),
    [
        ({"scheme_name": ""}, "rejected award.scheme.missing"),
        ({"scheme_name": "长" * 121}, "rejected award.scheme.long"),
        ({"year": "", "paid_on": ""}, "rejected award.year.missing"),
        ({"year": "往年"}, "rejected award.year.missing"),
        ({"year": "2099"}, "rejected award.year.missing"),
        ({"year": ""}, "created"),
        ({"amount_fen": "-3"}, "created negative"),
        ({"amount_fen": "约五万"}, "created unread"),
        ({"amount_fen": "3万美元"}, "created unread"),
        ({"paid_on": "2022年2月30日"}, "created day.invalid"),
        ({"paid_on": "2022年2月"}, "created day.incomplete"),
        ({"paid_on": "2099-01-01"}, "created day.future"),
    ],
)
def test_each_refusal_has_a_cause_of_its_own(session: Session, cells: dict[str, str], outcome: str) -> None:
    where = firm(session)
    assert told(hand(session).take([row(where.uscc, **cells)])) == [outcome]


def test_a_bare_number_without_a_unit_is_left_empty(session: Session) -> None:
    where = firm(session)
    assert told(Hand(session, PAST_AWARDS).take([row(where.uscc)])) == ["created unit.missing"]
    assert awards(session)[0].amount_fen is None


def test_the_same_list_again_changes_nothing_and_a_newer_one_completes(session: Session) -> None:
    where, again = firm(session), hand(session)
    rows = [
        row(where.uscc, paid_on="暂缓"),
        row(where.uscc, amount_fen="5"),
        row(where.uscc, amount_fen="5", paid_on="2022-6-1"),
    ]
    assert told(again.take(rows)) == ["created"] * 3
    assert told(again.take(rows)) == ["unchanged"] * 3
    assert told(again.take([row(where.uscc, paid_on="2023-01-05")])) == ["changed"]
    assert told(again.take(rows)) == ["unchanged"] * 3
    first = awards(session)[0]
    assert (first.state, first.paid_on, first.note) == ("paid", date(2023, 1, 5), "")
    assert len(awards(session)) == 3


def test_the_columns_of_a_payment_list_name_no_bank_and_no_account() -> None:
    known = {header for column in PAST_AWARDS.fields for header in column.headers}
    assert not known & {"开户行", "开户银行", "银行账号", "账号", "账户", "户名", "收款人", "经办人", "联系人"}


@pytest.mark.parametrize(
    ("titles", "scheme"),
    [
        ("Sheet1 2023年高新技术企业认定奖励发放表", "高新技术企业认定奖励"),
        ("奖补发放花名册 2022年度科技奖补资金发放花名册", "科技奖补"),
        ("高企奖励 2021年高新技术企业认定奖励发放明细表", "高新技术企业认定奖励"),
        ("企业名单", ""),
    ],
)
def test_a_title_tells_once_for_what_a_list_was_paid(titles: str, scheme: str) -> None:
    assert guess_scheme(titles) == scheme


def test_many_rows_take_as_many_statements_as_few(session: Session) -> None:
    where = firm(session)
    one = hand(session)

    def statements(first: int, number: int) -> int:
        rows = [row(where.uscc, scheme_name=f"奖励{n}") for n in range(first, first + number)]
        batch = [verdict.parsed for verdict in one.look(rows)]
        taker = one.taker
        with recorded_statements() as sent:
            taker.write(session, taker.decide(session, batch, lock=True), where.created_at)
        return len(sent)

    assert statements(0, 30) == statements(1000, 500)
