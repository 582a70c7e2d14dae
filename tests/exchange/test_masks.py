"""No telephone, e-mail or identity number leaves: not as a field, and not inside a text that somebody wrote."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Text, func, inspect, literal, select
from sqlalchemy.orm import Session
from sqlalchemy.types import String

from app.exchange.domain import FieldDefinition, PersonalData
from app.exchange.json_values import dumps
from app.exchange.lines import lines_of
from app.exchange.masks import MASKS, SUSPECT, masked
from app.exchange.plans import plans_of
from app.exchange.records import RecordPlan, iterate_records
from tests.exchange.world import PHONE, World

MOBILE, IDENTITY, LANDLINE, EMAIL = "13871231234", "42900519850315123X", "0728-6242345", "wang.shili@example.cn"
DEFINITIONS = [("province", "v1"), ("torch", "v1")]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"联系电话{MOBILE}", "联系电话138****1234"),
        ("手机 138-7123-1234，tel+8613871231234", "手机 138****1234，tel+86138****1234"),
        (f"（{MOBILE}、{MOBILE}）", "（138****1234、138****1234）"),
        (f"身份证{IDENTITY}", "身份证429***********123X"),
        (f"园林路 1 号，{LANDLINE}", "园林路 1 号，0728-****2345"),
        (f"信箱 {EMAIL}。", "信箱 ***@example.cn。"),
    ],
)
def test_numbers_of_people_lose_their_middle(text: str, left: str) -> None:
    assert masked(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "", "园林路 12 号", "91429005MA4QJ001XE", "914290057123456789", "ZL201910123456.7", "2021SR0123456",
        "年产 13000000 件", "138712312345678", "一般项目：新材料研发、生产和销售@",
    ],
)  # fmt: skip
def test_other_numbers_stay(text: str) -> None:
    assert masked(text) == text


@given(st.text(alphabet="0123456789Xx-@. 号a", max_size=40))
def test_what_is_masked_once_is_masked(text: str) -> None:
    left = masked(text)
    assert masked(left) == left
    assert all(re.search(pattern, left) is None for pattern, _mask in MASKS[:3])


@given(st.text(alphabet="0123456789Xx-@. 号a", max_size=40))
def test_a_text_that_is_not_suspect_holds_none(text: str) -> None:
    assert re.search(SUSPECT, text) or all(re.search(pattern, text) is None for pattern, _mask in MASKS)


def test_postgresql_reads_the_patterns_alike(session: Session) -> None:
    if session.get_bind().dialect.name != "postgresql":
        assert [re.compile(pattern).groups for pattern, _mask in MASKS] == [2, 2, 2, 1]
        return
    for text in (f"{MOBILE}；{IDENTITY}、{LANDLINE} {EMAIL}", "138712312345678 A13871231234", "914290057123456789"):
        column: Any = literal(text, Text)
        for pattern, replacement in MASKS:
            column = func.regexp_replace(column, pattern, replacement, "g")
        assert session.scalar(select(column)) == masked(text)


def filled(session: Session) -> World:
    """A world in which every text that somebody writes holds a mobile, an identity number and an address."""
    world = World(session).prepare()
    firm = world.enterprise()
    world.add_parts(firm)
    world.add_past_case(firm)
    world.rights[0].kind_code = "utility_model"
    case = world.case(firm)
    world.verdict(case)
    who = world.commissioner()
    world.agree(who, firm)
    incentive = world.incentive(firm)
    for row in (firm, *world.rights, *world.past_cases, case, who, *world.milestones, *world.agreements, incentive):
        for attribute in inspect(row).mapper.column_attrs:
            (column,) = attribute.columns
            free = isinstance(column.type, String) and (column.type.length or 1_000) >= 60 and not column.unique
            if free and not column.foreign_keys and not attribute.key.endswith(("_code", "_hash", "number", "_key")):
                limit = column.type.length or 1_000
                setattr(row, attribute.key, f"{MOBILE} {IDENTITY} {EMAIL}"[:limit])
    world.rename(firm)
    session.flush()
    return world


@pytest.mark.parametrize(("partner", "version"), DEFINITIONS)
def test_no_number_of_a_person_leaves_by_any_resource(session: Session, partner: str, version: str) -> None:
    filled(session)
    told = ""
    for plan in plans_of(partner, version).values():
        records = [record for page in iterate_records(session, plan, "") for record in page]
        assert records, plan.resource
        lines = b"".join(bytes(line) for line in lines_of(session, plan, "")).splitlines()
        assert lines == [dumps(record) for record in records]
        told += b"".join(lines).decode()
    assert "138****1234" in told and "429***********123X" in told
    for number in (MOBILE, IDENTITY, EMAIL, PHONE):
        assert number not in told


@pytest.mark.parametrize(("partner", "version"), DEFINITIONS)
def test_no_field_is_a_number_of_a_person(partner: str, version: str) -> None:
    for plan in plans_of(partner, version).values():
        for field in _fields(plan):
            assert field.personal in (PersonalData.NONE, PersonalData.NAME), (plan.resource, field.name)
            assert not re.search("phone|mobile|email|identity|contact", field.source), (plan.resource, field.name)


def _fields(plan: RecordPlan) -> list[FieldDefinition]:
    own = plan.definition.fields
    return [*own, *(inner for field in own for inner in field.fields)]
