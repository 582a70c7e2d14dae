"""Indicator values for those who follow from outside: calculated after the journal, written and told only where they changed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.journal.domain import SubjectKey
from app.journal.follower import begin_at_head
from app.journal.models import JournalFollower
from app.journal.queries import events_after, last_position
from app.journal.service import record
from app.kit.actor import SYSTEM
from app.kit.clock import today
from app.kit.db import Database, read_scope, session_scope
from app.targets import counts, events
from app.targets.domain import Period
from app.targets.models import IndicatorValue, Plan, PlanItem
from app.targets.queries import counted_of, indicator_key, is_current

FOLLOWER = "indicators"
#: What indicators count, or what they are: events about anything else change none.
COUNTED = ("enterprise", "case", "commissioner", "plan")


def calculate_indicators(database: Database, now: datetime) -> int:
    """Reckon the indicators of every plan when something they count changed, or the day did; returns how many changed."""
    with read_scope(database) as session:
        if not _is_behind(session, now):
            return 0
    with session_scope(database) as session:
        begin_at_head(session, FOLLOWER, now)
        place = session.get_one(JournalFollower, FOLLOWER, with_for_update=True)
        # the position is read before the counting: what is committed meanwhile is calculated again
        place.position, place.moved_at = max(place.position, last_position(session, COUNTED)), now
        return calculate(session, now)


def calculate(session: Session, now: datetime) -> int:
    """Count what each plan's indicators count, for its own year as it stands on this day; one event for each that changed."""
    statement = select(PlanItem, Plan).join(Plan, Plan.id == PlanItem.plan_id).where(is_current())
    statement = statement.order_by(Plan.id, PlanItem.position)
    known = {row.plan_item_id: row for row in session.scalars(select(IndicatorValue))}
    changed = 0
    for item, plan in session.execute(statement.where(PlanItem.counts.is_not(None))):
        counted = counted_of(item)
        if counted is not None:
            period = Period.of(plan.year, today(now))
            value = counts.count(session, counted, period, plan.jurisdiction)
            changed += _write(session, plan, item, known.get(item.id), value, now)
    return changed


def _write(session: Session, plan: Plan, item: PlanItem, row: IndicatorValue | None, value: int, now: datetime) -> bool:
    before = row.value if row is not None else None
    if row is None:
        row = IndicatorValue(plan_item_id=item.id, key=indicator_key(plan, item))
        session.add(row)
    elif before == value:
        return False
    row.value, row.counted_on, row.updated_at = value, Period.of(plan.year, today(now)).on, now
    session.flush()
    subject = SubjectKey("indicator", row.key, item.name["zh"], region_code=plan.jurisdiction)
    changes = {"value": (before, value)}
    record(session, actor=SYSTEM, now=now, type=events.INDICATOR_CHANGED, subject=subject, changes=changes)
    return True


def _is_behind(session: Session, now: datetime) -> bool:
    place = session.get(JournalFollower, FOLLOWER)
    if place is None or today(place.moved_at) != today(now):
        return True
    return bool(events_after(session, place.position, kinds=COUNTED, limit=1))
