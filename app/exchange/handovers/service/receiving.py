"""Receipts: what a partner says of records, applied set-wise, each once, in whatever order and however often they come."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from app.exchange.decisions.service import apply_decision
from app.exchange.handovers import events
from app.exchange.handovers.domain import Held, ItemState, Note, decide_receipt
from app.exchange.handovers.models import Handover, HandoverItem, PartnerRecord, Receipt
from app.exchange.handovers.schemas import AnyReceipt, DecisionReceipt, ReceiptResult, RecordReceipt
from app.exchange.handovers.service.settling import refresh_states
from app.exchange.partners.models import Partner
from app.exchange.partners.queries import lock_partner
from app.journal.service import record
from app.kit.actor import SYSTEM

_LONGEST_REASON = 400


@dataclass
class Settled:
    """What a call changed: the item's new state and the receipt that says why, by the item's id."""

    items: dict[int, Row[Any]] = field(default_factory=dict)
    by: dict[int, tuple[ItemState, RecordReceipt]] = field(default_factory=dict)


def apply_receipts(
    session: Session, *, partner: Partner, channel: str, receipts: Sequence[AnyReceipt], now: datetime
) -> list[ReceiptResult]:
    """Keep the receipts and let each change its record once; says of each, in order, what was done.

    Takes the partner's lock: call it before you lock items of your own, and read anew afterwards what you hold of them. The
    number of statements does not grow with the receipts about records; a decision on a case is a step of that case.
    """
    if not receipts:
        return []
    lock_partner(session, partner.id)
    known = _known(session, partner, receipts)
    fresh: dict[str, AnyReceipt] = {}
    for each in receipts:
        if each.receipt_id not in known:
            fresh.setdefault(each.receipt_id, each)
    items, settled = _items(session, partner, fresh.values()), Settled()
    results = {
        receipt_id: _decide(each, items, settled)
        if isinstance(each, RecordReceipt)
        else _step(session, partner, each, now)
        for receipt_id, each in fresh.items()
    }
    _keep(session, partner, channel, [(each, results[receipt_id]) for receipt_id, each in fresh.items()], now)
    _settle(session, partner, settled, now)
    return _told(session, partner, receipts, results)


_READ = (
    HandoverItem.id,
    HandoverItem.handover_id,
    HandoverItem.resource,
    HandoverItem.key,
    HandoverItem.position,
    HandoverItem.idempotency_key,
    HandoverItem.digest,
    HandoverItem.state,
    HandoverItem.sent_at,
)


def _known(session: Session, partner: Partner, receipts: Iterable[AnyReceipt]) -> set[str]:
    ids = {each.receipt_id for each in receipts}
    mine = select(Receipt.receipt_id).where(Receipt.partner_id == partner.id, Receipt.receipt_id.in_(ids))
    return set(session.scalars(mine))


def _items(session: Session, partner: Partner, receipts: Iterable[AnyReceipt]) -> dict[str, Row[Any]]:
    """What the receipts are about, by idempotency key: without the bodies, which are long."""
    keys = {each.idempotency_key for each in receipts if isinstance(each, RecordReceipt)}
    if not keys:
        return {}
    mine = (HandoverItem.partner_id == partner.id, HandoverItem.idempotency_key.in_(keys))
    wanted: Any = select(*_READ).where(*mine).order_by(HandoverItem.id).with_for_update()
    return {item.idempotency_key: item for item in session.execute(wanted)}


def _decide(receipt: RecordReceipt, items: dict[str, Row[Any]], settled: Settled) -> ReceiptResult:
    item = items.get(receipt.idempotency_key)
    present = None
    if item is not None:
        present = settled.by[item.id][0] if item.id in settled.by else ItemState(item.state)
    decided = decide_receipt(present, receipt.outcome)
    if isinstance(decided, Note):
        return ReceiptResult(receipt_id=receipt.receipt_id, applied=False, note=decided)
    if item is not None:
        settled.items[item.id] = item
        settled.by[item.id] = (decided, receipt)
    return ReceiptResult(receipt_id=receipt.receipt_id, applied=True)


def _step(session: Session, partner: Partner, receipt: DecisionReceipt, now: datetime) -> ReceiptResult:
    applied, note = apply_decision(session, partner=partner, receipt=receipt, now=now)
    return ReceiptResult(receipt_id=receipt.receipt_id, applied=applied, note=note)


# -- writing -------------------------------------------------------------------------------------------------------------


def _keep(
    session: Session,
    partner: Partner,
    channel: str,
    decided: Sequence[tuple[AnyReceipt, ReceiptResult]],
    now: datetime,
) -> None:
    rows = [
        _row(receipt)
        | {
            "partner_id": partner.id,
            "receipt_id": receipt.receipt_id,
            "channel": channel,
            "kind": receipt.kind,
            "content": receipt.model_dump(mode="json"),
            "applied": result.applied,
            "note": result.note,
            "received_at": now,
        }
        for receipt, result in decided
    ]
    if rows:
        session.execute(insert(Receipt), rows)


def _row(receipt: AnyReceipt) -> dict[str, Any]:
    reason = receipt.reason[:_LONGEST_REASON]
    if isinstance(receipt, RecordReceipt):
        outcome, code = receipt.outcome, receipt.reason_code
        return {"subject": receipt.idempotency_key, "outcome": outcome, "reason_code": code, "reason": reason}
    return {"subject": receipt.case, "outcome": receipt.decision, "reason_code": "", "reason": reason}


def _settle(session: Session, partner: Partner, settled: Settled, now: datetime) -> None:
    if not settled.by:
        return
    rows = [
        {
            "id": item_id,
            "state": state,
            "error": "",
            "lease_until": None,
            "sent_at": settled.items[item_id].sent_at or now,
            "settled_at": None if state is ItemState.PENDING else now,
            "reason_code": receipt.reason_code,
            "reason": receipt.reason[:_LONGEST_REASON],
        }
        for item_id, (state, receipt) in settled.by.items()
    ]
    session.execute(update(HandoverItem), rows)
    _note_records(session, partner, settled, now)
    refresh_states(session, {item.handover_id for item in settled.items.values()}, now)
    _tell_rejected(session, partner, settled, now)


def _note_records(session: Session, partner: Partner, settled: Settled, now: datetime) -> None:
    """What the partner accepted or refused, at the records of which nothing newer is on its way."""
    items = settled.items.values()
    wanted = select(*PartnerRecord.__table__.columns).where(
        PartnerRecord.partner_id == partner.id,
        PartnerRecord.resource.in_({item.resource for item in items}),
        PartnerRecord.key.in_({item.key for item in items}),
    )
    found = [row for row in session.execute(wanted) if row.item_id in settled.by]
    rows = [_noted(row, settled.items[row.item_id], settled.by[row.item_id][0], now) for row in found]
    if rows:
        session.execute(update(PartnerRecord), rows)


def _noted(row: Row[Any], item: Row[Any], state: ItemState, now: datetime) -> dict[str, Any]:
    accepted = state is ItemState.ACCEPTED
    there = Held.ACCEPTED if accepted else Held.REJECTED
    changes = state is not ItemState.PENDING and row.changed_position <= item.position
    return {
        "partner_id": row.partner_id,
        "resource": row.resource,
        "key": row.key,
        "state": there if changes else row.state,
        "accepted_position": item.position if accepted else row.accepted_position,
        "accepted_digest": item.digest if accepted else row.accepted_digest,
        "accepted_at": now if accepted else row.accepted_at,
    }


def _tell_rejected(session: Session, partner: Partner, settled: Settled, now: datetime) -> None:
    """One event a batch with the records that came back."""
    refused: dict[int, list[str]] = {}
    for item_id, (state, _receipt) in settled.by.items():
        if state is ItemState.REJECTED:
            item = settled.items[item_id]
            refused.setdefault(item.handover_id, []).append(item.key)
    if not refused:
        return
    for handover in session.scalars(select(Handover).where(Handover.id.in_(refused)).order_by(Handover.id)):
        subject, keys = events.subject_of(handover, partner), refused[handover.id]
        data = {"resource": handover.resource, "records": len(keys), "keys": keys}
        record(session, actor=SYSTEM, now=now, type=events.REJECTED, subject=subject, data=data)


def _told(
    session: Session, partner: Partner, receipts: Sequence[AnyReceipt], results: dict[str, ReceiptResult]
) -> list[ReceiptResult]:
    """The results in the order of the receipts; what came before is counted at its row."""
    repeats, seen = Counter[str](), set[str]()
    told = []
    for each in receipts:
        if each.receipt_id in results and each.receipt_id not in seen:
            told.append(results[each.receipt_id])
        else:
            repeats[each.receipt_id] += 1
            told.append(ReceiptResult(receipt_id=each.receipt_id, applied=False, note=Note.REPEATED))
        seen.add(each.receipt_id)
    for times in sorted(set(repeats.values())):
        session.execute(
            update(Receipt)
            .where(
                Receipt.partner_id == partner.id,
                Receipt.receipt_id.in_([receipt_id for receipt_id, n in repeats.items() if n == times]),
            )
            .values(repeats=Receipt.repeats + times)
            .execution_options(synchronize_session=False)
        )
    return told
