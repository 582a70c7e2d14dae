"""Two records, field by field: what counts as the same, what as different, and how a difference in a list reads."""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.domain import FieldDefinition, FieldType, MoneyUnit
from app.exchange.reconciliation.equality import differences
from app.kit.i18n import Bilingual


def field(name: str, type: FieldType, **more: Any) -> FieldDefinition:
    unit = MoneyUnit.YUAN if type is FieldType.MONEY else None
    return FieldDefinition(name=name, source=name, type=type, unit=unit, title=Bilingual(zh=name, en=name), **more)


FIGURES = field(
    "figures",
    FieldType.RECORDS,
    fields=(
        field("year", FieldType.INTEGER, required=True, example=2020),
        field("basis", FieldType.CODE, required=True, example="HTE"),
        field("revenue", FieldType.MONEY),
    ),
)
PLAIN = (
    field("name", FieldType.TEXT),
    field("code", FieldType.CODE),
    field("staff", FieldType.INTEGER),
    field("above_scale", FieldType.BOOLEAN),
    field("founded_on", FieldType.DAY),
    field("updated_at", FieldType.INSTANT),
    field("capital", FieldType.MONEY),
    field("average", FieldType.AVERAGE),
    field("tags", FieldType.TEXTS),
)
FIELDS = (*PLAIN, FIGURES)


@pytest.mark.parametrize(
    ("name", "ours", "theirs"),
    [
        ("name", "江汉样品（示例）", " 江汉样品（示例） "),
        ("name", None, ""),
        ("code", "429005", 429005),
        ("staff", 12, "12"),
        ("staff", 12, "12.0"),
        ("above_scale", True, "是"),
        ("above_scale", False, "否"),
        ("founded_on", "2015-03-01", "2015/3/1"),
        ("founded_on", "2015-03-01", "2015年3月1日"),
        ("founded_on", "2015-03-01", "20150301"),
        ("founded_on", "2015-03-01", "2015-03-01 00:00:00"),
        ("updated_at", "2021-06-30T02:00:00.123456Z", "2021-06-30T10:00:00+08:00"),
        ("updated_at", "2021-06-30T02:00:00Z", "2021-06-30 10:00:00"),
        ("capital", "12.50", "12.5"),
        ("capital", "61200000.00", "61,200,000"),
        ("capital", "12.50", 12.5),
        ("average", "86.0000", "86"),
        ("tags", ["甲", "乙"], "乙；甲"),
        ("tags", [], None),
        ("tags", [], ""),
    ],
)
def test_other_spellings_of_the_same_are_the_same(name: str, ours: Any, theirs: Any) -> None:
    assert differences(FIELDS, {name: ours}, {name: theirs}) == {}


@pytest.mark.parametrize(
    ("name", "ours", "theirs"),
    [
        ("name", "江汉样品（示例）", "江汉样品"),
        ("code", "0429", "429"),
        ("staff", 0, None),
        ("staff", 12, "十二"),
        ("above_scale", None, "否"),
        ("founded_on", "2015-03-01", "2015-01-03"),
        ("founded_on", "2015-03-01", "2015-02-30"),
        ("updated_at", "2021-06-30T02:00:00Z", "2021-06-30T02:00:00"),
        ("capital", "12.50", "12.51"),
        ("capital", "0.00", None),
        ("capital", "12.50", "NaN"),
        ("capital", "12.50", "1E+999999999"),
        ("staff", 12, "1E+999999999"),
        ("capital", "1.00", True),
        ("tags", ["甲"], ["甲", "乙"]),
    ],
)
def test_what_says_something_else_is_told_with_both_values(name: str, ours: Any, theirs: Any) -> None:
    assert differences(FIELDS, {name: ours}, {name: theirs}) == {name: [ours, theirs]}


def test_a_field_that_their_list_has_no_column_for_is_not_compared() -> None:
    assert differences(FIELDS, {"name": "甲", "staff": 3}, {"name": "甲"}, {"name"}) == {}
    assert differences(FIELDS, {"name": "甲", "staff": 3}, {"name": "甲"}) == {"staff": [3, None]}


def test_lists_of_records_are_compared_without_order_and_by_value() -> None:
    ours = [{"year": 2020, "basis": "HTE", "revenue": "5.00"}, {"year": 2019, "basis": "HTE", "revenue": None}]
    theirs = [{"year": "2019", "basis": "HTE"}, {"year": 2020, "basis": "HTE", "revenue": 5}]
    assert differences(FIELDS, {"figures": ours}, {"figures": theirs}) == {}


def test_of_a_changed_element_only_its_name_and_the_change_are_kept() -> None:
    ours = [{"year": 2020, "basis": "HTE", "revenue": "5.00"}, {"year": 2019, "basis": "HTE", "revenue": "1.00"}]
    theirs = [{"year": 2020, "basis": "HTE", "revenue": "6.00"}, {"year": 2018, "basis": "TAX", "revenue": None}]
    assert differences(FIELDS, {"figures": ours}, {"figures": theirs}) == {
        "figures": [
            [{"year": 2020, "basis": "HTE", "revenue": "5.00"}, {"year": 2019, "basis": "HTE", "revenue": "1.00"}],
            [{"year": 2020, "basis": "HTE", "revenue": "6.00"}, {"year": 2018, "basis": "TAX", "revenue": None}],
        ]
    }
    wide = FIGURES.model_copy(update={"fields": (*FIGURES.fields, field("assets", FieldType.MONEY))})
    found = differences(
        (wide,),
        {"figures": [{"year": 2020, "basis": "HTE", "revenue": "5.00", "assets": "9.00"}]},
        {"figures": [{"year": 2020, "basis": "HTE", "revenue": "5.00", "assets": "8.00"}]},
    )
    assert found == {
        "figures": [
            [{"year": 2020, "basis": "HTE", "assets": "9.00"}],
            [{"year": 2020, "basis": "HTE", "assets": "8.00"}],
        ]
    }


@pytest.mark.parametrize("theirs", ["3 项", ["a"], {"year": 2020}, 7])
def test_a_list_that_is_none_differs(theirs: Any) -> None:
    ours = [{"year": 2020, "basis": "HTE", "revenue": "5.00"}]
    assert differences(FIELDS, {"figures": ours}, {"figures": theirs}) == {"figures": [ours, theirs]}


TEXT = st.text(alphabet="甲乙丙丁AB1", min_size=1, max_size=6)
MONEY = st.decimals(min_value=-(10**9), max_value=10**9, places=2).map(lambda n: f"{n:.2f}")
RECORD = st.fixed_dictionaries(
    {
        "name": st.none() | TEXT,
        "code": st.none() | TEXT,
        "staff": st.none() | st.integers(0, 10**6),
        "above_scale": st.none() | st.booleans(),
        "founded_on": st.none() | st.dates(min_value=date(1900, 1, 1)).map(str),
        "capital": st.none() | MONEY,
        "average": st.none() | MONEY.map(lambda n: f"{Decimal(n):.4f}"),
        "figures": st.lists(
            st.fixed_dictionaries({"year": st.integers(2015, 2021), "basis": st.sampled_from(["HTE", "TAX"]), "revenue": st.none() | MONEY}),
            max_size=4,
        ),
    }
)  # fmt: skip


@given(
    record=RECORD, names=st.sets(st.sampled_from(["name", "staff", "founded_on", "capital", "above_scale", "figures"]))
)
def test_exactly_the_fields_that_were_edited_are_found(record: dict[str, Any], names: set[str]) -> None:
    edited = deepcopy(record)
    for name in names:
        edited[name] = {
            "name": f"{record['name'] or ''}改",
            "staff": (record["staff"] or 0) + 1,
            "founded_on": "1899-12-31",
            "capital": str(Decimal(record["capital"] or 0) + Decimal("0.01")),
            "above_scale": not record["above_scale"],
            "figures": [*record["figures"], {"year": 2022, "basis": "HTE", "revenue": "1.00"}],
        }[name]
    found = differences(FIELDS, record, edited)
    assert set(found) == names
    assert differences(FIELDS, edited, record).keys() == found.keys()
