"""A batch is decided as each firm alone: the facts gathered for many, and what is kept of each firm."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.enterprises.models import (
    ComplianceEvent,
    Conversion,
    Enterprise,
    IntellectualProperty,
    Product,
    ProductProperty,
    StandardParticipation,
    YearlyFigures,
)
from app.kit.actor import SYSTEM
from app.policies.domain.explain.explainer import evaluate
from app.policies.domain.facts.catalogue import Facts
from app.policies.domain.facts.columns import columns_of
from app.policies.domain.language.policy import PolicySubject
from app.policies.domain.values.knowledge import Between, Known
from app.policies.queries import get_catalogue
from app.policies.schemas import StatementInput
from app.policies.service.fact_sources import gather, gather_many
from app.policies.service.statements import state_fact
from app.policies.sweeps.decisions import FirmBatch
from app.policies.sweeps.domain import Rule
from tests.counts import Counts
from tests.factories.enterprises import NOW, firm
from tests.policies.support import CATALOGUE, DAY
from tests.policies.test_sweeps import agrees
from tests.support.seeds import policies

POLICIES = [policy for policy in policies().values() if policy.subject is PolicySubject.ENTERPRISE]


# -- gathering ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def various(session: Session) -> list[int]:
    """Firms of which much, little, something contradictory and nothing is on file."""
    rich, bare, odd, nobody = (firm(session, registered_on=day).id for day in (date(2014, 5, 20), None, DAY, None))
    for key, year, source in ((rich, 2018, "special_audit"), (rich, 2020, "enterprise"), (rich, 2020, "special_audit")):
        figures = {"sales_revenue_fen": year * 100, "staff_average_e4": 1_425_000} if source != "enterprise" else {}
        values = {"rd_personnel_fen": 7, "net_assets_fen": -5} | figures
        session.add(YearlyFigures(enterprise_id=key, year=year, basis="HTE", source=source, updated_at=NOW, **values))
    session.add(YearlyFigures(enterprise_id=odd, year=2020, basis="TAX", source="enterprise", updated_at=NOW))
    for key, number, granted in ((rich, "1", date(2019, 1, 1)), (rich, "2", None), (odd, "3", None)):
        right = IntellectualProperty(
            enterprise_id=key, kind_code="utility_model", ip_class=2, number=number, name="甲", granted_on=granted
        )
        session.add(right)
    product = Product(enterprise_id=rich, name="乙", year=2020, is_main=True)
    session.add(product)
    session.flush()
    session.add(ProductProperty(product_id=product.id, property_id=1))
    session.add(Conversion(enterprise_id=rich, year=2019, title="丙"))
    session.add(StandardParticipation(enterprise_id=odd, year=2020, title="丁", level="industry", role="led"))
    session.add(
        ComplianceEvent(
            enterprise_id=odd, happened_on=date(2021, 1, 1), kind="safety_accident", severity="major", summary="x"
        )
    )
    for key, stated_on in ((bare, date(2020, 1, 1)), (bare, DAY), (rich, DAY)):
        data = StatementInput(
            fact_code="accident_in_last_year", year=None, value=False, stated_on=stated_on, source="复函（示例）"
        )
        enterprise = session.get_one(Enterprise, key)
        state_fact(session, actor=SYSTEM, enterprise=enterprise, data=data, now=NOW.replace(year=2022))
    session.flush()
    return [rich, bare, odd, nobody]


@pytest.mark.parametrize("on", [DAY, date(2020, 12, 31), date(2023, 1, 1)])
def test_many_are_gathered_as_each_alone(session: Session, various: list[int], on: date) -> None:
    catalogue = get_catalogue(session)
    together = gather_many(session, catalogue, various, on)
    for key in various:
        alone = gather(session, catalogue, key, on)
        assert (together[key].facts.known, together[key].sources) == (alone.facts.known, alone.sources)


# -- deciding -----------------------------------------------------------------------------------------------------------


def _exact(definition: Any) -> st.SearchStrategy[Any]:
    whole = st.integers(-5 if definition.may_be_negative else 0, 40)
    by_unit: Mapping[str, st.SearchStrategy[Any]] = {
        "yuan": st.one_of(whole, st.integers(0, 40).map(lambda n: n * 50_000_000)),
        "date": st.dates(date(2017, 1, 1), date(2021, 12, 31)),
        "yes_no": st.booleans(),
        "code": st.sampled_from(["10", "405", "none"]),
        "share": st.sampled_from([0, 1]),
    }
    most = definition.highest if definition.highest is not None else 40
    return by_unit.get(str(definition.unit), st.integers(definition.lowest or 0, most))


@st.composite
def knowledge(draw: st.DrawFn) -> dict[Any, Any]:
    """What is known of one firm: some facts exactly, some within bounds, most of the rest not at all."""
    found: dict[Any, Any] = {}
    for definition in CATALOGUE.values():
        years = (2018, 2019, 2020) if definition.told != "once" else (None,)
        for key in (key for year in years for key in definition.keys(year)):
            kind = draw(st.sampled_from(["exact", "exact", "bounds", "nothing"]))
            if kind == "exact":
                found[key] = Known(draw(_exact(definition)))
            elif kind == "bounds" and str(definition.unit) not in {"code", "yes_no"}:
                low, high = sorted([draw(_exact(definition)), draw(_exact(definition))])
                found[key] = Known(low) if low == high else Between(low, high)
    return found


def test_a_batch_decides_as_the_explaining_interpreter(counts: Counts) -> None:
    @given(st.data())
    @settings(max_examples=counts.property_examples // 5, deadline=None)
    def holds(data: st.DataObject) -> None:
        firms = {key: Facts(CATALOGUE, data.draw(knowledge())) for key in (11, 12, 13)}
        batch = FirmBatch(np.array(list(firms)), columns_of(CATALOGUE, firms.values()), DAY)
        for policy in POLICIES:
            for key, decided in batch.decide(Rule(policy, {}), list(firms)):
                agrees(decided, evaluate(policy, Facts(policy.catalogue, firms[key].known), DAY))

    holds()
