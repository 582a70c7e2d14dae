"""Values and findings in words: nothing is rounded over a threshold, and English is English."""

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from app.kit.i18n import use_locale
from app.policies.describing import describe
from app.policies.domain.amounts import exact_text, machine_value
from app.policies.domain.units import Unit
from app.policies.domain.verdict import Measure, measure
from app.policies.presenting import present
from app.policies.wording import gap_text, measure_text
from tests.policies.support import CATALOGUE, DAY, POLICY, decide, firm

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
        (measure(Unit.YUAN, -150), "-1.5 元"),
        (measure(Unit.DATE, date(2021, 6, 30)), "2021-06-30"),
        (measure(Unit.YES_NO, False), "否"),
        (Measure(Unit.ITEMS, 2, None), "不少于 2 项"),
        (Measure(Unit.ITEMS, 0, None), "未知"),
        (Measure(Unit.PEOPLE, 20, 30), "20 人 至 30 人"),
    ],
)
def test_values_are_cut_never_rounded_up(value: Measure, text: str) -> None:
    assert measure_text(value) == text


def test_a_gap_is_rounded_up() -> None:
    assert gap_text(measure(Unit.YUAN, 38_200_001)) == "还差 38.21 万元"
    assert gap_text(measure(Unit.PEOPLE, Fraction(1, 10_000))) == "还差 0.01 人"
    assert gap_text(Measure(Unit.ITEMS, 0, 1)) == "最多还差 1 项"


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
    ],
)
def test_english_is_english(facts: dict[str, Any]) -> None:
    assert [text for text in english_texts(decide(facts)["clauses"]) if CHINESE.search(text)] == []


def test_a_policy_is_described_in_english() -> None:
    with use_locale("en"):
        view = describe(POLICY)
    words = [
        rule.rule + rule.title + rule.confidence for rule in (*view.conditions, *view.parameters, *view.definitions)
    ]
    words += [fact.label + fact.unit + fact.period + fact.source + fact.said_by for fact in view.facts]
    assert [text for text in words if CHINESE.search(text)] == []


def test_a_view_tells_apart_what_decides_and_what_people_judge() -> None:
    view = present(decide(firm(accident_in_last_year=None, staff_average=None), DAY), CATALOGUE)
    assert [missing.code for missing in view.missing] == ["staff_average", "accident_in_last_year"]
    assert "ip_advancement" in [missing.code for missing in view.judged]
    assert (view.unmet, view.unknown, view.state) == (0, 3, "wait")
    assert view.headline == "待定 3 项"
