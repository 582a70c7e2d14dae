"""The firm's events with their codes in words, in the reader's language."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request
from sqlalchemy.orm import Session

from app.doors.timeline import TimelineLine
from app.enterprises.events import FIELD_VOCABULARIES
from app.journal.models import JournalEvent
from app.reference.queries import list_industry_names, list_region_names
from app.web.case_events import named_lines
from app.web.enterprise_words import Words


def firm_lines(
    request: Request, session: Session, known: Words, events: Sequence[JournalEvent]
) -> tuple[TimelineLine, ...]:
    """`events` as lines; what the journal keeps as a code reads as its name now."""
    places = list_region_names(session, _codes(events, "region"))
    industries = list_industry_names(session, _codes(events, "industry"))

    def word(field: str, value: Any) -> Any:
        vocabulary = FIELD_VOCABULARIES.get(field)
        if vocabulary is None or not isinstance(value, str) or not value:
            return value
        names = {"region": places, "industry": industries, "park": dict(known.parks)}.get(vocabulary)
        if names is not None:
            return names.get(value, value)
        return known.field_label(value) if vocabulary == "field" else known.label(vocabulary, value)

    return named_lines(request, session, [_readable(event, word) for event in events])


def _codes(events: Sequence[JournalEvent], vocabulary: str) -> set[str]:
    return {
        value
        for event in events
        for field, pair in event.changes.items()
        if FIELD_VOCABULARIES.get(field) == vocabulary
        for value in pair
        if isinstance(value, str)
    }


def _readable(event: JournalEvent, word: Any) -> JournalEvent:
    """A copy that no session knows, so that nothing of it can be written."""
    values = {column.key: getattr(event, column.key) for column in JournalEvent.__table__.columns}
    if event.type.startswith("enterprise."):
        values["changes"] = {field: [word(field, value) for value in pair] for field, pair in event.changes.items()}
    return JournalEvent(**values)
