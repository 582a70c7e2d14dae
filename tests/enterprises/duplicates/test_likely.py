"""Which firms of the register somebody likely means: found by code, brand, sound; within the region only; many at once as one."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.enterprises import events
from app.enterprises.duplicates.domain.records import StatedFirm
from app.enterprises.duplicates.queries import find_likely
from app.enterprises.models import FormerName
from app.enterprises.service.editing import change_fields
from app.kit.db import commit
from tests.factories.enterprises import NOW, fictional_code, firm, many_firms
from tests.support.client import Client


def likely(session: Session, name: str, code: str = "", *, key: int = 0, prefix: str = "", **facts: Any) -> list[int]:
    """The firms that one candidate likely is."""
    (found,) = find_likely(session, [StatedFirm(key, name, code, **facts)], prefix=prefix)
    return [each.firm.key for each in found]


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
    assert likely(session, typed, region_code="429005") == [one.id]


def test_the_name_alone_finds_the_firm_before_its_place_is_told(
    session: Session, sign_in: Callable[..., Client]
) -> None:
    one = firm(session, "潜江晨光康环保科技有限责任公司")
    many_firms(session, 5)
    assert likely(session, "潜江晨光康环保科技有限公司", prefix="429005") == [one.id]
    page = sign_in(role="administrator", region="").get("/enterprises/likely?name=潜江晨光康环保科技有限公司").text
    assert f"/enterprises/{one.uscc}" in page


def test_a_mistyped_code_and_a_former_name_find_the_firm(session: Session) -> None:
    one = firm(session, "潜江市楚禾粮油有限公司", uscc=fictional_code(77))
    session.add(FormerName(enterprise_id=one.id, name="潜江市旧称食品有限公司"))
    session.flush()
    wrong = one.uscc[:17] + ("A" if one.uscc[17] != "A" else "B")
    assert likely(session, "楚禾粮油", wrong) == likely(session, "潜江市旧称食品有限公司") == [one.id]


def test_neither_itself_nor_a_firm_of_another_region_nor_a_retired_one(session: Session) -> None:
    one = firm(session, "潜江市楚禾粮油有限公司")
    assert likely(session, one.name, key=one.id) == likely(session, one.name, prefix="420101") == []
    one.disabled_on = one.created_at.date()
    session.flush()
    assert likely(session, one.name) == []


def test_what_changed_since_the_register_was_read_is_found_by_what_it_is_now(
    session: Session, actor: Callable[..., Any]
) -> None:
    one = firm(session, "潜江市楚禾粮油有限公司")
    commit(session)
    assert likely(session, one.name) == [one.id]
    other = firm(session, "潜江市鼎晟木业有限公司")
    change_fields(
        session, actor=actor(), enterprise=one, values={"name": "潜江市宏图面粉有限公司"}, now=NOW, event=events.CHANGED
    )
    commit(session)
    assert likely(session, "潜江市宏图面粉有限公司") == [one.id]
    assert likely(session, "潜江市鼎晟木业有限公司") == [other.id]


def test_five_hundred_candidates_cost_as_many_statements_as_one(
    session: Session, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    firm(session, "潜江市楚禾粮油有限公司")
    many_firms(session, 30)
    commit(session)

    def sent(number: int) -> int:
        candidates = [StatedFirm(0, f"潜江市楚{'禾和合何河'[n % 5]}粮油有限公司") for n in range(number)]
        with count_queries() as statements:
            assert any(find_likely(session, candidates))
        return len(statements)

    sent(1)
    assert sent(1) == sent(500)


def test_the_form_of_a_new_firm_tells_while_one_types(sign_in: object, session: Session) -> None:
    client: Client = sign_in()  # type: ignore[operator]
    one = firm(session, "潜江市楚禾粮油有限公司")
    session.commit()
    assert 'hx-get="/enterprises/likely"' in client.get("/enterprises/new").text
    told = client.get("/enterprises/likely", params={"name": "潜江市楚和粮油有限公司"}).text
    assert one.uscc in told and "同音字" in told
    assert client.get("/enterprises/likely", params={"name": "毫不相干"}).text.strip() == ""
