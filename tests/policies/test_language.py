"""What the language can say beyond the certification policy: growth, the year before, bureau settings, the best of items."""

from datetime import date
from typing import Any

import pytest
import yaml

from app.kit.errors import Invalid
from app.kit.i18n import Bilingual
from app.policies.answer import answer
from app.policies.descriptions import describe
from app.policies.domain.explain import explainer
from app.policies.domain.explain.fact_input import read_facts
from app.policies.domain.language import binder
from app.policies.domain.language.builder import build
from app.policies.domain.language.files import PolicyFile
from app.policies.domain.language.names import Formula, Names
from app.policies.domain.language.policy import Policy
from app.policies.domain.language.tokens import FormulaError
from app.policies.domain.language.verdict import Evaluation
from app.policies.json_schema import facts_schema
from app.policies.presentation import present
from app.policies.service.verdicts import evaluate_stated
from tests.policies.support import CATALOGUE, leaves

DAY = date(2021, 6, 30)
TEXT = """
policy: trial
jurisdiction: CN
version: "2016-01-01"
title: {zh: 试行, en: Trial}
subject: enterprise
issued_by: {zh: 局, en: Bureau}
effective_from: 2016-01-01
documents:
  rule: {number: 文〔2016〕1号, title: {zh: 办法, en: Measures}, issued_on: 2016-01-01}
parameters:
  growth_minimum:
    label: {zh: 增长率下限, en: Least growth}
    set_by_bureau: share
    reference: {document: rule, clause: 第一条}
    confidence: set-by-bureau
  assets_minimum:
    label: {zh: 净资产下限, en: Least net assets}
    by: latest(sales_revenue)
    bands: [{below: 100 元, value: 100 %}, {at_least: 100 元, value: 10 %}]
    reference: {document: rule, clause: 第一条}
    confidence: seen
score:
  title: {zh: 评价, en: Assessment}
  blocks:
    - id: A
      title: {zh: 投入, en: Input}
      at_most: 12 points
      reference: {document: rule, clause: 第二条}
      confidence: seen
      items:
        - id: A1
          title: {zh: 研发, en: "R&D"}
          reference: {document: rule, clause: 第二条}
          confidence: seen
          best_of:
            - id: A1a
              title: {zh: 占收入, en: to sales}
              reference: {document: rule, clause: 第二条}
              confidence: seen
              by: latest(rd_outsourced_domestic) / latest(sales_revenue)
              bands: [{below: 5 %, points: 0}, {at_least: 5 %, below: 6 %, points: 4}, {at_least: 6 %, points: 10}]
            - id: A1b
              title: {zh: 项数, en: Items}
              reference: {document: rule, clause: 第二条}
              confidence: seen
              cases:
                - {when: ip_class1 >= 1 items, points: 6..8}
                - {points: 0}
        - id: A2
          title: {zh: 增长, en: Growth}
          reference: {document: rule, clause: 第二条}
          confidence: seen
          by: growth(sales_revenue)
          bands: [{up_to: 0 %, points: 0}, {over: 0 %, points: 5}]
conditions:
  - id: MEAN
    title: {zh: 平均增长, en: Mean growth}
    reference: {document: rule, clause: 第三条}
    confidence: seen
    formula: growth(net_assets) >= growth_minimum
  - id: STEP
    title: {zh: 较上年增长, en: Growth on the year before}
    reference: {document: rule, clause: 第三条}
    confidence: seen
    formula: latest(sales_revenue) / previous(sales_revenue) >= 100 % + growth_minimum
  - id: ASSETS
    title: {zh: 净资产, en: Net assets}
    reference: {document: rule, clause: 第三条}
    confidence: seen
    formula: latest(net_assets) / latest(sales_revenue) >= assets_minimum
  - id: SCORE
    title: {zh: 评分, en: Score}
    reference: {document: rule, clause: 第三条}
    confidence: seen
    any:
      - {id: S1, title: {zh: 满分, en: All}, reference: {document: rule, clause: 第三条}, confidence: seen, formula: score = 12 points}
      - {id: S2, title: {zh: 及格, en: Enough}, reference: {document: rule, clause: 第三条}, confidence: seen, formula: score >= 9 points}
"""
POLICY: Policy = build(PolicyFile.model_validate(yaml.safe_load(TEXT)), CATALOGUE)
FIRM: dict[str, Any] = {
    "registered_on": "2010-01-01",
    "growth_minimum": "0.1",
    "sales_revenue": {"2018": "100", "2019": "100", "2020": "110"},
    "net_assets": {"2018": "100", "2019": "110", "2020": "121"},
    "rd_outsourced_domestic": {"2020": "0"},
    "ip_class1": 0,
}


def decide(**changes: Any) -> dict[str, Any]:
    told = {code: value for code, value in (FIRM | changes).items() if value is not None}
    return answer(evaluate_stated(POLICY, told, DAY))


def explained(**changes: Any) -> Evaluation:
    """The same by the interpreter that the others are held against."""
    told = {code: value for code, value in (FIRM | changes).items() if value is not None}
    return explainer.evaluate(POLICY, read_facts(POLICY, told), DAY)


def points(found: dict[str, Any]) -> dict[str, tuple[int, int]]:
    parts = [item for block in found["blocks"] for item in block["items"]]
    parts += [option for item in parts for option in item["options"]]
    return {part["id"]: (part["low"], part["high"]) for part in [*found["blocks"], *parts]}


def test_an_amount_below_a_band_s_end_is_a_fen_below_at_most() -> None:
    """Sales below 100 are 99.99 at most, of which 99.99 is all; at 100 the other band holds."""
    sales = {"2018": "100", "2019": "100", "2020": {"low": "99", "high": "100"}}
    for assets, outcome in (("99.99", "met"), ("99.98", "unknown"), ("9.99", "unmet")):
        told = {"sales_revenue": sales, "net_assets": {"2020": assets}}
        assert leaves(decide(**told))["ASSETS"]["outcome"] == outcome
        assert {clause.condition.id: clause.outcome for clause in explained(**told).clauses}["ASSETS"] == outcome


def test_growth_and_the_year_before_are_exact_at_their_edge() -> None:
    found = leaves(decide())
    assert (found["MEAN"]["outcome"], found["STEP"]["outcome"]) == ("met", "met")
    assert found["MEAN"]["actual"]["value"] == "0.1"
    found = leaves(
        decide(
            net_assets={"2018": "100", "2019": "110", "2020": "120.99"},
            sales_revenue={"2018": "1", "2019": "100", "2020": "109.99"},
        )
    )
    assert (found["MEAN"]["outcome"], found["STEP"]["outcome"]) == ("unmet", "unmet")


def test_what_the_bureau_sets_is_a_fact_until_then_unknown() -> None:
    found = leaves(decide(growth_minimum=None))
    assert found["MEAN"]["missing"] == ["growth_minimum"] and found["STEP"]["missing"] == ["growth_minimum"]
    assert leaves(decide(growth_minimum="1.5"))["MEAN"]["outcome"] == "unmet"
    assert [setting.name for setting in POLICY.settings] == ["growth_minimum"]
    assert facts_schema(POLICY)["properties"]["growth_minimum"]["title"] == "增长率下限"
    assert describe(POLICY).parameters[0].rule == "由市局设定"
    view = present(decide(growth_minimum=None), POLICY.catalogue)
    assert [(missing.label, missing.said_by) for missing in view.missing] == [("增长率下限", "市局")]
    with pytest.raises(Invalid):
        decide(growth_minimum="11")


def test_a_negative_year_is_reviewed_by_people() -> None:
    clause = leaves(decide(net_assets={"2018": "100", "2019": "-110", "2020": "121"}))["MEAN"]
    assert (clause["outcome"], clause["reason"], clause["missing"]) == ("unknown", "manual_review", [])
    assert "人工审核" in clause["text"]


@pytest.mark.parametrize(
    ("spent", "class1", "expected"),
    [
        ("0", 0, {"A1a": (0, 0), "A1b": (0, 0), "A1": (0, 0), "A": (5, 5)}),
        ("5.49", 0, {"A1a": (0, 0), "A1": (0, 0)}),
        ("5.50", 1, {"A1a": (4, 4), "A1b": (6, 8), "A1": (6, 8), "A": (11, 12)}),
        ("6.60", 1, {"A1a": (10, 10), "A1": (10, 10), "A": (12, 12)}),
        (None, 1, {"A1a": (0, 10), "A1": (6, 10), "A": (11, 12)}),
    ],
)
def test_the_best_of_several_items_counts_and_the_block_is_capped(
    spent: str | None, class1: int, expected: dict[str, tuple[int, int]]
) -> None:
    told = {"2020": spent} if spent is not None else None
    found = points(decide(rd_outsourced_domestic=told, ip_class1=class1))
    assert {key: found[key] for key in expected} == expected


def test_a_ratio_without_denominator_is_in_the_lowest_band_and_says_so() -> None:
    found = decide(sales_revenue={"2018": "0", "2019": "0", "2020": "0"}, rd_outsourced_domestic={"2020": "9"})
    option = found["blocks"][0]["items"][0]["options"][0]
    assert (option["high"], option["reason"], option["actual"]) == (0, "zero_denominator", None)


def test_conditions_on_the_score_in_parts() -> None:
    found = leaves(decide(ip_class1=1))
    assert (found["S1"]["outcome"], found["S2"]["outcome"]) == ("unknown", "met")
    assert (found["S1"]["reason"], found["S1"]["missing"]) == ("waits_for_experts", [])
    open_ = leaves(decide(ip_class1=None))
    assert (open_["S2"]["outcome"], open_["S2"]["missing"], open_["S2"]["reason"]) == ("unknown", ["ip_class1"], None)
    short = leaves(decide())["S2"]
    assert (short["outcome"], short["gap"]["value"], short["gap"]["unit"]) == ("unmet", 4, "grade")


def test_an_open_registration_day_joins_the_worlds() -> None:
    sales = {"2018": "100", "2019": "50", "2020": "60"}
    found = decide(registered_on=None, sales_revenue=sales)
    item = found["blocks"][0]["items"][1]
    assert (item["low"], item["high"], item["missing"]) == (0, 5, ["registered_on"])
    known = decide(registered_on={"low": "2019-01-01", "high": "2019-12-31"}, sales_revenue=sales)
    assert (known["blocks"][0]["items"][1]["low"], known["blocks"][0]["items"][1]["missing"]) == (5, [])


def test_a_growth_that_only_approaches_a_bound_lies_beyond_it() -> None:
    """However great the first year was, 1 to 2 is half of ½ · (… + 2) − 1: above 0, and never 0."""
    found = decide(sales_revenue={"2018": {"low": "1"}, "2019": "1", "2020": "2"})
    item = found["blocks"][0]["items"][1]
    assert (item["low"], item["high"]) == (5, 5)


@pytest.mark.parametrize(
    "text",
    [
        "+".join(["1"] * 990) + " > 1",
        " and ".join(["yes"] * 240),
        "not " * 41 + "standards_led",
        "twice_7 > 1 元",
    ],
    ids=["sums", "conditions", "signs", "definitions"],
)
def test_a_formula_that_nobody_could_follow_is_refused_and_not_misread(text: str) -> None:
    names = Names(CATALOGUE)
    names.definitions = {
        f"twice_{n}": Formula(
            Bilingual(zh="倍", en="times"),
            f"twice_{n - 1} * 4 - twice_{n - 1} + twice_{n - 1}" if n else "latest(net_assets)",
        )
        for n in range(8)
    }
    with pytest.raises(FormulaError, match=r"more than|deeper than"):
        binder.condition(text, names)
