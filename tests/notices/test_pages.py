"""The pages: inbox and bell in both doors, wishes, the calendar at its secret address, deliveries, messages to firms."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from pathlib import Path

import icalendar
import pytest
from lxml.html import document_fromstring
from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from app.accounts.models import EnterpriseUser, Officer
from app.cases.duties.models import CaseDuty
from app.cases.models import CaseFile, Milestone
from app.doors.requests.deps import SESSION_COOKIE
from app.enterprises.models import Enterprise
from app.jobs.models import Job
from app.jobs.run import JobContext, kinds_of
from app.jobs.worker import Worker
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit import db
from app.kit.actor import SYSTEM, Actor
from app.kit.clock import today, utc_now
from app.kit.db import Database
from app.kit.i18n import N_
from app.notices.domain.delivery import Channel, DeliveryState, DeliveryTiming
from app.notices.domain.topics import Audience, Notification, Text, To, Topic, TopicGroup
from app.notices.maker import Ways, make_notices
from app.notices.models import CalendarFeed, NoticeDelivery, NoticePreference
from app.notices.service.settings import renew_feed
from tests.factories.cases import firm, opened
from tests.factories.incentives import certificate
from tests.support import people
from tests.support.client import Client
from tests.support.house import HOUSE
from tests.support.notices import deliveries, mailbox, notices_of
from tests.support.statements import recorded_statements

TOPIC = Topic(
    "t-page",
    N_("督办"),
    TopicGroup.ASKED,
    {reader: Text("%(n)s 号通知", "第一行\n第二行", "/cases/%(n)s") for reader in Audience},
)


def tell(session: Session, actor: Actor, number: int = 1) -> None:
    to = To(firm=actor.enterprise_id) if actor.enterprise_id else To(officers=(actor.id or 0,))
    notifications = [Notification(TOPIC, "case", str(n), to, "", {"n": n}) for n in range(number)]
    make_notices(session, notifications, Ways((Channel.EMAIL,)), utc_now())
    db.commit(session)


def signed_in(client: Client, session: Session, actor: Actor) -> Client:
    client.cookies.set(SESSION_COOKIE, people.open_session(session, actor))
    return client


@pytest.fixture
def officer(session: Session) -> Actor:
    return people.officer(session)


@pytest.fixture(params=["officer", "department", "firm"])
def anybody(request: pytest.FixtureRequest, session: Session) -> tuple[Actor, str]:
    """An account of each kind, and where its inbox is."""
    if request.param == "firm":
        return people.enterprise_user(session, enterprise_id=firm(session).id, role="reader"), "/portal/notices"
    return people.officer(session) if request.param == "officer" else people.department(session, "tax"), "/notices"


def test_the_bell_counts_and_the_inbox_is_read(
    client: Client, session: Session, database: Database, anybody: tuple[Actor, str]
) -> None:
    actor, url = anybody
    signed_in(client, session, actor)
    assert "条未读" not in client.get(url).text
    tell(session, actor, 3)
    page = client.get(url).text
    assert 'aria-label="通知，3 条未读"' in page
    assert page.count('class="unread"') == 3
    first = notices_of(database, actor)[0]
    assert client.post_form(f"{url}/{first.id}/open").headers["location"] == "/cases/0"
    assert client.get(f"{url}?unread=true").text.count('class="unread"') == 2
    newest = max(one.id for one in notices_of(database, actor))
    tell(session, actor, 4)  # one more came while the page was read
    client.post_form(f"{url}/read", {"up_to": newest})
    assert client.get(url).text.count('class="unread"') == 1


def test_nobody_reads_anybody_elses(client: Client, session: Session, database: Database, officer: Actor) -> None:
    tell(session, officer)
    other = people.officer(session)
    signed_in(client, session, other)
    notice = notices_of(database, officer)[0]
    assert client.post_form(f"/notices/{notice.id}/open").status_code == 404
    client.post_form("/notices/read", {"up_to": notice.id})
    assert notices_of(database, officer)[0].read_at is None
    same_number = people.enterprise_user(session, enterprise_id=firm(session).id)
    assert "号通知" not in signed_in(client, session, same_number).get("/portal/notices").text


def test_the_bell_costs_no_query(
    client: Client, session: Session, officer: Actor, count_queries: Callable[[], object]
) -> None:
    signed_in(client, session, officer)
    client.get("/password")
    costs = []
    for number in (0, 300):
        tell(session, officer, number)
        with count_queries() as queries:  # type: ignore[attr-defined]
            assert client.get("/password").status_code == 200
        costs.append(queries)
    assert len(costs[0]) == len(costs[1])
    assert sum("notice" in statement for statement in costs[1]) == 1  # a column of the query that signs in


def test_the_inbox_is_paged(client: Client, session: Session, officer: Actor) -> None:
    tell(session, officer, 70)
    signed_in(client, session, officer)
    url, seen = "/notices", set()
    for _page in range(4):
        text = client.get(url).text
        seen |= set(re.findall(r"<b>(\d+) 号通知</b>", text))
        found = re.search(r'rel="next" href="([^"]+)"', text)
        if not found:
            break
        url = found[1].replace("&amp;", "&")
    assert len(seen) == 70


def test_wishes_are_kept(client: Client, session: Session, anybody: tuple[Actor, str]) -> None:
    actor, url = anybody
    signed_in(client, session, actor)
    page = client.submit(f"{url}/settings", {"email": "x@example.cn", "asked_email": "digest"}, to=f"{url}/settings")
    assert page.status_code == 303
    rows = session.scalars(select(NoticePreference).where(NoticePreference.account_id == actor.id)).all()
    assert [(row.group, row.channel, row.manner) for row in rows] == [("asked", "email", DeliveryTiming.DIGEST)]
    text = client.get(f"{url}/settings").text
    assert 'value="x@example.cn"' in text
    assert re.search(r'name="asked_email".*?value="digest" selected', text, re.S)
    assert ("asked_webhook" in text) == (actor.department == "" and actor.enterprise_id is None)


@pytest.mark.parametrize("wrong", [{"email": "nobody"}, {"asked_email": "sometimes"}])
def test_wishes_that_are_none_are_told(client: Client, session: Session, officer: Actor, wrong: dict[str, str]) -> None:
    signed_in(client, session, officer)
    assert client.submit("/notices/settings", wrong, to="/notices/settings").status_code == 422
    assert session.scalars(select(NoticePreference)).all() == []


# -- the calendar --------------------------------------------------------------------------------------------------------


def milestone(session: Session, case: CaseFile, due: date) -> Milestone:
    names = {"title_zh": "提交材料", "title_en": "Hand in", "note": ""}
    row = Milestone(case_id=case.id, code="told-of", ordinal=1, planned_on=due, due_on=due, version=1, **names)
    session.add(row)
    session.flush()
    return row


def read(client: Client, url: str, words: str = "提交材料") -> list[icalendar.Event]:
    answer = client.get(url)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    found = icalendar.Calendar.from_ical(answer.content)
    return [part for part in found.walk("VEVENT") if words in str(part["summary"])]


def address(page: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/calendar/[\w-]{40,}\.ics)", page)
    assert found
    return found[1]


def test_an_officers_calendar_shows_whole_days_under_stable_names(
    client: Client, new_client: Callable[[], Client], session: Session, officer: Actor, now: datetime
) -> None:
    case = opened(session, officer, now).row
    due = today(utc_now())
    row = milestone(session, case, due)
    url = address(signed_in(client, session, officer).post_form("/notices/feed").text)
    phone = new_client()  # nobody is signed in there
    (event,) = read(phone, url)
    assert event["dtstart"].dt == due
    assert event["dtend"].dt == due + timedelta(days=1)
    assert str(event["uid"]) == f"milestone-{row.id}@127.0.0.1"
    assert str(event["url"]).endswith(f"/cases/{case.number}")
    tag = phone.get(url).headers["etag"]
    again = phone.get(url, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    session.execute(update(Milestone).where(Milestone.id == row.id).values(due_on=due + timedelta(days=3)))
    moved = phone.get(url, headers={"if-none-match": tag})
    assert moved.status_code == 200
    assert str(read(phone, url)[0]["uid"]) == f"milestone-{row.id}@127.0.0.1"
    session.execute(update(Milestone).where(Milestone.id == row.id).values(done_on=due))
    assert read(phone, url) == []


def test_a_firm_sees_its_own_part_only(client: Client, session: Session, officer: Actor, now: datetime) -> None:
    cases = [opened(session, officer, now, enterprise=firm(session)).row for _n in range(2)]
    for case in cases:
        milestone(session, case, today(utc_now()))
        case.stage = "correction"  # the firm's turn
    person = people.enterprise_user(session, enterprise_id=cases[0].enterprise_id)
    url = address(signed_in(client, session, person).post_form("/portal/notices/feed").text)
    assert [str(one["url"]).rpartition("/")[2] for one in read(client, url)] == [cases[0].number]
    session.merge(cases[0]).stage = "review"  # the bureau's
    assert read(client, url) == []


def test_what_is_owed_stays_in_a_firms_calendar_and_its_certificates_end_there(
    client: Client, session: Session, officer: Actor, now: datetime
) -> None:
    own, on = firm(session), today(utc_now())
    case = opened(session, officer, now, enterprise=own).row
    words = {
        "period": "2023",
        "by": "enterprise",
        "title_zh": "提交材料",
        "title_en": "Report",
        "opens_on": date(2024, 1, 1),
    }
    session.add(CaseDuty(case_id=case.id, code="annual-report", due_on=date(2024, 5, 31), **words))
    ending = certificate(session, own, on - timedelta(days=1000), on + timedelta(days=15))
    certificate(session, firm(session), on - timedelta(days=1000), on + timedelta(days=16))
    person = people.enterprise_user(session, enterprise_id=own.id)
    url = address(signed_in(client, session, person).post_form("/portal/notices/feed").text)
    assert [one["dtstart"].dt for one in read(client, url)] == [date(2024, 5, 31)]
    (end,) = read(client, url, "到期")
    assert (end["dtstart"].dt, ending.number in str(end["description"])) == (ending.expires_on, True)
    certificate(session, own, on, on + timedelta(days=1000))
    assert read(client, url, "到期") == []


def test_an_address_dies_when_renewed_stopped_or_its_account_closed(
    client: Client, session: Session, officer: Actor
) -> None:
    signed_in(client, session, officer)
    first = address(client.post_form("/notices/feed").text)
    second = address(client.post_form("/notices/feed").text)
    assert [client.get(url).status_code for url in (first, second)] == [404, 200]
    client.post_form("/notices/feed/stop")
    assert client.get(second).status_code == 404
    third = renew_feed(session, actor=officer, now=utc_now())
    assert client.get(f"/calendar/{third}.ics").status_code == 200
    assert third not in {row.token_hash for row in session.scalars(select(CalendarFeed))}
    session.get_one(Officer, officer.id).disabled_on = date(2021, 1, 1)
    assert client.get(f"/calendar/{third}.ics").status_code == 404
    assert client.get("/calendar/x.ics").status_code == 404


# -- deliveries ------------------------------------------------------------------------------------------------------------


def test_what_was_given_up_is_shown_in_plain_words_and_sent_again(
    client: Client, session: Session, database: Database, officer: Actor
) -> None:
    mailbox(session, officer)
    tell(session, officer, 2)
    for row in session.scalars(select(NoticeDelivery)):
        row.state, row.attempts, row.error = DeliveryState.GIVEN_UP, 8, "recipient: 550 no such user"
    signed_in(client, session, people.officer(session, role="administrator"))
    page = client.get("/system/notices?state=given_up&channel=email").text
    assert page.count("收件地址被拒绝（550 no such user）") == 2
    first = deliveries(database)[0]
    client.submit("/system/notices", to=f"/system/notices/{first.id}/retry")
    assert [one.state for one in deliveries(database)] == [DeliveryState.WAITING, DeliveryState.GIVEN_UP]
    client.submit("/system/notices", to="/system/notices/retry")
    assert [(one.state, one.attempts, one.error) for one in deliveries(database)] == [
        (DeliveryState.WAITING, 0, "")
    ] * 2
    assert client.post_form(f"/system/notices/{first.id}/retry").status_code == 404
    assert client.get("/system/notices?state=lost").status_code == 404


# -- messages to firms -------------------------------------------------------------------------------------------------------


def figures(page: str) -> dict[str, str]:
    """The numbers in large at the top of the page, by what they say."""
    tiles = (list(tile) for tile in document_fromstring(page).iterfind(".//div[@class='card goal']"))
    return {label.text_content(): value.text_content() for label, value, *_note in tiles}


def worker(database: Database) -> Worker:
    return Worker(JobContext(database, Path()), kinds_of(HOUSE))


@pytest.mark.parametrize("of", ["enterprises", "cases"])
def test_a_message_is_previewed_counted_sent_and_reported(
    client: Client, session: Session, database: Database, officer: Actor, now: datetime, of: str
) -> None:
    firms = [firm(session, name=f"消息{n}") for n in range(3)]
    persons = [people.enterprise_user(session, enterprise_id=one.id) for one in firms[:2]]
    for one in firms[:2] if of == "enterprises" else firms:
        opened(session, officer, now, enterprise=one)
    mailbox(session, persons[0])
    signed_in(client, session, people.officer(session, role="section_head"))
    page = f"/messages/new?of={of}&query="
    assert "没有账号的企业" in client.get(page).text
    given = {"title": "培训通知", "text": "周五上午\n九点", "step": "preview"}
    preview = client.post_form("/messages/new", {"of": of, "query": "", **given})
    assert "确认发送给 3 家企业" in preview.text
    assert notices_of(database, persons[0]) == []
    sent = client.post_form("/messages/new", {"of": of, "query": "", **given, "step": "send", "expected": "3"})
    assert sent.status_code == 303
    assert worker(database).run_waiting() == 1
    report = client.get(sent.headers["location"]).text
    assert firms[2].name in report
    assert firms[0].name not in report
    told = [notices_of(database, one) for one in persons]
    assert [[one.title_zh for one in mine] for mine in told] == [["培训通知"], ["培训通知"]]
    assert len(deliveries(database)) == 1
    (job,) = session.scalars(select(Job).where(Job.kind == "notices.message"))
    assert job.result == {"firms": 3, "people": 2, "without_account": [firms[2].id]}


def test_a_message_is_foreseen_by_as_many_questions_for_hundreds_as_for_three(
    client: Client, session: Session, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    signed_in(client, session, people.officer(session, role="section_head"))
    numbers = []
    for more in (3, 600):
        firms = [firm(session) for _ in range(more)]
        for one in firms[::3]:
            people.enterprise_user(session, enterprise_id=one.id)
        came = SubjectKey("something", "1", "rows that no use case wrote")
        record(session, actor=SYSTEM, now=utc_now(), type="something.happened", subject=came)
        client.get("/messages/new?of=enterprises")  # what is read once in the life of the process is read
        with count_queries() as queries:
            assert client.get("/messages/new?of=enterprises").status_code == 200
        numbers.append(len(queries))
    assert numbers[0] <= 8, numbers
    assert numbers[1] <= 10, f"one more for each few hundred accounts, none for firms without: {numbers}"
    page = client.get("/messages/new?of=enterprises").text
    assert figures(page)["没有账号的企业"] == "402"
    named = [link.text for link in document_fromstring(page).iterfind(".//td/a[@class='row-link']")]
    pinyin = select(Enterprise.name).order_by(Enterprise.name_pinyin, Enterprise.id)
    alone = pinyin.where(~exists().where(EnterpriseUser.enterprise_id == Enterprise.id))
    assert named == list(session.scalars(alone.limit(200))), "the first by name, and no more are read"


@pytest.mark.parametrize("of", ["enterprises", "cases"])
def test_whom_a_message_to_all_reaches_is_kept(
    client: Client, session: Session, officer: Actor, now: datetime, of: str
) -> None:
    """How many firms there are is not counted anew for each page, and follows what happens."""
    signed_in(client, session, people.officer(session, role="section_head"))
    opened(session, officer, now, enterprise=firm(session))

    def looked() -> tuple[str, list[str]]:
        with recorded_statements() as sent:
            page = client.get(f"/messages/new?of={of}").text
        return figures(page)["企业"], [one.text for one in sent if "count(*)" in one.text and "enterprise" in one.text]

    first, again = looked(), looked()
    assert again == (first[0], [])
    opened(session, officer, now, enterprise=firm(session))
    more, counted = looked()
    assert int(more) == int(first[0]) + 1
    assert all("json_each" in one or "ANY" in one for one in counted), "only the new firm"


def test_a_list_that_changed_is_shown_again_and_nothing_is_sent(
    client: Client, session: Session, officer: Actor
) -> None:
    firm(session)
    signed_in(client, session, people.officer(session, role="section_head"))
    data = {"of": "enterprises", "query": "", "title": "通知", "text": "正文", "step": "send", "expected": "7"}
    answer = client.post_form("/messages/new", data)
    assert answer.status_code == 422
    assert "名单刚有变化" in answer.text
    assert session.scalars(select(Job)).all() == []


def test_a_filter_of_the_list_counts_and_foreign_regions_are_out_of_reach(client: Client, session: Session) -> None:
    firm(session, region="429005001")
    firm(session, region="429004001")
    signed_in(client, session, people.officer(session, role="section_head", region="429005"))
    answer = client.post_form(
        "/messages/new", {"of": "enterprises", "query": "", "title": "通知", "text": "正文", "step": "preview"}
    )
    count = session.query(Enterprise).filter(Enterprise.region_code.like("429005%")).count()
    assert f"确认发送给 {count} 家企业" in answer.text
    assert client.get("/messages/new?of=people").status_code == 404


def test_only_section_heads_send(client: Client, session: Session) -> None:
    signed_in(client, session, people.officer(session))
    assert client.get("/messages/new").status_code == 403
