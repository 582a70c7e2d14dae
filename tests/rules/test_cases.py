"""Runs the golden cases of every policy: `cases.yaml`, beside its versions, in the words of an officer."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from app.kit.yaml import load_strict
from app.policies.answer import answer
from app.policies.domain.language.policy import Policy
from app.policies.domain.language.succession import in_force
from app.policies.service.verdicts import evaluate_stated
from tests.support.seeds import SEEDS, policies

POLICIES = policies()


class GoldenCase(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    day: date
    change: dict[str, Any] = {}
    expect: dict[str, str] = {}
    actual: dict[str, str | int] = {}
    gap: dict[str, str | int] = {}
    reason: dict[str, str] = {}
    score: dict[str, int] | None = None
    points: dict[str, str | int] = {}


class GoldenCases(BaseModel):
    model_config = ConfigDict(extra="forbid")

    policy: str
    firm: dict[str, Any]
    cases: tuple[GoldenCase, ...]


def golden() -> Iterator[Any]:
    for path in sorted(SEEDS.glob("policies/*/*/cases.yaml")):
        file = load_strict(path, GoldenCases)
        for case in file.cases:
            where = path.parent.name
            yield pytest.param(where, file, case, id=f"{file.policy}/{where}: {case.name}")


def policy_on(code: str, jurisdiction: str, on: date) -> Policy:
    """The version of the folder that is in force."""
    family = [edition for edition in POLICIES if (edition.code, edition.jurisdiction) == (code, jurisdiction)]
    edition = in_force(family, on)
    assert edition is not None
    return POLICIES[edition]


def all_points(blocks: list[dict[str, Any]]) -> dict[str, str]:
    """The points of every block, item and option, as an officer writes them: `20`, or `7..8`."""
    found: dict[str, str] = {}
    pending = list(blocks)
    while pending:
        part = pending.pop()
        found[part["id"]] = str(part["low"]) if part["low"] == part["high"] else f"{part['low']}..{part['high']}"
        pending += part.get("items", []) + part.get("options", [])
    return found


def all_clauses(clauses: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for clause in clauses:
        yield clause
        yield from all_clauses(clause["children"])


@pytest.mark.parametrize(("jurisdiction", "file", "case"), list(golden()))
def test_golden(jurisdiction: str, file: GoldenCases, case: GoldenCase) -> None:
    facts = {code: value for code, value in (file.firm | case.change).items() if value is not None}
    found = answer(evaluate_stated(policy_on(file.policy, jurisdiction, case.day), facts, case.day))
    clauses = {clause["id"]: clause for clause in all_clauses(found["clauses"])}
    outcomes = {"whole": found["outcome"]} | {key: clause["outcome"] for key, clause in clauses.items()}
    assert {key: outcomes[key] for key in case.expect} == case.expect
    for aspect in ("actual", "gap"):
        expected = getattr(case, aspect)
        assert {key: (clauses[key][aspect] or {}).get("value") for key in expected} == expected
    items = {item["id"]: item for block in found["blocks"] for item in block["items"]}
    assert {key: (clauses | items)[key]["reason"] for key in case.reason} == case.reason
    points = all_points(found["blocks"])
    assert {key: points[key] for key in case.points} == {key: str(told) for key, told in case.points.items()}
    if case.score is not None:
        assert found["score"] == case.score


def test_every_policy_has_golden_cases() -> None:
    told = {(path.parent.parent.name, path.parent.name) for path in SEEDS.glob("policies/*/*/cases.yaml")}
    assert told == {(edition.code, edition.jurisdiction) for edition in POLICIES}


def test_every_condition_has_a_case_on_each_side() -> None:
    """Every leaf that figures decide is met in one golden case and unmet in another."""
    for path in sorted(SEEDS.glob("policies/*/*/cases.yaml")):
        file = load_strict(path, GoldenCases)
        seen: dict[str, set[str]] = {}
        for case in file.cases:
            for key, outcome in case.expect.items():
                seen.setdefault(key, set()).add(outcome)
        policy = policy_on(file.policy, path.parent.name, file.cases[0].day)
        decided = {leaf.id for leaf in policy.leaves() if not leaf.text.startswith("judged")}
        assert {key for key in decided if not {"met", "unmet"} <= seen.get(key, set())} == set()
