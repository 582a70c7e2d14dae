"""Receipts: what a partner says of records, applied set-wise, each once, in whatever order and however often they come."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, String, Table, Update, bindparam, case, func, insert, select, update
from sqlalchemy.orm import Session

from app.exchange.decisions.schemas import DecisionReceipt
from app.exchange.decisions.service import apply_decision
from app.exchange.handovers import events
from app.exchange.handovers.domain import ItemState, Note, RecordStatus, decide_receipt
from app.exchange.handovers.models import Handover, HandoverItem, PartnerRecord, Receipt
from app.exchange.handovers.schemas import AnyReceipt, ReceiptResult, RecordReceipt
from app.exchange.handovers.service.settling import refresh_states
from app.exchange.partners.models import Partner
from app.journal.service import record
from app.kit.actor import SYSTEM
from app.kit.db import BigId, UtcDateTime

_LONGEST_REASON = 400


@dataclass
class SettledItems:
    """What a call changed: the item's new state and the receipt that says why, by the item's id."""

    items: dict[int, Row[Any]] = field(default_factory=dict)
    by: dict[int, tuple[ItemState, RecordReceipt]] = field(default_factory=dict)


def apply_receipts(
    session: Session, *, partner: Partner, channel: str, receipts: Sequence[AnyReceipt], now: datetime
) -> list[ReceiptResult]:
    """Keep the receipts and let each change its record once; says of each, in order, what was done.

    The partner must be locked; read anew afterwards what you hold of its items. The number of statements does not grow with the
    receipts about records; a decision on a case is a step of that case.
    """
    if not receipts:
        return []
    known = _known(session, partner, receipts)
    fresh: dict[str, AnyReceipt] = {}
    for each in receipts:
        if each.receipt_id not in known:
            fresh.setdefault(each.receipt_id, each)
    items, settled = _items(session, partner, fresh.values()), SettledItems()
    results = {
        receipt_id: _decide(each, items, settled)
        if isinstance(each, RecordReceipt)
        else _step(session, partner, each, now)
        for receipt_id, each in fresh.items()
    }
    _keep(session, partner, channel, [(each, results[receipt_id]) for receipt_id, each in fresh.items()], now)
    _settle(session, partner, settled, now)
    return _reported(session, partner, receipts, results)


_READ = (
    HandoverItem.id,
    HandoverItem.handover_id,
    HandoverItem.resource,
    HandoverItem.key,
    HandoverItem.position,
    HandoverItem.idempotency_key,
    HandoverItem.digest,
    HandoverItem.state,
)


def _known(session: Session, partner: Partner, receipts: Iterable[AnyReceipt]) -> set[str]:
    ids = {each.receipt_id for each in receipts}
    mine = select(Receipt.receipt_id).where(Receipt.partner_id == partner.id, Receipt.receipt_id.in_(ids))
    return set(session.scalars(mine))


def _items(session: Session, partner: Partner, receipts: Iterable[AnyReceipt]) -> dict[str, Row[Any]]:
    """What the receipts are about, of batches that went out, by idempotency key: without the bodies, which are long."""
    keys = {each.idempotency_key for each in receipts if isinstance(each, RecordReceipt)}
    if not keys:
        return {}
    mine = (HandoverItem.partner_id == partner.id, HandoverItem.idempotency_key.in_(keys))
    released: Any = select(*_READ).join(Handover, Handover.id == HandoverItem.handover_id)
    wanted = released.where(*mine, Handover.released_at.is_not(None)).order_by(HandoverItem.id)
    return {item.idempotency_key: item for item in session.execute(wanted.with_for_update(of=HandoverItem))}


def _decide(receipt: RecordReceipt, items: dict[str, Row[Any]], settled: SettledItems) -> ReceiptResult:
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


# Each runs row by row in one call: SQLite, which guesses by old statistics how long a list of ids is, would rather scan the table.
_ITEM, _RECORD = cast(Table, HandoverItem.__table__), cast(Table, PartnerRecord.__table__)
_NOW, _READ_AT = bindparam("now", type_=UtcDateTime()), bindparam("read", type_=BigId)
_INSERT = insert(cast(Table, Receipt.__table__))
_MARK = (
    update(_ITEM)
    .where(_ITEM.c.id == bindparam("item", type_=BigId))
    .values(
        state=bindparam("told", type_=String),
        error="",
        lease_until=None,
        sent_at=func.coalesce(_ITEM.c.sent_at, _NOW),
        settled_at=bindparam("settled", type_=UtcDateTime()),
        reason_code=bindparam("code", type_=String),
        reason=bindparam("why", type_=String),
    )
)


def _note(held: RecordStatus, **values: Any) -> Update:
    """At the record whose latest version `:item` is, read at `:read`; one that has changed since stays to be sent."""
    where = {"partner_id": "of", "resource": "kind", "key": "name", "item_id": "item"}
    same = [_RECORD.c[column] == bindparam(name, type_=_RECORD.c[column].type) for column, name in where.items()]
    state = case((_RECORD.c.changed_position <= _READ_AT, held), else_=_RECORD.c.state)
    return update(_RECORD).where(*same).values(state=state, **values)


_NOTES = {
    ItemState.ACCEPTED: _note(
        RecordStatus.ACCEPTED,
        accepted_position=_READ_AT,
        accepted_digest=bindparam("content", type_=String),
        accepted_at=_NOW,
    ),
    ItemState.REJECTED: _note(RecordStatus.REJECTED),
}


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
        session.execute(_INSERT, rows)


def _row(receipt: AnyReceipt) -> dict[str, Any]:
    reason = receipt.reason[:_LONGEST_REASON]
    if isinstance(receipt, RecordReceipt):
        outcome, code = receipt.outcome, receipt.reason_code
        return {"subject": receipt.idempotency_key, "outcome": outcome, "reason_code": code, "reason": reason}
    return {"subject": receipt.case, "outcome": receipt.decision, "reason_code": "", "reason": reason}


def _settle(session: Session, partner: Partner, settled: SettledItems, now: datetime) -> None:
    if not settled.by:
        return
    marks = [
        {
            "item": item_id,
            "told": state,
            "now": now,
            "settled": None if state is ItemState.PENDING else now,
            "code": receipt.reason_code,
            "why": receipt.reason[:_LONGEST_REASON],
        }
        for item_id, (state, receipt) in settled.by.items()
    ]
    session.execute(_MARK, marks)
    _note_records(session, partner, settled, now)
    refresh_states(session, {item.handover_id for item in settled.items.values()}, now)
    _tell_rejected(session, partner, settled, now)


def _note_records(session: Session, partner: Partner, settled: SettledItems, now: datetime) -> None:
    """What the partner accepted or refused, at the records of which nothing newer is on its way."""
    for state, statement in _NOTES.items():
        items = [settled.items[item_id] for item_id, (reported, _receipt) in settled.by.items() if reported is state]
        if items:
            session.execute(statement, [_about(partner, item, now) for item in items])


def _about(partner: Partner, item: Row[Any], now: datetime) -> dict[str, Any]:
    about = {"of": partner.id, "kind": item.resource, "name": item.key, "item": item.id}
    return about | {"read": item.position, "content": item.digest, "now": now}


def _tell_rejected(session: Session, partner: Partner, settled: SettledItems, now: datetime) -> None:
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


def _reported(
    session: Session, partner: Partner, receipts: Sequence[AnyReceipt], results: dict[str, ReceiptResult]
) -> list[ReceiptResult]:
    """The results in the order of the receipts; what came before is counted at its row."""
    repeats, seen = Counter[str](), set[str]()
    reported = []
    for each in receipts:
        if each.receipt_id in results and each.receipt_id not in seen:
            reported.append(results[each.receipt_id])
        else:
            repeats[each.receipt_id] += 1
            reported.append(ReceiptResult(receipt_id=each.receipt_id, applied=False, note=Note.REPEATED))
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
    return reported
