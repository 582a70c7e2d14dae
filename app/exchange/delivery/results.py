"""What a call brought, written down: receipts applied together with the marks of the records that were carried, in one transaction.

A partner that is away, unsigned or in disorder costs no record an attempt: what was carried is simply free again. A record's own
failure (no receipt in a good answer, refused when it went alone) counts, waits longer each time, and is parked in the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.exchange.delivery.calls import Receipted
from app.exchange.delivery.domain import FIRST_DELAY, delay, state_after
from app.exchange.delivery.log import About, Purpose, note_failure, note_refusal, note_success
from app.exchange.delivery.parcels import Item, Parcel, give_back, still_ours
from app.exchange.delivery.reasons import CallError
from app.exchange.handovers.domain import ItemState
from app.exchange.handovers.models import Handover, HandoverItem
from app.exchange.handovers.schemas import RecordReceipt
from app.exchange.handovers.service.receiving import apply_receipts
from app.exchange.partners.models import Partner

#: Refusals that may be due to one of the records in a parcel.
OF_RECORDS = frozenset({"invalid", "oversized"})


@dataclass(frozen=True)
class Carried:
    """A parcel and what its call brought."""

    parcel: Parcel
    brought: Receipted | CallError

    @property
    def about(self) -> About:
        """As it is logged."""
        return About(Purpose.RECORDS, self.parcel.handover_id, len(self.parcel.items))

    @property
    def blames_records(self) -> bool:
        """Whether the partner is well and could not take what was in it."""
        return isinstance(self.brought, CallError) and self.brought.code in OF_RECORDS


def settle(session: Session, partner: Partner, carried: Carried, now: datetime, jitter: float) -> None:
    """Write down what became of a parcel; `partner` is locked."""
    if isinstance(carried.brought, Receipted):
        _receipted(session, partner, carried, carried.brought, now, jitter)
    elif carried.blames_records:
        _refused(session, partner, carried, carried.brought, now, jitter)
    else:
        give_back(session, carried.parcel)
        if carried.brought.code != "stopped":
            _partner_failed(session, partner, carried, carried.brought, now, jitter)


def park_batch(session: Session, handover_id: int, error: CallError) -> None:
    """A batch that can never be announced waits for a person, with the reason at each record."""
    waiting = (HandoverItem.handover_id == handover_id, HandoverItem.state == ItemState.WAITING)
    values = {"state": ItemState.PARKED, "error": error.kept, "answer": error.text, "lease_until": None}
    session.execute(update(HandoverItem).where(*waiting).values(**values))


def _receipted(
    session: Session, partner: Partner, carried: Carried, brought: Receipted, now: datetime, jitter: float
) -> None:
    receipts = brought.receipts.readable
    results = apply_receipts(session, partner=partner, channel="answer", receipts=receipts, now=now)
    reported = zip(receipts, results, strict=True)
    settled = {each.idempotency_key for each, result in reported if result.applied and isinstance(each, RecordReceipt)}
    left = [item for item in carried.parcel.items if item.idempotency_key not in settled]
    _count_failure(session, carried.parcel, left, {"error": "missing", "answer": ""}, now, jitter)
    note_success(session, partner, carried.about, brought.answer, now, brought.receipts.unreadable)


def _refused(
    session: Session, partner: Partner, carried: Carried, error: CallError, now: datetime, jitter: float
) -> None:
    """One record that was refused alone is to blame; of several nobody knows which, they go again in smaller parcels."""
    parcel = carried.parcel
    if len(parcel.items) == 1:
        values = {"error": error.kept, "answer": error.text}
        _count_failure(session, parcel, parcel.items, values, now, jitter, for_good=error.code == "oversized")
    else:
        give_back(session, parcel)
    partner.failures, partner.open_until, partner.last_success_at = 0, None, now
    note_refusal(session, partner, carried.about, error, now)


def _partner_failed(
    session: Session, partner: Partner, carried: Carried, error: CallError, now: datetime, jitter: float
) -> None:
    if error.code == "unknown":  # it has lost the batch: it is announced once more, after a while
        parcel = carried.parcel
        session.execute(update(Handover).where(Handover.id == parcel.handover_id).values(announced_at=None))
        later = update(HandoverItem).where(HandoverItem.id.in_(parcel.ids)).values(next_at=now + FIRST_DELAY)
        session.execute(later.where(HandoverItem.state == ItemState.WAITING))
    note_failure(session, partner, carried.about, error, now, jitter)


def _count_failure(
    session: Session,
    parcel: Parcel,
    items: Sequence[Item],
    values: dict[str, Any],
    now: datetime,
    jitter: float,
    *,
    for_good: bool = False,
) -> None:
    """One more failure of each record that still waits; what was withdrawn or replaced meanwhile stays so."""
    for attempts, some in groupby(sorted(items, key=lambda item: item.attempts), key=lambda item: item.attempts):
        ids, failed = [item.id for item in some], attempts + 1
        marks = {"attempts": failed, "next_at": now + delay(failed, jitter), "lease_until": None} | values
        held = update(HandoverItem).where(still_ours(parcel, ids))
        state = state_after(failed, for_good=for_good)
        session.execute(held.where(HandoverItem.state == ItemState.WAITING).values(state=state, **marks))
