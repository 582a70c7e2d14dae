"""Receipts: each is kept once and changes its record once, in whatever order and however often they come."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.exchange.handovers.domain import HandoverState, ItemState, Note, ReceiptOutcome, RecordStatus, decide_receipt
from app.exchange.handovers.models import Handover, HandoverItem, PartnerRecord, Receipt
from app.exchange.handovers.schemas import ReceiptResult, RecordReceipt
from app.exchange.handovers.service.receiving import apply_receipts
from app.exchange.handovers.service.steering import release
from app.exchange.partners.models import Partner
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import SYSTEM
from tests.counts import REDUCED
from tests.exchange.handovers.conftest import Desk
from tests.exchange.world import World
from tests.factories import partners


class CountQueries(Protocol):
    def __call__(self) -> AbstractContextManager[list[str]]: ...


def receipt(item: HandoverItem | str, outcome: str = "accepted", number: int = 1, **given: Any) -> RecordReceipt:
    """What the partner says of one version of a record."""
    key = item if isinstance(item, str) else item.idempotency_key
    values = {"receipt_id": f"{key}#{number}", "kind": "record", "idempotency_key": key, "outcome": outcome} | given
    return RecordReceipt.model_validate(values)


def received(session: Session, partner: Partner, now: datetime, *receipts: RecordReceipt) -> list[ReceiptResult]:
    return apply_receipts(session, partner=partner, channel="polling", receipts=receipts, now=now)


def held(session: Session) -> dict[str, str]:
    """How each record stands at the partner."""
    rows = session.scalars(select(PartnerRecord).execution_options(populate_existing=True))
    return {row.key: row.state for row in rows}


def test_the_domain_decides() -> None:
    assert decide_receipt(None, ReceiptOutcome.ACCEPTED) is Note.UNKNOWN
    assert decide_receipt(ItemState.WAITING, ReceiptOutcome.PENDING) is ItemState.PENDING
    assert decide_receipt(ItemState.PENDING, ReceiptOutcome.REJECTED) is ItemState.REJECTED
    assert decide_receipt(ItemState.PARKED, ReceiptOutcome.ACCEPTED) is ItemState.ACCEPTED
    assert decide_receipt(ItemState.ACCEPTED, ReceiptOutcome.ACCEPTED) is Note.REPEATED
    assert decide_receipt(ItemState.ACCEPTED, ReceiptOutcome.REJECTED) is Note.LATE
    assert decide_receipt(ItemState.SUPERSEDED, ReceiptOutcome.ACCEPTED) is Note.LATE


def test_receipts_settle_their_records_and_the_batch(desk: Desk, world: World, session: Session, now: datetime) -> None:
    for _number in range(3):
        world.enterprise()
    batch = desk.released()
    first, second, third = desk.items(batch)
    told = received(
        session,
        desk.partner,
        now,
        receipt(first),
        receipt(second, "rejected", reason_code="E12", reason="企业名称与登记不符"),
        receipt(third, "pending"),
    )
    assert [each.applied for each in told] == [True, True, True]
    assert [item.state for item in desk.items(batch)] == ["accepted", "rejected", "pending"]  # reads them anew
    assert (second.reason_code, second.reason) == ("E12", "企业名称与登记不符")
    assert held(session) == {
        first.key: RecordStatus.ACCEPTED,
        second.key: RecordStatus.REJECTED,
        third.key: RecordStatus.ON_THE_WAY,
    }
    session.refresh(batch)
    assert (batch.state, batch.acknowledged_at) == (HandoverState.SENT, None)
    received(session, desk.partner, now, receipt(third, number=2))
    session.refresh(batch)
    assert (batch.state, batch.acknowledged_at) == (HandoverState.ACKNOWLEDGED, now)
    db.commit(session)
    told_of = list(session.scalars(select(JournalEvent.type).where(JournalEvent.subject_kind == "handover")))
    assert told_of == ["handover.prepared", "handover.released", "handover.rejected", "handover.acknowledged"]


def test_a_receipt_for_nothing_we_sent_is_kept_and_changes_nothing(desk: Desk, session: Session, now: datetime) -> None:
    [told] = received(session, desk.partner, now, receipt("enterprises/91429099MA0NOSUCH0@7"))
    assert (told.applied, told.note) == (False, Note.UNKNOWN)
    kept = session.scalars(select(Receipt)).one()
    assert (kept.applied, kept.note, kept.subject) == (False, "unknown", "enterprises/91429099MA0NOSUCH0@7")


def test_a_receipt_for_what_has_not_gone_out_changes_nothing(
    desk: Desk, world: World, session: Session, now: datetime
) -> None:
    world.enterprise()
    batch = desk.prepared()
    [item] = desk.items()
    [told] = received(session, desk.partner, now, receipt(item))
    assert (told.applied, told.note) == (False, Note.UNKNOWN)
    release(session, actor=SYSTEM, now=now, handover=batch)
    [told] = received(session, desk.partner, now, receipt(item, number=2))
    assert told.applied


def test_another_partner_cannot_speak_of_our_records(desk: Desk, world: World, session: Session, now: datetime) -> None:
    world.enterprise()
    [item] = desk.items(desk.released())
    other = partners.partner(session, code="other")
    [told] = received(session, other, now, receipt(item))
    assert told.note == Note.UNKNOWN
    assert [each.state for each in desk.items()] == [ItemState.WAITING]


def test_a_repeated_receipt_is_counted_at_its_row(desk: Desk, world: World, session: Session, now: datetime) -> None:
    world.enterprise()
    [item] = desk.items(desk.released())
    first = receipt(item)
    told = received(session, desk.partner, now, first, first) + received(session, desk.partner, now, first)
    assert [(each.applied, each.note) for each in told] == [(True, ""), (False, "repeated"), (False, "repeated")]
    assert session.scalars(select(Receipt.repeats)).one() == 2


def test_what_comes_after_the_end_is_kept_as_late(desk: Desk, world: World, session: Session, now: datetime) -> None:
    world.enterprise()
    [item] = desk.items(desk.released())
    told = received(
        session, desk.partner, now, receipt(item), receipt(item, "rejected", 2), receipt(item, "pending", 3)
    )
    assert [each.note for each in told] == ["", "late", "late"]
    assert [each.state for each in desk.items()] == [ItemState.ACCEPTED]


def test_what_changed_since_stays_to_be_sent(desk: Desk, world: World, session: Session, now: datetime) -> None:
    firm = world.enterprise()
    [item] = desk.items(desk.released())
    record = session.scalars(select(PartnerRecord)).one()
    record.changed_position, record.state = item.position + 1, RecordStatus.CHANGED
    received(session, desk.partner, now, receipt(item))
    assert held(session) == {firm.uscc: RecordStatus.CHANGED}
    assert session.scalars(select(PartnerRecord.accepted_position)).one() == item.position


@pytest.mark.parametrize("records", [4, 50])
def test_the_number_of_statements_does_not_grow(
    desk: Desk, world: World, session: Session, now: datetime, count_queries: CountQueries, records: int
) -> None:
    for _number in range(records):
        world.enterprise()
    items = desk.items(desk.released())
    receipts = [receipt(item, "rejected" if at % 2 else "accepted") for at, item in enumerate(items)]
    received(session, desk.partner, now, receipts[0])
    db.commit(session)
    with count_queries() as statements:
        received(session, desk.partner, now, *receipts)
        session.flush()
    assert len(statements) == 11, "\n".join(statements)


def test_receipts_that_say_the_same_cost_six_statements(
    desk: Desk, world: World, session: Session, now: datetime, count_queries: CountQueries
) -> None:
    """What came before, the items, the receipts, the items' and the records' marks, and whether the batch is done: it is not."""
    for _number in range(20):
        world.enterprise()
    batch = desk.released()
    batch.announced_at = now
    items = desk.items(batch)
    received(session, desk.partner, now, receipt(items[0]))
    with count_queries() as statements:
        received(session, desk.partner, now, *map(receipt, items[1:-1]))
        session.flush()
    assert len(statements) == 6, "\n".join(statements)


def test_each_record_gets_the_reason_that_was_given_for_it(
    desk: Desk, world: World, session: Session, now: datetime
) -> None:
    for _number in range(4):
        world.enterprise()
    items = desk.items(desk.released())
    said = [
        receipt(item, "rejected", reason_code=f"E{at}", reason=f"第 {at} 处不符") for at, item in enumerate(items[:3])
    ]
    received(session, desk.partner, now, *said, receipt(items[3], "rejected"))
    told = [(item.reason_code, item.reason, item.settled_at) for item in desk.items()]
    assert told == [("E0", "第 0 处不符", now), ("E1", "第 1 处不符", now), ("E2", "第 2 处不符", now), ("", "", now)]


# -- in any order, however often -----------------------------------------------------------------------------------------

OUTCOMES = st.lists(st.sampled_from(["accepted", "rejected", "pending"]), min_size=4, max_size=4)


@settings(
    max_examples=REDUCED.property_examples,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), outcomes=OUTCOMES)
def test_order_and_repetition_make_no_difference(
    desk: Desk, world: World, session: Session, now: datetime, data: st.DataObject, outcomes: list[str]
) -> None:
    items = _four(desk, world)
    said = [receipt(item, "pending", 0) for item in items]
    said += [receipt(item, outcome) for item, outcome in zip(items, outcomes, strict=True) if outcome != "pending"]
    drawn = data.draw(st.permutations([*said, *data.draw(st.lists(st.sampled_from(said), max_size=6))]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(drawn)), max_size=3)))
    with session.begin_nested() as savepoint:
        for start, end in zip([0, *cuts], [*cuts, len(drawn)], strict=True):
            received(session, desk.partner, now, *drawn[start:end])
        assert _outcome(session, items) == outcomes
        assert session.scalar(select(func.count()).select_from(Receipt)) == len(said)
        assert session.scalar(select(func.sum(Receipt.repeats))) == len(drawn) - len(said)
        finished = "pending" not in outcomes
        batch = session.get_one(Handover, items[0].handover_id, populate_existing=True)
        assert (batch.state == HandoverState.ACKNOWLEDGED) is finished
        assert sorted(held(session).values()) == sorted(
            RecordStatus.ON_THE_WAY if outcome == "pending" else outcome for outcome in outcomes
        )
        savepoint.rollback()
    session.expire_all()


def _four(desk: Desk, world: World) -> Sequence[HandoverItem]:
    """The items of one batch of four, made for the first example."""
    if not world.enterprises:
        for _number in range(4):
            world.enterprise()
        desk.released()
    return desk.items()


def _outcome(session: Session, items: Sequence[HandoverItem]) -> list[str]:
    states = dict(session.execute(select(HandoverItem.id, HandoverItem.state)).all())  # type: ignore[arg-type]
    return [states[item.id] for item in items]
