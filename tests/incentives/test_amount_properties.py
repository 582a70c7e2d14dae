"""What holds for every scheme and every firm: limits, monotony, and that knowing more never widens an amount."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.incentives.domain.amount import Amount, Eligibility, calculate
from app.incentives.domain.plan import plan
from app.incentives.domain.scheme import Rounding, Scheme
from app.policies.domain.facts.catalogue import FactKey, Facts
from app.policies.domain.values.knowledge import Knowledge, Known, between
from app.policies.domain.values.outcome import Outcome
from tests.counts import Counts
from tests.incentives.support import CATALOGUE

ON = date(2021, 6, 30)
SALES = FactKey("sales_revenue", 2020)
SPEND = FactKey("equipment_spend")
COMMON: dict[str, Any] = {
    "code": "trial",
    "jurisdiction": "42",
    "effective_from": date(2021, 1, 1),
    "name": {"zh": "试", "en": "trial"},
    "level": "municipal",
    "authority": {"zh": "局", "en": "bureau"},
    "subject": "enterprise",
    "trigger": {"kind": "certificate-gained", "certificate": "high-tech-enterprise"},
    "status": "UNVERIFIED",
    "source": {"zh": "测试", "en": "test"},
    "confidence": "inferred",
}
FEN = st.integers(0, 3_000_000)
SCHEMES = st.builds(
    lambda amounts, when, limits, rounding: Scheme.model_validate(
        COMMON | amounts | ({"when": when} if when else {}) | limits | ({"rounding": rounding} if rounding else {})
    ),
    st.one_of(
        st.builds(lambda n: {"amount_type": "fixed", "amount": Decimal(n)}, st.integers(1, 20_000)),
        st.builds(
            lambda n, base: {"amount_type": "ratio", "ratio": Decimal(n) / 1_000, "base": base},
            st.integers(1, 1_000),
            st.sampled_from(
                ["equipment_spend", "latest(sales_revenue)", "max(equipment_spend, average(sales_revenue))"]
            ),
        ),
        st.builds(
            lambda first, second, ratio: {
                "amount_type": "tier",
                "base": "equipment_spend",
                "tiers": [
                    {"when": "latest(sales_revenue) >= 1.5 万元", "amount": first + second},
                    {"when": "latest(sales_revenue) >= 0.5 万元", "ratio": Decimal(ratio) / 100},
                    {"occurrence": "first", "amount": first},
                ],
            },
            st.integers(1, 5_000),
            st.integers(1, 5_000),
            st.integers(1, 100),
        ),
    ),
    st.sampled_from([None, "equipment_spend >= 0.4 万元", "latest(sales_revenue) < 2 万元"]),
    st.sampled_from([{}, {"cap": 9_000}, {"floor": 2_000}, {"floor": 1_000, "cap": 8_000}]),
    st.sampled_from(
        [
            None,
            Rounding(to="元"),
            Rounding(to="千元"),
            Rounding(to="百元", way="up"),
            Rounding(to="千元", way="nearest"),
        ]
    ),
)
KNOWN = st.one_of(st.none(), FEN, st.tuples(FEN, FEN), st.tuples(FEN, st.none()))


def knowledge(value: Any) -> Knowledge | None:
    if value is None:
        return None
    if isinstance(value, int):
        return Known(value)
    low, high = value
    return between(low, high) if high is None else between(min(low, high), max(low, high))


def facts(sales: Any, spend: Any) -> Facts:
    told = {SALES: knowledge(sales), SPEND: knowledge(spend), FactKey("registered_on"): Known(date(2010, 1, 1))}
    return Facts(CATALOGUE, {key: value for key, value in told.items() if value is not None})


def given_by(scheme: Scheme, known: Facts, occurrence: str = "first") -> Amount:
    return calculate(plan(scheme, CATALOGUE), known, ON, Eligibility(occurrence))


def test_an_amount_keeps_to_its_limits(counts: Counts) -> None:
    @settings(max_examples=counts.property_examples, deadline=None)
    @given(SCHEMES, KNOWN, KNOWN)
    def proof(scheme: Scheme, sales: Any, spend: Any) -> None:
        found = given_by(scheme, facts(sales, spend))
        assert found.low >= 0 and (found.high is None or found.low <= found.high)
        if scheme.cap is not None:
            assert found.high is not None and found.high <= scheme.cap * 100
        if scheme.floor is not None and found.due is Outcome.MET:
            assert found.low >= scheme.floor * 100
        if scheme.rounding is not None:
            assert found.low % scheme.rounding.fen == 0
        assert (found.due is Outcome.UNMET) is (found.high == 0)

    proof()


def test_more_of_the_base_never_gives_less(counts: Counts) -> None:
    @settings(max_examples=counts.property_examples, deadline=None)
    @given(SCHEMES, FEN, FEN, FEN)
    def proof(scheme: Scheme, sales: int, spend: int, more: int) -> None:
        less_given = given_by(scheme, facts(sales, spend)).fen
        more_given = given_by(scheme, facts(sales, spend + more)).fen
        assert (less_given is not None and more_given is not None) or "average" in str(scheme.base)
        if less_given is not None and more_given is not None:
            assert more_given >= less_given

    proof()


def test_knowing_more_never_widens_an_amount(counts: Counts) -> None:
    @settings(max_examples=counts.property_examples, deadline=None)
    @given(SCHEMES, KNOWN, KNOWN, st.sampled_from(["", "first", "renewed"]), st.data())
    def proof(scheme: Scheme, sales: Any, spend: Any, occurrence: str, data: st.DataObject) -> None:
        wide = given_by(scheme, facts(sales, spend), occurrence)
        told = facts(data.draw(narrower(sales)), data.draw(narrower(spend)))
        known_occurrence = occurrence or data.draw(st.sampled_from(["", "first", "renewed"]))
        narrow = given_by(scheme, told, known_occurrence)
        assert narrow.low >= wide.low
        assert wide.high is None or (narrow.high is not None and narrow.high <= wide.high)
        assert wide.due in {Outcome.UNKNOWN, narrow.due}
        assert set(narrow.missing) <= {
            *wide.missing,
            SALES,
            SPEND,
            *(FactKey("sales_revenue", year) for year in (2018, 2019)),
        }

    proof()


def narrower(value: Any) -> st.SearchStrategy[Any]:
    """Anything that `value` allows."""
    if value is None:
        return KNOWN
    if isinstance(value, int):
        return st.just(value)
    low, high = value
    if high is None:
        return st.integers(low, low + 2_000_000)
    return st.integers(min(low, high), max(low, high))
