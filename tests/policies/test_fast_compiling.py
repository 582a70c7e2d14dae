"""The compiled interpreter says what the explaining one says, word for word, about every subject of every policy."""

import gc
import weakref
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.policies.answer import answer
from app.policies.domain.compile import interpreter as compiling
from app.policies.domain.compile.evaluations import CompiledEvaluation
from app.policies.domain.explain import explainer
from app.policies.domain.explain.fact_input import read_facts
from app.policies.domain.facts.catalogue import Facts
from app.policies.domain.language.policy import Policy
from tests.counts import Counts
from tests.policies.firms import DAY, random_facts
from tests.policies.support import POLICY
from tests.policies.test_language import POLICY as TRIAL
from tests.policies.test_properties import truths_and_tellings
from tests.support.seeds import policies

#: Every shipped version, and one that says what no shipped one does: caps, the best of items, amounts below a band's end.
POLICIES = [*policies().values(), TRIAL]
every_policy = pytest.mark.parametrize("policy", POLICIES, ids=lambda p: f"{p.code}-{p.jurisdiction}-{p.version}")


def agree(policy: Policy, facts: Facts, on: date) -> None:
    exact, fast = explainer.evaluate(policy, facts, on), compiling.evaluate(policy, facts, on)
    assert fast.outcome is exact.outcome
    pairs = zip(
        (leaf for clause in exact.clauses for leaf in clause.leaves()),
        (leaf for clause in fast.clauses for leaf in clause.leaves()),
        strict=True,
    )
    for leaf, same in pairs:  # what was decided at once, not what is explained later
        assert (leaf.condition.id, leaf.outcome) == (same.condition.id, same.outcome)
    if exact.score is not None and isinstance(fast, CompiledEvaluation):
        assert fast.points == (exact.score.low, exact.score.high)
    assert [clause.finding for clause in fast.clauses] == [clause.finding for clause in exact.clauses]
    assert fast.score == exact.score
    assert fast.missing == exact.missing
    assert answer(fast) == answer(exact)


@every_policy
def test_every_random_subject_is_told_the_same(policy: Policy, counts: Counts) -> None:
    @settings(max_examples=counts.property_examples, deadline=None)
    @given(st.integers(0, 2**40))
    def proof(seed: int) -> None:
        agree(policy, random_facts(policy, seed), DAY)

    proof()


def test_a_firm_as_it_is_and_as_it_is_partly_told(counts: Counts) -> None:
    @settings(max_examples=counts.property_examples, deadline=None)
    @given(truths_and_tellings())
    def proof(pair: tuple[dict[str, object], dict[str, object]]) -> None:
        for told in pair:
            agree(POLICY, read_facts(POLICY, told), DAY)

    proof()


@pytest.mark.parametrize("on", [date(2016, 1, 1), date(2019, 12, 31), date(2020, 2, 29), date(2024, 7, 1)])
def test_any_day_will_do(on: date) -> None:
    for seed in range(10):
        agree(POLICY, random_facts(POLICY, seed, on), on)


def test_what_is_explained_is_freed_at_once() -> None:
    evaluation = compiling.evaluate(POLICY, random_facts(POLICY, 1), DAY)
    assert evaluation.clauses[0].finding
    assert evaluation.score
    gone = weakref.ref(evaluation)
    gc.disable()
    try:
        del evaluation
        assert gone() is None
    finally:
        gc.enable()


def test_nothing_known_is_decided_too() -> None:
    for policy in POLICIES:
        agree(policy, Facts(policy.catalogue), DAY)
