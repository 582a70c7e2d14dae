"""Time limits that are running follow the working-day calendar when the bureau changes a day of it."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.domain.clocks import with_length
from app.cases.models import CaseClock
from app.cases.service.clocks import clock_state
from app.reference.queries import work_calendar


def redate_clocks(session: Session, day: date) -> int:
    """Give the running clocks that `day` lies in their day by the calendar as it is now; returns how many moved.

    Called by what changes the calendar; the change's own event tells of it.
    """
    calendar = work_calendar(session)
    rows = session.scalars(
        select(CaseClock).where(CaseClock.running_since < day, CaseClock.due_on >= day, CaseClock.ended_on.is_(None))
    ).all()
    moved = 0
    for row in rows:
        if row.working_days is not None:
            due = with_length(clock_state(row), row.working_days, calendar).due_on
            moved += due != row.due_on
            row.due_on = due
    return moved
