"""Certificates as the taker takes them in."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.imports.parts.registers import CERTIFICATE, HIGH_TECH_CERTIFICATE, TECHNOLOGY_SME
from app.enterprises.imports.registers import ImportedRegister
from app.enterprises.models import Certificate, Enterprise
from tests.factories.enterprises import firm
from tests.support.taking import Hand, told

NUMBER = "GR202299001000"


@pytest.fixture
def one(session: Session) -> Enterprise:
    """Whose the certificates are."""
    return firm(session)


def row(one: Enterprise, **cells: str) -> dict[str, str]:
    return {"uscc": one.uscc, "kind": "高企", "number": NUMBER, "issued_on": "2022-04-14"} | cells


def certificates(session: Session) -> list[tuple[str, str, date | None, date | None]]:
    found = session.scalars(select(Certificate).order_by(Certificate.id))
    return [(each.kind, each.number, each.issued_on, each.expires_on) for each in found]


def test_a_high_tech_certificate_is_valid_for_three_years(session: Session, one: Enterprise) -> None:
    assert told(Hand(session, CERTIFICATE).take([row(one, number="ｇｒ2022 99001000")])) == ["created"]
    assert certificates(session) == [("high-tech-enterprise", NUMBER, date(2022, 4, 14), date(2025, 4, 13))]
    assert told(Hand(session, CERTIFICATE).take([row(one)])) == ["unchanged"]


def test_the_number_of_an_sme_is_valid_for_its_year(session: Session, one: Enterprise) -> None:
    cells = {"uscc": one.uscc, "sme_number": "202442909908000001", "listed_on": "2024年5月31日"}
    assert told(Hand(session, TECHNOLOGY_SME).take([cells])) == ["created"]
    assert certificates(session) == [("technology-sme", "202442909908000001", date(2024, 5, 31), date(2024, 12, 31))]


def test_a_certificate_without_a_readable_day_comes_in_without_it(session: Session, one: Enterprise) -> None:
    hand = Hand(session, CERTIFICATE)
    rows = [
        row(one, issued_on="2023年"),
        row(one, number="GR2", issued_on="2022-13-05"),
        row(one, number="GR3", issued_on=""),
    ]
    assert told(hand.take(rows)) == ["created day.incomplete", "created day.invalid", "created"]
    assert [each[2:] for each in certificates(session)] == [(None, None)] * 3
    assert told(hand.take([row(one)])) == ["changed"], "the day is filled when somebody knows it"
    assert certificates(session)[0][2:] == (date(2022, 4, 14), date(2025, 4, 13))


def test_the_number_of_another_firm_is_refused_and_it_is_told_whose(session: Session, one: Enterprise) -> None:
    other, far = firm(session), firm(session, region_code="420112")
    hand = Hand(session, CERTIFICATE)
    hand.take([row(one)])
    session.add(Certificate(enterprise_id=far.id, kind="high-tech-enterprise", number="GR9"))
    session.flush()
    refused, hidden = hand.take([row(other), row(other, number="GR9")])
    assert told([refused, hidden]) == ["rejected number.other_firm"] * 2
    assert one.name in str(refused.reasons[0]) and far.name not in str(hidden.reasons[0])
    assert len(certificates(session)) == 2


def test_days_in_the_wrong_order_and_unknown_kinds(session: Session, one: Enterprise) -> None:
    hand = Hand(session, CERTIFICATE)
    assert told(hand.take([row(one, expires_on="2021-01-01")])) == ["created day.reversed"]
    assert told(hand.take([row(one, number="X", kind="")])) == ["rejected field.missing"]
    assert told(hand.take([row(one, number="X", kind="奇怪")])) == ["rejected field.missing word.unknown"]


@pytest.mark.parametrize(
    ("titles", "kind"),
    [
        ("高企名单 潜江市高新技术企业名单（示例）", "high-tech-enterprise"),
        ("科小入库名单", "technology-sme"),
        ("高企培育库名单", ""),
        ("企校联合创新中心备案名单", "joint-innovation-centre"),
    ],
)
def test_titles_tell_the_kind(titles: str, kind: str) -> None:
    (given,) = CERTIFICATE.given
    assert given.guess(titles) == kind


@pytest.mark.parametrize("register", [HIGH_TECH_CERTIFICATE, TECHNOLOGY_SME, CERTIFICATE])
def test_no_sheet_is_one_of_certificates_without_their_numbers(register: ImportedRegister) -> None:
    assert len(register.required) == 1


def test_a_person_settles_a_day_that_differs(session: Session, one: Enterprise) -> None:
    hand = Hand(session, CERTIFICATE)
    hand.take([row(one)])
    (verdict,) = hand.take([row(one, issued_on="2022-05-01")])
    assert set(verdict.differences) == {"issued_on", "expires_on"}
    hand.settle(row(one), verdict, "issued_on")
    assert certificates(session)[0][2] == date(2022, 5, 1)
