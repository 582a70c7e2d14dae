"""The pages of experts and agreements, as a browser meets them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commissioners.models import Commissioner, ServiceAgreement
from tests.factories.commissioners import agreement, expert, firm
from tests.support.client import Client

SignIn = Callable[..., Client]
Counter = Callable[[], AbstractContextManager[list[str]]]


def test_an_expert_is_registered_corrected_and_shown(sign_in: SignIn, session: Session) -> None:
    client = sign_in()
    made = client.submit(
        "/commissioners/new", {"name": "单晓明（示例）", "unit": "江汉大学（示例）", "phone": "13871234567"}
    )
    assert made.status_code == 303
    record = made.headers["location"]
    shown = client.get(record)
    assert "单晓明（示例）" in shown.text and "13871234567" in shown.text
    saved = client.submit(f"{record}/edit", {"title": "教授"})
    assert (saved.status_code, saved.headers["location"]) == (303, record)
    row = session.scalars(select(Commissioner)).one()
    assert (row.title, row.phone, row.version) == ("教授", "13871234567", 2)


def test_a_form_with_mistakes_comes_back_with_what_was_typed(sign_in: SignIn, session: Session) -> None:
    client = sign_in()
    answer = client.submit("/commissioners/new", {"name": "", "unit": "<b>江汉</b>", "phone": "call me"})
    assert answer.status_code == 422
    assert "请填写此项" in answer.text and "电话号码只能有数字" in answer.text
    assert "&lt;b&gt;江汉&lt;/b&gt;" in answer.text and "<b>江汉</b>" not in answer.text
    assert session.scalars(select(Commissioner)).all() == []


def test_a_namesake_is_let_in_once_confirmed(
    sign_in: SignIn, session: Session, actor: Callable[..., Any], now: datetime
) -> None:
    expert(session, actor(), now, name="李华（示例）", unit="江汉大学（示例）")
    client = sign_in()
    given = {"name": "李华（示例）", "unit": "江汉大学（示例）"}
    refused = client.submit("/commissioners/new", given)
    assert refused.status_code == 422
    assert "确认为另一人" in refused.text
    assert client.submit("/commissioners/new", given | {"same_name_confirmed": "1"}).status_code == 303


def test_readers_see_a_masked_number_and_no_buttons(
    sign_in: SignIn, session: Session, actor: Callable[..., Any], now: datetime
) -> None:
    who = expert(session, actor(), now, phone="13871234567")
    client = sign_in(role="leader")
    shown = client.get(f"/commissioners/{who.public_id}")
    assert "138****4567" in shown.text and "13871234567" not in shown.text
    assert "/edit" not in shown.text
    exported = client.get("/commissioners/export.csv")
    assert "138****4567" in exported.text and "13871234567" not in exported.text
    assert client.get("/commissioners/new").status_code == 403


def test_an_agreement_is_signed_corrected_and_ended(
    sign_in: SignIn, session: Session, actor: Callable[..., Any], now: datetime
) -> None:
    who, where = expert(session, actor(), now), firm(session)
    record = f"/commissioners/{who.public_id}"
    client = sign_in()
    terms = {
        "uscc": where.uscc.lower(),
        "programme_code": "hubei-special",
        "starts_on": "2021-03-01",
        "ends_on": "2022-02-28",
        "mode": "resident",
        "amount": "123,456.50",
        "number": "=1+1",
    }
    refused = client.submit(f"{record}/agreements/new", terms | {"ends_on": "2021-02-28"})
    assert refused.status_code == 422 and "终止日期早于起始日期" in refused.text
    assert client.submit(f"{record}/agreements/new", terms).status_code == 303
    row = session.scalars(select(ServiceAgreement)).one()
    assert (row.amount_fen, row.enterprise_id, row.mode) == (12_345_650, where.id, "resident")
    again = client.submit(f"{record}/agreements/new", terms)
    assert again.status_code == 422 and "期限重叠" in again.text
    edited = client.submit(f"{record}/agreements/{row.id}/edit", {"ends_on": "2022-03-31"})
    assert edited.status_code == 303
    ended = client.submit(f"{record}/agreements/{row.id}/end", {"end_reason": "aim-reached", "ended_on": "2021-06-30"})
    assert ended.status_code == 303
    session.expire_all()
    row = session.scalars(select(ServiceAgreement)).one()
    assert (row.ends_on, row.ended_on) == (date(2022, 3, 31), date(2021, 6, 30))
    assert where.name in client.get(record).text
    assert "'=1+1" in client.get("/commissioners/export.csv").text


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("uscc", "91429099NOSUCHFIRM", "没有找到该企业"),
        ("amount", "一百", "不是金额"),
        ("amount", "-5", "不能小于 0"),
        ("starts_on", "2021-02-30", "日期不存在"),
        ("mode", "by-phone", "请从列表中选择"),
        ("programme_code", "no-such", "没有代码为"),
    ],
)
def test_bad_terms_are_told_beside_their_field(
    sign_in: SignIn,
    session: Session,
    actor: Callable[..., Any],
    now: datetime,
    field: str,
    value: str,
    says: str,
) -> None:
    who, where = expert(session, actor(), now), firm(session)
    terms = {
        "uscc": where.uscc,
        "programme_code": "hubei-special",
        "starts_on": "2021-03-01",
        "ends_on": "2022-02-28",
        "mode": "resident",
    }
    answer = sign_in().submit(f"/commissioners/{who.public_id}/agreements/new", terms | {field: value})
    assert answer.status_code == 422
    assert says in answer.text
    assert session.scalars(select(ServiceAgreement)).all() == []


def test_the_list_filters_and_exports_what_it_shows(
    sign_in: SignIn, session: Session, actor: Callable[..., Any], now: datetime
) -> None:
    officer = actor()
    serving = expert(session, officer, now, name="单晓明（示例）")
    expert(session, officer, now, name="王强（示例）")
    agreement(session, officer, now, serving, firm(session), ends_on=date(2035, 12, 31))
    client = sign_in()
    for query in ("q=sxm", "state=serving", "programme=hubei-special"):
        listed = client.get(f"/commissioners?{query}").text
        assert "单晓明（示例）" in listed and "王强（示例）" not in listed
        exported = client.get(f"/commissioners/export.csv?{query}").text
        assert "单晓明（示例）" in exported and "王强（示例）" not in exported
    assert client.get("/commissioners/export.xlsx").content[:2] == b"PK"
    assert "没有符合条件的专家" in client.get("/commissioners?q=zzz").text
    assert client.get("/commissioners?cursor=zzz").status_code == 422


def test_another_office_finds_nothing(
    sign_in: SignIn, session: Session, actor: Callable[..., Any], now: datetime
) -> None:
    who = expert(session, actor(), now)
    client = sign_in(region="429004")
    assert who.name not in client.get("/commissioners").text
    assert client.get(f"/commissioners/{who.public_id}").status_code == 404


def test_an_expert_is_retired_and_brought_back(
    sign_in: SignIn, session: Session, actor: Callable[..., Any], now: datetime
) -> None:
    who = expert(session, actor(), now)
    record = f"/commissioners/{who.public_id}"
    client = sign_in()
    assert client.submit(record, {"reason": "调离"}, to=f"{record}/retire").status_code == 303
    assert "停用" in client.get(record).text
    assert who.name not in client.get("/commissioners").text
    assert client.submit(record, to=f"{record}/reinstate").status_code == 303
    assert who.name in client.get("/commissioners").text


def test_the_list_asks_the_same_number_of_questions_for_many(
    sign_in: SignIn, session: Session, actor: Callable[..., Any], now: datetime, count_queries: Counter
) -> None:
    client, officer = sign_in(), actor()
    numbers = []
    for more in (3, 30):
        for _n in range(more):
            agreement(session, officer, now, expert(session, officer, now), firm(session), ends_on=date(2035, 1, 1))
        client.get("/commissioners")
        with count_queries() as asked:
            client.get("/commissioners")
        numbers.append(len(asked))
    assert numbers[0] == numbers[1] <= 16
