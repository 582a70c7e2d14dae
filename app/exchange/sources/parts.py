"""Yearly figures, intellectual property and applications of earlier years as the exchange reads them: each row below a firm a record of its own.

They are seen where their firm is, and known by its code and what tells them apart there; so they go with the firm when it
moves, gets another code or is retired, and a row that is taken away is buried under every key that it bore.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session

from app.cases.past_cases.fields import PAST_CASE
from app.cases.past_cases.models import PastCase
from app.enterprises import part_fields
from app.enterprises.models import Enterprise, IntellectualProperty, YearlyFigures
from app.exchange.sources import enterprises
from app.exchange.sources.base import Columns, RecordSource, Touch
from app.exchange.sources.former_keys import KeyedPart, Past, pasts_of
from app.exchange.sources.touches import CODE_PLACE_AND_USE, ENTERPRISE
from app.journal.models import JournalEvent
from app.kit.membership import one_of


def touches(session: Session, events: Sequence[JournalEvent], part: KeyedPart) -> Iterator[Touch]:
    """The row that an event of the firm names, or all rows of a firm that moved, was retired or came with its rows.

    A row that crossed over to another firm gives up the keys that it bore by the first one's codes.
    """
    crossed = f"enterprise.{part.code}_crossed"
    for event in events:
        if event.type == crossed:
            yield Touch(event.position, event.data["id"])
            yield Touch(event.position, None, tuple(event.data["keys"]))
    concerned = [(event, rows) for event in events if (rows := _named(event, part)) != []]
    firms = {event.enterprise_id for event, _rows in concerned if event.enterprise_id is not None}
    since = concerned[0][0].position if concerned else 0
    pasts = pasts_of(session, part, firms, since)
    for event, rows in concerned:
        past = pasts.get(event.enterprise_id or 0)
        if past is not None:
            yield from _touched(event.position, past, rows)


def _named(event: JournalEvent, part: KeyedPart) -> list[int] | None:
    """The rows that an event names; None for all of the firm."""
    if any(name in event.changes for name in CODE_PLACE_AND_USE) or part.code in event.data.get("parts", ()):
        return None
    if any(name.startswith(f"{part.code}.") for name in event.changes):
        return [event.data["id"]] if "id" in event.data else None
    return []


def _touched(position: int, past: Past, rows: Sequence[int] | None) -> Iterator[Touch]:
    for row_id in past.tails if rows is None else rows:
        yield Touch(position, row_id, past.keys_since(row_id, position))


def _joined(statement: Select[Any], part: KeyedPart) -> Select[Any]:
    return statement.select_from(part.model).join(Enterprise, Enterprise.id == part.model.enterprise_id)


def _with_codes(keys: Collection[str]) -> ColumnElement[bool]:
    return one_of(Enterprise.uscc, {key.partition(":")[0] for key in keys})


def _source(resource: str, part: KeyedPart, columns: Columns) -> RecordSource:
    return RecordSource(
        resource=resource,
        id=part.model.id,
        key=part.key,
        firm=part.model.enterprise_id,
        columns={"key": part.key, "uscc": Enterprise.uscc, **columns},
        joined=lambda statement: _joined(statement, part),
        visible=lambda statement, prefix: enterprises.visible(_joined(statement, part), prefix),
        narrow=_with_codes,
        follows=frozenset({ENTERPRISE}),
        touches=lambda session, events: touches(session, events, part),
    )


FIGURES = _source(
    "figures",
    KeyedPart("figures", YearlyFigures, ("year", "basis", "source")),
    {**enterprises.given(YearlyFigures, part_fields.FIGURES), "updated_at": YearlyFigures.updated_at},
)
PROPERTIES = _source(
    "properties",
    KeyedPart("property", IntellectualProperty, ("kind_code", "number")),
    enterprises.given(IntellectualProperty, part_fields.PROPERTY),
)
PAST_CASES = _source(
    "past_cases",
    KeyedPart("past_case", PastCase, ("programme_code", "year", "round"), blank=("round",)),
    enterprises.given(PastCase, PAST_CASE),
)
