"""The journal of a case, parted at an instant."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Officer
from app.cases.models import CaseFile
from app.cases.printouts.as_of import value_before
from app.journal.models import JournalEvent

EVENTS_AT_MOST = 3_000
"""So many events are printed; a case with more says so."""


@dataclass(frozen=True)
class EventsOf:
    """What was done with a case until the instant and since, what was changed about its firm since, and who led it then."""

    until: list[JournalEvent]
    since: list[JournalEvent]
    of_firm_since: list[JournalEvent]
    officer: str


def read_events(session: Session, case: CaseFile, until: datetime) -> EventsOf:
    """All events of the case, in their order, parted at `until` (the first instant that is too late)."""
    of_case = select(JournalEvent).where(JournalEvent.subject_kind == "case", JournalEvent.subject_id == case.number)
    events = list(session.scalars(of_case.order_by(JournalEvent.position)))
    of_firm = select(JournalEvent).where(
        JournalEvent.enterprise_id == case.enterprise_id,
        JournalEvent.subject_kind == "enterprise",
        JournalEvent.at >= until,
    )
    since = [event for event in events if event.at >= until]
    present = session.get(Officer, case.officer_id) if case.officer_id else None
    return EventsOf(
        until=[event for event in events if event.at < until],
        since=since,
        of_firm_since=list(session.scalars(of_firm.order_by(JournalEvent.position))),
        officer=value_before("officer", present.name if present else "", since) or "",
    )
