"""The certification policy as shipped, a firm that meets what figures decide, and a short way to evaluate."""

from datetime import date
from typing import Any

from app.kit.yaml import load_with_lines
from app.policies.answer import answer
from app.policies.domain.language.policy import Policy
from app.policies.domain.language.succession import in_force
from app.policies.service.verdicts import evaluate_stated
from tests.support.seeds import SEEDS, facts, policies

CATALOGUE = facts()
POLICIES = policies()


def in_force_on(code: str, on: date) -> Policy:
    """The national version of a policy that applies on `on`."""
    edition = in_force([edition for edition in POLICIES if edition.code == code], on)
    assert edition is not None
    return POLICIES[edition]


DAY = date(2021, 6, 30)
POLICY = in_force_on("high-tech-enterprise", DAY)
CODE = POLICY.code
FIRM: dict[str, Any] = load_with_lines(SEEDS / "policies" / CODE / "CN" / "cases.yaml")[0]["firm"]


def decide(facts: dict[str, Any], on: date = DAY) -> dict[str, Any]:
    """The answer to the told facts."""
    return answer(evaluate_stated(POLICY, facts, on))


def firm(**changes: Any) -> dict[str, Any]:
    """The firm of the golden cases, changed; None takes a fact away."""
    return {code: value for code, value in (FIRM | changes).items() if value is not None}


def leaves(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The clauses without parts, by id."""
    result: dict[str, dict[str, Any]] = {}
    pending = list(found["clauses"])
    while pending:
        clause = pending.pop(0)
        pending = clause["children"] + pending
        if not clause["children"]:
            result[clause["id"]] = clause
    return result
