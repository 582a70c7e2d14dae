"""Batches are released, withdrawn, sent again; versions of a record only rise, and never two of it are on their way."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exchange.comparison.models import Reconciliation, ReconciliationLine
from app.exchange.handovers.domain import AT_REST, OPEN, HandoverState, ItemState, RecordStatus
from app.exchange.handovers.models import Handover, HandoverItem, PartnerRecord
from app.exchange.handovers.schemas import PrepareHandover
from app.exchange.handovers.service.preparing import start_handover
from app.exchange.handovers.service.settling import enter_announced, mark_reconciled, refresh_state
from app.exchange.handovers.service.steering import Retried, cancel, release, retry_items
from app.exchange.partners.domain import Transport
from app.jobs.domain import JobState
from app.jobs.models import Job
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.errors import Conflict, Forbidden, Invalid
from tests.counts import REDUCED
from tests.exchange.handovers.conftest import Desk
from tests.exchange.handovers.test_following import LATER, followed
from tests.exchange.handovers.test_receiving import held, receipt, received
from tests.exchange.world import World


def retried(desk: Desk, *items: HandoverItem) -> Retried:
    ids = [item.id for item in items]
    again = retry_items(desk.session, actor=SYSTEM, now=desk.now, partner=desk.partner, item_ids=ids)
    db.commit(desk.session)
    return again


def set_state(desk: Desk, item: HandoverItem, **values: Any) -> None:
    """As the sender would leave it."""
    for name, value in values.items():
        setattr(item, name, value)
    db.commit(desk.session)


def test_a_batch_goes_out_once(desk: Desk, world: World, session: Session, now: datetime) -> None:
    world.enterprise()
    batch = desk.released()
    assert (batch.state, batch.released_at) == (HandoverState.PREPARED, now)
    with pytest.raises(Conflict):
        release(session, actor=SYSTEM, now=now, handover=batch)
    batch.announced_at = now
    refresh_state(session, batch.id, now)
    assert (batch.state, batch.sent_at) == (HandoverState.SENT, now)


def test_files_count_as_sent_from_their_release_on(desk: Desk, world: World, session: Session) -> None:
    desk.partner.transport = Transport.FILES
    world.enterprise()
    batch = desk.released()
    assert batch.state == HandoverState.SENT
    assert [item.state for item in desk.items()] == [ItemState.PENDING]


def test_an_officer_hands_over_only_within_the_own_region(
    desk: Desk, world: World, session: Session, now: datetime, actor: Any
) -> None:
    desk.partner.region_prefix = "429005"
    world.enterprise()
    db.commit(session)
    command = PrepareHandover.model_validate({"partner": "province", "resource": "enterprises", "basis": "all"})
    with pytest.raises(Forbidden):
        start_handover(session, actor=actor(region="429005001"), now=now, command=command)
    with pytest.raises(Forbidden):
        start_handover(session, actor=actor(role="leader"), now=now, command=command)
    assert start_handover(session, actor=actor(region="429005"), now=now, command=command).number == "JH-2021-0001"


def test_what_was_not_sent_is_withdrawn_and_counts_as_changed(desk: Desk, world: World, session: Session) -> None:
    first, second = world.enterprise(), world.enterprise()
    batch = desk.released()
    set_state(desk, desk.items()[0], attempts=1)
    assert cancel(session, actor=SYSTEM, now=desk.now, handover=batch) == 1
    assert [item.state for item in desk.items()] == [ItemState.WAITING, ItemState.CANCELLED]
    assert held(session) == {first.uscc: RecordStatus.ON_THE_WAY, second.uscc: RecordStatus.CHANGED}
    with pytest.raises(Conflict):
        cancel(session, actor=SYSTEM, now=desk.now, handover=batch)
    db.commit(session)
    assert [item.key for item in desk.items(desk.prepared(basis="changed"))] == [second.uscc]


def test_a_batch_that_was_not_released_is_withdrawn_whole(desk: Desk, world: World, session: Session) -> None:
    world.enterprise()
    batch = desk.prepared()
    cancel(session, actor=SYSTEM, now=desk.now, handover=batch)
    db.commit(session)
    assert (batch.state, batch.cancelled_at) == (HandoverState.CANCELLED, desk.now)
    with pytest.raises(Conflict):
        release(session, actor=SYSTEM, now=desk.now, handover=batch)


def test_a_batch_in_preparation_stops_with_its_job(desk: Desk, world: World, session: Session, now: datetime) -> None:
    world.enterprise()
    command = PrepareHandover.model_validate({"partner": "province", "resource": "enterprises", "basis": "all"})
    batch = start_handover(session, actor=SYSTEM, now=now, command=command)
    cancel(session, actor=SYSTEM, now=now, handover=batch)
    db.commit(session)
    assert desk.worker.run_waiting() == 0
    assert session.scalars(select(Job.state)).one() == JobState.CANCELLED
    assert desk.items() == []


def test_a_parked_record_is_tried_again_under_its_old_key(desk: Desk, world: World, session: Session) -> None:
    world.enterprise()
    batch = desk.released()
    [item] = desk.items()
    set_state(desk, item, state=ItemState.PARKED, attempts=9)
    again = retried(desk, item)
    assert (again.parked, again.handovers) == (1, ())
    [same] = desk.items()
    assert (same.state, same.attempts, same.idempotency_key) == (ItemState.WAITING, 0, item.idempotency_key)
    event = session.scalars(select(JournalEvent).where(JournalEvent.type == "handover.retried")).one()
    assert (event.subject_id, event.data) == (batch.number, {"records": 1})


def test_a_refused_record_goes_again_as_a_new_version(desk: Desk, world: World, session: Session) -> None:
    firm = world.enterprise()
    [item] = desk.items(desk.released())
    received(session, desk.partner, desk.now, receipt(item, "rejected"))
    db.commit(session)
    [batch] = retried(desk, item).handovers
    assert (batch.number, batch.count, batch.released_at) == ("JH-2021-0002", 1, desk.now)
    [new] = desk.items(batch)
    assert (new.key, new.digest) == (firm.uscc, item.digest)
    assert new.position > item.position
    assert held(session) == {firm.uscc: RecordStatus.ON_THE_WAY}
    assert retried(desk, item).handovers == ()  # a newer one is on its way


def test_a_refused_record_that_cannot_leave_says_why(desk: Desk, world: World, session: Session) -> None:
    firm = world.enterprise()
    [item] = desk.items(desk.released())
    received(session, desk.partner, desk.now, receipt(item, "rejected"))
    firm.uscc_confirmed = False
    db.commit(session)
    with pytest.raises(Conflict, match=firm.name):
        retried(desk, item)
    session.rollback()
    assert [each.state for each in desk.items()] == [ItemState.REJECTED]


def test_none_or_too_many_are_refused(desk: Desk) -> None:
    with pytest.raises(Invalid):
        retry_items(desk.session, actor=SYSTEM, now=desk.now, partner=desk.partner, item_ids=())
    with pytest.raises(Invalid):
        retry_items(desk.session, actor=SYSTEM, now=desk.now, partner=desk.partner, item_ids=range(1_001))


def test_a_newer_version_waits_until_the_call_with_the_older_is_over(
    desk: Desk, world: World, session: Session
) -> None:
    firm = world.enterprise()
    [item] = desk.items(desk.released())
    until = desk.now + timedelta(seconds=60)
    set_state(desk, item, lease_until=until)
    world.rename(firm)
    db.commit(session)
    [new] = desk.items(desk.released())
    assert new.next_at == until


def test_what_differs_is_sent_though_nothing_changed(desk: Desk, world: World, session: Session) -> None:
    firm = world.enterprise()
    first = desk.released()
    [item] = desk.items(first)
    received(session, desk.partner, desk.now, receipt(item))
    run = reconciliation(desk, firm.uscc, "91429099MA0THEIRS1")
    batch = desk.prepared(basis="differing", reconciliation=run.id)
    assert [(each.key, each.retired) for each in desk.items(batch)] == [
        (firm.uscc, False),
        ("91429099MA0THEIRS1", True),
    ]
    queued = select(ReconciliationLine.handover_id).distinct()
    assert session.scalars(queued).all() == [batch.id]
    with pytest.raises(Invalid):
        desk.prepared(basis="differing", reconciliation=run.id)
    session.rollback()
    cancel(session, actor=SYSTEM, now=desk.now, handover=batch)
    assert session.scalars(queued).all() == [None]


def test_a_reconciliation_confirms_the_batches_it_finds_nothing_wrong_with(
    desk: Desk, world: World, session: Session
) -> None:
    disputed, agreed = world.enterprise(), world.enterprise()
    batches = [desk.released(basis="chosen", keys=(firm.uscc,)) for firm in (disputed, agreed)]
    received(session, desk.partner, desk.now, *(receipt(item) for item in desk.items()))
    reconciliation(desk, disputed.uscc, position=10**6)
    assert mark_reconciled(session, desk.partner, "enterprises", desk.now) == 1
    assert [batch.state for batch in batches] == [HandoverState.ACKNOWLEDGED, HandoverState.RECONCILED]


def reconciliation(desk: Desk, *keys: str, position: int = 1) -> Reconciliation:
    """A finished comparison in which the records of these keys do not agree."""
    run = Reconciliation(
        partner_id=desk.partner.id, resource="enterprises", source="pull", state="done", position=position,
        made_by="test", made_at=desk.now,
    )  # fmt: skip
    desk.session.add(run)
    desk.session.flush()
    desk.session.add_all([ReconciliationLine(reconciliation_id=run.id, kind="differing", key=key) for key in keys])
    db.commit(desk.session)
    return run


# -- whatever happens ------------------------------------------------------------------------------------------------------

STEPS = (
    "rename",
    "retire",
    "restore",
    "follow",
    "all",
    "changed",
    "accept",
    "reject",
    "pend",
    "park",
    "retry",
    "cancel",
)


@settings(
    max_examples=max(10, REDUCED.property_examples // 5),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 2)), min_size=3, max_size=12))
def test_versions_only_rise_and_never_two_are_on_their_way(
    desk: Desk, world: World, session: Session, steps: list[tuple[str, int]]
) -> None:
    if not world.enterprises:
        desk.partner.follows = True
        for _number in range(3):
            world.enterprise()
    for step, number in steps:
        _take(desk, world, step, number)
        db.commit(session)
        _check(desk)


def _take(desk: Desk, world: World, step: str, number: int) -> None:
    """One thing that happens: to the firm `number`, or to its latest version."""
    firm = world.enterprises[number]
    latest = [item for item in desk.items() if item.key == firm.uscc][-1:]
    outcomes = {"accept": "accepted", "reject": "rejected", "pend": "pending"}
    if step in ("rename", "retire", "restore"):
        {"rename": world.rename, "retire": world.retire, "restore": lambda row: world.retire(row, None)}[step](firm)
    elif step == "follow":
        followed(desk, LATER)
    elif step in ("all", "changed"):
        batch = desk.prepared(basis=step)
        if batch.state == HandoverState.PREPARED:
            release(desk.session, actor=SYSTEM, now=desk.now, handover=batch)
    for item in latest:
        if step in outcomes:
            received(desk.session, desk.partner, desk.now, receipt(item, outcomes[step], number=item.attempts))
        elif step == "park" and item.state == ItemState.WAITING:
            item.state, item.attempts = ItemState.PARKED, item.attempts + 1
        elif step == "retry" and not firm.disabled_on:
            retried(desk, item)
        elif step == "cancel":
            _cancel(desk, item)


def _cancel(desk: Desk, item: HandoverItem) -> None:
    batch = desk.session.get_one(Handover, item.handover_id)
    try:
        with desk.session.begin_nested():
            cancel(desk.session, actor=SYSTEM, now=desk.now, handover=batch)
    except Conflict:
        assert batch.released_at is not None


def _check(desk: Desk) -> None:
    items = desk.items()
    assert len({item.idempotency_key for item in items}) == len(items)
    records = desk.session.scalars(select(PartnerRecord).execution_options(populate_existing=True))
    for record in records:
        mine = [item for item in items if item.key == record.key]
        positions = [item.position for item in mine]
        assert positions == sorted(set(positions))
        assert [item for item in mine[:-1] if item.state in OPEN] == []
        assert record.sent_position == max(positions, default=0)
        accepted = [item.position for item in mine if item.state == ItemState.ACCEPTED]
        assert record.accepted_position == max(accepted, default=0)
        if record.state == RecordStatus.ON_THE_WAY:
            assert mine[-1].state in OPEN
        if record.state == RecordStatus.ACCEPTED:
            assert mine[-1].state == ItemState.ACCEPTED


def test_records_of_batches_that_nobody_has_heard_of_are_passed_over_by_the_index(
    desk: Desk, world: World, session: Session
) -> None:
    world.enterprise()
    batch = desk.released()
    assert [item.next_at for item in desk.items(batch)] == [AT_REST]
    enter_announced(session, batch.id, desk.now)
    session.expire_all()
    assert ([item.next_at for item in desk.items(batch)], batch.announced_at) == ([desk.now], desk.now)
