"""The sweeping interpreter decides as the explaining one, for everybody at once."""

import random
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.policies.domain.explain import explainer
from app.policies.domain.facts.catalogue import FactKey, Facts
from app.policies.domain.facts.columns import columns_of
from app.policies.domain.forms.expansion import questions
from app.policies.domain.language.policy import Policy
from app.policies.domain.language.verdict import Clause, Evaluation
from app.policies.domain.sweep.interpreter import MET, OUTCOMES, UNKNOWN, UNMET, Swept, sweep
from app.policies.domain.values.knowledge import Known
from app.policies.domain.values.outcome import Outcome
from tests.counts import Counts
from tests.policies.firms import DAY, random_facts
from tests.policies.support import POLICY
from tests.policies.test_fast_compiling import POLICIES, every_policy


def swept(policy: Policy, subjects: list[Facts]) -> Swept:
    return sweep(policy, columns_of(policy.catalogue, subjects), DAY)


def agree(found: Swept, row: int, exact: Evaluation) -> None:
    assert OUTCOMES[found.outcome[row]] is exact.outcome
    for clause in exact.clauses:
        _agree_on(found, row, clause)
    if exact.score is not None and found.score is not None:
        assert (found.score.low[row], found.score.high[row]) == (exact.score.low, exact.score.high)
        for block in exact.score.blocks:
            low, high = found.score.blocks[block.block.id]
            assert (low[row], high[row]) == (block.low, block.high)
            for item in block.items:
                low, high = found.score.items[item.item.id]
                assert (low[row], high[row]) == (item.low, item.high)


def _agree_on(found: Swept, row: int, clause: Clause) -> None:
    results = found.statuses[clause.condition.id]
    assert OUTCOMES[results.outcome[row]] is clause.outcome, clause.condition.id
    for part in clause.children:
        _agree_on(found, row, part)
    if clause.outcome is Outcome.UNMET:
        (told,) = found.gaps(clause.condition, np.array([row]))
        assert told in (None, clause.finding.gap), clause.condition.id


@every_policy
def test_everybody_stands_as_the_explaining_interpreter_says(policy: Policy, counts: Counts) -> None:
    subjects = [random_facts(policy, seed) for seed in range(2 * counts.property_examples)]
    found = swept(policy, subjects)
    for row, facts in enumerate(subjects):
        agree(found, row, explainer.evaluate(policy, facts, DAY))


def test_any_company_of_subjects_may_be_swept_together(counts: Counts) -> None:
    @settings(max_examples=counts.property_examples // 5, deadline=None)
    @given(st.lists(st.integers(0, 2**40), min_size=1, max_size=8))
    def proof(seeds: list[int]) -> None:
        subjects = [random_facts(POLICY, seed) for seed in seeds]
        found = swept(POLICY, subjects)
        for row, facts in enumerate(subjects):
            agree(found, row, explainer.evaluate(POLICY, facts, DAY))

    proof()


def test_nearly_every_gap_of_whole_figures_is_told_without_another_interpreter(counts: Counts) -> None:
    """By how much a condition is missed: to the last digit, or not at all."""
    gaps = told = 0
    for policy in POLICIES:
        subjects = [random_facts(policy, seed) for seed in range(2 * counts.property_examples)]
        found = swept(policy, subjects)
        for row, facts in enumerate(subjects):
            for clause in explainer.evaluate(policy, facts, DAY).clauses:
                if clause.outcome is Outcome.UNMET and clause.finding.gap is not None:
                    gaps += 1
                    told += found.gaps(clause.condition, np.array([row])) == [clause.finding.gap]
    assert told > gaps * 0.5


def _forgotten(policy: Policy, facts: Facts, seed: int) -> Facts:
    """Less than was known: some values taken away, but none of which a formula asks whether it was told at all."""
    chance = random.Random(seed)
    asked = {code for leaf in policy.leaves() if leaf.test for code, _ in questions(leaf.test)}
    kept = {key: known for key, known in facts.known.items() if key.code in asked or chance.random() < 0.7}
    return Facts(facts.catalogue, kept)


def test_adding_knowledge_never_widens_and_never_contradicts(counts: Counts) -> None:
    for policy in POLICIES:
        more = [random_facts(policy, seed) for seed in range(2 * counts.property_examples)]
        less = [_forgotten(policy, facts, seed) for seed, facts in enumerate(more)]
        known, open_ = swept(policy, more), swept(policy, less)
        for name, results in known.statuses.items():
            before = open_.statuses[name].outcome
            assert ((before == results.outcome) | (before == UNKNOWN)).all(), (policy.code, name)
        if known.score is not None and open_.score is not None:
            assert (open_.score.low <= known.score.low).all()
            assert (known.score.high <= open_.score.high).all()


def test_columns_give_every_subject_back() -> None:
    subjects = [random_facts(POLICY, seed) for seed in range(100)]
    columns = columns_of(POLICY.catalogue, subjects)
    assert [columns.row(row).known for row in range(len(subjects))] == [facts.known for facts in subjects]


def test_a_what_if_takes_over_what_it_does_not_touch() -> None:
    subjects = [random_facts(POLICY, seed) for seed in range(50)]
    columns = columns_of(POLICY.catalogue, subjects)
    before = sweep(POLICY, columns, DAY)
    again = sweep(POLICY, columns, DAY, before=before)
    assert all(again.statuses[leaf.id].outcome is before.statuses[leaf.id].outcome for leaf in POLICY.leaves())
    grown = columns.grown("sales_revenue", 2020, Fraction(11, 10))
    after = sweep(POLICY, grown, DAY, before=before)
    assert after.statuses["HTE-03"].outcome is before.statuses["HTE-03"].outcome
    for name, results in sweep(POLICY, grown, DAY).statuses.items():
        assert (after.statuses[name].outcome == results.outcome).all()


def test_a_boundary_is_a_boundary_however_fine_the_figures() -> None:
    """R&D staff of exactly a tenth, and a hundred-thousandth of a person fewer than columns hold exactly."""
    tenth = Fraction(123_456_789, 10)
    rows = [
        {FactKey("staff_average"): Known(123_456_789), FactKey("rd_staff_average"): Known(staff)}
        for staff in (tenth, tenth - Fraction(1, 10**9))
    ]
    found = swept(POLICY, [Facts(POLICY.catalogue, row) for row in rows])
    assert list(found.statuses["HTE-04"].outcome) == [MET, UNMET]


def test_a_boundary_is_a_boundary_however_large_the_figures() -> None:
    """High-tech income of exactly 60 %, and a fen less, of more than float64 counts in steps of one."""
    tenth = 2**54 + 1
    year = DAY.year - 1
    rows = [
        {FactKey("total_income", year): Known(10 * tenth), FactKey("high_tech_income", year): Known(income)}
        for income in (6 * tenth, 6 * tenth - 1)
    ]
    found = swept(POLICY, [Facts(POLICY.catalogue, row) for row in rows])
    assert list(found.statuses["HTE-06"].outcome) == [MET, UNMET]
