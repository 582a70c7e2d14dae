"""The desk: whose work it shows, what waits, who is one step short, what changed."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.kit.clock import today, utc_now
from app.kit.i18n import use_locale
from app.reference.calendar import STATUTORY
from app.web.desk.my_day import date_line, when_words
from app.web.shared.todo_lines import due_words
from tests.factories.commissioners import agreement, expert, firm
from tests.factories.incentives import case_with_marker, certificate
from tests.support import people
from tests.support.client import Client

SignIn = Callable[..., Client]
HTE = "high-tech-enterprise"


def waiting_case(
    session: Session, stage: str, *, due_in: int | None = None, officer_id: int | None = None, region: str = "429005001"
) -> CaseFile:
    """An open certification case in a stage, with a day so many days from today."""
    on = today(utc_now())
    case = case_with_marker(session, firm(session, region=region), HTE, "submitted", on)
    case.stage, case.officer_id = stage, officer_id or people.officer(session).id
    case.next_due_on = None if due_in is None else on + timedelta(days=due_in)
    session.flush()
    session.refresh(case, ["enterprise"])
    return case


# -- words ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "state", "text"),
    [
        (date(2021, 10, 10), "late", "已逾期 2 天"),
        (date(2021, 10, 12), "late", "今天 24:00"),
        (date(2021, 10, 13), "wait", "明天"),
        (date(2021, 10, 15), "wait", "还有 3 个工作日"),
        (date(2021, 10, 20), "info", "还有 6 个工作日"),
    ],
)
def test_a_day_is_told_by_name_when_near_and_in_working_days_when_later(due: date, state: str, text: str) -> None:
    assert due_words(due, date(2021, 10, 12), STATUTORY) == (state, text)


def test_the_day_stands_with_weekday_and_quarter() -> None:
    assert date_line(date(2021, 10, 12)) == "2021年10月12日 星期二 · 第四季度"
    with use_locale("en"):
        assert date_line(date(2021, 10, 12)) == "Tuesday, October 12, 2021 · fourth quarter"


def test_changes_are_told_by_the_clock_today_and_by_the_day_before() -> None:
    now = datetime(2021, 10, 12, 8, 0, tzinfo=UTC)
    assert when_words(datetime(2021, 10, 12, 2, 42, tzinfo=UTC), now) == "10:42"
    assert when_words(datetime(2021, 10, 11, 2, 0, tzinfo=UTC), now) == "昨天"
    assert when_words(datetime(2021, 10, 8, 2, 0, tzinfo=UTC), now) == "10-08"
    assert when_words(datetime(2020, 10, 8, 2, 0, tzinfo=UTC), now) == "2020-10-08"


# -- the page -----------------------------------------------------------------------------------------------------------------


def test_an_empty_desk_says_what_to_do_next(sign_in: SignIn) -> None:
    shown = sign_in().get("/").text
    for text in ("今天没有待办的事", "没有待办的事", "还没有变化", "导入名单", "登记企业"):
        assert text in shown


def test_a_caseworker_sees_the_own_work_and_a_head_the_whole_office(sign_in: SignIn, session: Session) -> None:
    one, two = people.officer(session), people.officer(session)
    mine = waiting_case(session, "review", due_in=1, officer_id=one.id)
    theirs = waiting_case(session, "review", due_in=-2, officer_id=two.id)
    client = sign_in(role="section_head")
    shown = client.get("/").text
    assert mine.enterprise.name in shown and theirs.enterprise.name in shown
    assert "今天有 2 件事" in shown and "已逾期 2 天" in shown and "1 件待办逾期" in shown
    assert one.name in shown and f"/cases?state=open&amp;officer={two.id}" in shown
    assert "今天没有待办的事" in client.get("/?view=mine").text
    caseworker = sign_in()
    assert mine.enterprise.name not in caseworker.get("/").text
    assert "今天有 2 件事" in caseworker.get("/?view=office").text


def test_the_number_of_things_is_the_number_of_rows(sign_in: SignIn, session: Session) -> None:
    for index in range(11):
        waiting_case(session, "review", due_in=index - 3)
    waiting_case(session, "preparation", due_in=30)
    waiting_case(session, "expert-review")
    client = sign_in(role="section_head")
    shown = client.get("/").text
    assert "今天有 11 件事" in shown and "全部 11 件" in shown
    listed = client.get("/desk/tasks").text
    assert len(re.findall(r'href="/cases/QJ-[^"/]+">', listed)) == 11
    assert "共 11 条" in listed


def test_the_button_is_the_step_or_the_milestone(sign_in: SignIn, session: Session) -> None:
    case = waiting_case(session, "review", due_in=2)
    shown = sign_in(role="section_head").get("/").text
    assert re.search(rf'href="/cases/{case.number}/steps/[a-z-]+"', shown)
    reader = sign_in(role="leader").get("/").text
    assert f'href="/cases/{case.number}"' in reader and f"/cases/{case.number}/steps" not in reader
    assert "/enterprises/new" not in reader


def test_other_regions_do_not_reach_the_desk(
    sign_in: SignIn, session: Session, actor: Callable[..., Any], now: datetime
) -> None:
    foreign = waiting_case(session, "review", due_in=1, region="429004001")
    who = expert(session, actor(region="429004"), now)
    shown = sign_in(role="section_head").get("/").text
    assert foreign.enterprise.name not in shown and who.name not in shown


def test_changes_of_the_day_are_listed_with_their_address(
    sign_in: SignIn, session: Session, actor: Callable[..., Any], now: datetime
) -> None:
    who = expert(session, actor(), now)
    shown = sign_in().get("/").text
    assert f'href="/commissioners/{who.public_id}"' in shown and "登记专家" in shown


def test_goals_of_this_year_open_their_rows(sign_in: SignIn, session: Session) -> None:
    year = today(utc_now()).year
    certificate(session, firm(session), date(year, 1, 1))
    shown = sign_in().get("/").text
    assert f'href="/targets/T10b?year={year}"' in shown
    assert "/ &gt; 60 家" in shown and "还差 60 家" in shown


def test_the_card_of_the_nearly_eligible_comes_after_the_page(sign_in: SignIn, session: Session) -> None:
    case = waiting_case(session, "preparation", due_in=5)
    case.submitted_on = None
    client = sign_in(role="section_head")
    assert 'hx-get="/desk/near?view=office"' in client.get("/").text
    page, fragment = client.get("/desk/near"), client.get("/desk/near", headers={"hx-request": "true"})
    assert "<html" in page.text and "<html" not in fragment.text
    assert fragment.status_code == 200


def test_the_card_of_the_nearly_eligible_asks_no_more_for_ten_than_for_one(
    sign_in: SignIn, session: Session, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    client, numbers = sign_in(role="section_head"), []
    for more in (1, 9):
        for index in range(more):
            waiting_case(session, "preparation", due_in=5 + index).submitted_on = None
        client.get("/desk/near")  # what is read once in the life of the process is read
        with count_queries() as queries:
            assert client.get("/desk/near").status_code == 200
        numbers.append(len(queries))
    assert numbers[0] == numbers[1] <= 40, numbers


def test_the_desk_asks_the_same_number_of_questions_for_many(
    sign_in: SignIn,
    session: Session,
    actor: Callable[..., Any],
    now: datetime,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    client, officer = sign_in(role="section_head"), actor()
    numbers = []
    for more in (10, 100):
        for index in range(more):
            waiting_case(session, "review", due_in=index % 20 - 5, officer_id=officer.id)
            certificate(session, firm(session), date(2021, 1, 10))
        agreement(session, officer, now, expert(session, officer, now), firm(session))
        client.get("/")
        with count_queries() as asked:
            client.get("/")
        numbers.append(len(asked))
    assert numbers[0] - 1 <= numbers[1] <= numbers[0] <= 34
