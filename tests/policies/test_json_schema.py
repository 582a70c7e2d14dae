"""The published JSON Schema of a policy's facts takes what the reader takes, and little else."""

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kit.errors import Invalid
from app.policies.domain.explain.fact_input import read_facts
from app.policies.domain.language.policy import Policy
from app.policies.json_schema import facts_schema
from tests.counts import Counts
from tests.policies.support import FIRM, POLICIES, POLICY

SCHEMA = jsonschema_rs.validator_for(facts_schema(POLICY))
WRITTEN = [
    *("0", "1", "0.5", "1.0", "1.01", "01", "-1", "1/2", "3/2", "12.345", "9" * 18, "0." + "1" * 30, "x", "", "１"),
    *("10", "405", "40502", "409", "40ab", "none", "2020-01-01", "abc-1"),
    *(0, 1, -1, 9, 10**9, 10**9 + 1, 10**15, 10**17, True, False, None),
]


def _taken(policy: Policy, facts: dict[str, Any]) -> bool:
    try:
        read_facts(policy, facts)
    except Invalid:
        return False
    return True


@pytest.mark.parametrize("policy", POLICIES.values(), ids=lambda policy: f"{policy.code}/{policy.jurisdiction}")
def test_each_is_a_schema(policy: Policy) -> None:
    jsonschema_rs.meta.validate(facts_schema(policy))


@pytest.mark.parametrize(
    "facts",
    [
        FIRM,
        {"rd_domestic_share": 1},
        {"rd_domestic_share": {"low": {"2018": "0"}, "high": {"2018": "3/5"}}},
        {"rd_domestic_share": {"2018": {"low": "0.5"}}},
        {"core_field": {"low": "none", "high": "none"}},
        {"net_assets": {"2018": "-0.01"}},
        {"rd_internal_items": {"2018": {"low": [0] * 7, "high": [1] * 7}}},
    ],
)
def test_what_is_taken_is_in_the_schema(facts: dict[str, Any]) -> None:
    assert _taken(POLICY, facts) and SCHEMA.is_valid(facts)


@pytest.mark.parametrize(
    "facts",
    [
        {"sales": "1"},
        {"sales_revenue": {"2018": "-1"}},
        {"sales_revenue": {"1899": "1"}},
        {"sales_revenue": {"2018": 1.5}},
        {"staff_average": 10**18},
        {"ip_class1": 10**9 + 1},
        {"rd_domestic_share": "1.01"},
        {"core_field": "999"},
        {"core_field": "109"},
        {"core_field": "40ab"},
        {"core_field": "4050211"},
    ],
)
def test_what_is_refused_is_not(facts: dict[str, Any]) -> None:
    assert not _taken(POLICY, facts) and not SCHEMA.is_valid(facts)


def test_nothing_is_taken_that_the_schema_refuses(counts: Counts) -> None:
    single = st.sampled_from(WRITTEN)
    pair = st.fixed_dictionaries({}, optional={"low": single, "high": single})
    value = single | pair | st.lists(single | pair, min_size=7, max_size=7)
    by_year = st.dictionaries(st.sampled_from(["1899", "1900", "2018", "2100", "２０２０"]), value, max_size=2)
    ends = st.fixed_dictionaries({}, optional={"low": by_year, "high": by_year})

    @settings(max_examples=counts.property_examples * 20, deadline=None)
    @given(st.sampled_from(sorted(POLICY.uses)), value | by_year | ends)
    def proof(code: str, told: Any) -> None:
        if _taken(POLICY, {code: told}):
            assert SCHEMA.is_valid({code: told}), (code, told)

    proof()
