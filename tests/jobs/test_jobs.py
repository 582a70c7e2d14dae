"""Background work: run once, kept by a lease, resumed from its checkpoint, stopped at a wish."""

import os
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.jobs import service
from app.jobs.domain import LEASE, MAX_ATTEMPTS, JobState, LeaseLostError, is_dead, this_process
from app.jobs.items import results_of
from app.jobs.lists import JOBS, JobFilter
from app.jobs.models import Job
from app.jobs.queries import get_job
from app.jobs.run import JobContext, JobKind, Run, execute, run_of
from app.jobs.worker import Worker
from app.kit.actor import SYSTEM, Actor, ActorKind, Role
from app.kit.db import Database, read_scope, session_scope
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.lists.viewer import Viewer

NOW = datetime(2021, 6, 30, 2, 0, tzinfo=UTC)
KINDS = ("count",)


def put(database: Database, **params: Any) -> int:
    with session_scope(database) as session:
        return service.enqueue(session, actor=SYSTEM, now=NOW, kind="count", title="数数", params=params).id


def job(database: Database, job_id: int) -> Job:
    with read_scope(database) as session:
        return get_job(session, job_id)


def claim(database: Database, owner: str, now: datetime = NOW) -> int | None:
    with session_scope(database) as session:
        found = service.claim_next(session, owner=owner, kinds=KINDS, now=now)
        return found.id if found else None


def count_to(run: Run) -> Mapping[str, Any]:
    """Counts to `to` in steps of one transaction each; `break_at` raises once."""
    to = run.params["to"]
    for number in range(int(run.checkpoint.get("n", 0)) + 1, to + 1):
        if number == run.params.get("break_at") and run.attempt == 1:
            raise RuntimeError("boom")
        with session_scope(run.around.database) as session:
            run.save(session, checkpoint={"n": number}, done=number, total=to)
        run.between_batches(number, to)
    return {"counted": to}


def worker(database: Database, function: Callable[[Run], Mapping[str, Any]] = count_to) -> Worker:
    around = JobContext(database, Path(), lambda: NOW)
    return Worker(around, {"count": JobKind("count", "数数", function)})


def test_a_job_runs_to_its_result(database: Database) -> None:
    job_id = put(database, to=3)
    assert worker(database).run_waiting() == 1
    done = job(database, job_id)
    assert (done.state, done.result, done.done, done.total) == (JobState.DONE, {"counted": 3}, 3, 3)
    assert (done.owner, done.lease_until, done.finished_at) == ("", None, NOW)


def test_what_is_done_is_not_tried_again(database: Database) -> None:
    job_id = put(database, to=1)
    worker(database).run_waiting()
    with pytest.raises(Conflict), session_scope(database) as session:
        service.retry(session, job=get_job(session, job_id))
    assert job(database, job_id).state == JobState.DONE


def test_only_one_claims_a_job(database: Database) -> None:
    job_id = put(database, to=1)
    assert claim(database, "a") == job_id
    assert claim(database, "b") is None


def test_a_job_that_nobody_keeps_goes_to_the_next(database: Database) -> None:
    job_id = put(database, to=1)
    claim(database, "a")
    assert claim(database, "b", NOW + LEASE) is None
    assert claim(database, "b", NOW + LEASE + timedelta(seconds=1)) == job_id
    with pytest.raises(LeaseLostError), session_scope(database) as session:
        service.keep(session, job_id=job_id, owner="a", now=NOW)


def test_a_batch_without_the_lease_rolls_back(database: Database) -> None:
    job_id = put(database, to=1)
    with session_scope(database) as session:
        found = service.claim(session, job_id=job_id, owner="a", now=NOW)
        assert found is not None
        run = run_of(found, JobContext(database, Path(), lambda: NOW), "a")
    claim(database, "b", NOW + LEASE * 2)

    def half_a_batch() -> None:
        with session_scope(database) as session:
            service.enqueue(session, actor=SYSTEM, now=NOW, kind="count", title="half a row")
            run.save(session, checkpoint={"n": 1}, done=1, total=1)

    with pytest.raises(LeaseLostError):
        half_a_batch()
    with read_scope(database) as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 1
    assert job(database, job_id).checkpoint == {}


def test_an_error_is_told_and_a_retry_goes_on_from_the_checkpoint(database: Database) -> None:
    job_id = put(database, to=5, break_at=3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.jobs.run.log.exception", lambda *_args: None)
        worker(database).run_waiting()
    failed = job(database, job_id)
    assert failed.state == JobState.FAILED and failed.checkpoint == {"n": 2}
    assert "boom" not in failed.error and "编号" in failed.error
    with session_scope(database) as session:
        again = get_job(session, job_id)
        service.retry(session, job=again)
        again.attempts = 1
    steps: list[int] = []

    def spy(run: Run) -> Mapping[str, Any]:
        run.on_progress = lambda done, _total: steps.append(done)
        return count_to(run)

    worker(database, spy).run_waiting()
    assert job(database, job_id).state == JobState.DONE
    assert steps == [3, 4, 5]


def test_a_refusal_is_told_in_its_own_words(database: Database) -> None:
    def refuse(run: Run) -> Mapping[str, Any]:
        raise Invalid("no", "文件不见了。")

    job_id = put(database)
    worker(database, refuse).run_waiting()
    assert job(database, job_id).error == "文件不见了。"


def test_a_running_job_stops_after_its_batch_and_a_waiting_one_at_once(database: Database) -> None:
    def ask_for_a_stop(run: Run) -> Mapping[str, Any]:
        with session_scope(database) as session:
            service.cancel(session, job=get_job(session, run.job_id), now=NOW)
        return count_to(run)

    job_id = put(database, to=5)
    worker(database, ask_for_a_stop).run_waiting()
    stopped = job(database, job_id)
    assert (stopped.state, stopped.checkpoint) == (JobState.CANCELLED, {"n": 1})
    waiting = put(database, to=5)
    with session_scope(database) as session:
        service.cancel(session, job=get_job(session, waiting), now=NOW)
    assert job(database, waiting).state == JobState.CANCELLED
    with pytest.raises(Conflict), session_scope(database) as session:
        service.cancel(session, job=get_job(session, waiting), now=NOW)


def test_a_job_that_always_crashes_is_given_up(database: Database) -> None:
    job_id = put(database)
    with session_scope(database) as session:
        crashed = {"state": JobState.RUNNING, "attempts": MAX_ATTEMPTS, "lease_until": NOW - LEASE}
        session.execute(update(Job).where(Job.id == job_id).values(**crashed))
    assert claim(database, "a") is None
    assert job(database, job_id).state == JobState.FAILED


def test_a_worker_that_closes_gives_its_job_back(database: Database) -> None:
    begun = threading.Event()

    def slow(run: Run) -> Mapping[str, Any]:
        begun.set()
        while True:
            time.sleep(0.02)
            run.between_batches(1, 2)

    job_id = put(database)
    running = worker(database, slow)
    running.start()
    assert begun.wait(10)
    running.stop()
    back = job(database, job_id)
    assert (back.state, back.owner, back.attempts) == (JobState.QUEUED, "", 0)


def test_many_workers_run_each_job_once(database: Database) -> None:
    ran: list[int] = []

    def note(run: Run) -> Mapping[str, Any]:
        ran.append(run.job_id)
        return {}

    ids = [put(database) for _ in range(12)]
    threads = [threading.Thread(target=worker(database, note).run_waiting) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ran) == ids


def test_a_dead_process_of_this_machine_is_recognised(database: Database) -> None:
    assert not is_dead(this_process())
    assert not is_dead("another-machine:1:1")
    assert not is_dead("")
    child = os.spawnlp(os.P_WAIT, "true", "true")
    assert child == 0
    host = this_process().rsplit(":", 2)[0]
    assert is_dead(f"{host}:{os.getpid()}:1")
    job_id = put(database)
    with session_scope(database) as session:
        service.claim(session, job_id=job_id, owner=f"{host}:{os.getpid()}:1", now=NOW)
    with session_scope(database) as session:
        assert service.release_dead(session, now=NOW - timedelta(seconds=1)) == 1
    assert claim(database, "b") == job_id


def test_a_job_acts_in_the_name_of_who_asked(database: Database) -> None:
    who = Actor(ActorKind.OFFICER, 7, "李晓（示例）", Role.CASEWORKER, "429005")
    with session_scope(database) as session:
        service.enqueue(session, actor=who, now=NOW, kind="count", title="x")
    seen = []

    def note(run: Run) -> Mapping[str, Any]:
        seen.append(run.actor)
        return {}

    worker(database, note).run_waiting()
    assert (seen[0].id, seen[0].role, seen[0].region_prefix) == (who.id, who.role, who.region_prefix)


def test_the_list_is_the_newest_first(database: Database) -> None:
    ids = [put(database) for _ in range(3)]
    with read_scope(database) as session:
        assert [found.id for found in JOBS.page(Viewer(session, SYSTEM, date.max), JobFilter()).items] == ids[::-1]
        assert JOBS.page(Viewer(session, SYSTEM, date.max), JobFilter(state="done")).items == []
        with pytest.raises(NotFound):
            get_job(session, 10**6)


def test_execute_is_what_the_foreground_calls(database: Database) -> None:
    job_id = put(database, to=2)
    with session_scope(database) as session:
        found = service.claim(session, job_id=job_id, owner=this_process(), now=NOW)
        assert found is not None
        run = run_of(found, JobContext(database, Path(), lambda: NOW), this_process())
    execute(run, count_to)
    assert job(database, job_id).result == {"counted": 2}


def test_what_became_of_each_is_read_of_jobs_that_kept_no_thing_made() -> None:
    job = Job(result={"results": [["QJ-1", "", ""], ["QJ-2", "没有", "none"], [7, 12, "", ""]]})
    done, refused, made = results_of(job)
    assert (done.key, done.done, done.made) == ("QJ-1", True, None)
    assert (refused.done, refused.reason, refused.refusal_en) == (False, "没有", "none")
    assert (made.key, made.made, made.done) == (7, 12, True)
