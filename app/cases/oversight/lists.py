"""Supervision and ratings as lists. Whoever may see a case sees what was asked about it and how it was rated."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import contains_eager

from app.cases.models import CaseFile
from app.cases.oversight.domain.rating import BAD, GRADES
from app.cases.oversight.models import ServiceRating, Supervision
from app.cases.queries import scope
from app.kit.clock import end_of_day, start_of_day
from app.kit.lists import filters
from app.kit.lists.source import ListSource, both_ways, newest
from app.kit.lists.viewer import Viewer

SupervisionRow = tuple[Supervision, CaseFile]
RatingRow = tuple[ServiceRating, CaseFile]


def _of_cases(model: Any, viewer: Viewer) -> Select[Any]:
    rows: Select[Any] = select(model, CaseFile).select_from(model).join(CaseFile, CaseFile.id == model.case_id)
    return rows.join(CaseFile.enterprise).where(scope(viewer.actor))


# -- supervision -----------------------------------------------------------------------------------------------------------

OPEN, OVERDUE, ANSWERED, CLOSED = "open", "overdue", "answered", "closed"
STATES = (OPEN, OVERDUE, ANSWERED, CLOSED)


def _in_state(state: str, viewer: Viewer) -> ColumnElement[bool]:
    if state == CLOSED:
        return Supervision.closed_at.is_not(None)
    unclosed = Supervision.closed_at.is_(None)
    if state == OVERDUE:
        return and_(unclosed, Supervision.answered_at.is_(None), Supervision.due_on < viewer.on)
    return and_(unclosed, Supervision.answered_at.is_not(None)) if state == ANSWERED else unclosed


@dataclass(frozen=True)
class SupervisionFilter:
    """Which requests: how they stand, of which officer."""

    state: Annotated[str, filters.Filter(filters.among(STATES), _in_state, always=True)] = OPEN
    officer: Annotated[int | None, filters.officer(Supervision.officer_id)] = None


SUPERVISIONS: ListSource[SupervisionRow, SupervisionFilter] = ListSource(
    kind=SupervisionFilter,
    visible=lambda viewer: _of_cases(Supervision, viewer),
    id=Supervision.id,
    orders=both_ways("due", Supervision.due_on, Supervision.id),
    usual=lambda wanted: "-due" if wanted.state == CLOSED else "due",
    options=(contains_eager(CaseFile.enterprise),),
    bound=1_000,
)

# -- ratings ---------------------------------------------------------------------------------------------------------------


def _given_in(year: int, _viewer: Viewer) -> ColumnElement[bool]:
    return and_(ServiceRating.at >= start_of_day(date(year, 1, 1)), ServiceRating.at < end_of_day(date(year, 12, 31)))


def _grade(said: str, _viewer: Viewer) -> int | None:
    return {str(grade): grade for grade in GRADES}.get(said)


def _unmeasured(_viewer: Viewer) -> ColumnElement[bool]:
    return and_(ServiceRating.grade <= BAD, ServiceRating.measured_at.is_(None))


@dataclass(frozen=True)
class RatingFilter:
    """Which ratings: of which programme, given in which year, with which grade, or only bad ones without measures."""

    programme: Annotated[str, filters.equals(CaseFile.programme_code)] = ""
    year: Annotated[int | None, filters.Filter(filters.year, _given_in)] = None
    grade: Annotated[int | None, filters.Filter(_grade, filters.equal(ServiceRating.grade))] = None
    unmeasured: Annotated[bool, filters.flag(_unmeasured)] = False


RATINGS: ListSource[RatingRow, RatingFilter] = ListSource(
    kind=RatingFilter,
    visible=lambda viewer: _of_cases(ServiceRating, viewer),
    id=ServiceRating.case_id,
    orders=newest(ServiceRating.at, ServiceRating.case_id),
    options=(contains_eager(CaseFile.enterprise),),
)
