from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.enterprises.facts import PROVIDER
from app.enterprises.models import (
    ComplianceEvent,
    Conversion,
    IntellectualProperty,
    Product,
    ProductProperty,
    StandardParticipation,
    YearlyFigures,
)
from tests.factories.enterprises import NOW, firm

ON = date(2021, 6, 30)


def facts(session: Session, key: int, on: date = ON) -> dict[str, Any]:
    session.flush()
    return {code: fact.value for code, fact in PROVIDER.provide(session, key, on).items()}


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
    key = firm(session, registered_on=date(2014, 5, 20), field_code="405").id
    assert facts(session, key) == {"registered_on": date(2014, 5, 20), "core_field": "405"}


def test_figures_come_by_year_on_the_certification_basis_alone(session: Session, key: int) -> None:
    figures(session, key, 2017, sales_revenue_fen=1)
    figures(session, key, 2018, sales_revenue_fen=0, rd_personnel_fen=7)
    figures(session, key, 2020, net_assets_fen=-5, staff_average_e4=1_425_000, rd_staff_average_e4=180_000)
    figures(session, key, 2019, basis="TAX", sales_revenue_fen=99)
    figures(session, key, 2021, sales_revenue_fen=88)
    assert facts(session, key) == {
        "sales_revenue": {2018: 0},
        "net_assets": {2020: -5},
        "rd_internal_items": {2018: (7, None, None, None, None, None, None)},
        "staff_average": Fraction(285, 2),
        "rd_staff_average": Fraction(18),
    }


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
    assert facts(session, key) == {"ip_class1": 1, "ip_self_developed": True}
    assert facts(session, key, date(2021, 7, 1))["ip_class1"] == 2


def test_a_right_without_a_day_may_be_one(session: Session, key: int) -> None:
    right(session, key, "1", ip_class=1, granted_on=None, acquired_by="own_research")
    assert facts(session, key) == {}


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


def test_conversions_are_counted_by_year(session: Session, key: int) -> None:
    for year, title in ((2017, "零"), (2018, "甲"), (2018, "乙"), (2020, "丙"), (2021, "丁")):
        session.add(Conversion(enterprise_id=key, year=year, title=title))
    assert facts(session, key) == {"conversions": {2018: 2, 2020: 1}}


@pytest.mark.parametrize(
    ("level", "led", "told"), [("industry", True, True), ("local", True, None), ("national", False, None)]
)
def test_standards(session: Session, key: int, level: str, *, led: bool, told: bool | None) -> None:
    session.add(StandardParticipation(enterprise_id=key, year=2020, title="甲", level=level, led=led))
    assert facts(session, key).get("standards_led") is told


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
