"""Lists of experts and ledgers of agreements taken in."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commissioners.imported.agreements import AGREEMENTS
from app.commissioners.imported.people import PEOPLE
from app.commissioners.imported.programme_names import load_programmes
from app.commissioners.models import Commissioner, ServiceAgreement
from app.journal.models import JournalEvent, JournalPrivate
from app.kit import db
from app.kit.actor import Actor
from app.kit.errors import Conflict
from tests.factories.commissioners import agreement, expert, firm
from tests.support.statements import recorded_statements
from tests.support.taking import Hand, told

MakeActor = Callable[..., Actor]
UNIT = "江汉平原大学（示例）"


def person(**cells: str) -> dict[str, str]:
    usual = {
        "expert": "熊少南（示例）",
        "unit": UNIT,
        "title": "副教授",
        "degree": "博士研究生",
        "phone": "10013871234",
    }
    return usual | cells


def row(code: str, **cells: str) -> dict[str, str]:
    usual = {"uscc": code, "expert": "熊少南（示例）", "unit": UNIT, "title": "讲师", "programme": "湖北专项"}
    return usual | {"number": "示例协议〔2023〕001号", "term": "2023.01.23—2025.01.23"} | cells


def people(session: Session) -> list[Commissioner]:
    return list(session.scalars(select(Commissioner).order_by(Commissioner.id)))


def agreements(session: Session) -> list[ServiceAgreement]:
    return list(session.scalars(select(ServiceAgreement).order_by(ServiceAgreement.id)))


# -- experts --------------------------------------------------------------------------------------------------------------


def test_experts_come_in_once_and_namesakes_of_two_units_are_two(session: Session) -> None:
    hand = Hand(session, PEOPLE)
    rows = [person(), person(unit="荆楚理工大学（示例）", title="讲师"), person(expert=" 易 行谷 ")]
    assert told(hand.take(rows)) == ["created"] * 3
    assert told(hand.take([person(), person(unit="荆楚理工大学 （示例）", title="讲师")])) == ["unchanged"] * 2
    one, two, three = people(session)
    assert (one.unit, one.title, one.degree, one.phone, one.region_code) == (
        UNIT,
        "副教授",
        "doctor",
        "10013871234",
        "429005",
    )
    assert (two.unit, three.name, three.name_initials) == ("荆楚理工大学（示例）", "易行谷", "yxg")


def test_a_new_expert_is_one_event_with_the_telephone_kept_apart(session: Session) -> None:
    Hand(session, PEOPLE).take([person()])
    db.commit(session)
    (event,) = session.scalars(select(JournalEvent).where(JournalEvent.type == "commissioner.created"))
    assert (event.subject_id, event.data["import"], event.changes["unit"]) == ("EXP000001", 7, [None, UNIT])
    assert "phone" not in event.changes
    assert "10013871234" in session.scalars(select(JournalPrivate.content)).one()


def test_what_is_empty_is_filled_and_what_differs_is_asked_about(
    session: Session, actor: MakeActor, now: datetime
) -> None:
    expert(session, actor(), now, name="熊少南（示例）", unit=UNIT, title="讲师", phone="")
    hand = Hand(session, PEOPLE)
    (verdict,) = hand.take([person()])
    assert (verdict.outcome, verdict.differences) == ("differs", {"title": ("讲师", "副教授")})
    (who,) = people(session)
    assert (who.title, who.degree, who.phone, who.version) == ("讲师", "doctor", "10013871234", 2)
    hand.settle(person(), verdict, "title")
    assert people(session)[0].title == "副教授"
    with pytest.raises(Conflict):
        hand.settle(person(), verdict, "title")


@pytest.mark.parametrize(
    ("cells", "outcome"),
    [
        ({"phone": "1001387123"}, "created phone.length"),
        ({"phone": "无号"}, "created phone.invalid"),
        ({"degree": "甲等"}, "created unread"),
        ({"field_code": "不详"}, "created unread"),
        ({"title": "长" * 61}, "created unread"),
        ({"expert": ""}, "rejected expert.missing"),
        ({"expert": "长" * 81}, "rejected expert.name"),
    ],
)
def test_a_cell_that_does_not_read_is_left_empty_and_told(
    session: Session, cells: dict[str, str], outcome: str
) -> None:
    assert told(Hand(session, PEOPLE).take([person(**cells)])) == [outcome]


def test_without_a_unit_the_only_expert_of_the_name_is_meant(session: Session, actor: MakeActor, now: datetime) -> None:
    hand = Hand(session, PEOPLE)
    hand.take([person()])
    assert told(hand.take([person(unit="")])) == ["unchanged"]
    expert(session, actor(), now, name="熊少南（示例）", unit="荆楚理工大学（示例）")
    assert told(hand.take([person(unit="")])) == ["rejected expert.ambiguous"]


# -- agreements -------------------------------------------------------------------------------------------------------------


def test_a_ledger_brings_agreements_and_their_experts(session: Session) -> None:
    one, two = firm(session), firm(session)
    rows = [
        row(one.uscc),
        row(
            two.uscc,
            number="示例协议〔2023〕002号",
            programme="科技特派员",
            term="",
            starts_on="2023-3-1",
            ends_on="2024年2月29日",
        ),
        row(one.uscc, number="", unit="荆楚理工大学（示例）", programme="科技副总"),
    ]
    assert told(Hand(session, AGREEMENTS).take(rows)) == ["created"] * 3
    assert [(who.name, who.unit) for who in people(session)] == [
        ("熊少南（示例）", UNIT),
        ("熊少南（示例）", "荆楚理工大学（示例）"),
    ]
    first, second, third = agreements(session)
    assert (first.number, first.programme_code, first.starts_on, first.ends_on) == (
        "示例协议〔2023〕001号",
        "hubei-special",
        date(2023, 1, 23),
        date(2025, 1, 23),
    )
    assert (first.mode, first.amount_fen, first.created_by) == ("", None, "李晓（示例）")
    assert (second.commissioner_id, second.ends_on) == (first.commissioner_id, date(2024, 2, 29))
    assert (third.programme_code, third.commissioner_id != first.commissioner_id) == ("deputy-director", True)


def test_an_agreement_is_one_event_of_the_expert_seen_on_the_side_of_the_firm(session: Session) -> None:
    where = firm(session)
    Hand(session, AGREEMENTS).take([row(where.uscc)])
    db.commit(session)
    (event,) = session.scalars(select(JournalEvent).where(JournalEvent.type == "commissioner.agreement_signed"))
    assert (event.subject_kind, event.enterprise_id, event.data["import"]) == ("commissioner", where.id, 7)
    assert event.changes["programme"][1].startswith("科技人员服务企业专项行动")


@pytest.mark.parametrize(
    ("cells", "outcome"),
    [
        ({"term": "2024.07.20—2022.07.20"}, "rejected agreement.ends_before_begins"),
        ({"programme": "银龄专家"}, "rejected agreement.programme.unknown"),
        ({"programme": ""}, "rejected agreement.programme.missing"),
        ({"term": "2023年3月—2024年3月"}, "rejected agreement.term.unread"),
        ({"term": "两年"}, "rejected agreement.term.unread"),
        ({"term": ""}, "rejected agreement.term.missing"),
        ({"expert": ""}, "rejected expert.missing"),
        ({"unit": ""}, "rejected expert.unknown"),
        ({"mode": "遥控"}, "created unread"),
        ({"amount_fen": "5"}, "created unit.missing"),
        ({"amount_fen": "-5万元"}, "created negative"),
        ({"number": "长" * 61}, "created unread"),
    ],
)
def test_each_refusal_has_a_cause_of_its_own(session: Session, cells: dict[str, str], outcome: str) -> None:
    where = firm(session)
    assert told(Hand(session, AGREEMENTS).take([row(where.uscc, **cells)])) == [outcome]


def test_days_of_one_expert_firm_and_programme_never_overlap(session: Session) -> None:
    where = firm(session)
    hand = Hand(session, AGREEMENTS)
    rows = [row(where.uscc), row(where.uscc, number="另一号", term="2024-06-01至2026-05-31")]
    assert told(hand.take(rows)) == ["created", "rejected agreement.overlap"]
    assert told(hand.take(rows[1:])) == ["rejected agreement.overlap"]
    assert told(hand.take([row(where.uscc, number="另一号", term="20250124-20260123")])) == ["created"]


def test_the_same_ledger_again_changes_nothing_fills_and_asks(session: Session) -> None:
    where = firm(session)
    hand = Hand(session, AGREEMENTS)
    hand.take([row(where.uscc)])
    assert told(hand.take([row(where.uscc)])) == ["unchanged"]
    assert told(hand.take([row(where.uscc, mode="兼职创新", aim="改进滤芯", amount_fen="3.5万元")])) == ["changed"]
    (found,) = agreements(session)
    assert (found.mode, found.aim, found.amount_fen) == ("part-time", "改进滤芯", 3_500_000)
    longer = row(where.uscc, term="2023.01.23—2026.01.22")
    (verdict,) = hand.take([longer])
    assert verdict.differences == {"ends_on": (date(2025, 1, 23), date(2026, 1, 22))}
    hand.settle(longer, verdict, "ends_on")
    assert agreements(session)[0].ends_on == date(2026, 1, 22)


def test_an_expert_on_file_is_found_and_kept_as_it_stands(session: Session, actor: MakeActor, now: datetime) -> None:
    who, where = expert(session, actor(), now, name="熊少南（示例）", unit=UNIT, title="教授"), firm(session)
    agreement(session, actor(), now, who, where)
    rows = [row(where.uscc), row(where.uscc, unit="", number="", title="", term="2021-01-01—2021-12-31")]
    assert told(Hand(session, AGREEMENTS).take(rows)) == ["created agreement.expert_differs", "unchanged"]
    assert [each.title for each in people(session)] == ["教授"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("湖北专项", "hubei-special"),
        ("科技人才服务企业", "talent-serves-enterprise"),
        ("科技副总", "deputy-director"),
        ("省科技副总", "deputy-director"),
        ("科技特派员", "rural-commissioner"),
        ("2024年科技特派员", "rural-commissioner"),
        ("企业科技特派员", "enterprise-commissioner"),
        ("三区科技人才", "three-areas-talent"),
        ("“三区”科技人才", "three-areas-talent"),
        ("three-areas-talent", "three-areas-talent"),
        ("科技专员", ""),
        ("银龄专家", ""),
        ("科技", ""),
    ],
)
def test_a_programme_is_known_by_its_short_forms(session: Session, text: str, code: str) -> None:
    assert load_programmes(session).code_of(text) == code


def test_many_rows_take_as_many_statements_as_few(session: Session) -> None:
    where = firm(session)
    hand = Hand(session, AGREEMENTS)

    def statements(first: int, number: int) -> int:
        rows = [row(where.uscc, expert=f"陈立{n}（示例）", number=str(n)) for n in range(first, first + number)]
        verdicts = hand.look(rows, lock=True)
        with recorded_statements() as sent:
            hand.taker.decide(session, [verdict.parsed for verdict in verdicts], lock=True)
            hand.taker.write(session, verdicts, datetime.fromisoformat("2026-06-30T02:00:00+00:00"))
        return len(sent)

    assert statements(0, 30) == statements(1000, 500)
