"""Reading supervision and ratings. Whoever may see a case sees what was asked about it and how it was rated."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session, contains_eager

from app.cases.models import CaseFile
from app.cases.oversight.domain.rating import BAD, GRADES
from app.cases.oversight.models import ServiceRating, Supervision
from app.cases.queries import scope
from app.kit.actor import Actor
from app.kit.clock import end_of_day, start_of_day
from app.kit.paging import Count, Keyset, Page, count_up_to, page

OPEN, OVERDUE, ANSWERED, CLOSED = "open", "overdue", "answered", "closed"


@dataclass(frozen=True)
class SupervisionFilter:
    """Which requests: how they stand, of which officer, asked by whom."""

    state: str = OPEN
    officer_id: int | None = None
    asked_by: int | None = None


@dataclass(frozen=True)
class RatingFilter:
    """Which ratings: of which programme, given in which year, with which grade, or only bad ones without measures."""

    programme: str = ""
    year: int | None = None
    grade: int | None = None
    unmeasured: bool = False


@dataclass(frozen=True)
class Distribution:
    """How the cases of one programme were rated: how many of each grade."""

    programme: str
    grades: dict[int, int]

    @property
    def number(self) -> int:
        """How many ratings there are."""
        return sum(self.grades.values())

    @property
    def points(self) -> int:
        """All grades together; the average is this by `number`."""
        return sum(grade * n for grade, n in self.grades.items())


def find_rating(session: Session, case_id: int) -> ServiceRating | None:
    """What the firm said of the service in this case, if it did."""
    return session.get(ServiceRating, case_id)


# -- supervision -----------------------------------------------------------------------------------------------------------


def list_supervisions(session: Session, case_id: int) -> list[Supervision]:
    """What was asked about a case under supervision, the newest first."""
    return list(
        session.scalars(select(Supervision).where(Supervision.case_id == case_id).order_by(Supervision.id.desc()))
    )


def _supervisions(actor: Actor, wanted: SupervisionFilter, on: date) -> Select[Any]:
    statement: Any = (
        select(Supervision, CaseFile)
        .select_from(Supervision)
        .join(CaseFile, CaseFile.id == Supervision.case_id)
        .join(CaseFile.enterprise)
        .options(contains_eager(CaseFile.enterprise))
        .where(scope(actor), *_standing(wanted.state, on))
    )
    if wanted.officer_id is not None:
        statement = statement.where(Supervision.officer_id == wanted.officer_id)
    if wanted.asked_by is not None:
        statement = statement.where(Supervision.asked_by == wanted.asked_by)
    found: Select[Any] = statement
    return found


def _standing(state: str, on: date) -> Iterable[ColumnElement[bool]]:
    if state == CLOSED:
        return (Supervision.closed_at.is_not(None),)
    unclosed = Supervision.closed_at.is_(None)
    if state == OVERDUE:
        return (unclosed, Supervision.answered_at.is_(None), Supervision.due_on < on)
    if state == ANSWERED:
        return (unclosed, Supervision.answered_at.is_not(None))
    return (unclosed,)


def page_supervisions_visible_to(
    session: Session, actor: Actor, wanted: SupervisionFilter, on: date, cursor: str | None, limit: int
) -> Page[tuple[Supervision, CaseFile]]:
    """One page, the earliest day first; those closed the latest first."""
    way: Literal["asc", "desc"] = "desc" if wanted.state == CLOSED else "asc"
    keyset = Keyset([(Supervision.due_on, way), (Supervision.id, way)])
    statement = _supervisions(actor, wanted, on)
    return page(session, statement, keyset, cursor, limit, values_of=lambda row: [row[0].due_on, row[0].id])


def count_supervisions_visible_to(session: Session, actor: Actor, wanted: SupervisionFilter, on: date) -> Count:
    """How many rows that list has."""
    statement = _supervisions(actor, wanted, on).with_only_columns(Supervision.id)
    return count_up_to(session, statement, 1_000)


# -- ratings ---------------------------------------------------------------------------------------------------------------


def _ratings(actor: Actor, wanted: RatingFilter) -> Select[Any]:
    statement: Any = (
        select(ServiceRating, CaseFile)
        .select_from(ServiceRating)
        .join(CaseFile, CaseFile.id == ServiceRating.case_id)
        .join(CaseFile.enterprise)
        .options(contains_eager(CaseFile.enterprise))
        .where(scope(actor))
    )
    if wanted.programme:
        statement = statement.where(CaseFile.programme_code == wanted.programme)
    if wanted.year is not None:
        first, last = date(wanted.year, 1, 1), date(wanted.year, 12, 31)
        statement = statement.where(ServiceRating.at >= start_of_day(first), ServiceRating.at < end_of_day(last))
    if wanted.grade is not None:
        statement = statement.where(ServiceRating.grade == wanted.grade)
    if wanted.unmeasured:
        statement = statement.where(ServiceRating.grade <= BAD, ServiceRating.measured_at.is_(None))
    found: Select[Any] = statement
    return found


def page_ratings_visible_to(
    session: Session, actor: Actor, wanted: RatingFilter, cursor: str | None, limit: int
) -> Page[tuple[ServiceRating, CaseFile]]:
    """One page, the newest first."""
    keyset = Keyset([(ServiceRating.at, "desc"), (ServiceRating.case_id, "desc")])
    statement = _ratings(actor, wanted)
    return page(session, statement, keyset, cursor, limit, values_of=lambda row: [row[0].at, row[0].case_id])


def count_ratings_visible_to(session: Session, actor: Actor, wanted: RatingFilter) -> Count:
    """How many rows that list has."""
    statement = _ratings(actor, wanted).with_only_columns(ServiceRating.case_id)
    return count_up_to(session, statement)


def list_distributions_visible_to(session: Session, actor: Actor, wanted: RatingFilter) -> list[Distribution]:
    """How each programme was rated, by its code; one query."""
    numbers: list[Any] = [func.sum(case((ServiceRating.grade == grade, 1), else_=0)) for grade in GRADES]
    statement = (
        _ratings(actor, wanted)
        .with_only_columns(CaseFile.programme_code, *numbers)
        .group_by(CaseFile.programme_code)
        .order_by(CaseFile.programme_code)
    )
    return [
        Distribution(programme, {grade: int(n) for grade, n in zip(GRADES, told, strict=True)})
        for programme, *told in session.execute(statement)
    ]
