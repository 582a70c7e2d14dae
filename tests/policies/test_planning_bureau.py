"""A plan says no figure for what the bureau has yet to set."""

from datetime import date
from typing import Any

import pytest

from app.kit.yaml import load_with_lines
from app.policies.domain.language.policy import Policy
from app.policies.plan_answer import answer_with_plan
from app.policies.plan_presentation import present_plan
from app.policies.service.verdicts import evaluate_stated
from tests.policies.support import POLICIES, SEEDS

DAY = date(2021, 12, 31)
EVALUATION, RECOMMENDATION, CULTIVATION = (
    f"technical-upgrade-{name}" for name in ("evaluation", "recommendation", "cultivation")
)
#: What the bureau sets under each policy, and the goal that reads it.
READ_BY = {
    EVALUATION: {
        "rd_growth_least": "TUE-1a",
        "rd_staff_growth_least": "TUE-1b",
        "ip_granted_least": "TUE-1c",
        "institute_required": "TUE-1d",
        "revenue_growth_least": "TUE-2",
    },
    RECOMMENDATION: {"fast_rd_growth": "TUR-2", "fast_revenue_growth": "TUR-3"},
    CULTIVATION: {"sales_growth_least": "TUC-3"},
}
#: Firms that miss every goal with the thresholds of the golden cases: they grew, but too little.
SHORT: dict[str, dict[str, Any]] = {
    EVALUATION: {
        "rd_internal_items": {"2019": ["1000000", 0, 0, 0, 0, 0, 0], "2020": ["1050000", 0, 0, 0, 0, 0, 0]},
        "rd_staff_by_year": {"2019": "20", "2020": "20"},
        "ip_granted": {"2020": 1},
        "rd_institute": False,
        "main_business_revenue": {"2019": "50000000", "2020": "51000000"},
    },
    RECOMMENDATION: {
        "rd_internal_items": {"2019": ["1000000", 0, 0, 0, 0, 0, 0], "2020": ["1050000", 0, 0, 0, 0, 0, 0]},
        "main_business_revenue": {"2019": "50000000", "2020": "51000000"},
    },
    CULTIVATION: {"sales_revenue": {"2018": "10000000", "2019": "10100000", "2020": "10200000"}},
}


def _policy(code: str) -> Policy:
    (found,) = (policy for edition, policy in POLICIES.items() if edition.code == code)
    return found


def _facts(code: str, unset: set[str], **changes: Any) -> dict[str, Any]:
    firm = load_with_lines(SEEDS / "policies" / code / "429005" / "cases.yaml")[0]["firm"]
    return {name: value for name, value in (firm | SHORT[code] | changes).items() if name not in unset}


def _answer(code: str, unset: set[str], **changes: Any) -> dict[str, Any]:
    return answer_with_plan(evaluate_stated(_policy(code), _facts(code, unset, **changes), DAY))


def _changes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    chance = plan["next"] or {"changes": [], "floors": []}
    lists = (plan["each"], plan["needed"], plan["cheapest"], plan["partly"], chance["changes"], chance["floors"])
    return [change for listed in lists for change in listed]


def _ids(clauses: list[dict[str, Any]]) -> set[str]:
    return {clause["clause"] for clause in clauses}


@pytest.mark.parametrize("code", READ_BY)
def test_nothing_set_nothing_said(code: str) -> None:
    found = _answer(code, set(READ_BY[code]))
    plan, goals = found["plan"], set(READ_BY[code].values())
    assert _changes(plan) == [], "no figure at all"
    assert _ids(plan["awaits_bureau"]) == goals
    assert goals <= _ids(plan["unsolved"])
    assert all(effect["needs"] is None for effect in found["depends"])


@pytest.mark.parametrize(("code", "name"), [(code, name) for code, names in READ_BY.items() for name in names])
def test_what_is_set_is_planned_and_what_is_not_waits(code: str, name: str) -> None:
    """One threshold is not set: its goal has no figure, every other one has."""
    plan = _answer(code, {name})["plan"]
    waits = READ_BY[code][name]
    assert _ids(plan["awaits_bureau"]) == {waits}
    assert waits in _ids(plan["unsolved"])
    assert plan["cheapest"] == [], "nothing is certain as long as one goal waits"
    assert {change["clause"] for change in _changes(plan)} == set(READ_BY[code].values()) - {waits}


@pytest.mark.parametrize("code", READ_BY)
def test_everything_set_is_planned_as_ever(code: str) -> None:
    plan = _answer(code, set())["plan"]
    assert plan["awaits_bureau"] == []
    assert {change["clause"] for change in plan["each"]} == set(READ_BY[code].values())


def test_a_firm_that_fell_back_waits_too() -> None:
    """It cannot pass whatever is set; how much it lacks nobody can tell before it is set."""
    fallen = {"2019": "50000000", "2020": "40000000"}
    found = _answer(EVALUATION, {"revenue_growth_least"}, main_business_revenue=fallen)
    assert found["clauses"][1]["outcome"] == "unmet"
    assert found["plan"]["needed"] == []
    assert "TUE-2" not in {change["clause"] for change in _changes(found["plan"])}
    assert "TUE-2" in _ids(found["plan"]["awaits_bureau"])


def test_the_plan_in_words_names_what_waits_and_nothing_else_of_it() -> None:
    found = _answer(RECOMMENDATION, {"fast_rd_growth"})
    view = present_plan(found, _policy(RECOMMENDATION).catalogue)
    assert view is not None
    assert view.awaiting == ("创新能力提升较快",)
    assert view.unsolved == ()
    assert view.partly and not view.certain
