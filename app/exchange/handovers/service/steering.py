"""Steering a batch: it goes out, it is withdrawn, what was given up or refused is sent again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from app.exchange.actions import HAND_OVER
from app.exchange.comparison.models import ReconciliationLine
from app.exchange.handovers import events
from app.exchange.handovers.domain import BatchBasis, HandoverState, ItemState, RecordStatus
from app.exchange.handovers.models import Handover, HandoverItem, PartnerRecord
from app.exchange.handovers.service.ordering import plan_for
from app.exchange.handovers.service.preparing import prepare_at_once
from app.exchange.handovers.service.selecting import RecordSelection
from app.exchange.handovers.service.settling import refresh_states
from app.exchange.partners.domain import Transport
from app.exchange.partners.models import Partner
from app.exchange.partners.queries import lock_partner
from app.exchange.partners.service import require_served
from app.exchange.records import BATCH
from app.jobs.models import Job
from app.jobs.service import cancel as cancel_job
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import _
from app.kit.permissions import Place, require


def release(session: Session, *, actor: Actor, now: datetime, handover: Handover) -> None:
    """A prepared batch goes out: by push the sender takes it, as files it counts as sent from now on.

    Raises `Conflict` unless it is prepared and something of it is left to send.
    """
    partner = _open(session, actor, handover)
    require_served(partner)
    if handover.state != HandoverState.PREPARED or handover.released_at is not None:
        raise Conflict("handover.not_prepared", _("只有待报送、尚未报送的批次可以报送。"))
    waiting = select(HandoverItem.id).where(
        HandoverItem.handover_id == handover.id, HandoverItem.state == ItemState.WAITING
    )
    if session.scalar(waiting.limit(1)) is None:
        raise Conflict("handover.empty", _("该批次的记录都已被更新的版本替代，没有可以报送的内容。请撤销。"))
    handover.released_at = now
    handover.version += 1
    if handover.transport == Transport.FILES:
        _hand_out(session, handover, now)
    subject = events.subject_of(handover, partner)
    data = {"count": handover.count, "resource": handover.resource, "transport": handover.transport}
    record(session, actor=actor, now=now, type=events.RELEASED, subject=subject, data=data)


def cancel(session: Session, *, actor: Actor, now: datetime, handover: Handover) -> int:
    """Withdraw what was not sent and what was given up; returns how many records. They count as changed again.

    Raises `Conflict` when nothing can be withdrawn.
    """
    partner = _open(session, actor, handover)
    if handover.state not in (HandoverState.PREPARING, HandoverState.PREPARED, HandoverState.SENT):
        raise Conflict("handover.over", _("该批次已经结束，不能撤销。"))
    withdrawn = _withdraw(session, handover, now)
    if handover.released_at is None:
        _end(session, handover, now)
    elif not withdrawn:
        raise Conflict("handover.all_sent", _("该批次的记录都已送出，不能撤销。"))
    else:
        refresh_states(session, {handover.id}, now)
    subject = events.subject_of(handover, partner)
    record(session, actor=actor, now=now, type=events.CANCELLED, subject=subject, data={"records": withdrawn})
    return withdrawn


@dataclass(frozen=True)
class Retried:
    """What sending again brought: `parked` records are tried again as they were, refused ones go as new versions in `handovers`."""

    parked: int
    handovers: tuple[Handover, ...]


def retry_items(
    session: Session, *, actor: Actor, now: datetime, partner: Partner, item_ids: Collection[int]
) -> Retried:
    """Try parked records again under their old keys, and refused ones as new versions; others are passed over.

    New batches of a partner reached by push go out at once. Raises `Invalid` for none or more than 1,000 and for what the partner
    gets no more, `Conflict` when the pre-flight keeps every refused record back.
    """
    require(actor, HAND_OVER, Place(partner.region_prefix))
    require_served(partner)
    if not 0 < len(item_ids) <= BATCH:
        raise Invalid("handover.items", _("请选择 1 至 %(n)s 条记录。") % {"n": BATCH})
    lock_partner(session, partner.id)
    wanted = select(HandoverItem).where(HandoverItem.partner_id == partner.id, HandoverItem.id.in_(item_ids))
    items = list(session.scalars(wanted.order_by(HandoverItem.id).execution_options(populate_existing=True)))
    parked = [item for item in items if item.state == ItemState.PARKED]
    _unpark(session, parked, now)
    refused = _refused(session, partner, items)
    again = [_again(session, actor, partner, resource, keys, now) for resource, keys in sorted(refused.items())]
    session.flush()
    for handover in session.scalars(select(Handover).where(Handover.id.in_({item.handover_id for item in parked}))):
        records = sum(item.handover_id == handover.id for item in parked)
        subject = events.subject_of(handover, partner)
        record(session, actor=actor, now=now, type=events.RETRIED, subject=subject, data={"records": records})
    return Retried(len(parked), tuple(handover for handover in again if handover is not None))


def _open(session: Session, actor: Actor, handover: Handover) -> Partner:
    """The partner of the batch, both locked, for a change that the actor may make."""
    partner = lock_partner(session, handover.partner_id)
    require(actor, HAND_OVER, Place(partner.region_prefix))
    session.refresh(handover, with_for_update=True)
    return partner


def _hand_out(session: Session, handover: Handover, now: datetime) -> None:
    """As files: the partner has the workbook and has not answered."""
    session.execute(
        update(HandoverItem)
        .where(HandoverItem.handover_id == handover.id, HandoverItem.state == ItemState.WAITING)
        .values(state=ItemState.PENDING, sent_at=now)
        .execution_options(synchronize_session=False)
    )
    handover.announced_at = now
    refresh_states(session, {handover.id}, now)


def _withdraw(session: Session, handover: Handover, now: datetime) -> int:
    """Cancel the items that were never tried, and the parked ones; their records are to be sent again."""
    item = HandoverItem
    untried = and_(item.state == ItemState.WAITING, item.attempts == 0, item.lease_until.is_(None))
    wanted = (item.handover_id == handover.id, or_(untried, item.state == ItemState.PARKED))
    ids = list(session.scalars(select(item.id).where(*wanted).with_for_update()))
    mine = select(item.id).where(item.handover_id == handover.id, item.state == ItemState.CANCELLED)
    session.execute(
        update(item)
        .where(*wanted)
        .values(state=ItemState.CANCELLED, settled_at=now)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(PartnerRecord)
        .where(PartnerRecord.partner_id == handover.partner_id, PartnerRecord.item_id.in_(mine))
        .values(state=RecordStatus.CHANGED)
        .execution_options(synchronize_session=False)
    )
    return len(ids)


def _end(session: Session, handover: Handover, now: datetime) -> None:
    """The whole batch is withdrawn: its job stops, the lines of a reconciliation can be queued again."""
    handover.state, handover.cancelled_at = HandoverState.CANCELLED, now
    handover.version += 1
    job = session.get(Job, handover.job_id, with_for_update=True) if handover.job_id is not None else None
    if job is not None and job.running:
        cancel_job(session, job=job, now=now)
    line = ReconciliationLine
    session.execute(
        update(line)
        .where(line.handover_id == handover.id)
        .values(handover_id=None)
        .execution_options(synchronize_session=False)
    )


def _unpark(session: Session, items: Collection[HandoverItem], now: datetime) -> None:
    for item in items:
        item.state, item.attempts, item.next_at, item.lease_until = ItemState.WAITING, 0, now, None
    session.flush()


def _refused(session: Session, partner: Partner, items: Collection[HandoverItem]) -> dict[str, list[str]]:
    """The keys of refused records by resource, where nothing newer was sent since."""
    refused = [item for item in items if item.state == ItemState.REJECTED]
    if not refused:
        return {}
    latest = select(PartnerRecord.item_id).where(
        PartnerRecord.partner_id == partner.id, PartnerRecord.key.in_({item.key for item in refused})
    )
    current = set(session.scalars(latest))
    found: dict[str, list[str]] = {}
    for item in refused:
        if item.id in current:
            found.setdefault(item.resource, []).append(item.key)
    return found


def _again(
    session: Session, actor: Actor, partner: Partner, resource: str, keys: list[str], now: datetime
) -> Handover | None:
    scope = RecordSelection(partner, plan_for(partner, resource), keys=tuple(keys))
    handover, frozen = prepare_at_once(session, actor=actor, now=now, scope=scope, basis=BatchBasis.CHOSEN)
    if handover is None and frozen.blocked:
        key, label, why = frozen.blocked[0]
        message = _("预检未通过，没有报送：%(name)s %(why)s") % {"name": label or key, "why": why}
        raise Conflict("handover.blocked", message)
    if handover is not None and handover.transport == Transport.PUSH:
        release(session, actor=actor, now=now, handover=handover)
    return handover
