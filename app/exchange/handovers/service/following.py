"""Following the journal for a partner: what changed is noted at its records; where it follows, batches go out by themselves."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.exchange.feed import FeedItem, FeedReader, items_of
from app.exchange.handovers.domain import BatchBasis, RecordStatus
from app.exchange.handovers.models import PartnerRecord
from app.exchange.handovers.service.preparing import prepare_at_once
from app.exchange.handovers.service.selecting import RecordSelection
from app.exchange.handovers.service.steering import release
from app.exchange.partners.models import Partner
from app.exchange.partners.queries import get_partner, lock_partner
from app.exchange.partners.service import follower_name
from app.exchange.plans import plans_of
from app.exchange.records import BATCH, RecordPlan
from app.journal.follower import Follower, follow
from app.journal.models import JournalEvent
from app.kit.actor import SYSTEM
from app.kit.db import Database, insert_into, read_scope, session_scope

#: A record goes out by itself once its first unsent change is so old: a desk that saves five times in a row sends once.
SETTLING = timedelta(seconds=5)


def follow_partner(database: Database, partner_code: str, now: datetime) -> int:
    """Note what the journal tells of the partner's records, up to its present end; then send what it follows. Returns the events handled.

    The change itself writes nothing but its event. Nothing happens for a disabled partner; its position waits.
    """
    with read_scope(database) as session:
        partner = get_partner(session, partner_code)
        if partner.disabled_on is not None:
            return 0
    handled = follow(database, Follower(follower_name(partner_code), _effect_for(partner.id), timedelta(0)), now=now)
    if partner.follows:
        for resource in partner.resources:
            while _is_due(database, partner, resource, now) and _send_changed(database, partner.id, resource, now):
                pass
    return handled


def _effect_for(partner_id: int) -> Any:
    def effect(session: Session, events: Sequence[JournalEvent], now: datetime) -> None:
        partner = lock_partner(session, partner_id)
        plans = _plans(partner)
        firms = {event.position: event.enterprise_id for event in events}
        latest: dict[tuple[str, str], FeedItem] = {}
        for page in items_of(session, plans, FeedReader(partner.region_prefix), events):
            latest |= {(item.plan.resource, item.key): item for item in page.items}
        for resource in plans:
            changed = [item for (of, _key), item in latest.items() if of == resource]
            if changed:
                _note(session, partner, resource, changed, firms)

    return effect


def _plans(partner: Partner) -> dict[str, RecordPlan]:
    """What of its definition the partner is handed over."""
    plans = plans_of(partner.definition, partner.definition_version)
    return {resource: plan for resource, plan in plans.items() if resource in partner.resources}


def _note(
    session: Session,
    partner: Partner,
    resource: str,
    items: Sequence[FeedItem],
    firms: Mapping[int, int | None],
) -> None:
    """Note the changes of one resource; what a frozen version holds already changes nothing."""
    mine = (PartnerRecord.partner_id == partner.id, PartnerRecord.resource == resource)
    columns = PartnerRecord.__table__.columns
    wanted = select(*columns).where(*mine, PartnerRecord.key.in_([item.key for item in items]))
    known = {row.key: row for row in session.execute(wanted)}
    rows, gone = [], []
    for item in items:
        present = known.get(item.key)
        if item.record is None and (present is None or not present.sent_position):
            gone.append(item.key)
        elif present is None or item.position > present.sent_position:
            waits = present is not None and present.state == RecordStatus.CHANGED
            rows.append(
                {
                    "partner_id": partner.id,
                    "resource": resource,
                    "key": item.key,
                    "enterprise_id": firms.get(item.position) or (present.enterprise_id if present else None),
                    "state": RecordStatus.CHANGED,
                    "changed_position": item.position,
                    "changed_at": present.changed_at if present is not None and waits else item.at,
                    "retired": item.record is None,
                }
            )
    if gone:
        session.execute(delete(PartnerRecord).where(*mine, PartnerRecord.key.in_(gone)))
    if rows:
        statement = insert_into(session, PartnerRecord)
        names = ("enterprise_id", "state", "changed_position", "changed_at", "retired")
        changed = {name: statement.excluded[name] for name in names}
        session.execute(
            statement.on_conflict_do_update(index_elements=["partner_id", "resource", "key"], set_=changed), rows
        )


def _is_due(database: Database, partner: Partner, resource: str, now: datetime) -> bool:
    """Looked up before the write lock is taken: where nothing has changed nobody is disturbed."""
    with read_scope(database) as session:
        return bool(_due(session, partner, resource, now, limit=1))


def _send_changed(database: Database, partner_id: int, resource: str, now: datetime) -> bool:
    """One batch of what changed some seconds ago, released at once; whether there may be more."""
    with session_scope(database) as session:
        partner = lock_partner(session, partner_id)
        keys = _due(session, partner, resource, now) if partner.disabled_on is None and partner.follows else []
        plan = _plans(partner).get(resource)
        if not keys or plan is None:
            return False
        scope = RecordSelection(partner, plan, keys=keys)
        handover, _frozen = prepare_at_once(session, actor=SYSTEM, now=now, scope=scope, basis=BatchBasis.FOLLOWED)
        if handover is not None:
            release(session, actor=SYSTEM, now=now, handover=handover)
        return len(keys) == BATCH


def _due(session: Session, partner: Partner, resource: str, now: datetime, limit: int = BATCH) -> list[str]:
    """The keys of what waits to be sent by itself, in the order in which it changed."""
    statement = select(PartnerRecord.key).where(
        PartnerRecord.partner_id == partner.id,
        PartnerRecord.resource == resource,
        PartnerRecord.state == RecordStatus.CHANGED,
        PartnerRecord.changed_at <= now - SETTLING,
    )
    return list(session.scalars(statement.order_by(PartnerRecord.changed_position, PartnerRecord.key).limit(limit)))
