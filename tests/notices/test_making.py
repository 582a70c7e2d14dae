"""Notices as rows: once a person and period, by each one's wishes, and by digests that few mails need."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import Officer
from app.kit import db
from app.kit.actor import Actor
from app.kit.db import Database
from app.kit.i18n import N_
from app.notices.domain.delivery import (
    Channel,
    DeliveryState,
    DeliveryTiming,
    deadline_stage,
    default_manner,
    delay,
    state_after,
)
from app.notices.domain.topics import Audience, Notification, Text, To, Topic, TopicGroup, render
from app.notices.maker import MOST_AT_ONCE, Ways, digest_at, make_notices
from app.notices.schemas import OwnSettings
from app.notices.service.settings import save_settings
from app.reference.calendar import STATUTORY
from tests.factories.cases import firm
from tests.support import people
from tests.support.notices import deliveries, mailbox, notices_of

BOTH = Ways((Channel.EMAIL, Channel.WEBHOOK))
ASKED = Topic("t-asked", N_("督办"), TopicGroup.ASKED, {Audience.OFFICER: Text("%(n)s", "b %(n)s", "/cases/%(n)s")})
SHARED = Topic(
    "t-shared",
    N_("督办"),
    TopicGroup.DEADLINES,
    {
        Audience.OFFICER: Text("officer", "x"),
        Audience.FIRM: Text("firm", "x"),
        Audience.DEPARTMENT: Text("department", "x"),
    },
)


def tell(session: Session, now: datetime, *notifications: Notification, ways: Ways = BOTH) -> int:
    made = make_notices(session, notifications, ways, now)
    db.commit(session)
    return made


def about(to: To, key: str = "1", period: str = "", topic: Topic = ASKED) -> Notification:
    return Notification(topic, "case", key, to, period, {"n": key})


@pytest.fixture
def officer(session: Session) -> Actor:
    actor = people.officer(session)
    mailbox(session, actor)
    db.commit(session)
    return actor


def test_the_same_notice_is_made_once_and_another_period_anew(
    session: Session, database: Database, officer: Actor, now: datetime
) -> None:
    to = To(officers=(officer.id or 0,))
    assert tell(session, now, about(to), about(to)) == 1
    assert tell(session, now, about(to)) == 0
    assert tell(session, now, about(to, period="2")) == 1
    assert [one.title_zh for one in notices_of(database, officer)] == ["1", "1"]
    assert notices_of(database, officer)[0].path == "/cases/1"


def test_each_reader_has_its_own_text_and_whoever_did_it_is_left_out(
    session: Session, database: Database, officer: Actor, now: datetime
) -> None:
    place = firm(session)
    person, other = (people.enterprise_user(session, enterprise_id=place.id) for _n in range(2))
    tax = people.department(session, "tax")
    head, far = people.officer(session, role="section_head"), people.officer(session, role="section_head", region="42")
    near = people.officer(session, role="section_head", region="429004")
    to = To((officer.id or 0,), "429005001", place.id, "tax", "429005001", ("enterprise", other.id))
    tell(session, now, about(to, topic=SHARED))
    titles = {
        actor: [one.title_zh for one in notices_of(database, actor)] for actor in (officer, person, tax, head, far)
    }
    assert titles == {officer: ["officer"], person: ["firm"], tax: ["department"], head: ["officer"], far: ["officer"]}
    assert notices_of(database, other) == notices_of(database, near) == []


def test_disabled_accounts_are_told_nothing(
    session: Session, database: Database, officer: Actor, now: datetime
) -> None:
    session.get_one(Officer, officer.id).disabled_on = date(2021, 1, 1)
    assert tell(session, now, about(To(officers=(officer.id or 0,)))) == 0


def test_quiet_defaults_send_few_mails_and_nothing_to_the_group_chat(
    session: Session, database: Database, officer: Actor, now: datetime
) -> None:
    to = To(officers=(officer.id or 0,))
    tell(session, now, about(to), about(to, topic=SHARED))
    found = [(one.channel, one.digest, one.next_at) for one in deliveries(database)]
    assert found == [("email", False, now), ("email", True, datetime(2021, 7, 1, 0, 0, tzinfo=UTC))]


def test_a_person_without_an_address_has_the_inbox_only(session: Session, database: Database, now: datetime) -> None:
    actor = people.officer(session)
    assert tell(session, now, about(To(officers=(actor.id or 0,)))) == 1
    assert deliveries(database) == []


def test_wishes_count(session: Session, database: Database, officer: Actor, now: datetime) -> None:
    manners = {
        (TopicGroup.ASKED, Channel.EMAIL): DeliveryTiming.OFF,
        (TopicGroup.ASKED, Channel.WEBHOOK): DeliveryTiming.AT_ONCE,
    }
    command = OwnSettings(email="lixiao@example.cn", manners=manners)
    save_settings(session, actor=officer, now=now, command=command)
    tell(session, now, about(To(officers=(officer.id or 0,))))
    assert [(one.channel, one.digest) for one in deliveries(database)] == [("webhook", False)]


def test_a_bulk_step_is_no_flood_of_mails(session: Session, database: Database, officer: Actor, now: datetime) -> None:
    to = To(officers=(officer.id or 0,))
    tell(session, now, *(about(to, key=str(n)) for n in range(MOST_AT_ONCE + 1)))
    assert {one.digest for one in deliveries(database)} == {True}
    assert len(notices_of(database, officer)) == MOST_AT_ONCE + 1


def test_many_recipients_cost_a_constant_number_of_queries(
    session: Session, now: datetime, count_queries: object
) -> None:
    costs = []
    for number in (1, 3, 60):  # the first one also reads what is published, which stays in memory
        ids = tuple(people.officer(session).id or 0 for _n in range(number))
        with count_queries() as queries:  # type: ignore[operator]
            make_notices(session, [about(To(officers=ids), key=str(number))], BOTH, now)
        costs.append(len(queries))
    assert costs[1] == costs[2]


# -- pure ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2021-06-30T07:59:59+08:00", "2021-06-30T08:00:00+08:00"),
        ("2021-06-30T08:00:00+08:00", "2021-07-01T08:00:00+08:00"),
        ("2021-07-02T09:00:00+08:00", "2021-07-05T08:00:00+08:00"),  # Friday: not on Saturday
        ("2021-07-03T07:00:00+08:00", "2021-07-05T08:00:00+08:00"),  # Saturday itself
        ("2021-09-17T09:00:00+08:00", "2021-09-18T08:00:00+08:00"),  # a Saturday that is worked
        ("2021-09-30T09:00:00+08:00", "2021-10-08T08:00:00+08:00"),  # the National Day week
    ],
)
def test_digests_go_out_on_working_days_only(at: str, expected: str) -> None:
    assert digest_at(datetime.fromisoformat(at), 8, STATUTORY) == datetime.fromisoformat(expected)


def test_waiting_doubles_is_spread_and_ends() -> None:
    assert delay(1, 1) == timedelta(minutes=1)
    assert delay(1, 0) == timedelta(seconds=30)
    assert [delay(n, 1) for n in (2, 3)] == [timedelta(minutes=2), timedelta(minutes=4)]
    assert delay(500, 1) == timedelta(hours=6)
    assert state_after(1, for_good=False) is DeliveryState.FAILED
    assert state_after(1, for_good=True) is DeliveryState.GIVEN_UP
    assert state_after(8, for_good=False) is DeliveryState.GIVEN_UP


def test_reminders_of_a_deadline() -> None:
    due = date(2021, 8, 20)
    stages = {n: deadline_stage(due, due - timedelta(days=n), (1, 7)) for n in (8, 7, 2, 1, 0, -1)}
    assert stages == {8: None, 7: 7, 2: 7, 1: 1, 0: 1, -1: None}


def test_titles_that_are_too_long_end_visibly() -> None:
    title = render(Text("%(n)s", ""), {"n": "字" * 300}).title_zh
    assert (len(title), title[-1]) == (200, "…")


def test_a_firm_hears_of_its_progress_at_once_and_an_officer_in_the_digest() -> None:
    assert default_manner("enterprise", TopicGroup.PROGRESS, Channel.EMAIL) is DeliveryTiming.AT_ONCE
    assert default_manner("officer", TopicGroup.PROGRESS, Channel.EMAIL) is DeliveryTiming.DIGEST
    assert default_manner("officer", TopicGroup.ASKED, Channel.WEBHOOK) is DeliveryTiming.OFF


@pytest.mark.parametrize(
    "address", ["a", "a@b", "a b@c.cn", "a@c.cn, b@c.cn", "a@c.cn\nBcc: b@c.cn", '"x"<a@c.cn>', "@c.cn"]
)
def test_addresses_that_are_none_or_many_are_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"name@example\.cn"):
        OwnSettings(email=address)
