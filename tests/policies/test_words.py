"""Values and findings in words: nothing is rounded over a threshold, and English is English."""

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from app.kit.i18n import use_locale
from app.policies.answer import answer
from app.policies.descriptions import describe
from app.policies.domain.language.verdict import Measure, measure
from app.policies.domain.values.amounts import exact_text, machine_value
from app.policies.domain.values.units import Unit
from app.policies.presentation import present
from app.policies.service.verdicts import evaluate_stated
from app.policies.words import gap_text, measure_text
from app.portal.firm.conditions import plain_view
from tests.policies.support import CATALOGUE, DAY, POLICIES, POLICY, decide, firm

GRADES = ("ip_advancement", "ip_core_support", "management_1", "management_2", "management_3", "management_4")
SCORED: dict[str, Any] = {
    "conversions": {"2018": 4, "2019": 5, "2020": 6},
    "ip_self_developed": True,
    "standards_led": True,
    "net_assets": {"2018": "1000000", "2019": "1300000", "2020": "1800000"},
}
CHINESE = re.compile(r"[一-鿿]")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (measure(Unit.SHARE, Fraction(49999, 1_000_000)), "4.99%"),
        (measure(Unit.SHARE, Fraction(1, 20)), "5%"),
        (measure(Unit.SHARE, Fraction(9, 71)), "12.67%"),
        (measure(Unit.YUAN, 38_200_000), "38.2 万元"),
        (measure(Unit.YUAN, 999_999), "9,999.99 元"),
        (measure(Unit.YUAN, 49_999_999_999), "49,999.99 万元"),
        (measure(Unit.YUAN, -150), "-1.50 元"),
        (measure(Unit.DATE, date(2021, 6, 30)), "2021-06-30"),
        (measure(Unit.YES_NO, False), "否"),
        (Measure(Unit.ITEMS, 2, None), "不少于 2 项"),
        (Measure(Unit.ITEMS, 0, None), "未知"),
        (Measure(Unit.PEOPLE, 20, 30), "20 人 至 30 人"),
    ],
)
def test_values_are_cut_never_rounded_up(value: Measure, text: str) -> None:
    assert measure_text(value) == text


@pytest.mark.parametrize(("happened", "actual"), [(False, "无此情形"), (True, "有此情形"), (None, "")])
def test_what_must_not_be_is_said_without_a_second_no(*, happened: bool | None, actual: str) -> None:
    view = present(decide(firm(accident_in_last_year=happened)), CATALOGUE)
    (clause,) = (clause for clause in view.clauses if clause.id == "HTE-08")
    assert (clause.required, clause.actual) == ("无此情形", actual)


def test_a_gap_is_rounded_up() -> None:
    assert gap_text(measure(Unit.YUAN, 38_200_001)) == "还差 38.21 万元"
    assert gap_text(measure(Unit.PEOPLE, Fraction(1, 10_000))) == "还差 0.01 人"
    assert gap_text(Measure(Unit.ITEMS, 0, 1)) == "最多还差 1 项"
    assert gap_text(Measure(Unit.GRADE, 11, 26)) == "还差 11 分 至 26 分"


@pytest.mark.parametrize(
    ("value", "text"),
    [("1/3", "1/3"), ("1/8", "0.125"), ("-5/2", "-2.5"), ("7", "7"), ("1/1000", "0.001"), ("191/5000", "0.0382")],
)
def test_machine_texts_are_exact(value: str, text: str) -> None:
    assert exact_text(Fraction(value)) == text
    assert Fraction(exact_text(Fraction(value))) == Fraction(value)


def test_amounts_reach_machines_in_yuan() -> None:
    assert machine_value(Unit.YUAN, 123_456) == "1234.56"
    assert machine_value(Unit.YUAN, Fraction(1, 3)) == "1/300"
    assert (machine_value(Unit.ITEMS, 3), machine_value(Unit.YES_NO, True)) == (3, True)


def english_texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (text for key, text in value.items() if key in {"text_en", "en"})
        for item in value.values():
            yield from english_texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from english_texts(item)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        firm(),
        firm(registered_on="2021-05-01"),
        firm(rd_staff_average={"low": "9", "high": "12"}),
        firm(sales_revenue=None),
        firm(**SCORED),
        firm(**SCORED | {"net_assets": {"2018": "1", "2019": "-1", "2020": "1"}}),
    ],
)
def test_english_is_english(facts: dict[str, Any]) -> None:
    assert [
        text
        for text in english_texts({key: decide(facts)[key] for key in ("clauses", "blocks")})
        if CHINESE.search(text)
    ] == []


def test_a_policy_is_described_in_english() -> None:
    with use_locale("en"):
        view = describe(POLICY)
    words = [
        rule.rule + rule.title + rule.confidence for rule in (*view.conditions, *view.parameters, *view.definitions)
    ]
    words += [fact.label + fact.unit + fact.period + fact.source + fact.said_by for fact in view.facts]
    assert [text for text in words if CHINESE.search(text)] == []


def test_a_view_tells_apart_what_decides_and_what_people_judge() -> None:
    view = present(decide(firm(accident_in_last_year=None, staff_average=None, **SCORED), DAY), CATALOGUE)
    assert [missing.code for missing in view.missing] == ["staff_average", "accident_in_last_year"]
    assert [missing.code for missing in view.judged] == list(GRADES)
    assert (view.unmet, view.unknown, view.state) == (0, 3, "wait")
    assert view.counts == "待定 3 项"
    assert view.headline.startswith("取决于：职工总数（年月平均数）、") and view.headline.endswith(" 等 9 项")


@pytest.mark.parametrize(
    ("change", "headline"),
    [
        ({"ip_core_support": 2}, "取决于：专家在各档内的评分"),
        ({"conversions": {"2018": 1, "2019": 1, "2020": 1}}, "按现有数据不可能通过：未达标 1 项"),
        ({"management_4": None}, "取决于：人才培养、引进与绩效评价（评分）、专家在各档内的评分"),
        ({"ip_core_support": 8, "management_3": 4, "management_4": 4}, "无论专家如何评分都通过"),
    ],
)
def test_the_headline_says_what_it_comes_to(change: dict[str, Any], headline: str) -> None:
    grades = {"ip_advancement": 8, "ip_core_support": 3, "management_1": 6, "management_2": 6}
    view = present(decide(firm(**SCORED | grades | {"management_3": 2, "management_4": 2} | change), DAY), CATALOGUE)
    assert view.headline == headline


def test_a_score_says_why_each_item_stands_where_it_does() -> None:
    negative = {"2018": "100", "2019": "-5", "2020": "180"}
    found = decide(firm(**SCORED | {"conversions": {"2018": 5, "2019": 5, "2020": 5}, "ip_advancement": 7}))
    view = present(found, CATALOGUE).score
    assert view is not None and (view.mark, view.required, view.most) == (71, "> 70 分", 100)
    items = {item.id: item for block in view.blocks for item in block.items}
    assert (items["A1"].points, items["A1"].why, items["A1"].label) == ("7 分", "评 7 分", "高")
    assert (items["A3"].points, items["A3"].why) == ("7 至 8 分", "有 Ⅰ 类知识产权")
    assert items["B1"].why == "5 项"
    assert items["D1"].why == "100 万元 → 130 万元 → 180 万元，年均增长 34.23%"
    assert [missing.code for missing in items["C1"].missing] == ["management_1"]
    reviewed = present(decide(firm(**SCORED | {"net_assets": negative})), CATALOGUE).score
    assert reviewed is not None
    growth = next(item for block in reviewed.blocks for item in block.items if item.id == "D1")
    assert growth.review and (growth.low, growth.high) == (0, 10) and "人工审核" in growth.why


UPGRADE = next(policy for policy in POLICIES.values() if policy.code == "technical-upgrade-cultivation")
SHRINKING = {"2019": "110", "2020": "100", "2018": "120"}


@pytest.mark.parametrize(
    ("revenue", "outcome", "gap"),
    [
        (SHRINKING, "unmet", {"unit": "share", "low": "23/264", "high": None}),
        ({"2018": "100", "2019": "110", "2020": "120"}, "unknown", None),
    ],
)
def test_what_the_bureau_has_yet_to_set_is_not_told_by_the_ends_of_all_numbers(
    revenue: dict[str, str], outcome: str, gap: dict[str, Any] | None
) -> None:
    told = {"registered_on": "2010-01-01", "sales_revenue": revenue}
    growth = answer(evaluate_stated(UPGRADE, told, DAY))["clauses"][-1]
    assert (growth["outcome"], growth["required"]["text"]) == (outcome, "≥ 市局设定值（尚未设定）")
    assert (growth["gap"] and {name: growth["gap"][name] for name in ("unit", "low", "high")}) == gap
    if gap:
        assert growth["gap"]["text"] == "至少还差 8.72%"


def test_a_firm_is_not_asked_for_what_the_bureau_sets() -> None:
    told = {"registered_on": "2010-01-01", "sales_revenue": {"2018": "100", "2019": "110", "2020": "120"}}
    lines = plain_view(evaluate_stated(UPGRADE, told, DAY), {}).conditions
    notes = {line.title.partition(" ")[0]: line.note for line in lines}
    assert notes["成长性较好"] == "目前：9.54%；科技局设定要求后才能判断"
    assert "请提供给经办人" in notes["有技术改造、扩大规模项目"]


def test_parts_of_which_one_must_hold_tell_what_is_lacking_whatever_the_bureau_sets() -> None:
    policy = next(policy for policy in POLICIES.values() if policy.code == "technical-upgrade-evaluation")
    spent = {"2019": ["200"] * 7, "2020": ["100"] * 7}
    told = {"rd_internal_items": spent, "rd_outsourced_domestic": {"2019": "0", "2020": "0"}}
    told["rd_outsourced_overseas"] = {"2019": "0", "2020": "0"}
    growth = answer(evaluate_stated(policy, told, DAY))["clauses"][0]
    spending = growth["children"][0]
    assert spending["outcome"] == "unmet" and spending["required"]["text"] == "≥ 市局设定值（尚未设定）"
    assert spending["gap"]["text"] == "至少还差 700 元"
    assert growth["gap"]["high"] is None
