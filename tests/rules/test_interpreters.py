"""The golden cases by every interpreter: the explaining one, the compiled one and the sweeping one say the same."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any

import pytest

from app.kit.yaml import load_strict
from app.policies.domain.compile import interpreter as compiling
from app.policies.domain.explain import explainer
from app.policies.domain.explain.fact_input import read_facts
from app.policies.domain.facts.catalogue import Facts
from app.policies.domain.facts.columns import columns_of
from app.policies.domain.language.verdict import Evaluation
from app.policies.domain.sweep.interpreter import OUTCOMES, sweep
from tests.rules.test_cases import SEEDS, GoldenCases, policy_on

PATHS = sorted(SEEDS.glob("policies/*/*/cases.yaml"))
Stand = dict[str, Any]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.parent.name}/{path.parent.name}")
def test_every_interpreter_says_the_same(path: Any) -> None:
    file = load_strict(path, GoldenCases)
    for on, cases in groupby(sorted(file.cases, key=lambda case: case.day), key=lambda case: case.day):
        policy = policy_on(file.policy, path.parent.name, on)
        changed = [file.firm | case.change for case in cases]
        told = [{code: value for code, value in facts.items() if value is not None} for facts in changed]
        subjects = [read_facts(policy, facts) for facts in told]
        slow = [_stand(explainer.evaluate(policy, facts, on)) for facts in subjects]
        assert [_stand(compiling.evaluate(policy, facts, on)) for facts in subjects] == slow
        assert _swept(policy, subjects, on) == slow


def _stand(found: Evaluation) -> Stand:
    """The outcomes of the whole and of every leaf, and the bounds of the score."""
    leaves = {leaf.condition.id: leaf.outcome for clause in found.clauses for leaf in clause.leaves()}
    score = (found.score.low, found.score.high) if found.score else None
    return {"whole": found.outcome, "score": score, **leaves}


def _swept(policy: Any, subjects: Iterable[Facts], on: date) -> list[Stand]:
    facts = list(subjects)
    found = sweep(policy, columns_of(policy.catalogue, facts), on)
    return [
        {
            "whole": OUTCOMES[found.outcome[place]],
            "score": (found.score.low[place], found.score.high[place]) if found.score else None,
            **{leaf.id: OUTCOMES[found.statuses[leaf.id].outcome[place]] for leaf in policy.leaves()},
        }
        for place in range(len(facts))
    ]
