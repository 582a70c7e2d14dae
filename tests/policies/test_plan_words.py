"""Plans as answers and as views: machine values, sentences in both languages, figures folded for people."""

from typing import Any

from app.kit.i18n import use_locale
from app.policies.plan_answer import _searched, answer_with_plan
from app.policies.plan_presentation import GapPlanView, present_plan
from app.policies.service.verdicts import evaluate_stated
from tests.policies.planning_support import GRADED
from tests.policies.support import CATALOGUE, DAY, POLICY, firm
from tests.policies.test_planning import PASSING


def found(**changes: Any) -> dict[str, Any]:
    """The answer on the graded firm, changed."""
    return answer_with_plan(evaluate_stated(POLICY, firm(**(GRADED | PASSING | changes)), DAY))


def viewed(**changes: Any) -> GapPlanView:
    view = present_plan(found(**changes), CATALOGUE, lambda code: f"/{code}")
    assert view is not None
    return view


def test_a_firm_that_passes_has_neither_plan_nor_dependences() -> None:
    answered = found()
    assert (answered["outcome"], answered["plan"], answered["depends"]) == ("met", None, [])
    assert present_plan(answered, CATALOGUE) is None


def test_a_change_has_machine_values_and_a_sentence_in_both_languages() -> None:
    (income,) = found(high_tech_income={"2020": "29000000"})["plan"]["cheapest"]
    assert income["clause"] == "HTE-06"
    assert (income["fact"], income["year"], income["part"]) == ("high_tech_income", 2020, None)
    assert (income["from"], income["to"], income["change"], income["unit"]) == (
        "29000000",
        "30000000",
        "1000000",
        "yuan",
    )
    assert (income["changeable"], income["by"], income["reason"]) == (False, "2020-12-31", "year_over")
    assert income["text"].startswith("2020 年度高新技术产品（服务）收入还差 100 万元，须达到 3,000 万元")
    assert "1,000,000 yuan short" in income["text_en"]


def test_waiting_is_an_application_on_a_later_day() -> None:
    each = found(registered_on="2020-07-01")["plan"]["each"]
    wait = next(change for change in each if change["fact"] == "application_day")
    assert (wait["from"], wait["to"], wait["change"], wait["by"]) == ("2021-06-30", "2021-07-01", 1, "2021-07-01")
    assert wait["text"] == "再等 1 天，2021-07-01 起可以申请"
    assert wait["text_en"] == "Wait 1 day; apply from 2021-07-01"


def test_a_missing_grade_says_what_it_could_do_and_what_it_needs() -> None:
    (grade,) = found(ip_advancement=None, net_assets=GRADED["net_assets"])["depends"]
    assert (grade["fact"], grade["points"], grade["clauses"]) == ("ip_advancement", 8, ["HTE-07"])
    assert grade["text"].startswith("最多影响 8 分")
    assert grade["said_by"]["zh"] == "技术专家"
    (told,) = found(ip_advancement=None)["depends"]
    assert (told["needs"]["relation"], told["needs"]["value"]) == (">=", 7)


def test_amounts_of_a_line_add_up_as_they_are_shown() -> None:
    (large,) = viewed(high_tech_income={"2020": "26228488.88"}).certain
    shown = [float(text.strip("+ 万元").replace(",", "")) for text in (large.now, large.difference, large.wanted)]
    assert round(shown[0] + shown[1], 2) == shown[2]


def test_parts_that_are_alike_are_one_line_and_years_that_are_over_another() -> None:
    view = viewed(sales_revenue={"2018": "60000000", "2019": "65000000", "2020": "48000000"})
    (group,) = [group for group in view.alone if "研发费用" in group.clause]
    parts = [line for line in group.lines if "其中任一项" in line.figure]
    assert len(parts) == 3, "one line a year for items 1 to 6"
    assert all(line.difference == "+ 85 万元" for line in parts)
    over = next(line for line in view.fixed if line.years == (2018, 2019, 2020))
    assert "销售收入" in over.figures


def test_the_view_speaks_the_language_of_the_reader() -> None:
    with use_locale("en"):
        view = viewed(rd_staff_average="9")
    (line,) = view.certain
    assert (line.now, line.wanted, line.difference, line.until) == (
        "9 people",
        "10 people",
        "+ 1 people",
        "the year is over",
    )
    assert not view.both, "all is known: what opens the way makes sure"
    assert view.next is not None and view.next.lines[0].until == "2021-12-31"


def test_what_is_asked_again_is_searched_once_and_a_figure_more_anew() -> None:
    first = found(high_tech_income={"2020": "29000000"})
    searched = _searched.cache_info().misses
    again = found(high_tech_income={"2020": "29000000"})
    assert (again, _searched.cache_info().misses) == (first, searched)
    more = found(high_tech_income={"2020": "29000001"})
    assert _searched.cache_info().misses == searched + 1
    assert more["plan"]["cheapest"][0]["change"] == "999999"
