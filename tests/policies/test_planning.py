"""Plans worked out by hand, for an application on 2021-06-30 (three fiscal years, 2018 to 2020, are over)."""

from datetime import date

from app.policies.domain.explain.explainer import evaluate
from app.policies.domain.explain.fact_input import read_facts
from app.policies.domain.plan.changes import Change, ChangeKind, Why
from app.policies.domain.plan.effects import effects
from app.policies.domain.plan.planner import GapPlan, plan
from app.policies.domain.values.knowledge import Known
from app.policies.domain.values.outcome import Outcome
from tests.policies.planning_support import after, figures, known, outcome, planned
from tests.policies.support import DAY, POLICY, firm

PASSING = {"net_assets": {"2018": "10000000", "2019": "11000000", "2020": "13200000"}}
"""With net assets growing by 15 % the graded firm has 71 points at least."""


def each_of(found: GapPlan, goal: str) -> dict[str, Change]:
    """The single changes that meet a goal: once told figures by code, yearly ones by code and year."""
    return {
        f"{change.key.code}{f'.{change.key.year}' if change.key.year else ''}": change
        for change in found.each
        if change.goal.id == goal and change.key.part in {None, 1}
    }


def test_a_firm_that_passes_has_no_plan() -> None:
    assert plan(POLICY, known(**PASSING), DAY) is None


def test_one_person_short() -> None:
    found = each_of(planned(**PASSING, rd_staff_average="9"), "HTE-04")
    assert {code: change.after for code, change in found.items()} == {"staff_average": 90, "rd_staff_average": 10}
    person = found["rd_staff_average"]
    assert person.difference and person.difference.low == 1
    assert (person.kind, person.changeability.changeable, person.changeability.why) == (
        ChangeKind.CORRECT,
        False,
        Why.YEAR_OVER,
    )
    assert person.changeability.by == date(2020, 12, 31)


def test_half_a_person_short_is_one_person_employed_the_whole_year() -> None:
    found = each_of(planned(**PASSING, rd_staff_average="9.5"), "HTE-04")["rd_staff_average"]
    assert found.difference and found.difference.low == 1


def test_research_expense_short_by_an_exact_amount() -> None:
    """Sales of 1.73 亿 need 692 万元 at 4 %; 772 万元 short of 5 % where the latest year is within 5000 万元."""
    sales = {"2018": "60000000", "2019": "65000000", "2020": "48000000"}
    found = each_of(planned(**PASSING, sales_revenue=sales), "HTE-05a")
    expense = found["rd_internal_items.2020"]
    assert expense.difference and expense.difference.low == 85_000_000  # 5 % of 17300 万元 less the 780 万元 that count
    assert found["rd_outsourced_domestic.2020"].after == 106_250_000  # counted at 80 %
    assert found["sales_revenue.2018"].after == 4_300_000_000
    assert found["sales_revenue.2020"].after == 5_000_000_001, "one 分 above 5000 万元 only 4 % is asked"


def test_364_days_wait_one_day() -> None:
    found = planned(registered_on="2020-07-01", standards_led=True)
    (wait,) = [change for change in found.each if change.waits]
    assert (wait.after, wait.kind, wait.changeability.changeable) == (date(2021, 7, 1), ChangeKind.WAIT, True)
    assert wait.difference and wait.difference.low == 1


def test_waiting_into_another_year_is_no_plan_for_this_one() -> None:
    found = planned(**PASSING, registered_on="2021-03-01")
    assert not found.cheapest
    assert "HTE-01" in {goal.id for goal in found.unsolved}
    assert found.next and found.next.on == date(2022, 3, 1)


def test_one_conversion_short_of_the_next_band() -> None:
    """14 results in three years are 4.67 a year: 19 to 24 points. One more makes 5: 25 to 30."""
    facts = known(conversions={"2018": 5, "2019": 4, "2020": 5}, **PASSING)
    assert (score := evaluate(POLICY, facts, DAY).score) and score.low == 65
    found = plan(POLICY, facts, DAY)
    assert found is not None
    conversion = each_of(found, "HTE-07")["conversions.2019"]
    assert (conversion.after, conversion.changeability.why) == (5, Why.YEAR_OVER)
    assert found.cheapest[0].key.code == "conversions"


def test_grades_not_given_yet_are_asked_for_together_and_no_higher_than_needed() -> None:
    grades = ("ip_advancement", "ip_core_support", "management_1", "management_2", "management_3", "management_4")
    facts = known(**PASSING, **dict.fromkeys(grades))
    found = plan(POLICY, facts, DAY)
    assert found is not None and not found.needed, "nothing is unmet: it depends on the grades"
    assert {change.key.code for change in found.cheapest} == set(grades)
    assert all(change.kind is ChangeKind.TELL and change.relation == ">=" for change in found.cheapest)
    assert outcome(POLICY, *after(facts, DAY, *found.cheapest)) is Outcome.MET
    assert sum(int(str(change.after)) for change in found.cheapest) == 30, "the graded firm has 30 points for them"


def test_what_cannot_change_any_more_is_said_and_what_the_open_year_must_show() -> None:
    found = planned(**PASSING, high_tech_income={"2020": "29000000"})
    assert {(fixed.key.code, fixed.key.year) for fixed in found.fixed if fixed.goal.id == "HTE-06"} == {
        ("high_tech_income", 2020),
        ("total_income", 2020),
    }
    assert found.next is not None
    assert (found.next.on, found.next.years, found.next.dropped) == (date(2022, 1, 1), (2019, 2020, 2021), (2018,))
    floors = figures(found.next.floors)
    assert floors["high_tech_income", 2021] == 3_000_000_000
    income = next(change for change in found.next.changes if change.key.code == "high_tech_income")
    assert (income.changeability.changeable, income.changeability.by) == (True, date(2021, 12, 31))
    assert outcome(POLICY, *after(found.next.facts, found.next.on, *found.next.changes)) is Outcome.MET


def test_an_accident_is_over_only_when_its_window_is() -> None:
    found = planned(**PASSING, accident_in_last_year=True)
    (change,) = found.each
    assert (change.after, change.kind, change.changeability.why, change.changeability.by) == (
        False,
        ChangeKind.WAIT,
        Why.WINDOW,
        None,
    )


def test_a_field_outside_the_list_takes_any_code_of_the_list() -> None:
    (change,) = planned(**PASSING, core_field="none").each
    assert (change.relation, change.list_name, change.changeability.by) == ("in", "national_fields", DAY)


def test_a_missing_figure_is_told_with_the_value_that_it_needs() -> None:
    (change,) = planned(**PASSING, staff_average=None).each
    assert (change.kind, change.relation, change.after) == (ChangeKind.TELL, "<=", 150)


def test_no_firm_is_advised_to_shrink_where_growing_would_do() -> None:
    found = planned(**PASSING, rd_staff_average="9")
    assert figures(found.cheapest) == {("rd_staff_average",): 10}


def test_several_clauses_take_one_change_each() -> None:
    found = planned(**PASSING, rd_staff_average="9", core_field="none", high_tech_income={"2020": "29000000"})
    assert {change.goal.id for change in found.cheapest} == {"HTE-03", "HTE-04", "HTE-06"}
    assert found.needed == found.cheapest, "all is known: a chance is a certainty"


def test_missing_facts_are_listed_by_what_they_could_do() -> None:
    facts = known(**PASSING, rd_staff_average=None, ip_advancement=None, management_4=None)
    found = effects(POLICY, facts, DAY)
    assert [(effect.key.code, effect.points) for effect in found] == [
        ("rd_staff_average", 0),
        ("ip_advancement", 8),
        ("management_4", 4),
    ]
    assert [goal.id for goal in found[0].could_fail] == ["HTE-04"]


def test_nothing_known_makes_a_plan_of_what_has_to_be_told() -> None:
    facts = read_facts(POLICY, {})
    found = plan(POLICY, facts, DAY)
    assert found is not None and not found.needed and not found.fixed
    assert all(change.kind is ChangeKind.TELL and not isinstance(change.before, Known) for change in found.each)


def test_the_plan_is_made_for_the_day_of_the_application() -> None:
    """In 2022 the figures of 2021 count, and they are over then."""
    facts = read_facts(POLICY, firm(rd_staff_average="9"))
    found = plan(POLICY, facts, date(2022, 2, 1))
    assert found is not None
    staff = next(change for change in found.each if change.key.code == "rd_staff_average")
    assert staff.changeability.by == date(2021, 12, 31) and not staff.changeability.changeable
