from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.enterprises.facts import PROVIDER
from app.enterprises.models import (
    Certificate,
    ComplianceEvent,
    Conversion,
    EnterpriseTag,
    IntellectualProperty,
    Product,
    ProductProperty,
    StandardParticipation,
    YearlyFigures,
)
from tests.factories.enterprises import NOW, firm
from tests.support.facts import told

ON = date(2021, 6, 30)


def every_fact(session: Session, key: int, on: date = ON) -> dict[str, Any]:
    session.flush()
    return told(PROVIDER, session, key, on)


def facts(session: Session, key: int, on: date = ON) -> dict[str, Any]:
    """What is told beside the place, which every firm on file has."""
    return {code: value for code, value in every_fact(session, key, on).items() if code != "registered_county"}


@pytest.fixture
def key(session: Session) -> int:
    return firm(session, "楚泽牛磺酸", registered_on=None).id


def right(session: Session, key: int, number: str, **values: Any) -> IntellectualProperty:
    given = {"kind_code": "utility_model", "ip_class": 2, "name": "甲", "granted_on": date(2019, 1, 1)} | values
    row = IntellectualProperty(enterprise_id=key, number=number, **given)
    session.add(row)
    session.flush()
    return row


def figures(
    session: Session, key: int, year: int, basis: str = "HTE", source: str = "special_audit", **values: Any
) -> None:
    session.add(YearlyFigures(enterprise_id=key, year=year, basis=basis, source=source, updated_at=NOW, **values))


def test_an_empty_register_knows_nothing(session: Session, key: int) -> None:
    assert facts(session, key) == {}


def test_identity(session: Session) -> None:
    key = firm(session, registered_on=date(2014, 5, 20), field_code="405", industry_code="2614", above_scale=True).id
    assert every_fact(session, key) == {
        "registered_on": date(2014, 5, 20),
        "core_field": "405",
        "registered_county": "429005",
        "industry_section": "C",
        "above_scale": True,
    }


@pytest.mark.parametrize(("region", "county"), [("429005", "429005"), ("4290", None), ("", None)])
def test_the_place_counts_when_it_is_known_to_the_county(session: Session, region: str, county: str | None) -> None:
    assert every_fact(session, firm(session, region_code=region).id).get("registered_county") == county


@pytest.mark.parametrize(
    ("name", "told"), [("泽口新材有限公司", True), ("泽口新材股份有限公司", True), ("泽口新材合伙企业", None)]
)
def test_a_company_is_a_resident_and_a_legal_person(session: Session, name: str, told: bool | None) -> None:
    found = facts(session, firm(session, name).id)
    assert (found.get("resident_enterprise"), found.get("legal_person")) == (told, told)


def test_figures_come_by_year_on_the_certification_basis_alone(session: Session, key: int) -> None:
    figures(session, key, 2017, sales_revenue_fen=1)
    figures(session, key, 2018, sales_revenue_fen=0, rd_personnel_fen=7)
    figures(session, key, 2020, net_assets_fen=-5, staff_average_e4=1_425_000, rd_staff_average_e4=180_000)
    figures(session, key, 2019, basis="STAT", sales_revenue_fen=99)
    figures(session, key, 2021, sales_revenue_fen=88)
    assert facts(session, key) == {
        "sales_revenue": {2018: 0},
        "net_assets": {2020: -5},
        "rd_internal_items": {2018: (7, None, None, None, None, None, None)},
        "staff_average": Fraction(285, 2),
        "rd_staff_average": Fraction(18),
        "rd_staff_by_year": {2020: Fraction(18)},
    }


def test_the_tax_basis_has_facts_of_its_own(session: Session, key: int) -> None:
    figures(session, key, 2020, basis="TAX", sales_revenue_fen=9, rd_direct_fen=3, rd_outsourced_domestic_fen=2)
    figures(session, key, 2020, basis="TAX", source="enterprise", staff_average_e4=100_000, rd_staff_average_e4=5_000)
    assert facts(session, key) == {
        "tax_sales_revenue": {2020: 9},
        "tax_rd_internal_items": {2020: (None, 3, None, None, None, None, None)},
        "tax_rd_outsourced_domestic": {2020: 2},
        "sme_staff": Fraction(10),
        "sme_rd_staff": Fraction(1, 2),
    }


def test_total_assets_stand_on_the_tax_basis_first(session: Session, key: int) -> None:
    figures(session, key, 2019, total_assets_fen=5)
    figures(session, key, 2020, total_assets_fen=6)
    figures(session, key, 2020, basis="TAX", total_assets_fen=7)
    assert facts(session, key) == {"total_assets": {2019: 5, 2020: 7}}


def test_the_more_binding_source_speaks_figure_by_figure(session: Session, key: int) -> None:
    figures(session, key, 2020, source="enterprise", sales_revenue_fen=1, total_income_fen=2)
    figures(session, key, 2020, source="special_audit", sales_revenue_fen=3)
    assert facts(session, key) == {"sales_revenue": {2020: 3}, "total_income": {2020: 2}}


def test_only_staff_of_the_last_fiscal_year_counts(session: Session, key: int) -> None:
    figures(session, key, 2019, staff_average_e4=10_000)
    assert facts(session, key) == {}


def test_rights_count_while_they_are_in_force(session: Session, key: int) -> None:
    right(session, key, "1", ip_class=1, acquired_by="own_research")
    right(session, key, "2", ip_class=1, expires_on=date(2021, 6, 29))
    right(session, key, "3", ip_class=1, granted_on=date(2021, 7, 1))
    right(session, key, "4", ip_class=1, granted_on=None)
    assert facts(session, key) == {
        "ip_class1": 1,
        "ip_class2": 0,
        "ip_granted": {2019: 2},
        "ip_self_developed": True,
    }
    assert facts(session, key, date(2021, 7, 1))["ip_class1"] == 2


def test_a_right_without_a_day_may_be_one(session: Session, key: int) -> None:
    right(session, key, "1", ip_class=1, granted_on=None, acquired_by="own_research")
    assert facts(session, key) == {"ip_class2": 0}


def test_class_two_counts_whether_used_or_not(session: Session, key: int) -> None:
    right(session, key, "1", used_before=1)
    right(session, key, "2")
    right(session, key, "3", expires_on=date(2020, 1, 1))
    assert facts(session, key)["ip_class2"] == 2
    assert facts(session, key)["ip_granted"] == {2018: 0, 2019: 3, 2020: 0}


@pytest.mark.parametrize(("acquired_by", "told"), [("assignment", False), ("", None)])
def test_how_rights_were_acquired(session: Session, key: int, acquired_by: str, told: bool | None) -> None:
    right(session, key, "1", acquired_by=acquired_by)
    assert facts(session, key).get("ip_self_developed") is told
    assert facts(session, key)["ip_class1"] == 0


@pytest.mark.parametrize(
    ("year", "is_main", "linked", "expires_on", "told"),
    [
        (2020, True, True, None, True),
        (2020, True, True, date(2021, 6, 30), True),
        (2020, True, True, date(2021, 6, 29), False),
        (2020, True, False, None, None),
        (2020, False, True, None, None),
        (2019, True, True, None, None),
    ],
)
def test_support_of_main_products(
    session: Session, key: int, year: int, *, is_main: bool, linked: bool, expires_on: date | None, told: bool | None
) -> None:
    one = right(session, key, "1", expires_on=expires_on)
    product = Product(enterprise_id=key, name="甲", year=year, is_main=is_main)
    session.add(product)
    session.flush()
    if linked:
        session.add(ProductProperty(product_id=product.id, property_id=one.id))
    assert facts(session, key).get("ip_main_product_supported") is told


MAIN = {"is_main": True, "is_high_tech": True, "linked": True}
OTHER = {"is_main": False, "is_high_tech": True, "linked": False}


@pytest.mark.parametrize(
    ("lines", "high_tech_fen", "told"),
    [
        ([MAIN | {"revenue_fen": 51}, OTHER | {"revenue_fen": 50}], None, True),
        ([MAIN | {"revenue_fen": 50}, OTHER | {"revenue_fen": 50}], None, False),
        ([MAIN | {"revenue_fen": 30}, MAIN | {"revenue_fen": 21}, OTHER | {"revenue_fen": 50}], None, True),
        ([MAIN | {"revenue_fen": 50}, OTHER | {"revenue_fen": 50, "is_high_tech": False}], None, True),
        ([MAIN | {"revenue_fen": 50}, MAIN | {"revenue_fen": 60, "linked": False}], None, False),
        ([MAIN | {"revenue_fen": 51}], 100, True),
        ([MAIN | {"revenue_fen": 50}], 100, False),
        ([MAIN | {"revenue_fen": 51}, OTHER], None, None),
        ([MAIN | {"revenue_fen": 51}, OTHER], 100, True),
        ([MAIN | {"revenue_fen": 10}, MAIN, OTHER | {"revenue_fen": 50}], None, None),
        ([MAIN | {"revenue_fen": 60}, MAIN, OTHER | {"revenue_fen": 50}], None, True),
        ([MAIN, OTHER | {"revenue_fen": 50}], 100, True),
        ([MAIN | {"revenue_fen": 0}], None, False),
    ],
)
def test_main_products_make_more_than_half_of_the_high_tech_revenue(
    session: Session, key: int, lines: list[dict[str, Any]], high_tech_fen: int | None, told: bool | None
) -> None:
    one = right(session, key, "1")
    for number, line in enumerate(lines):
        given = {name: value for name, value in line.items() if name != "linked"}
        product = Product(enterprise_id=key, name=f"{number}号", year=2020, **given)
        session.add(product)
        session.flush()
        if line["linked"]:
            session.add(ProductProperty(product_id=product.id, property_id=one.id))
    if high_tech_fen is not None:
        figures(session, key, 2020, high_tech_income_fen=high_tech_fen)
    assert facts(session, key).get("ip_main_product_supported") is told


@pytest.mark.parametrize(
    ("granted_on", "revenue_fen", "told"), [(None, 90, None), (None, 10, True), (date(2021, 7, 1), 90, False)]
)
def test_a_main_product_whose_right_has_no_day_may_count(
    session: Session, key: int, granted_on: date | None, revenue_fen: int, told: bool | None
) -> None:
    for number, (day, revenue) in enumerate([(date(2019, 1, 1), 50), (granted_on, revenue_fen)]):
        product = Product(enterprise_id=key, name=f"{number}号", year=2020, is_main=True, revenue_fen=revenue)
        session.add(product)
        session.flush()
        one = right(session, key, str(number), granted_on=day)
        session.add(ProductProperty(product_id=product.id, property_id=one.id))
    assert facts(session, key).get("ip_main_product_supported") is told


def test_conversions_are_counted_by_year(session: Session, key: int) -> None:
    for year, title in ((2017, "零"), (2018, "甲"), (2018, "乙"), (2020, "丙"), (2021, "丁")):
        session.add(Conversion(enterprise_id=key, year=year, title=title))
    assert facts(session, key) == {"conversions": {2018: 2, 2020: 1}}


@pytest.mark.parametrize("role", ["led", "participated", ""])
@pytest.mark.parametrize(
    ("level", "recognised", "told"),
    [
        ("industry", True, True),
        ("national", None, True),
        ("national", False, None),
        ("international", True, True),
        ("international", None, None),
        ("method", True, True),
        ("method", None, None),
        ("specification", False, None),
        ("local", True, None),
        ("local", None, None),
    ],
)
def test_a_recognised_standard_counts_whoever_led(
    session: Session, key: int, role: str, level: str, *, recognised: bool | None, told: bool | None
) -> None:
    """工作指引 三（七）1: 参与编制, recognised by a national authority, as what such an authority issues is."""
    row = StandardParticipation(enterprise_id=key, year=2020, title="甲", level=level, role=role, recognised=recognised)
    session.add(row)
    assert facts(session, key).get("standards_led") is told


@pytest.mark.parametrize(
    ("year", "level", "role", "told"),
    [
        (2021, "industry", "led", True),
        (2017, "national", "led", True),
        (2016, "national", "led", None),
        (2020, "method", "led", None),
        (2020, "international", "led", True),
        (2020, "national", "participated", None),
        (2020, "national", "", None),
    ],
)
@pytest.mark.parametrize("recognised", [True, None])
def test_only_a_standard_that_was_led_passes_an_sme(
    session: Session, key: int, year: int, level: str, role: str, *, recognised: bool | None, told: bool | None
) -> None:
    """评价办法 第七条: 主导制定; that the part taken is recognised says nothing about who led."""
    row = StandardParticipation(enterprise_id=key, year=year, title="甲", level=level, role=role, recognised=recognised)
    session.add(row)
    assert facts(session, key).get("standards_led_in_five_years") is told


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("high-tech-enterprise", "high_tech_certificate"),
        ("technology-sme", "technology_sme_number"),
        ("joint-innovation-centre", "joint_centre_filed"),
    ],
)
@pytest.mark.parametrize(
    ("issued_on", "expires_on", "revoked_on", "told"),
    [
        (date(2021, 6, 30), date(2024, 6, 29), None, True),
        (date(2021, 7, 1), date(2024, 6, 30), None, None),
        (date(2018, 6, 30), date(2021, 6, 30), None, True),
        (date(2018, 6, 29), date(2021, 6, 29), None, None),
        (date(2020, 1, 1), None, date(2021, 6, 30), None),
        (date(2020, 1, 1), None, date(2021, 7, 1), True),
    ],
)
def test_certificates_in_force(
    session: Session,
    key: int,
    kind: str,
    code: str,
    issued_on: date,
    expires_on: date | None,
    revoked_on: date | None,
    told: bool | None,
) -> None:
    days = {"issued_on": issued_on, "expires_on": expires_on, "revoked_on": revoked_on}
    session.add(Certificate(enterprise_id=key, kind=kind, number="GR1", **days))
    assert facts(session, key) == ({} if told is None else {code: told})


@pytest.mark.parametrize(
    ("tag", "expires_on", "told"),
    [("little_giant", None, True), ("single_champion", date(2021, 6, 29), None), ("gazelle", None, None)],
)
def test_specialised_firms(session: Session, key: int, tag: str, expires_on: date | None, told: bool | None) -> None:
    session.add(EnterpriseTag(enterprise_id=key, tag=tag, expires_on=expires_on))
    assert facts(session, key).get("specialised_or_champion") is told


@pytest.mark.parametrize(
    ("day", "kind", "severity", "two_years", "three_years"),
    [
        (date(2020, 1, 1), "research_misconduct", "major", True, None),
        (date(2019, 12, 31), "safety_accident", "major", None, True),
        (date(2018, 6, 30), "quality_accident", "major", None, True),
        (date(2018, 6, 29), "quality_accident", "major", None, None),
        (date(2021, 6, 30), "environmental_violation", "major", True, None),
        (date(2021, 6, 30), "safety_accident", "ordinary", None, None),
        (date(2021, 1, 1), "serious_dishonesty", "major", None, None),
    ],
)
def test_breaches_in_longer_windows(
    session: Session,
    key: int,
    day: date,
    kind: str,
    severity: str,
    two_years: bool | None,
    three_years: bool | None,
) -> None:
    session.add(ComplianceEvent(enterprise_id=key, happened_on=day, kind=kind, severity=severity, summary="x"))
    found = facts(session, key)
    assert found.get("breach_in_two_years") is two_years
    assert found.get("larger_accident_in_three_years") is three_years


@pytest.mark.parametrize(
    ("day", "kind", "severity", "told"),
    [
        (date(2020, 6, 30), "safety_accident", "major", True),
        (date(2020, 6, 29), "safety_accident", "major", None),
        (date(2021, 6, 30), "environmental_violation", "major", True),
        (date(2021, 1, 1), "safety_accident", "ordinary", None),
        (date(2021, 1, 1), "abnormal_operation", "major", None),
    ],
)
def test_accidents_in_the_year_before(
    session: Session, key: int, day: date, kind: str, severity: str, told: bool | None
) -> None:
    session.add(ComplianceEvent(enterprise_id=key, happened_on=day, kind=kind, severity=severity, summary="x"))
    assert facts(session, key).get("accident_in_last_year") is told


def test_a_lapsed_right_counts_nowhere_that_asks_for_valid_ones(session: Session, key: int) -> None:
    right(session, key, "1", ip_class=1, kind_code="invention_patent", acquired_by="own_research", state="lapsed")
    product = Product(enterprise_id=key, name="甲", year=2020, is_main=True, revenue_fen=5)
    session.add(product)
    session.flush()
    session.add(ProductProperty(product_id=product.id, property_id=right(session, key, "2", state="lapsed").id))
    found = facts(session, key)
    assert (found["ip_class1"], found["ip_class2"], found["ip_main_product_supported"]) == (0, 0, False)
    assert "ip_self_developed" not in found or found["ip_self_developed"] is False
    right(session, key, "3", state="valid")
    right(session, key, "4")
    assert facts(session, key)["ip_class2"] == 2, "where nobody told the state it counts as before"


def test_a_certificate_whose_day_nobody_knows_is_on_no_day_known_to_be_valid(session: Session, key: int) -> None:
    session.add(Certificate(enterprise_id=key, kind="high-tech-enterprise", number="GR202399001017"))
    assert "high_tech_certificate" not in facts(session, key)
