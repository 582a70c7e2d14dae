"""The milestones of cases as the exchange reads them; each is seen where its case is.

They are known by the number of the case, their code and ordinal, none of which ever changes; one that a step made is taken
away again when the step is taken back.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, cast, select
from sqlalchemy.orm import Session
from sqlalchemy.types import String

from app.cases import events as reported
from app.cases.models import CaseFile, Milestone
from app.enterprises.models import Enterprise
from app.exchange.sources import cases
from app.exchange.sources.base import RecordSource, Touch, of_model
from app.exchange.sources.touches import ENTERPRISE, carried_along, of_kind
from app.journal.models import JournalEvent
from app.kit.membership import one_of

_KEY: Any = CaseFile.number + ":" + Milestone.code + ":" + cast(Milestone.ordinal, String)

#: (code, ordinal) of a milestone; the ordinal None where an event names only the code.
Which = tuple[str, int | None]


def joined(statement: Select[Any]) -> Select[Any]:
    """With the case."""
    return statement.select_from(Milestone).join(CaseFile, CaseFile.id == Milestone.case_id)


def visible(statement: Select[Any], region_prefix: str) -> Select[Any]:
    """The milestones of the cases that are seen."""
    return cases.visible(joined(statement), region_prefix)


def hanging_on(enterprise_ids: Sequence[int]) -> Select[int, int]:
    """The milestones of these firms' cases."""
    rows: Any = select(CaseFile.enterprise_id, Milestone.id)
    return joined(rows).where(one_of(CaseFile.enterprise_id, enterprise_ids))


def touches(session: Session, events: Sequence[JournalEvent]) -> Iterator[Touch]:
    """The milestones that an event of a case names, and all of one that was just opened; those of a firm that moved."""
    concerned = [(event, which) for event in of_kind(events, "case") if (which := _named(event)) != []]
    rows = _rows(session, {event.subject_id for event, _which in concerned})
    for event, which in concerned:
        yield from _touched(event, which, rows.get(event.subject_id, {}))
        if event.type == reported.CROSSED:
            own = [f"{event.subject_id}:{code}:{ordinal}" for code, ordinal in rows.get(event.subject_id, {})]
            yield Touch(event.position, None, tuple(own))
    yield from carried_along(session, events, hanging_on)


def _named(event: JournalEvent) -> list[Which] | None:
    """The milestones that an event names; None for all of the case."""
    data = event.data
    if event.type in (reported.MOVED, reported.TAKEN_BACK, reported.VERSION_CHANGED):
        return [(code, ordinal) for code, ordinal in data["milestones"]] if "milestones" in data else None
    if event.type in (reported.OPENED, reported.CROSSED):
        return None
    if "milestone" in data:
        return [(data["milestone"], data["ordinal"])]
    return [(code, None) for code in data.get("dated", ())]


def _rows(session: Session, numbers: set[str]) -> Mapping[str, Mapping[tuple[str, int], int]]:
    found: dict[str, dict[tuple[str, int], int]] = {}
    if numbers:
        wanted: Any = select(CaseFile.number, Milestone.code, Milestone.ordinal, Milestone.id)
        for number, code, ordinal, row_id in session.execute(joined(wanted).where(one_of(CaseFile.number, numbers))):
            found.setdefault(number, {})[code, ordinal] = row_id
    return found


def _touched(event: JournalEvent, which: list[Which] | None, rows: Mapping[tuple[str, int], int]) -> Iterator[Touch]:
    if which is None:
        yield from (Touch(event.position, row_id) for row_id in rows.values())
        return
    for code, ordinal in which:
        if ordinal is None:
            yield from (Touch(event.position, row_id) for (own, _ordinal), row_id in rows.items() if own == code)
        elif (code, ordinal) in rows:
            yield Touch(event.position, rows[code, ordinal])
        else:
            yield Touch(event.position, None, (f"{event.subject_id}:{code}:{ordinal}",))


SOURCE = RecordSource(
    resource="milestones",
    id=Milestone.id,
    key=_KEY,
    firm=CaseFile.enterprise_id,
    columns={
        "key": _KEY,
        "case_number": CaseFile.number,
        "uscc": Enterprise.uscc,
        **of_model(Milestone, cases.MILESTONE),
    },
    joined=joined,
    visible=visible,
    narrow=lambda keys: one_of(CaseFile.number, {key.partition(":")[0] for key in keys}),
    follows=frozenset({"case", ENTERPRISE}),
    touches=touches,
)
