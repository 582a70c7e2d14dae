"""Cases as the exchange reads them; a case is seen where its enterprise is."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.cases.models import CaseFile, CaseMarker, Milestone
from app.enterprises.models import Enterprise
from app.exchange.sources.base import Children, Source, of_model
from app.journal.models import JournalEvent
from app.kit.permissions import within_region

_PLAIN = (
    "number",
    "programme_code",
    "programme_version",
    "year",
    "round",
    "state",
    "stage",
    "stage_entered_on",
    "opened_on",
    "submitted_on",
    "closed_on",
    "created_at",
    "updated_at",
)
_MILESTONE = ("code", "ordinal", "title_zh", "planned_on", "due_on", "done_on", "lapsed_on")


def visible(statement: Select[Any], region_prefix: str) -> Select[Any]:
    """Cases of the region's firms."""
    return statement.join(Enterprise, Enterprise.id == CaseFile.enterprise_id).where(
        within_region(Enterprise.region_code, region_prefix)
    )


def rows_of(session: Session, events: Sequence[JournalEvent]) -> Mapping[int, int]:
    """Events of a case name it by its number."""
    numbers = {event.subject_id for event in events}
    if not numbers:
        return {}
    found = session.execute(select(CaseFile.number, CaseFile.id).where(CaseFile.number.in_(numbers)))
    ids = {row.number: row.id for row in found}
    return {event.position: ids[event.subject_id] for event in events if event.subject_id in ids}


def hanging_on(enterprise_ids: Sequence[int]) -> Select[int, int]:
    """The cases of these firms."""
    return select(CaseFile.enterprise_id, CaseFile.id).where(CaseFile.enterprise_id.in_(enterprise_ids))


SOURCE = Source(
    resource="cases",
    id=CaseFile.id,
    key=CaseFile.number,
    firm=CaseFile.enterprise_id,
    columns={"uscc": Enterprise.uscc, **of_model(CaseFile, _PLAIN)},
    visible=visible,
    rows_of=rows_of,
    hanging_on=hanging_on,
    children={
        "markers": Children(
            CaseMarker.case_id,
            of_model(CaseMarker, ("marker", "reached_on")),
            (CaseMarker.reached_on, CaseMarker.marker),
        ),
        "milestones": Children(Milestone.case_id, of_model(Milestone, _MILESTONE), (Milestone.code, Milestone.ordinal)),
    },
)
