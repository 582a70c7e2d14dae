"""What cases count as: the meaning that plan targets and incentives read instead of names of stages."""

from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.cases.domain.state import CaseState
from app.cases.models import CaseFile, CaseMarker
from app.cases.queries import marked_in, scope
from app.enterprises.models import Enterprise
from app.kit.actor import Actor


def marked_cases(actor: Actor, programme: str, marker: str, year: int) -> Select[tuple[CaseFile, CaseMarker]]:
    """The cases of a programme that came to count as `marker` in the calendar year, with the marker.

    A firm with two such cases is counted twice here; `count_enterprises` counts firms.
    """
    return (
        select(CaseFile, CaseMarker)
        .join(CaseMarker, CaseMarker.case_id == CaseFile.id)
        .join(CaseFile.enterprise)
        .where(scope(actor), CaseFile.programme_code == programme, CaseMarker.marker == marker, marked_in(year))
    )


def count_enterprises(session: Session, actor: Actor, programme: str, marker: str, year: int) -> int:
    """How many different firms have a case of the programme that came to count as `marker` in the year."""
    statement = marked_cases(actor, programme, marker, year).with_only_columns(
        func.count(func.distinct(CaseFile.enterprise_id)), maintain_column_froms=True
    )
    return session.scalar(statement) or 0


def enterprises_in_stage(programme: str, stage: str = "", year: int | None = None) -> Select[tuple[int]]:
    """Ids of the firms with an open case of `programme` (in `stage`, of `year`, when given); for the register's filter."""
    statement = select(CaseFile.enterprise_id).where(
        CaseFile.programme_code == programme, CaseFile.state == CaseState.OPEN
    )
    if stage:
        statement = statement.where(CaseFile.stage == stage)
    if year is not None:
        statement = statement.where(CaseFile.year == year)
    return statement


def marked_enterprises(
    programme: str, marker: str, *, since: date | None = None, until: date | None = None
) -> Select[tuple[int, str, date]]:
    """(enterprise id, case number, day) of every case that counts as `marker`; for incentives."""
    statement = (
        select(CaseFile.enterprise_id, CaseFile.number, CaseMarker.reached_on)
        .join(CaseMarker, CaseMarker.case_id == CaseFile.id)
        .where(CaseFile.programme_code == programme, CaseMarker.marker == marker)
    )
    if since is not None:
        statement = statement.where(CaseMarker.reached_on >= since)
    if until is not None:
        statement = statement.where(CaseMarker.reached_on <= until)
    return statement


def marked_on(session: Session, enterprise_id: int, programme: str, marker: str) -> list[tuple[str, date]]:
    """A firm's cases that count as `marker`: number and day, the latest first."""
    statement = marked_enterprises(programme, marker).where(Enterprise.id == enterprise_id).join(
        Enterprise, Enterprise.id == CaseFile.enterprise_id
    )
    rows = session.execute(statement.order_by(CaseMarker.reached_on.desc()))
    return [(number, day) for _id, number, day in rows]
