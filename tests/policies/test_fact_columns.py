"""What is known of many firms at once is what is known of each alone, to the last 分, whichever way the database hands it over."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy.orm import Session

from app.cases.facts import PROVIDER as CASES
from app.enterprises.facts import PROVIDER as REGISTER
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
from app.enterprises.part_fields import FIGURE_NAMES
from app.kit.db import Base
from app.kit.facts import owners
from app.kit.facts.owners import Owners
from app.policies.domain.facts.columns import LARGEST_WHOLE
from app.policies.domain.values.knowledge import Known
from app.policies.models import FactStatement
from app.policies.queries import get_catalogue
from app.policies.service.fact_sources import gather, gather_many, read_columns
from tests.counts import Counts
from tests.factories.enterprises import NOW, firm
from tests.policies.support import DAY

YEARS = (2017, 2018, 2019, 2020, 2021)
CERTIFICATES = (
    *("high-tech-enterprise", "technology-sme", "joint-innovation-centre"),
    *("provincial-research-institute", "national-science-award"),
)
AMOUNTS = (None, None, 0, 1, 7, 10**10, int(LARGEST_WHOLE) + 1)


class Luck:
    """Rows that a register may hold, at the edges more often than not."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def one(self, *given: Any) -> Any:
        return self.dice.choice(given)

    def day(self, *, unknown: bool = True) -> date | None:
        around = [DAY + timedelta(days=days) for days in (-1, 0, 1, -364, -365, -366, -1095, -1096, 400)]
        years = [date(year, *edge) for year in YEARS for edge in ((1, 1), (12, 31))]
        return self.one(*around, *years, *([None] * 6 if unknown else []))

    def rows(self, key: int) -> Iterator[Base]:
        for year, basis, source in ((y, b, s) for y in YEARS for b in ("HTE", "TAX") for s in ("tax", "enterprise")):
            if self.one(True, False):
                values = {name: self.one(*AMOUNTS) for name in FIGURE_NAMES}
                yield YearlyFigures(enterprise_id=key, year=year, basis=basis, source=source, updated_at=NOW, **values)
        for number in range(self.one(0, 1, 3)):
            yield Conversion(enterprise_id=key, year=self.one(*YEARS), title=f"{number}")
            yield ComplianceEvent(
                enterprise_id=key, happened_on=self.day(unknown=False), summary="x",
                kind=self.one("safety_accident", "research_misconduct", "abnormal_operation"),
                severity=self.one("major", "ordinary"),
            )  # fmt: skip
            yield StandardParticipation(
                enterprise_id=key, year=self.one(*YEARS), title=f"{number}",
                level=self.one("national", "industry", "method", "local"), role=self.one("led", "participated", ""),
                recognised=self.one(True, False, None),
            )  # fmt: skip
            yield Certificate(
                enterprise_id=key, kind=self.one(*CERTIFICATES), number=f"{key}-{number}",
                issued_on=self.day(unknown=False), expires_on=self.day(), revoked_on=self.one(None, None, self.day()),
            )  # fmt: skip
            tag = ("little_giant", "single_champion", "gazelle")[number]
            yield EnterpriseTag(enterprise_id=key, tag=tag, granted_on=self.day(), expires_on=self.day())
        for fact in ("accident_in_last_year", "core_field", "rd_domestic_share", "sales_revenue"):
            if self.one(True, False):
                value = {"core_field": "405", "sales_revenue": 5, "rd_domestic_share": {"low": "0.5"}}.get(
                    fact, self.one(True, False)
                )
                yield FactStatement(
                    enterprise_id=key, fact_code=fact, year=2020 if fact == "sales_revenue" else None, value=value,
                    stated_on=self.day(unknown=False), source="示例", created_at=NOW, actor_kind="system", actor_name="甲",
                )  # fmt: skip

    def right(self, key: int, number: int) -> IntellectualProperty:
        return IntellectualProperty(
            enterprise_id=key, kind_code="utility_model", ip_class=self.one(1, 2), number=f"{number}", name="甲",
            acquired_by=self.one("own_research", "assignment", ""), granted_on=self.day(), expires_on=self.day(),
            used_before=self.one(0, 0, 1),
        )  # fmt: skip

    def product(self, key: int, number: int) -> Product:
        return Product(
            enterprise_id=key, name=f"{number}", year=self.one(2019, 2020, 2020), is_main=self.one(True, True, False),
            is_high_tech=self.one(True, False), revenue_fen=self.one(None, 0, 50, 51, 100),
        )  # fmt: skip


@pytest.fixture
def register(session: Session, counts: Counts) -> list[int]:
    """Firms of a lucky register."""
    luck, ids = Luck(7), []
    for _ in range(max(40, counts.property_examples // 10)):
        one = firm(
            session, luck.one("泽口新材有限公司", "泽口新材合伙企业"), registered_on=luck.day(), above_scale=luck.one(True, None),
            field_code=luck.one("405", "40502", ""), region_code=luck.one("429005001", "4290", ""),
            industry_code=luck.one("2614", "", "9999"),
        )  # fmt: skip
        ids.append(one.id)
        session.add_all(luck.rows(one.id))
        rights = [luck.right(one.id, number) for number in range(luck.one(0, 1, 2, 4))]
        products = [luck.product(one.id, number) for number in range(luck.one(0, 1, 3))]
        session.add_all([*rights, *products])
        session.flush()
        links = {(luck.one(*products).id, right.id) for right in rights if products and luck.one(True, True, False)}
        session.add_all(ProductProperty(product_id=product, property_id=right) for product, right in links)
    session.flush()
    return ids


@pytest.mark.parametrize("few", [0, 10_000], ids=["arrays", "rows"])
@pytest.mark.parametrize("on", [DAY, date(2020, 2, 29), date(2022, 1, 1)])
def test_many_firms_are_known_as_each_alone(
    session: Session, register: list[int], on: date, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read together as arrays, where the database has them, or row by row; each alone is read row by row."""
    catalogue = get_catalogue(session)
    with monkeypatch.context() as patch:
        patch.setattr(owners, "FEW", few)
        together = gather_many(session, catalogue, register[::-1], on)
        columns = read_columns(session, catalogue, Owners(register), on)
    assert together.keys() == set(register)
    for place, key in enumerate(sorted(register)):
        assert together[key] == gather(session, catalogue, key, on)
        assert columns.row(place).known == together[key].facts.known


def test_every_fact_of_a_table_is_told_of_somebody(session: Session, register: list[int]) -> None:
    """Else the test before would prove nothing about it."""
    known = {
        key.code
        for of_one in gather_many(session, get_catalogue(session), register, DAY).values()
        for key in of_one.facts.known
    }
    assert known >= {*REGISTER.codes, *CASES.codes}


def test_amounts_beyond_float_are_exact(session: Session) -> None:
    key = firm(session).id
    for year, amount in ((2019, 2**53), (2020, 2**53 + 1)):
        session.add(
            YearlyFigures(
                enterprise_id=key, year=year, basis="HTE", source="tax", updated_at=NOW, sales_revenue_fen=amount
            )
        )
    session.flush()
    known = gather(session, get_catalogue(session), key, DAY).facts.known
    assert {at.year: value for at, value in known.items() if at.code == "sales_revenue"} == {
        2019: Known(2**53),
        2020: Known(2**53 + 1),
    }


def test_ids_are_asked_for_in_any_order_and_more_than_once() -> None:
    assert Owners([3, 1, 3]).ids.tolist() == [1, 3] and len(Owners([])) == 0
    assert Owners(np.array([5, 2])).places(np.array([5, 2])).tolist() == [1, 0]
