"""Sending: each once whatever dies when; failures wait longer each time and end; nobody waits for another's failure."""

import json
import os
import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from app.accounts.models import Officer
from app.cases.events import ASSIGNED
from app.cases.models import CaseFile
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit import db
from app.kit.actor import SYSTEM, Actor
from app.kit.clock import utc_now
from app.kit.db import Database, session_scope
from app.notices.channels.outbox import Outbox
from app.notices.channels.port import Message, NotSentError
from app.notices.domain.delivery import LEASE, MOST_ATTEMPTS, Channel, DeliveryState
from app.notices.models import Notice, NoticeDelivery
from app.notices.notifier import Notifier, NotifierThreads
from app.notices.service.retrying import retry_delivery, retry_given_up
from tests.counts import Counts
from tests.factories.cases import opened
from tests.support import people
from tests.support.house import HOUSE
from tests.support.notices import Recorder, deliveries, mailbox, notices_of, notifier
from tests.support.server import clean_environment

ROOT = Path(__file__).parents[2]


@pytest.fixture
def officer(session: Session) -> Actor:
    actor = people.officer(session)
    mailbox(session, actor)
    return actor


@pytest.fixture
def case(session: Session, officer: Actor, now: datetime) -> CaseFile:
    row = opened(session, officer, now).row
    db.commit(session)
    return row


def assigned(database: Database, case: CaseFile, officer: Actor, at: datetime, times: int = 1) -> None:
    """The case is handed to the officer, by someone else, so often."""
    assigned_to(database, case, [officer] * times, at)


def assigned_to(database: Database, case: CaseFile, officers: Sequence[Actor], at: datetime) -> None:
    """The case goes from one to the next."""
    with session_scope(database) as session:
        for officer in officers:
            subject = SubjectKey("case", case.number, "示例", case.enterprise_id, "429005001")
            record(session, actor=SYSTEM, now=at, type=ASSIGNED, subject=subject, data={"officer_id": officer.id})


def at(database: Database, when: datetime, *ways: Any) -> Notifier:
    return notifier(database, when, ways)


def test_a_mail_goes_out_once_with_text_link_and_key(
    database: Database, case: CaseFile, officer: Actor, now: datetime
) -> None:
    assigned(database, case, officer, now)
    box = Recorder()
    assert at(database, now, box).run_once().sent == {"email": 1}
    assert at(database, now, box).run_once().sent == {"email": 0}
    (mail,) = box.sent
    (delivery,) = deliveries(database)
    assert (delivery.state, delivery.sent_at, mail.key) == (DeliveryState.SENT, now, f"notice-{delivery.id}")
    address = f"https://yumiao.example.cn/cases/{case.number}"
    assert address in mail.plain
    assert f'href="{address}"' in mail.html
    assert mail.subject == notices_of(database, officer)[-1].title_zh
    assert "&" not in mail.plain


def test_names_with_markup_are_text(database: Database, session: Session, officer: Actor, now: datetime) -> None:
    session.get_one(Officer, officer.id).name = "<b>李&晓</b>"
    case = opened(session, officer, now).row
    db.commit(session)
    assigned(database, case, officer, now)
    box = Recorder()
    at(database, now, box).run_once()
    assert "<b>李&晓</b>" in box.sent[0].plain
    assert "&lt;b&gt;李&amp;晓&lt;/b&gt;" in box.sent[0].html


def test_a_failure_is_tried_again_later_each_time_and_ends(
    database: Database, session: Session, case: CaseFile, officer: Actor, now: datetime
) -> None:
    assigned(database, case, officer, now)
    down = Recorder(refuse=lambda message: NotSentError("unreachable", "mail.example.cn", channel_down=True))
    waits, when = [], now
    for attempt in range(1, MOST_ATTEMPTS + 1):
        at(database, when, down).run_once()
        (row,) = deliveries(database)
        assert row.attempts == attempt
        at(database, when, down).run_once()  # too early
        assert deliveries(database)[0].attempts == attempt
        waits.append(row.next_at - when)
        when = row.next_at
    assert all(later > earlier / 2 for earlier, later in pairwise(waits))
    assert waits[-1] > waits[0] * 10
    assert (row.state, row.error) == (DeliveryState.GIVEN_UP, "unreachable: mail.example.cn")
    box = Recorder()
    assert at(database, when + timedelta(days=9), box).run_once().sent == {"email": 0}
    admin = people.officer(session, role="administrator")
    retry_delivery(session, actor=admin, now=when, delivery_id=row.id)
    db.commit(session)
    assert at(database, when, box).run_once().sent == {"email": 1}
    assert retry_given_up(session, actor=admin, now=when) == 0


def test_what_is_refused_for_good_is_not_tried_again(
    database: Database, case: CaseFile, officer: Actor, now: datetime
) -> None:
    assigned(database, case, officer, now)
    box = Recorder(refuse=lambda message: NotSentError("recipient", "550 no such user", for_good=True))
    at(database, now, box).run_once()
    assert [(one.state, one.attempts) for one in deliveries(database)] == [(DeliveryState.GIVEN_UP, 1)]


def test_one_refused_recipient_spoils_no_others(
    database: Database, session: Session, case: CaseFile, officer: Actor, now: datetime
) -> None:
    others = [people.officer(session) for _n in range(3)]
    for one in others:
        mailbox(session, one)
    bad = mailbox(session, officer, "gone@example.cn")
    db.commit(session)
    for one in (officer, *others):
        assigned(database, case, one, now)
    box = Recorder(refuse=lambda mail: NotSentError("recipient", "550") if mail.to_address == bad else None)
    assert at(database, now, box).run_once().sent == {"email": 3}


def test_a_channel_that_is_down_is_asked_once_a_round_and_gives_the_rest_back(
    database: Database, case: CaseFile, officer: Actor, now: datetime
) -> None:
    assigned(database, case, officer, now, times=4)
    asked: list[Message] = []

    def refuse(message: Message) -> NotSentError:
        asked.append(message)
        return NotSentError("timeout", channel_down=True)

    at(database, now, Recorder(refuse=refuse)).run_once()
    assert len(asked) == 1
    assert [one.lease_until for one in deliveries(database)] == [None] * 4


def test_what_another_process_holds_is_left_until_its_lease_runs_out(
    database: Database, case: CaseFile, officer: Actor, now: datetime
) -> None:
    assigned(database, case, officer, now)
    box = Recorder()
    at(database, now, box).follow()
    with session_scope(database) as session:
        session.execute(update(NoticeDelivery).values(lease_until=now + LEASE))
    assert at(database, now + LEASE, box).run_once().sent == {"email": 0}
    assert at(database, now + LEASE + timedelta(seconds=1), box).run_once().sent == {"email": 1}


def test_an_account_closed_meanwhile_is_sent_nothing(
    database: Database, session: Session, case: CaseFile, officer: Actor, now: datetime
) -> None:
    assigned(database, case, officer, now)
    at(database, now, Recorder()).follow()
    session.get_one(Officer, officer.id).disabled_on = now.date()
    db.commit(session)
    box = Recorder()
    at(database, now, box).run_once()
    assert (box.sent, deliveries(database)[0].error) == ([], "gone")


def test_a_digest_is_one_mail_a_day_and_none_when_there_is_nothing(
    database: Database, case: CaseFile, officer: Actor, now: datetime
) -> None:
    assigned(database, case, officer, now, times=9)  # so many at once go into the digest
    box = Recorder()
    assert at(database, now, box).run_once().sent == {"email": 0}
    next_day = datetime.fromisoformat("2021-07-01T08:00:00+08:00")
    assert at(database, next_day, box).run_once().sent == {"email": 1}
    assert box.sent[0].subject == "今日通知汇总：9 条"
    assert box.sent[0].plain.count(case.number) == 18  # text and link of each
    for day in range(1, 5):
        assert at(database, next_day + timedelta(days=day), box).run_once().sent == {"email": 0}


# -- whatever dies when --------------------------------------------------------------------------------------------------


class KilledError(BaseException):
    """The process is no more."""


@contextmanager
def dying_at(url: str, number: int) -> Iterator[tuple[Database, Callable[[], bool]]]:
    """A process's own database whose `number`-th statement or commit does not happen, nor anything after it."""
    database, count = Database(url, HOUSE), 0

    def tick(*_: Any) -> None:
        nonlocal count
        count += 1
        if count == number:
            raise KilledError

    event.listen(database.engine, "before_cursor_execute", tick)
    event.listen(database.engine, "commit", tick)
    try:
        yield database, lambda: count >= number
    finally:
        database.dispose()


def test_killed_between_any_two_statements_each_is_told_and_delivered_once(
    database: Database, case: CaseFile, officer: Actor, now: datetime, tmp_path: Path
) -> None:
    folder, when, number, hit = tmp_path / "outbox", now, 0, True
    while hit:
        number, when = number + 1, when + LEASE * 4
        assigned(database, case, officer, when, times=2)
        with dying_at(database.url, number) as (dying, was_hit):
            with suppress(KilledError):
                at(dying, when, Outbox(folder, Channel.EMAIL)).run_once()
            hit = was_hit()
        at(database, when + LEASE * 2, Outbox(folder, Channel.EMAIL)).run_once()
    assert number > 15  # there are many places to die at
    _each_once(database, officer, folder, number * 2)


def _each_once(database: Database, officer: Actor, folder: Path, expected: int) -> None:
    told = [one for one in notices_of(database, officer) if one.topic == "case-assigned"]
    assert len(told) == expected
    assert len({one.position for one in told}) == expected
    files = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")]
    assert Counter(one["key"] for one in files) == Counter(f"notice-{row.id}" for row in deliveries(database))
    assert {row.state for row in deliveries(database)} == {DeliveryState.SENT}
    assert len(files) == expected


def test_the_real_process_killed_again_and_again(
    database: Database, session: Session, case: CaseFile, officer: Actor, tmp_path: Path, counts: Counts
) -> None:
    assert session.get_one(CaseFile, case.id)
    others, expected = 120, 0
    environment = clean_environment(
        YUMIAO_DATABASE_URL=database.url, YUMIAO_DATA_DIR=str(tmp_path), YUMIAO_ENV="development"
    )
    people_told = [officer, *(people.officer(session) for _n in range(others))]
    for one in people_told[1:]:
        mailbox(session, one)
    db.commit(session)
    command = [str(ROOT / ".venv/bin/yumiao"), "notify"]
    for seed in range(counts.process_kills):
        assigned_to(database, case, people_told * 2, utc_now())
        expected += 2
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        _kill_while_sending(process, tmp_path / "outbox", random.Random(seed).randrange(1, 60))
        with session_scope(database) as again:  # the lease runs out
            again.execute(update(NoticeDelivery).values(lease_until=None))
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert b"events=" in done.stdout
    files = Counter(
        json.loads(path.read_text(encoding="utf-8"))["key"] for path in (tmp_path / "outbox").glob("*.json")
    )
    assert set(files.values()) == {1}
    assert set(files) == {f"notice-{row.id}" for row in deliveries(database)}
    for one in people_told:
        assert len([told for told in notices_of(database, one) if told.topic == "case-assigned"]) == expected


def _kill_while_sending(process: subprocess.Popen[bytes], outbox: Path, after: int) -> None:
    """SIGKILL as soon as so many more messages lie in the folder."""
    before = len(list(outbox.glob("*.json")))
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if len(list(outbox.glob("*.json"))) >= before + after:
            os.kill(process.pid, 9)
            break
        time.sleep(0.005)
    process.communicate()
    assert process.returncode == -9, "it was faster than the test: make more to send"


# -- nobody waits for a channel --------------------------------------------------------------------------------------------


def test_a_channel_that_hangs_stops_neither_the_other_nor_the_following(
    database: Database, session: Session, case: CaseFile, officer: Actor, now: datetime
) -> None:
    released, hanging = threading.Event(), threading.Event()

    def hang(message: Message) -> None:
        hanging.set()
        released.wait(30)

    box = Recorder()
    stuck = Recorder(Channel.WEBHOOK, refuse=hang)  # type: ignore[arg-type]
    notification = replace(at(database, now, box, stuck))
    assigned(database, case, officer, now)
    notification.follow()
    with session_scope(database) as writing:  # the officer wants the group chat too
        notice = notices_of(database, officer)[-1]
        values = {"notice_id": notice.id, "channel": Channel.WEBHOOK, "state": DeliveryState.WAITING, "next_at": now}
        writing.add(NoticeDelivery(**values, attempts=0, error="", digest=False))
    threads = NotifierThreads(notification)
    threads.start()
    try:
        assert hanging.wait(10)
        assigned(database, case, officer, now)  # business goes on, and is told
        deadline = time.monotonic() + 10
        while len(box.sent) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(box.sent) == 2
    finally:
        released.set()
        threads.stop()
    assert session.query(Notice).count() >= 2
