"""Status without signing in: right number and code, one answer for every failure, throttled, nothing personal."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import Attempt
from app.cases.service.opening import OpenedCase
from app.kit.actor import Actor
from app.kit.i18n import use_locale
from tests.factories.cases import opened
from tests.support.client import Client

MakeActor = Callable[..., Actor]


@pytest.fixture
def case(session: Session, actor: MakeActor, now: datetime) -> OpenedCase:
    return opened(session, actor(), now)


def ask(client: Client, number: str, code: str) -> tuple[int, str]:
    answer = client.submit("/status", {"number": number, "code": code})
    return answer.status_code, answer.text


def test_number_and_code_show_where_the_case_stands(client: Client, case: OpenedCase) -> None:
    typed = f" {case.query_code[:5].lower()} {case.query_code[5:]} "
    status, text = ask(client, f" {case.row.number.lower()} ", typed)
    assert status == 200
    assert case.row.number in text and "已列入高企培育名单" in text and "颁发证书" in text


def test_the_page_holds_nothing_personal(client: Client, session: Session, actor: MakeActor, now: datetime) -> None:
    officer = actor()
    case = opened(session, officer, now)
    text = ask(client, case.row.number, case.query_code)[1]
    assert officer.name not in text
    assert case.query_code not in text


def test_a_wrong_number_and_a_wrong_code_answer_alike(client: Client, case: OpenedCase) -> None:
    wrong_code = ask(client, case.row.number, "AAAAAAAAAA")
    wrong_number = ask(client, "QJ-GQ-1999-0001", case.query_code)
    no_number = ask(client, "nothing", case.query_code)

    def plain(answer: tuple[int, str]) -> tuple[int, str]:
        text = answer[1]
        for number in (case.row.number, "QJ-GQ-1999-0001", "nothing"):
            text = text.replace(f'value="{number}"', "")
        return answer[0], "\n".join(line for line in text.splitlines() if "_token" not in line)

    assert plain(wrong_code)[0] == 422
    assert plain(wrong_code) == plain(wrong_number) == plain(no_number)


def test_five_failures_close_a_number_even_for_the_right_code(
    client: Client, session: Session, case: OpenedCase
) -> None:
    for _ in range(5):
        assert ask(client, case.row.number, "AAAAAAAAAA")[0] == 422
    answer = client.submit("/status", {"number": case.row.number, "code": case.query_code})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) == 3600
    an_hour = timedelta(minutes=61)
    for row in session.scalars(select(Attempt)):
        session.execute(update(Attempt).where(Attempt.id == row.id).values(at=row.at - an_hour))
    assert ask(client, case.row.number, case.query_code)[0] == 200


def test_an_unknown_number_closes_just_the_same(client: Client) -> None:
    answers = [ask(client, "QJ-GQ-1999-0001", "AAAAAAAAAA")[0] for _ in range(6)]
    assert answers == [422] * 5 + [429]


def test_twenty_failures_close_an_address(client: Client, case: OpenedCase) -> None:
    answers = [ask(client, f"QJ-GQ-1999-{number:04d}", "AAAAAAAAAA")[0] for number in range(21)]
    assert answers == [422] * 20 + [429]
    assert ask(client, case.row.number, case.query_code)[0] == 429


def test_looking_often_is_not_punished(client: Client, case: OpenedCase) -> None:
    assert {ask(client, case.row.number, case.query_code)[0] for _ in range(7)} == {200}


def test_failures_are_kept_as_hashes(client: Client, session: Session, case: OpenedCase) -> None:
    ask(client, case.row.number, "AAAAAAAAAA")
    kept = list(session.scalars(select(Attempt)))
    assert {row.kind for row in kept} == {"status.number", "status.address"}
    assert all(len(row.key_hash) == 64 for row in kept)


@pytest.mark.parametrize(("number", "code"), [("", ""), ("x" * 61, "y"), ("\x00", "\x00"), ("' OR 1=1 --", "<b>")])
def test_bad_input_is_answered_in_the_form(client: Client, number: str, code: str) -> None:
    status, text = ask(client, number, code)
    assert status == 422
    assert "<b>" not in text.replace("<b>{", "")


def test_in_english_too(client: Client, case: OpenedCase) -> None:
    client.cookies.set("yumiao_language", "en")
    with use_locale("en"):
        text = ask(client, case.row.number, case.query_code)[1]
    assert "cultivation list" in text
