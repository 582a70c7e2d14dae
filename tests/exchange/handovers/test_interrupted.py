"""Preparing goes on after a crash from its checkpoint; officers, followers and receipts at once leave one open version of a record."""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.exchange.handovers.domain import OPEN, HandoverState, ItemState, checksum
from app.exchange.handovers.schemas import PrepareHandover
from app.exchange.handovers.service import preparing, selecting
from app.exchange.handovers.service.following import follow_partner
from app.exchange.handovers.service.preparing import carry_out, start_handover
from app.exchange.handovers.service.receiving import apply_receipts
from app.exchange.partners.queries import lock_partner
from app.jobs import service as jobs
from app.jobs.models import Job
from app.jobs.run import JobContext, ShutdownError, run_of
from app.kit import db
from app.kit.actor import SYSTEM
from tests.exchange.handovers.conftest import Desk
from tests.exchange.handovers.test_following import LATER
from tests.exchange.handovers.test_receiving import receipt
from tests.exchange.world import World


def test_a_batch_is_completed_after_any_number_of_interruptions(
    desk: Desk, world: World, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selecting, "BATCH", 2)
    firms = [world.enterprise() for _number in range(5)]
    command = PrepareHandover.model_validate({"partner": "province", "resource": "enterprises", "basis": "all"})
    batch = start_handover(session, actor=SYSTEM, now=now, command=command)
    db.commit(session)
    interrupted = 0
    while _is_interrupted(desk, batch.job_id or 0):
        interrupted += 1
    session.refresh(batch)
    items = desk.items(batch)
    assert interrupted == 6  # three chunks of what is there, three of what was sent and may be gone
    assert [item.key for item in items] == [firm.uscc for firm in firms]
    assert (batch.state, batch.count) == (HandoverState.PREPARED, 5)
    assert batch.checksum == checksum(item.digest for item in items)


def _is_interrupted(desk: Desk, job_id: int) -> bool:
    """Run the job in a worker that must stop after its first chunk; whether it was not done yet."""
    around = JobContext(desk.database, Path(), clock=lambda: desk.now)
    with db.session_scope(desk.database) as session:
        job = jobs.claim(session, job_id=job_id, owner="one", now=desk.now)
        assert job is not None
        run = run_of(job, around, "one")
    run.stop.set()
    try:
        result = carry_out(run)
    except ShutdownError:
        return True
    assert result == {"count": 5, "skipped": 0, "kept_back": 0, "blocked": []}
    again = run_of(_job(desk, job_id), around, "one")
    assert carry_out(again) == result  # killed before it could say so: nothing is done twice
    return False


def _job(desk: Desk, job_id: int) -> Job:
    with db.read_scope(desk.database) as session:
        return session.get_one(Job, job_id)


def test_officers_followers_and_receipts_at_once(desk: Desk, world: World, session: Session, now: datetime) -> None:
    desk.partner.follows = True
    partner_id = desk.partner.id
    firms = [world.enterprise() for _number in range(8)]
    first = desk.items(desk.released())
    for firm in firms:
        world.rename(firm)
    db.commit(session)
    command = PrepareHandover.model_validate({"partner": "province", "resource": "enterprises", "basis": "all"})

    def order() -> None:
        with db.session_scope(desk.database) as own:
            start_handover(own, actor=SYSTEM, now=now, command=command)
        desk.worker.run_waiting()

    def receive() -> None:
        for item in first:
            with db.session_scope(desk.database) as own:
                partner = lock_partner(own, partner_id)
                apply_receipts(own, partner=partner, channel="polling", receipts=[receipt(item)], now=now)

    _at_once(order, order, receive, receive, lambda: _follow(desk), lambda: _follow(desk))
    items = desk.items()
    assert len({item.idempotency_key for item in items}) == len(items)
    for firm in firms:
        mine = [item for item in items if item.key == firm.uscc]
        assert [item.position for item in mine] == sorted({item.position for item in mine})
        assert [item.id for item in mine if item.state in OPEN] == [mine[-1].id]
        assert mine[0].state in (ItemState.ACCEPTED, ItemState.SUPERSEDED)


def _follow(desk: Desk) -> None:
    follow_partner(desk.database, "province", LATER)


def _at_once(*works: Callable[[], None]) -> None:
    """Run all of them in threads of their own; what one raises is raised here."""
    errors: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_of_many_that_are_kept_back_only_some_are_named(
    desk: Desk, world: World, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "MOST_NAMED", 1)
    for firm in (world.enterprise(), world.enterprise()):
        firm.uscc_confirmed = False
    batch = desk.prepared()
    assert batch.job_id is not None
    result = _job(desk, batch.job_id).result
    assert result is not None
    assert (result["count"], result["kept_back"], len(result["blocked"])) == (0, 2, 1)
