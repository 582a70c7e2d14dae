"""Which firms of the register somebody likely means: found by code, brand, sound; within the region only."""

import pytest
from sqlalchemy.orm import Session

from app.enterprises.duplicates.domain.records import StatedFirm
from app.enterprises.duplicates.queries import find_likely
from app.enterprises.models import FormerName
from app.enterprises.search_index import reindex
from tests.factories.enterprises import fictional_code, firm, many_firms
from tests.support.client import Client


@pytest.mark.parametrize(
    "typed",
    [
        "潜江市楚禾粮油有限公司",
        "湖北楚禾粮油有限责任公司",
        "潛江市楚禾糧油有限公司",
        "潜江市楚和粮油有限公司",
        "潜江市楚禾粮由有限公司",
    ],
)
def test_a_name_typed_otherwise_finds_the_firm(session: Session, typed: str) -> None:
    one = firm(session, "潜江市楚禾粮油有限公司")
    many_firms(session, 5)
    (found,) = find_likely(session, StatedFirm(0, typed, region_code="429005"))
    assert found.firm.key == one.id


def test_a_mistyped_code_and_a_former_name_find_the_firm(session: Session) -> None:
    one = firm(session, "潜江市楚禾粮油有限公司", uscc=fictional_code(77))
    wrong = one.uscc[:17] + ("A" if one.uscc[17] != "A" else "B")
    assert [each.firm.key for each in find_likely(session, StatedFirm(0, "楚禾粮油", wrong))] == [one.id]
    session.add(FormerName(enterprise_id=one.id, name="潜江市旧称食品有限公司"))
    session.flush()
    reindex(session, [one.id])
    assert [each.firm.key for each in find_likely(session, StatedFirm(0, "潜江市旧称食品有限公司"))] == [one.id]


def test_neither_itself_nor_a_firm_of_another_region_nor_a_retired_one(session: Session) -> None:
    one = firm(session, "潜江市楚禾粮油有限公司")
    assert find_likely(session, StatedFirm(one.id, one.name)) == []
    assert find_likely(session, StatedFirm(0, one.name), prefix="420101") == []
    one.disabled_on = one.created_at.date()
    session.flush()
    assert find_likely(session, StatedFirm(0, one.name)) == []


def test_the_form_of_a_new_firm_tells_while_one_types(sign_in: object, session: Session) -> None:
    client: Client = sign_in()  # type: ignore[operator]
    one = firm(session, "潜江市楚禾粮油有限公司")
    session.commit()
    assert 'hx-get="/enterprises/likely"' in client.get("/enterprises/new").text
    told = client.get("/enterprises/likely", params={"name": "潜江市楚和粮油有限公司"}).text
    assert one.uscc in told and "同音字" in told
    assert client.get("/enterprises/likely", params={"name": "毫不相干"}).text.strip() == ""
