"""What outlives a restart besides records: the virtual clock, the outage, the faults, the counts."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from app.exchange.signatures import REMEMBERED
from app.simulator import tables
from app.simulator.faults import FaultPlan, plan_of

OUTAGE = timedelta(hours=1)
CALLS_KEPT = 500


def read(session: Session, name: str, default: Any = None) -> Any:
    """The setting `name`."""
    return session.scalar(select(tables.setting.c.value).where(tables.setting.c.name == name)) or default


def write(session: Session, name: str, value: Any) -> None:
    """Keep the setting `name`."""
    statement = insert(tables.setting).values(name=name, value=value)
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


# -- the clock ---------------------------------------------------------------------------------------------------------


def virtual(session: Session, now: datetime) -> datetime:
    """The simulator's own time: the real one, and as far ahead of it as its clock was moved."""
    return now + timedelta(seconds=read(session, "forward_seconds", 0))


def move_clock(session: Session, seconds: int) -> None:
    """Move the clock forward."""
    write(session, "forward_seconds", read(session, "forward_seconds", 0) + seconds)


def begin_outage(session: Session, at: datetime) -> None:
    """From `at` on nothing is answered, for an hour of the virtual clock."""
    write(session, "outage_until", (at + OUTAGE).isoformat())


def outage_until(session: Session, at: datetime) -> datetime | None:
    """Until when the outage that is under way at `at` lasts; None when there is none."""
    until = read(session, "outage_until")
    end = datetime.fromisoformat(until) if until else None
    return end if end and at < end else None


# -- faults and counts ---------------------------------------------------------------------------------------------------


def fault_plan(session: Session) -> FaultPlan:
    """The faults in force."""
    return plan_of(read(session, "faults", {}))


def set_faults(session: Session, plan: FaultPlan) -> None:
    """Put other faults in force."""
    write(session, "faults", plan.to_json())


def count(session: Session, name: str) -> None:
    """One more of `name`."""
    statement = insert(tables.tally).values(name=name, n=1)
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"n": tables.tally.c.n + 1}))


def counts(session: Session) -> dict[str, int]:
    """How often each fault really happened; `calls` is all calls of the partner."""
    return {row.name: row.n for row in session.execute(select(tables.tally))}


def log_call(session: Session, at: datetime, what: str, status: int | None, fault: str = "") -> None:
    """Keep the call for the page, and no more than the latest ones; count it, and what befell it."""
    session.execute(insert(tables.call).values(at=at, what=what[:240], status=status, fault=fault))
    latest = select(func.max(tables.call.c.id)).scalar_subquery()
    session.execute(delete(tables.call).where(tables.call.c.id <= latest - CALLS_KEPT))
    for name in filter(None, ("calls", fault)):
        count(session, name)


def remember_nonce(session: Session, nonce: str, now: datetime) -> bool:
    """Remember that `nonce` was used; false when it was before."""
    session.execute(delete(tables.used_nonce).where(tables.used_nonce.c.expires_at <= now))
    statement = insert(tables.used_nonce).values(nonce=nonce, expires_at=now + REMEMBERED)
    return session.execute(statement.on_conflict_do_nothing()).rowcount == 1  # type: ignore[attr-defined, no-any-return]


def totals(session: Session) -> dict[str, int]:
    """How many batches, versions by outcome, effects and receipts there are."""
    outcomes = select(tables.delivery.c.outcome, func.count()).group_by(tables.delivery.c.outcome)
    found = {row[0]: row[1] for row in session.execute(outcomes)}
    for table in (tables.handover, tables.effect, tables.receipt):
        found[table.name] = session.scalar(select(func.count()).select_from(table)) or 0
    untold = select(func.count()).where(tables.receipt.c.due_at.is_not(None))
    return found | {"untold": session.scalar(untold) or 0}


def hurry(session: Session, at: datetime) -> None:
    """What was put aside is due for a decision now."""
    delivery = tables.delivery
    session.execute(update(delivery).where(delivery.c.decide_at.is_not(None)).values(decide_at=at))
