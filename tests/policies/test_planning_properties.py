"""What must hold for every plan: applied it passes, nothing in it can be smaller, and there is always one."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.policies.domain.explain.fact_input import read_facts
from app.policies.domain.facts.catalogue import Facts
from app.policies.domain.plan.changes import Change
from app.policies.domain.plan.effects import effects
from app.policies.domain.plan.planner import GapPlan, plan
from app.policies.domain.plan.trials import Trials
from app.policies.domain.values.outcome import Outcome
from tests.counts import Counts
from tests.policies.planning_support import GRADED, after, goal_outcome, one_step_less, outcome, shown
from tests.policies.support import DAY, POLICY, firm
from tests.policies.test_properties import truths_and_tellings

#: One plan asks the evaluator hundreds of times: it costs as much as so many properties of single evaluations.
SHARE = 2


YEARS = ("2018", "2019", "2020")
GRADES = ("ip_advancement", "ip_core_support", "management_1", "management_2", "management_3", "management_4")


@st.composite
def near_misses(draw: st.DrawFn) -> Facts:
    """The graded firm with a few figures off or missing: firms for which a plan is worth reading."""
    figures = {
        "rd_staff_average": st.sampled_from(["8", "9.5", "10", "14.25", None]),
        "staff_average": st.sampled_from(["100", "142.5", "0", None]),
        "registered_on": st.sampled_from(["2014-05-20", "2019-03-01", "2020-06-30", "2020-07-15", "2021-02-01"]),
        "high_tech_income": st.sampled_from([{"2020": "40000000"}, {"2020": "29999999.99"}, {"2020": "0"}, {}]),
        "sales_revenue": st.fixed_dictionaries(
            {year: st.sampled_from(["0", "40000000", "48000000", "51000000", "65000000"]) for year in YEARS}
        ),
        "net_assets": st.fixed_dictionaries(
            {year: st.sampled_from(["-1000000", "0", "10000000", "11000000", "15000000"]) for year in YEARS}
        ),
        "conversions": st.fixed_dictionaries({year: st.integers(0, 6) for year in YEARS}),
        "ip_class1": st.sampled_from([0, 1, None]),
        "ip_class2_unused": st.integers(0, 5),
        "core_field": st.sampled_from(["405", "none", None]),
        "accident_in_last_year": st.sampled_from([False, True, None]),
        **{grade: st.sampled_from([0, 2, 4, None]) for grade in GRADES},
    }
    changed = draw(st.lists(st.sampled_from(sorted(figures)), max_size=4, unique=True))
    return read_facts(POLICY, firm(**(GRADED | {code: draw(figures[code]) for code in changed})))


@st.composite
def firms(draw: st.DrawFn) -> Facts:
    """Any firm, told in part; every other one nearly passes."""
    if draw(st.booleans()):
        return draw(near_misses())
    told: dict[str, Any] = draw(truths_and_tellings())[1]
    return read_facts(POLICY, told)


def test_every_plan_passes_when_it_is_applied_and_nothing_in_it_can_be_smaller(counts: Counts) -> None:
    @settings(max_examples=max(25, counts.property_examples // SHARE), deadline=None)
    @given(firms())
    def proof(facts: Facts) -> None:
        found = plan(POLICY, facts, DAY)
        if found is None:
            assert outcome(POLICY, facts, DAY) is Outcome.MET
            return
        _singles_hold(facts, found)
        _combinations_hold(facts, found)
        if found.next is not None and found.next.changes and not found.next.unsolved:
            assert outcome(POLICY, *after(found.next.facts, found.next.on, *found.next.changes)) is Outcome.MET

    proof()


def _singles_hold(facts: Facts, found: GapPlan) -> None:
    for change in found.each:
        there, on = after(facts, DAY, change)
        assert goal_outcome(POLICY, change, there, on) is Outcome.MET, shown(change)
        less = one_step_less(change)
        if less is not None:
            there, on = after(facts, DAY, less)
            assert goal_outcome(POLICY, change, there, on) is not Outcome.MET or _breaks_another(facts, less), shown(
                change
            )


def _breaks_another(facts: Facts, change: Change) -> bool:
    """A smaller change may meet its goal and lose another one that was met."""
    met = {goal for goal, how in _goals(facts).items() if how is Outcome.MET}
    there, _on = after(facts, DAY, change)
    return any(how is not Outcome.MET for goal, how in _goals(there).items() if goal in met)


def _goals(facts: Facts) -> dict[str, Outcome]:
    return {clause.condition.id: clause.outcome for clause in Trials(POLICY, DAY, DAY).clauses(facts)}


def _combinations_hold(facts: Facts, found: GapPlan) -> None:
    if found.cheapest:
        assert outcome(POLICY, *after(facts, DAY, *found.cheapest)) is Outcome.MET
        for place, change in enumerate(found.cheapest):
            rest = (*found.cheapest[:place], *found.cheapest[place + 1 :])
            assert outcome(POLICY, *after(facts, DAY, *rest)) is not Outcome.MET, f"not needed: {shown(change)}"
            less = one_step_less(change)
            if less is not None:
                smaller = after(facts, DAY, *rest, less)
                assert outcome(POLICY, *smaller) is not Outcome.MET, f"could be smaller: {shown(change)}"
    if found.needed:
        assert outcome(POLICY, facts, DAY) is Outcome.UNMET
        assert outcome(POLICY, *after(facts, DAY, *found.needed)) is not Outcome.UNMET


def test_planning_is_total_bounded_and_the_same_every_time(counts: Counts) -> None:
    @settings(max_examples=max(10, counts.property_examples // (2 * SHARE)), deadline=None)
    @given(firms(), st.integers(-5000, 5000))
    def proof(facts: Facts, days: int) -> None:
        on = DAY + timedelta(days=days)
        assert plan(POLICY, facts, on) == plan(POLICY, facts, on)
        effects(POLICY, facts, on)

    proof()


def test_missing_facts_that_could_do_more_come_first(counts: Counts) -> None:
    @settings(max_examples=max(10, counts.property_examples // SHARE), deadline=None)
    @given(firms())
    def proof(facts: Facts) -> None:
        found = effects(POLICY, facts, DAY)
        assert [effect.size for effect in found] == sorted(effect.size for effect in found)
        assert all(effect.points >= 0 and effect.waiting for effect in found)

    proof()
