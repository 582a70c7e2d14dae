"""Cases as the exchange reads them; a case is seen where its enterprise is."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.cases.events import CROSSED
from app.cases.models import CaseFile, CaseMarker, Milestone
from app.enterprises.models import Enterprise
from app.exchange.sources.base import Children, RecordSource, Touch, of_model
from app.exchange.sources.touches import ENTERPRISE, carried_along, left_behind, named, of_kind
from app.journal.models import JournalEvent
from app.kit.membership import one_of
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
MILESTONE = ("code", "ordinal", "title_zh", "planned_on", "due_on", "done_on", "lapsed_on")


def visible(statement: Select[Any], region_prefix: str) -> Select[Any]:
    """Cases of the region's firms."""
    return statement.join(Enterprise, Enterprise.id == CaseFile.enterprise_id).where(
        within_region(Enterprise.region_code, region_prefix)
    )


def hanging_on(enterprise_ids: Sequence[int]) -> Select[int, int]:
    """The cases of these firms."""
    return select(CaseFile.enterprise_id, CaseFile.id).where(one_of(CaseFile.enterprise_id, enterprise_ids))


def touches(session: Session, events: Sequence[JournalEvent]) -> Iterator[Touch]:
    """The case that an event names; the cases of a firm that changed its code or place."""
    own = of_kind(events, "case")
    yield from named(session, own, CaseFile.number, CaseFile.id)
    yield from left_behind(own, CROSSED, lambda event: event.subject_id)
    yield from carried_along(session, events, hanging_on)


SOURCE = RecordSource(
    resource="cases",
    id=CaseFile.id,
    key=CaseFile.number,
    firm=CaseFile.enterprise_id,
    columns={"uscc": Enterprise.uscc, **of_model(CaseFile, _PLAIN)},
    visible=visible,
    follows=frozenset({"case", ENTERPRISE}),
    touches=touches,
    children={
        "markers": Children(
            CaseMarker.case_id,
            of_model(CaseMarker, ("marker", "reached_on")),
            (CaseMarker.reached_on, CaseMarker.marker),
        ),
        "milestones": Children(Milestone.case_id, of_model(Milestone, MILESTONE), (Milestone.code, Milestone.ordinal)),
    },
)
