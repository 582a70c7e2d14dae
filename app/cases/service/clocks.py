"""The clocks of a case as rows: started, held and ended by its steps, given a length when the bureau sets one."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.domain.clocks import ClockState, decide_clocks, with_length
from app.cases.loaded import LoadedCase
from app.cases.models import CaseClock, CaseFile
from app.cases.traces import CLOCK_FIELDS, Traces, clock_fields
from app.kit.clock import today
from app.programmes.domain.definition import Stage
from app.programmes.settings import settings_in_force
from app.reference.calendar import WorkCalendar
from app.reference.queries import work_calendar


def keep_clocks(case: LoadedCase, stage: Stage, on: date, traces: Traces, calendar: WorkCalendar) -> None:
    """Write what entering `stage` on the day `on` does to the clocks."""
    if not case.programme.clocks:
        return
    rows = {row.id: row for row in list_clocks(case.session, case.row.id)}
    lengths = clock_lengths(case.session, case.row.programme_code, on)
    states = [clock_state(row) for row in rows.values()]
    for clock in decide_clocks(case.programme, states, stage, on, lengths, calendar):
        if clock.id is None:
            traces.clocks_made.append(_add(case, clock))
        else:
            traces.clocks[str(clock.id)] = clock_fields(rows[clock.id])
            _write(rows[clock.id], clock)


def clock_lengths(session: Session, programme: str, on: date) -> dict[str, int]:
    """The working days that the bureau has set for the clocks of a programme, by their codes."""
    in_force = settings_in_force(session, programme, on)
    return {key: int(row.value) for (kind, key), row in in_force.items() if kind == "clock"}


def give_lengths(session: Session, *, programme: str, now: datetime) -> int:
    """Give the live clocks without a length the one that the bureau has set meanwhile; returns how many got one.

    Called by what sets it; the setting's own event tells of it.
    """
    lengths: Mapping[str, int] = clock_lengths(session, programme, today(now))
    if not lengths:
        return 0
    calendar = work_calendar(session)
    rows = session.scalars(
        select(CaseClock)
        .join(CaseFile, CaseFile.id == CaseClock.case_id)
        .where(
            CaseFile.programme_code == programme,
            CaseClock.ended_on.is_(None),
            CaseClock.working_days.is_(None),
            CaseClock.code.in_(lengths),
        )
    ).all()
    for row in rows:
        _write(row, with_length(clock_state(row), lengths[row.code], calendar))
    return len(rows)


def list_clocks(session: Session, case_id: int) -> list[CaseClock]:
    """The clocks of a case in the order they were started."""
    return list(session.scalars(select(CaseClock).where(CaseClock.case_id == case_id).order_by(CaseClock.id)))


def clock_state(row: CaseClock) -> ClockState:
    """A clock's row as decisions see it."""
    return ClockState(**{part.name: getattr(row, part.name) for part in fields(ClockState)})


def _add(case: LoadedCase, clock: ClockState) -> int:
    row = CaseClock(case_id=case.row.id, code=clock.code, ordinal=clock.ordinal, started_on=clock.started_on)
    _write(row, clock)
    case.session.add(row)
    case.session.flush()
    return row.id


def _write(row: CaseClock, clock: ClockState) -> None:
    for name in CLOCK_FIELDS:
        setattr(row, name, getattr(clock, name))
