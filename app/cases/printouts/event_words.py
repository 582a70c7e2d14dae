"""Journal events in words. The words of all slices come together in the doors above; they hand one teller down."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.journal.models import JournalEvent
from app.kit.db import composition_of
from app.kit.slices import Port


@dataclass(frozen=True)
class EventText:
    """One event as people read it."""

    at: datetime
    actor: str
    text: str
    note: str


Teller = Callable[[Session, Sequence[JournalEvent]], Sequence[EventText]]
TELLERS: Port[Teller] = Port("teller of events", Callable)


def event_texts(session: Session, events: Sequence[JournalEvent]) -> Sequence[EventText]:
    """`events` in words; ValueError where the house has no teller."""
    (teller,) = composition_of(session).of(TELLERS)
    return teller(session, events)
