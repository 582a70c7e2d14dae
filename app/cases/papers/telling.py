"""Journal events in words. The words of all slices come together in the doors above; whoever starts the house hands them in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.journal.models import JournalEvent


@dataclass(frozen=True)
class ToldEvent:
    """One event as people read it."""

    at: datetime
    actor: str
    text: str
    note: str


Teller = Callable[[Session, Sequence[JournalEvent]], Sequence[ToldEvent]]
_tellers: list[Teller] = []


def install_teller(teller: Teller) -> None:
    """Let `teller` put events into words from now on."""
    _tellers[:] = [teller]


def told_events(session: Session, events: Sequence[JournalEvent]) -> Sequence[ToldEvent]:
    """`events` in words; RuntimeError when nobody installed a teller."""
    if not _tellers:
        raise RuntimeError("no teller of events is installed")
    return _tellers[0](session, events)
