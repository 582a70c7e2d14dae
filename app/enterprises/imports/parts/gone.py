"""What a person decided about records that a cell of a list that comes back names no more."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.imports import events
from app.enterprises.imports.verdict import SettledDifference
from app.journal.models import JournalEvent

_NONE = ""


def is_about_gone(settlement: SettledDifference, field: str) -> bool:
    """Whether it is about records named by `field` that are to go or to return, not about what a field of theirs says."""
    return settlement.field == field and _NONE in (settlement.expected, settlement.wanted)


def gives_back(settlement: SettledDifference) -> bool:
    """Whether such a decision is taken back: what went is to return."""
    return bool(settlement.expected == _NONE)


def last_told(
    session: Session, settlement: SettledDifference, about: Callable[[JournalEvent], bool]
) -> JournalEvent | None:
    """The newest event by which a person took the list's word in this row, of those that are `about` the record in question."""
    statement = (
        select(JournalEvent)
        .where(JournalEvent.enterprise_id == settlement.firm_id, JournalEvent.type == events.TAKEN)
        .order_by(JournalEvent.position.desc())
    )
    told = (event for event in session.scalars(statement) if settlement.data.items() <= event.data.items())
    return next(filter(about, told), None)
