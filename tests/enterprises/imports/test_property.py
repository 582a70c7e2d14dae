"""Rights as the taker takes them in: numbers, holders, state."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.domain.patents import PatentNumber
from app.enterprises.imports.parts.registers import PROPERTY
from app.enterprises.imports.registers import IntakeContext
from app.enterprises.models import Enterprise, FormerName, IntellectualProperty
from app.journal.models import JournalEvent
from app.kit import db
from tests.factories.enterprises import firm
from tests.support.queries import counted_queries
from tests.support.taking import NOW, OFFICER, Hand, told

RIGHT = {
    "property_number": "ZL 2018 1 9942325.7",
    "property_name": "一种精密铸造用装置（示例）",
    "kind_code": "发明专利",
    "granted_on": "2019.10.20",
    "state": "有效",
}


@pytest.fixture
def one(session: Session) -> Enterprise:
    """Whose the rights are."""
    return firm(session, "周矶铸造有限公司")


@pytest.fixture
def hand(session: Session) -> Hand:
    """Who takes them in."""
    return Hand(session, PROPERTY)


def row(one: Enterprise, **cells: str) -> dict[str, str]:
    return {"uscc": one.uscc, "holders": one.name} | RIGHT | cells


def rights(session: Session) -> list[tuple[int, str, str, str]]:
    found = session.scalars(select(IntellectualProperty).order_by(IntellectualProperty.id))
    return [(each.enterprise_id, each.number, each.state, each.other_holders) for each in found]


def test_a_right_comes_in_in_one_spelling(session: Session, hand: Hand, one: Enterprise) -> None:
    assert told(hand.take([row(one)])) == ["created"]
    (right,) = session.scalars(select(IntellectualProperty))
    assert (right.number, right.kind_code, right.ip_class, right.state) == (
        "201819942325.7",
        "invention_patent",
        1,
        "valid",
    )
    assert right.granted_on is not None and right.granted_on.isoformat() == "2019-10-20"
    db.commit(session)
    (event,) = session.scalars(select(JournalEvent).where(JournalEvent.type == "enterprise.property_added"))
    assert event.data["import"] == 7 and event.data["note"].startswith("201819942325.7")
    assert event.changes["property.ip_class"] == [None, 1]
    assert told(hand.take([row(one, property_number="2018199423257")])) == ["unchanged"]


def test_a_right_on_file_in_another_spelling_is_the_same(session: Session, hand: Hand, one: Enterprise) -> None:
    mine = {"kind_code": "invention_patent", "ip_class": 1, "name": RIGHT["property_name"]}
    session.add(IntellectualProperty(enterprise_id=one.id, number="zl2018 19942325.7", **mine))
    session.flush()
    assert told(hand.take([row(one)])) == ["changed"], "day and state are filled"
    assert len(rights(session)) == 1


@pytest.mark.parametrize(
    ("cells", "outcome"),
    [
        ({"property_number": "202039945538.1", "kind_code": "外观设计"}, "queued property.check"),
        ({"property_number": "ZL202030000001.5", "kind_code": "发明"}, "queued property.check"),
        ({"kind_code": "实用新型"}, "queued property.kind"),
        ({"property_number": "123"}, "queued property.number_form"),
        ({"property_number": "申请中"}, "rejected property.not_granted"),
        ({"state": "实质审查"}, "rejected property.not_granted word.unknown"),
        ({"property_name": ""}, "rejected field.missing"),
        ({"kind_code": "奇怪"}, "rejected field.missing word.unknown"),
        ({"holders": "李某（示例）"}, "queued property.holder"),
        ({"kind_code": ""}, "created"),
        ({"kind_code": "软著", "property_number": "2021 SR 0123456"}, "created"),
        ({"granted_on": "2022年"}, "created day.incomplete"),
        ({"granted_on": "2022-13-05"}, "created day.invalid"),
        ({"holders": ""}, "created"),
    ],
)
def test_what_is_doubtful_waits_and_what_was_not_granted_is_refused(
    hand: Hand, one: Enterprise, cells: dict[str, str], outcome: str
) -> None:
    assert told(hand.look([row(one, **cells)])) == [outcome]


def test_what_a_person_confirmed_is_taken(session: Session, one: Enterprise) -> None:
    intake = IntakeContext(OFFICER, 7, NOW.date(), prefix="429005", confirmation="已核对专利证书")
    taker = PROPERTY.open(session, intake)
    parsed = taker.parse(
        Hand(session, PROPERTY).source(row(one, property_number="201819942325.1", holders="李某（示例）"))
    )
    parsed.firm = one
    verdicts = taker.decide(session, [parsed], lock=True)
    assert told(verdicts) == ["created property.check property.holder"]


def test_joint_holders_on_file_own_the_same_right_and_the_others_stay_as_text(
    session: Session, hand: Hand, one: Enterprise
) -> None:
    other, old = firm(session, "浩口装备有限公司"), firm(session, "泽口新材有限公司")
    session.add(FormerName(enterprise_id=old.id, name="泽口老厂（示例）"))
    stranger = firm(session, "汉阳外地有限公司", region_code="420105")
    session.flush()
    names = f"{one.name}；{other.name}、泽口老厂（示例），江汉平原大学（示例）;{stranger.name}"
    assert told(hand.take([row(one, holders=names)])) == ["created"]
    text = f"江汉平原大学（示例）、{stranger.name}"
    number = "201819942325.7"
    assert rights(session) == [(each.id, number, "valid", text) for each in (one, other, old)]
    db.commit(session)
    events = session.scalars(select(JournalEvent).where(JournalEvent.type == "enterprise.property_added")).all()
    assert {event.enterprise_id for event in events} == {one.id, other.id, old.id}
    assert told(hand.take([row(other, holders=names)])) == ["unchanged"]
    assert len(rights(session)) == 3


def test_a_list_that_names_a_joint_right_under_each_holder_makes_one_row_each(
    session: Session, hand: Hand, one: Enterprise
) -> None:
    other = firm(session, "浩口装备有限公司")
    names = f"{one.name}；{other.name}"
    assert told(hand.take([row(one, holders=names), row(other, holders=names)])) == ["created", "created"]
    assert [owner for owner, *_rest in rights(session)] == [one.id, other.id]


def test_what_stands_is_asked_about_and_a_person_settles_it(session: Session, hand: Hand, one: Enterprise) -> None:
    hand.take([row(one)])
    (verdict,) = hand.take([row(one, state="失效", granted_on="2019-10-21")])
    assert set(verdict.differences) == {"state", "granted_on"}
    hand.settle(row(one), verdict, "state")
    assert rights(session)[0][2] == "lapsed"


def test_a_batch_takes_few_statements_whatever_its_size(session: Session, hand: Hand, one: Enterprise) -> None:
    def batch(first: int, size: int) -> list[dict[str, str]]:
        digits = [f"20181{number:07d}" for number in range(first, first + size)]
        return [row(one, property_number=each + PatentNumber(each, "0").expected) for each in digits]

    with counted_queries() as few:
        hand.take(batch(1, 10))
    with counted_queries() as many:
        hand.take(batch(1000, 200))
    assert len(many) - 190 <= len(few) + 4, "the hand looks up the firm of each row; the taker sends a few for all"
