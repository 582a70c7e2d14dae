"""Where a batch stands, told from what became of its records."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import bindparam, exists, func, or_, select, update
from sqlalchemy.orm import Session

from app.exchange.comparison.models import Reconciliation, ReconciliationLine
from app.exchange.handovers import events
from app.exchange.handovers.domain import AT_REST, OPEN, HandoverState, ItemState, state_of
from app.exchange.handovers.models import Handover, HandoverItem
from app.exchange.partners.models import Partner
from app.journal.service import record
from app.kit.actor import SYSTEM


def enter_announced(session: Session, handover_id: int, now: datetime) -> None:
    """The partner has heard of a batch: its records may go, but those of which an older version is on its way just now."""
    session.execute(update(Handover).where(Handover.id == handover_id).values(announced_at=now))
    resting = (HandoverItem.handover_id == handover_id, HandoverItem.state == ItemState.WAITING)
    due = update(HandoverItem).where(*resting, HandoverItem.next_at == AT_REST).values(next_at=now)
    session.execute(due.execution_options(synchronize_session=False))
    refresh_state(session, handover_id, now)


def refresh_state(session: Session, handover_id: int, now: datetime) -> None:
    """Bring the state of a batch up to date, after its announcement (`announced_at`) or a change of its items; never backwards."""
    refresh_states(session, {handover_id}, now)


def refresh_states(session: Session, handover_ids: Collection[int], now: datetime) -> None:
    """The same for several. Batches that were not released stay as they are; one statement sees whether any may have come further."""
    if not handover_ids:
        return
    session.flush()
    handovers = session.scalars(_MOVING, {"ids": handover_ids}).all()
    if not handovers:
        return
    counts = count_states(session, [handover.id for handover in handovers])
    for handover in handovers:
        before = HandoverState(handover.state)
        present = HandoverState.SENT if _has_begun(handover) else before
        after = state_of(counts.get(handover.id, {}), present)
        if after is not before:
            _enter(session, handover, after, counts.get(handover.id, {}), now)
    session.flush()


#: Of `:ids` those that are released, but for those on their way that wait for a record still.
_MOVING = (
    select(Handover)
    .where(
        Handover.id.in_(bindparam("ids", expanding=True)),
        Handover.released_at.is_not(None),
        or_(
            Handover.state != HandoverState.SENT,
            ~exists(
                select(HandoverItem.id).where(HandoverItem.handover_id == Handover.id, HandoverItem.state.in_(OPEN))
            ),
        ),
    )
    .order_by(Handover.id)
    .with_for_update()
)


def count_states(session: Session, handover_ids: Collection[int]) -> dict[int, dict[ItemState, int]]:
    """How many records of each batch are in each state; one statement."""
    counts: defaultdict[int, dict[ItemState, int]] = defaultdict(dict)
    item = HandoverItem
    grouped = select(item.handover_id, item.state, func.count()).group_by(item.handover_id, item.state)
    for handover_id, state, n in session.execute(grouped.where(item.handover_id.in_(handover_ids))):
        counts[handover_id][ItemState(state)] = n
    return counts


def mark_reconciled(session: Session, partner: Partner, resource: str, now: datetime) -> int:
    """Mark the acknowledged batches that the latest reconciliation of `resource` confirms: begun before it, and none of their
    accepted records among its lines. Returns how many.
    """
    latest = session.scalar(
        select(Reconciliation)
        .where(Reconciliation.partner_id == partner.id, Reconciliation.resource == resource)
        .order_by(Reconciliation.id.desc())
        .limit(1)
    )
    if latest is None:
        return 0
    disputed = exists(
        select(HandoverItem.id)
        .join(ReconciliationLine, ReconciliationLine.key == HandoverItem.key)
        .where(
            HandoverItem.handover_id == Handover.id,
            HandoverItem.state == ItemState.ACCEPTED,
            ReconciliationLine.reconciliation_id == latest.id,
        )
    )
    confirmed = session.scalars(
        select(Handover).where(
            Handover.partner_id == partner.id,
            Handover.resource == resource,
            Handover.state == HandoverState.ACKNOWLEDGED,
            Handover.position <= latest.position,
            ~disputed,
        )
    ).all()
    counts = count_states(session, [handover.id for handover in confirmed])
    for handover in confirmed:
        _enter(session, handover, HandoverState.RECONCILED, counts[handover.id], now)
    session.flush()
    return len(confirmed)


def _has_begun(handover: Handover) -> bool:
    return handover.state == HandoverState.PREPARED and handover.announced_at is not None


def _enter(
    session: Session, handover: Handover, state: HandoverState, counts: Mapping[ItemState, int], now: datetime
) -> None:
    handover.state = state
    handover.version += 1
    if state is not HandoverState.CANCELLED:
        handover.sent_at = handover.sent_at or now
    if state is HandoverState.ACKNOWLEDGED:
        handover.acknowledged_at = handover.acknowledged_at or now
    elif state is HandoverState.RECONCILED:
        handover.reconciled_at = now
    elif state is HandoverState.CANCELLED:
        handover.cancelled_at = now
    reported = _TOLD.get(state)
    if reported is not None:
        partner = session.get_one(Partner, handover.partner_id)
        subject = events.subject_of(handover, partner)
        data = {"count": handover.count, **{str(each): n for each, n in sorted(counts.items())}}
        record(session, actor=SYSTEM, now=now, type=reported, subject=subject, data=data)


_TOLD = {HandoverState.ACKNOWLEDGED: events.ACKNOWLEDGED, HandoverState.RECONCILED: events.RECONCILED}
