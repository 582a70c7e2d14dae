"""Contacts, products, conversions, standards, compliance events and tags as the taker takes them in."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.complete_lists.denials import ListInForce
from app.enterprises.imports.parts.cells import read_phone
from app.enterprises.imports.parts.registers import COMPLIANCE, CONTACT, CONVERSION, PRODUCT, STANDARD, TAG
from app.enterprises.imports.registers import ImportedRegister
from app.enterprises.models import (
    ComplianceEvent,
    Contact,
    Conversion,
    Enterprise,
    EnterpriseTag,
    Product,
    StandardParticipation,
)
from app.enterprises.status_facts import read_status
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.facts.owners import Owners
from tests.factories.enterprises import firm
from tests.support.taking import Hand, told


@pytest.fixture
def one(session: Session) -> Enterprise:
    """Whose the records are."""
    return firm(session)


def events(session: Session, kind: str) -> list[JournalEvent]:
    db.commit(session)
    return list(session.scalars(select(JournalEvent).where(JournalEvent.type == kind).order_by(JournalEvent.position)))


def test_a_contact_is_known_by_its_name_and_stays_out_of_the_open_journal(session: Session, one: Enterprise) -> None:
    hand = Hand(session, CONTACT)
    row = {"uscc": one.uscc, "contact_name": "叶国南", "title": "总经理", "phone": "100 1275 3155"}
    assert told(hand.take([row])) == ["created"]
    (contact,) = session.scalars(select(Contact))
    assert (contact.name, contact.title, contact.phone, contact.is_primary) == (
        "叶国南",
        "总经理",
        "10012753155",
        False,
    )
    (event,) = events(session, "enterprise.contact_added")
    assert "叶国南" not in str(event.changes) and event.data == {"import": 7, "id": contact.id, "note": ""}
    assert told(hand.take([row | {"email": "a@example.org", "phone": ""}])) == ["changed"]
    (verdict,) = hand.take([row | {"phone": "0728—0000728"}])
    assert verdict.differences == {"phone": ("10012753155", "0728-0000728")}
    hand.settle(row, verdict, "phone")
    assert session.scalars(select(Contact)).one().phone == "0728-0000728"
    assert "0728-0000728" not in str(events(session, "import.decided")[0].changes)
    assert told(hand.take([row | {"contact_name": ""}])) == ["rejected field.missing"]


def may_be(session: Session, one: Enterprise) -> list[str]:
    """The facts that rows of the firm may prove."""
    day = date(2024, 6, 30)
    found = read_status(session, Owners([one.id]), day, [ListInForce(1, frozenset(), None, day, "", "", "")]).possible
    return [fact for fact, firms in found.items() if any(firms)]


@pytest.mark.parametrize(
    ("text", "phone", "reason"),
    [
        ("10018223862", "10018223862", ""),
        ("100 1541 9875", "10015419875", ""),
        ("0728—0009926", "0728-0009926", ""),
        ("（0728）0009926", "0728-0009926", ""),
        ("6241234", "6241234", ""),
        ("400-000-0000", "400-000-0000", ""),
        ("10018223862/0728-0009926", "10018223862、0728-0009926", ""),
        ("0728-0009926转801", "0728-0009926转801", ""),
        ("10012611", None, "phone.length"),
        ("1001822386", None, "phone.length"),
        ("100182238621", None, "phone.length"),
        ("详见附件", None, "phone.invalid"),
    ],
)
def test_telephone_numbers_are_checked(text: str, phone: str | None, reason: str) -> None:
    assert read_phone(text) == (phone, reason)


def test_a_number_that_is_none_leaves_the_rest_of_the_row(session: Session, one: Enterprise) -> None:
    row = {"uscc": one.uscc, "contact_name": "林安致", "phone": "10012611", "email": "无此邮箱"}
    (verdict,) = Hand(session, CONTACT).take([row])
    assert told([verdict]) == ["created phone.length email.invalid"]
    assert str(verdict.reasons[0]) == "“联系电话”的位数不对，留空：10012611"


def test_a_product_of_a_year(session: Session, one: Enterprise) -> None:
    hand = Hand(session, PRODUCT, units={"revenue_fen": "万元"})
    row = {
        "uscc": one.uscc,
        "product_name": "楚锐智能装备系统",
        "year": "2023",
        "is_high_tech": "√",
        "revenue_fen": "6809.2",
    }
    plain = row | {"product_name": "制品", "is_high_tech": "", "revenue_fen": "-1"}
    assert told(hand.take([row, plain, row])) == ["created", "created negative", "rejected repeat"]
    found = session.scalars(select(Product).order_by(Product.id)).all()
    assert [(each.year, each.is_high_tech, each.revenue_fen) for each in found] == [
        (2023, True, 6_809_200_000),
        (2023, False, None),
    ]
    assert told(hand.take([row | {"year": "明年"}])) == ["rejected field.missing year.invalid"]


def test_a_conversion_of_a_year(session: Session, one: Enterprise) -> None:
    hand = Hand(session, CONVERSION)
    row = {"uscc": one.uscc, "result_title": "石英制品成果转化项目1", "year": "2021年度", "form": "技术许可"}
    assert told(hand.take([row])) == ["created"]
    found = session.scalars(select(Conversion)).one()
    assert (found.title, found.year, found.form) == ("石英制品成果转化项目1", 2021, "licence")
    assert told(hand.take([row | {"form": "以物易物"}])) == ["unchanged word.unknown"]
    for words, form in (
        ("自行投资实施转化", "own_use"),
        ("合作转化", "cooperation"),
        ("技术转让", "transfer"),
        ("作价投资", "equity"),
    ):
        (verdict,) = hand.look([row | {"result_title": words, "form": words}])
        assert verdict.values["form"] == form


def test_a_standard_with_its_level_and_role(session: Session, one: Enterprise) -> None:
    hand = Hand(session, STANDARD)
    row = {
        "uscc": one.uscc,
        "standard_title": "精密铸造通用技术要求",
        "standard_number": "示例标准001-2019",
        "level": "团标",
        "role": "主持",
        "year": "2019",
    }
    assert told(hand.take([row])) == ["created"]
    found = session.scalars(select(StandardParticipation)).one()
    assert (found.level, found.role, found.number, found.recognised) == ("group", "led", "示例标准001-2019", None)
    assert told(hand.take([row | {"standard_title": "乙", "level": "企标"}])) == ["rejected field.missing word.unknown"]
    (verdict,) = hand.look([row | {"standard_title": "丙", "role": "参加"}])
    assert verdict.values["role"] == "participated"


def test_a_penalty_with_who_gave_it(session: Session, one: Enterprise) -> None:
    row = {
        "uscc": one.uscc,
        "happened_on": "2024-03-05",
        "kind": "环境违法",
        "severity": "一般",
        "issuer": "示例市生态环境局",
        "document_number": "示例环罚〔2024〕1号",
        "offence": "未按规定公开信息",
        "penalty": "罚款一万元",
    }
    assert told(Hand(session, COMPLIANCE).take([row])) == ["created"]
    found = session.scalars(select(ComplianceEvent)).one()
    assert found.source == "示例市生态环境局 示例环罚〔2024〕1号"
    assert found.summary == "未按规定公开信息；处罚：罚款一万元"
    assert told(Hand(session, COMPLIANCE).take([row])) == ["unchanged"]
    assert told(Hand(session, COMPLIANCE).take([row | {"happened_on": "2099-01-01"}])) == [
        "rejected field.missing day.future"
    ]
    untold = {**row, "offence": "超标排放"}
    del untold["severity"]
    assert told(Hand(session, COMPLIANCE).take([untold])) == ["created"], (
        "lists of penalties seldom say how grave it was"
    )
    assert session.scalars(select(ComplianceEvent.summary).where(ComplianceEvent.severity == "")).all() == [
        "超标排放；处罚：罚款一万元"
    ], "nobody guesses it"


@pytest.mark.parametrize(
    ("titles", "kind"),
    [
        ("2024年生态环境局行政处罚名单", "environmental_violation"),
        ("行政处罚信息公示", "administrative_penalty"),
        ("重大税收违法失信主体名单", "tax_violation"),
        ("经营异常名录", "abnormal_operation"),
        ("严重违法失信企业名单", "serious_dishonesty"),
        ("失信被执行人名单", "judgment_debtor"),
        ("政府采购严重违法失信行为记录名单", "procurement_dishonesty"),
        ("统计严重失信企业名单", "statistics_dishonesty"),
        ("拖欠农民工工资失信联合惩戒对象名单", "wage_arrears"),
        ("欠税公告", "tax_arrears"),
        ("失信企业名单", ""),
        ("严重失信主体名单", ""),
        ("其他", ""),
    ],
)
def test_titles_tell_what_a_list_of_others_is_about(titles: str, kind: str) -> None:
    assert COMPLIANCE.given[0].guess(titles) == kind


def test_a_list_that_no_condition_names_is_kept_and_decides_nothing(session: Session, one: Enterprise) -> None:
    row = {"uscc": one.uscc, "happened_on": "2024-03-05", "severity": "重大", "offence": "有履行能力而拒不履行（示例）"}
    said = {
        "失信被执行人": "judgment_debtor",
        "政府采购严重违法失信": "procurement_dishonesty",
        "欠薪黑名单": "wage_arrears",
    }
    hand = Hand(session, COMPLIANCE)
    assert told(hand.take([row | {"kind": each} for each in said])) == ["created"] * 3
    kept = {(event.kind, event.summary) for event in session.scalars(select(ComplianceEvent))}
    assert kept == {(kind, row["offence"]) for kind in said.values()}
    assert told(hand.look([row | {"kind": "失信"}])) == ["rejected field.missing word.unknown"]  # whose list?
    facts = {"on_dishonesty_list", "on_serious_breach_list"}
    assert not facts & set(may_be(session, one))
    assert told(hand.take([row | {"kind": "严重违法失信名单"}])) == ["created"]
    assert facts <= set(may_be(session, one))


def test_tags_are_told_as_a_list(session: Session, one: Enterprise) -> None:
    hand = Hand(session, TAG)
    session.add(EnterpriseTag(enterprise_id=one.id, tag="gazelle"))
    session.flush()
    row = {"uscc": one.uscc, "tag": "专精特新", "granted_on": "2023-06-01"}
    assert told(hand.take([row, row | {"tag": "小巨人"}])) == ["created", "created"]
    first, second = events(session, "enterprise.tags_changed")
    assert first.changes == {"tags": [["gazelle"], ["gazelle", "specialised_sme 2023-06-01~"]]}
    assert len(second.changes["tags"][1]) == 3
    assert told(hand.take([{"uscc": one.uscc, "tag": "瞪羚", "expires_on": "2027-01-01"}])) == ["changed"]
    (verdict,) = hand.take([row | {"granted_on": "2023-07-01"}])
    hand.settle(row, verdict, "granted_on")
    assert str(session.get_one(EnterpriseTag, (one.id, "specialised_sme")).granted_on) == "2023-07-01"


@pytest.mark.parametrize(
    "register", [CONTACT, PRODUCT, CONVERSION, STANDARD, COMPLIANCE, TAG], ids=lambda each: each.code
)
def test_heads_are_no_names_of_the_firm(register: ImportedRegister) -> None:
    assert {"uscc", "name"}.isdisjoint(column.code for column in register.fields)
