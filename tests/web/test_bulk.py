"""Many cases at once: foreseen by the rules that decide, done as a job, reported row by row, never twice."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Officer as OfficerRow
from app.cases.bulk.jobs import KINDS
from app.cases.bulk.schemas import Assign, Move
from app.cases.bulk.service import check_order, list_ordered, place_order
from app.cases.models import CaseFile
from app.doors.requests.deps import SESSION_COOKIE
from app.engagement.models import FirmRequest
from app.enterprises.models import Enterprise
from app.jobs.items import results_of
from app.jobs.models import Job
from app.jobs.run import JobContext
from app.jobs.worker import Worker
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import Actor
from app.kit.db import Database
from tests.counts import Counts
from tests.factories.cases import PROGRAMME, opened, step
from tests.support import people
from tests.support.client import Client
from tests.support.markup import flat
from tests.support.server import clean_environment

Officer = Callable[..., Actor]
ACTION = "confirm-intent"


@pytest.fixture
def work(database: Database, session: Session, tmp_path: Path) -> Callable[[], Job]:
    """Does the work that waits, as the server's worker would, and answers with the newest job."""

    def run() -> Job:
        db.commit(session)
        session.expunge_all()
        Worker(JobContext(database, tmp_path), {kind.code: kind for kind in KINDS}).run_waiting()
        return session.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()

    return run


def signed_in(client: Client, session: Session, who: Actor) -> Client:
    client.cookies.set(SESSION_COOKIE, people.open_session(session, who))
    return client


def moved(session: Session) -> Counter[str]:
    """How often each case was moved, by its number."""
    return Counter(session.scalars(select(JournalEvent.subject_id).where(JournalEvent.type == "case.moved")))


def many(session: Session, who: Actor, now: datetime, n: int) -> list[CaseFile]:
    return [opened(session, who, now).row for _index in range(n)]


def test_what_is_foreseen_is_what_the_single_case_would_answer(session: Session, actor: Officer, now: datetime) -> None:
    caseworker = actor()
    ready, further = many(session, caseworker, now, 2)
    step(session, caseworker, now, further, ACTION)
    other = opened(session, caseworker, now, programme="joint-innovation-centre").row
    order = Move(programme=PROGRAMME, action=ACTION)
    cases = list_ordered(session, caseworker, [ready.number, further.number, other.number, "QJ-GQ-1999-0001"])
    told = {
        one.case.number: one.refusal
        for one in check_order(session, actor=caseworker, now=now, order=order, cases=cases)
    }
    assert told[ready.number] == "" and "不能在" in told[further.number]
    assert told[other.number] == "属于其他培育通道。" and len(told) == 3
    assert ready.stage == "prospect" or not moved(session)


def test_the_report_tells_each_case_and_a_refusal_stops_nobody(
    session: Session, actor: Officer, now: datetime, work: Callable[[], Job]
) -> None:
    caseworker = actor()
    cases = many(session, caseworker, now, 3)
    step(session, caseworker, now, cases[1], ACTION)
    numbers = [case.number for case in cases] + ["QJ-GQ-1999-0001"]
    place_order(
        session,
        actor=caseworker,
        now=now,
        order=Move(programme=PROGRAMME, action=ACTION),
        numbers=numbers,
        title="推进",
    )
    job = work()
    outcomes = {one.key: one for one in results_of(job)}
    assert [one.key for one in results_of(job)] == numbers and job.state == "done"
    assert [outcomes[number].done for number in numbers] == [True, False, True, False]
    assert "没有编号" in outcomes["QJ-GQ-1999-0001"].refusal and outcomes["QJ-GQ-1999-0001"].refusal_en
    assert moved(session) == dict.fromkeys(numbers[:3], 1)


def test_from_the_list_over_the_preview_to_the_report(
    client: Client, session: Session, actor: Officer, now: datetime, work: Callable[[], Job]
) -> None:
    caseworker = actor()
    numbers = [case.number for case in many(session, caseworker, now, 3)]
    signed_in(client, session, caseworker)
    listed = flat(client.get("/cases").text)
    assert listed.count("data-pick ") == 3 and "批量办理全部 3 件" in listed
    nothing = client.post_form("/cases/bulk", {"which": "ticked", "back": "/cases"})
    assert nothing.status_code == 303 and nothing.headers["location"] == "/cases"
    chosen = client.post_form("/cases/bulk", {"which": "all", "filter": "state=open"})
    assert "已选 3 件" in chosen.text and f"{PROGRAMME}:{ACTION}" in chosen.text and caseworker.name in chosen.text
    data = {"operation": "move", "step": f"{PROGRAMME}:{ACTION}", "numbers": " ".join(numbers[:2])}
    preview = client.post_form("/cases/bulk/preview", data)
    assert "可以办理 2 件" in preview.text
    ordered = client.post_form("/cases/bulk/order", data)
    assert ordered.status_code == 303
    address = ordered.headers["location"]
    assert "已处理 0 / 2 件" in client.get(address).text
    work()
    done = client.get(address).text
    assert all(f'href="/cases/{number}"' in done for number in numbers[:2]) and "已处理" not in done
    table = client.get(f"{address}/report.csv").content.decode("utf-8-sig")
    assert table.count("已办理") == 2
    assert client.get(f"{address}/report.xlsx").content.startswith(b"PK")
    assert client.get(f"{address}?only=refused").status_code == 200


def test_what_the_form_lacks_is_told_beside_its_field(
    client: Client, session: Session, actor: Officer, now: datetime
) -> None:
    caseworker = actor()
    number = opened(session, caseworker, now).row.number
    signed_in(client, session, caseworker)
    data = {"operation": "move", "step": f"{PROGRAMME}:withdraw", "numbers": number}
    first = client.post_form("/cases/bulk/preview", data).text
    assert "field-error" not in first
    again = client.post_form("/cases/bulk/preview", {**data, "checked": "1"}).text
    assert "请写明理由。" in again and "可以办理 0 件" in again
    with_reason = client.post_form("/cases/bulk/preview", {**data, "checked": "1", "reason": "企业来函"}).text
    assert "可以办理 1 件" in with_reason
    assert client.post_form("/cases/bulk/preview", {"operation": "what", "numbers": number}).status_code == 200
    assert client.post_form("/cases/bulk/order", {"operation": "what", "numbers": number}).status_code == 422


def test_handing_over_needs_a_reason_and_tells_both(
    client: Client, session: Session, actor: Officer, now: datetime, work: Callable[[], Job]
) -> None:
    head, leaving, taking = actor("section_head"), actor(), actor()
    numbers = [case.number for case in many(session, leaving, now, 2)]
    signed_in(client, session, head)
    page = client.get(f"/desk/hand-over?from={leaving.id}").text
    assert all(number in page for number in numbers)
    data: dict[str, Any] = {
        "operation": "assign", "officer_id": taking.id, "from_officer_id": leaving.id,
        "which": "all", "filter": f"state=open&officer={leaving.id}",
    }  # fmt: skip
    assert "移交须写明理由。" in client.post_form("/cases/bulk/preview", data).text
    assert "可以办理 2 件" in client.post_form("/cases/bulk/preview", {**data, "reason": "调离本科室"}).text
    client.post_form("/cases/bulk/order", {**data, "reason": "调离本科室"})
    work()
    assert set(session.scalars(select(CaseFile.officer_id))) == {taking.id}
    events = session.scalars(select(JournalEvent).where(JournalEvent.type == "case.assigned")).all()
    assert len(events) == 2
    assert {(e.data["from_officer_id"], e.data["officer_id"], e.data["reason"]) for e in events} == {
        (leaving.id, taking.id, "调离本科室")
    }
    assert "没有在办件" in client.get(f"/desk/hand-over?from={leaving.id}").text
    assert client.get("/desk/hand-over?from=99999").status_code == 404
    signed_in(client, session, taking)
    assert client.get(f"/desk/hand-over?from={leaving.id}").status_code == 403


def test_an_officer_who_leads_cases_is_asked_about_before_the_account_is_closed(
    client: Client, session: Session, actor: Officer, now: datetime
) -> None:
    admin, leaving, idle = actor("administrator"), actor(), actor()
    number = opened(session, leaving, now).row.number
    signed_in(client, session, admin)
    first = client.post_form(f"/system/users/{leaving.id}/disable")
    assert first.headers["location"] == f"/system/users/{leaving.id}/disable"
    asked = client.get(f"/system/users/{leaving.id}/disable").text
    assert "名下还有 1 件在办" in asked and f"/desk/hand-over?from={leaving.id}" in asked
    client.post_form(f"/system/users/{leaving.id}/disable", {"confirmed": "1"})
    assert session.get_one(OfficerRow, leaving.id).disabled_on is not None
    waits = client.get("/desk/tasks?kind=hand_over").text
    assert "停用人员名下还有 1 件" in waits and f"/desk/hand-over?from={leaving.id}" in waits
    assert number in client.get(f"/cases?state=open&officer={leaving.id}").text
    client.post_form(f"/system/users/{idle.id}/disable")
    assert session.get_one(OfficerRow, idle.id).disabled_on is not None


def test_documents_are_asked_for_once_a_firm_and_with_a_reason_where_they_are_on_file(
    client: Client, session: Session, actor: Officer, now: datetime, work: Callable[[], Job]
) -> None:
    caseworker = actor()
    one, two = many(session, caseworker, now, 2)
    again = opened(session, caseworker, now, session.get_one(Enterprise, one.enterprise_id), year=2022).row
    numbers = [one.number, two.number, again.number]
    signed_in(client, session, caseworker)
    data = {"operation": "request", "numbers": " ".join(numbers), "what": "business-licence"}
    shown = client.post_form("/cases/bulk/preview", data).text
    assert "可以办理 2 件" in shown and "今天已向该企业提出同样的请求。" in shown
    client.post_form("/cases/bulk/order", data)
    assert [row.done for row in results_of(work())] == [True, True, False]
    asked = session.scalars(select(FirmRequest)).all()
    assert {(row.case_number, row.what) for row in asked} == {
        (one.number, "business-licence"),
        (two.number, "business-licence"),
    }
    for row in asked:
        row.asked_on -= timedelta(days=3)
    session.flush()
    assert "可以办理 0 件" in client.post_form("/cases/bulk/preview", data).text
    assert "可以办理 2 件" in client.post_form("/cases/bulk/preview", {**data, "reason": "营业执照已换发"}).text
    assert "请从列表中选择" in client.post_form("/cases/bulk/preview", {**data, "what": "nothing"}).text


def test_a_stopped_order_goes_on_where_it_was(
    client: Client, session: Session, actor: Officer, now: datetime, work: Callable[[], Job]
) -> None:
    caseworker = actor()
    numbers = [case.number for case in many(session, caseworker, now, 2)]
    signed_in(client, session, caseworker)
    data = {"operation": "assign", "officer_id": actor().id, "numbers": " ".join(numbers)}
    address = client.post_form("/cases/bulk/order", data).headers["location"]
    client.post_form(f"{address}/stop")
    assert work().state == "cancelled"
    stopped = client.get(address).text
    assert "没有做完，还有 2 件未处理" in stopped
    assert client.get(f"{address}/report.csv").content.decode("utf-8-sig").count("未处理") == 2
    client.post_form(f"{address}/resume")
    assert work().state == "done"
    foreign = people.officer(session, region="429004")
    signed_in(client, session, foreign)
    assert client.get(address).status_code == 404


# -- killed ----------------------------------------------------------------------------------------------------------------

RUN = """
import sys
from pathlib import Path
from app.cases.bulk import service
from app.composition.slices import compose
from app.cases.bulk.jobs import KINDS
from app.jobs.run import JobContext
from app.jobs.service import release_dead
from app.jobs.worker import Worker
from app.kit.clock import utc_now
from app.kit.db import Database, session_scope

service.BATCH = 3
around = JobContext(Database(sys.argv[1], compose()), Path(sys.argv[2]))
with session_scope(around.database) as session:
    release_dead(session, now=utc_now())
Worker(around, {kind.code: kind for kind in KINDS}).run_waiting()
"""


def test_killed_again_and_again_no_case_is_done_twice(
    database: Database, session: Session, actor: Officer, now: datetime, tmp_path: Path, counts: Counts
) -> None:
    caseworker = actor()
    numbers = [case.number for case in many(session, caseworker, now, 24)]
    taking = actor()
    order = Assign(officer_id=taking.id)
    place_order(session, actor=caseworker, now=now, order=order, numbers=numbers, title="指定")
    db.commit(session)
    session.expunge_all()
    environment = clean_environment(YUMIAO_DATABASE_URL=database.url, YUMIAO_DATA_DIR=str(tmp_path), PYTHONUTF8="1")
    command = [sys.executable, "-c", RUN, database.url, str(tmp_path)]
    for reached in range(3, 24, 4)[: counts.process_kills]:
        process = subprocess.Popen(command, env=environment)
        deadline = time.monotonic() + 120
        while process.poll() is None and _done(database) < reached:
            assert time.monotonic() < deadline, "the order does not get on"
            time.sleep(0.005)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
    subprocess.run(command, env=environment, check=True)
    with db.read_scope(database) as reading:
        job = reading.scalars(select(Job)).one()
        assert job.state == "done" and [one.key for one in results_of(job)] == numbers
        assert all(one.done for one in results_of(job))
        told = Counter(reading.scalars(select(JournalEvent.subject_id).where(JournalEvent.type == "case.assigned")))
        assert set(told) == set(numbers) and set(told.values()) == {1}


def _done(database: Database) -> int:
    with db.read_scope(database) as reading:
        return int(reading.scalar(select(Job.done)) or 0)
