"""The cases of `cases.yaml`, which an officer can read: one firm, relatives, or two firms. And: order and spelling do not matter."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from app.enterprises.domain.uscc import ALPHABET, check_character
from app.enterprises.duplicates.domain.codes import is_whole, slips_between, whole_codes_near
from app.enterprises.duplicates.domain.comparison import SHOWN, Kinship, compare, may_be_one
from app.enterprises.duplicates.domain.evidence import TABLES, WORDS
from app.enterprises.duplicates.domain.key_table import KeyTable
from app.enterprises.duplicates.domain.pairs import find_duplicates
from app.enterprises.duplicates.domain.parts import part_name
from app.enterprises.duplicates.domain.places import PlaceNames
from app.enterprises.duplicates.domain.records import FirmEntry, StatedFirm, facts_of, record_of
from app.reference.catalogue import read_tree

ROOT = Path(__file__).parents[3]
PLACES = PlaceNames([(row["code"], row["name"]) for row in read_tree(ROOT / "seeds" / "reference" / "regions.csv")])
CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text())
VERDICTS = {"同一": Kinship.SAME, "关联": Kinship.RELATED, "不同": Kinship.DIFFERENT}


def record(key: int, told: dict[str, Any]) -> FirmEntry:
    facts = StatedFirm(
        key=key,
        name=told["名称"],
        code=told.get("代码", ""),
        former_names=told.get("曾用名", ()),
        registered_on=told.get("日期"),
        kind=told.get("类型", ""),
        representative=told.get("法人", ""),
        region_code=told.get("地区", "429005"),
        address=told.get("地址", ""),
        phones=(str(told.get("电话", "")),),
    )
    return record_of(facts, PLACES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["说明"])
def test_what_two_entries_are_to_each_other(case: dict[str, Any]) -> None:
    one, other = record(1, case["甲"]), record(2, case["乙"])
    found = compare(one, other)
    assert found.verdict is VERDICTS[case["结论"]], (found.score, found.observed)
    assert (found.score >= SHOWN) == (case["结论"] == "同一")
    assert compare(other, one).observed == found.observed
    assert may_be_one(one, other) or found.score < SHOWN


@pytest.mark.parametrize("case", [case for case in CASES if case["结论"] == "同一" and len(case["甲"]) > 1])
def test_what_is_one_firm_is_also_found_among_many(case: dict[str, Any]) -> None:
    told = [case["甲"], case["乙"], *(other["乙"] for other in CASES if other is not case)]
    records = [record(key, each) for key, each in enumerate(told)]
    assert (0, 1) in KeyTable.of(records).pairs().pairs
    assert (0, 1) in {(found.one.key, found.other.key) for found in find_duplicates(records)}


@pytest.mark.parametrize(
    ("name", "place", "core", "branch", "is_group"),
    [
        ("湖北省潜江市楚禾食品有限公司", "429005", "楚禾食品", "", False),
        ("潜江市园林绿化有限公司", "429005", "园林绿化", "", False),
        ("潜江市浩口镇楚禾养殖专业合作社", "429005", "楚禾养殖", "", False),
        ("宏丰（中国）石化设备有限公司（示例）", "", "宏丰石化设备", "", False),
        ("湖北启美集团有限公司", "42", "启美", "", True),
        ("湖北启美食品有限公司潜江分公司", "42", "启美食品", "潜江分公司", False),
        ("中国石化销售有限公司湖北潜江竹根滩加油站", "", "中国石化销售", "湖北潜江竹根滩加油站", False),
        ("潜江市华嘉第2砖厂", "429005", "华嘉二砖厂", "", False),
    ],
)
def test_the_parts_of_a_name(name: str, place: str, core: str, branch: str, is_group: bool) -> None:
    parts = part_name(name, PLACES, "42")
    assert (parts.place, parts.core, parts.branch, parts.is_group) == (place, core, branch, is_group)


def test_a_mistyped_code_is_a_slip_and_two_neighbouring_right_codes_are_two() -> None:
    name = {"名称": "潜江市甲乙木业有限公司"}
    right, wrong = "91429099MAD5359456", "91429099MAD5359450"
    assert is_whole(right) and not is_whole(wrong) and slips_between(right, wrong) == 1
    assert compare(record(1, name | {"代码": right}), record(2, name | {"代码": wrong})).observed["code"] == "slip"
    assert is_whole("91429099755716824D") and is_whole("91429099MAD521674G")
    codes = compare(record(1, name | {"代码": "91429099755716824D"}), record(2, name | {"代码": "91429099MAD521674G"}))
    assert codes.observed["code"] == "other"


def test_a_telephone_that_many_gave_proves_little() -> None:
    shared = {"电话": "10012340006", "法人": "常以"}
    agents = [
        record(key, {"名称": f"潜江市{brand}商贸有限公司", "电话": "10012340006"})
        for key, brand in enumerate("甲乙丙丁戊己庚辛", 10)
    ]
    one, other = (
        record(1, shared | {"名称": "潜江市宏达商贸有限公司"}),
        record(2, {"电话": "10012340006", "名称": "潜江市宏远商贸有限公司"}),
    )
    assert [f.one.key for f in find_duplicates([one, other, *agents])] == []


def test_every_observation_has_words_or_says_nothing() -> None:
    silent = {"unknown", "same", "compatible", "neither", "other"}
    for kind, levels in TABLES.items():
        for level in levels:
            assert f"{kind}.{level}" in WORDS or level in silent, (kind, level)
    assert all(key.split(".")[1] in TABLES[key.split(".")[0]] for key in WORDS)


_TOLD = st.fixed_dictionaries(
    {
        "name": st.sampled_from(
            ["潜江市楚禾粮油有限公司", "潜江市楚和粮油有限公司", "潜江市楚禾粮油有限公司第一分厂", "湖北甲乙木业厂"]
        ),
        "code": st.sampled_from(["", "91429099MAD5359456", "91429099MAD5359450", "92429099755716824D"]),
        "former_names": st.sampled_from([(), ("潜江市楚禾粮油有限公司",)]),
        "registered_on": st.sampled_from([None, date(2011, 3, 2), date(2011, 3, 3), date(2015, 7, 8)]),
        "representative": st.sampled_from(["", "张", "张若谷", "张若合", "李**"]),
        "capital_fen": st.sampled_from([None, 10**7, 5 * 10**8]),
        "region_code": st.sampled_from(["429005", "421000"]),
        "address": st.sampled_from(["", "-", "示例路1号", "湖北省潜江市示例路1号"]),
        "phones": st.sampled_from([(), ("13800000001",), ("13800000002",), ("0728-6200001",)]),
    }
)


@given(_TOLD, _TOLD)
def test_no_pair_that_is_shown_is_left_out_by_its_facts_alone(one: dict[str, Any], other: dict[str, Any]) -> None:
    stated = StatedFirm(1, **one), StatedFirm(2, **other)
    if compare(*(record_of(each, PLACES) for each in stated)).score >= SHOWN:
        assert may_be_one(*map(facts_of, stated))


def test_two_firms_of_one_address_need_not_be_parted_to_be_told_apart() -> None:
    one = StatedFirm(
        1, "甲", "91429099MAD5359456", registered_on=date(2011, 3, 2), representative="张若谷", capital_fen=1
    )
    other = one._replace(
        code="91429099755716824D", registered_on=date(2015, 7, 8), representative="李海燕", capital_fen=2
    )
    assert not may_be_one(facts_of(one), facts_of(other)) and may_be_one(facts_of(one), facts_of(one))


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_can_be_compared(one: str, other: str) -> None:
    found = compare(
        record(1, {"名称": one, "代码": one, "法人": other, "电话": one, "地址": other}),
        record(2, {"名称": other, "代码": other, "地址": one}),
    )
    assert 0 <= found.score <= 1


@given(st.text(ALPHABET, min_size=17, max_size=17), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_a_right_code_is_among_those_that_a_slip_may_have_made_of_it(first: str, at: int, other: str) -> None:
    code = first + check_character(first)
    for slip in (
        code[:at] + other + code[at + 1 :],
        code[:at] + code[at + 1 :],
        code[:at] + other + code[at:],
        code[:at] + code[at : at + 2][::-1] + code[at + 2 :],
    ):
        near = list(whole_codes_near(slip))
        assert code in near or is_whole(slip)
        assert all(is_whole(each) and slips_between(each, slip) <= 1 for each in near)


@given(st.text(ALPHABET, min_size=18, max_size=18))
def test_a_code_with_one_left_out_is_one_slip(code: str) -> None:
    assert slips_between(code, code[:5] + code[6:]) == 1
