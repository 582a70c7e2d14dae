"""What waits to be done: cases whose stage is the bureau's turn, and cases with a day coming near."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from app.cases.domain.state import CaseState
from app.cases.models import CaseFile, Milestone
from app.cases.queries import FAR, scope, visible_to
from app.kit.actor import Actor
from app.kit.paging import Count, Keyset, Page, count_up_to, page
from app.programmes.queries import Catalogue

Stage = tuple[str, str, str]
"""Programme, version and stage of a case."""

_BY_DUE = Keyset([(func.coalesce(CaseFile.next_due_on, FAR).label("next_due"), "asc"), (CaseFile.number, "asc")])


@dataclass(frozen=True)
class Waiting:
    """Which cases wait: those in one of `stages`, or due on or before `until`; of one officer when given."""

    stages: tuple[Stage, ...]
    until: date
    officer_id: int | None = None


def bureau_stages(catalogue: Catalogue) -> tuple[Stage, ...]:
    """Every stage in which it is the bureau's turn."""
    return tuple(
        (code, version, stage.code)
        for (code, version), programme in sorted(catalogue.versions.items())
        for stage in programme.stages
        if stage.turn == "bureau" and not stage.is_final
    )


def page_waiting_visible_to(
    session: Session, actor: Actor, wanted: Waiting, cursor: str | None, limit: int
) -> Page[CaseFile]:
    """One page of what waits, with firms, the earliest day first and cases without a day last."""
    return page(
        session,
        _waiting(actor, wanted),
        _BY_DUE,
        cursor,
        limit,
        values_of=lambda row: [row.next_due_on or FAR, row.number],
    )


def count_waiting_visible_to(session: Session, actor: Actor, wanted: Waiting) -> Count:
    """How many cases wait."""
    return count_up_to(session, _waiting(actor, wanted))


def _waiting(actor: Actor, wanted: Waiting) -> Select[CaseFile]:
    place = tuple_(CaseFile.programme_code, CaseFile.programme_version, CaseFile.stage)
    statement = visible_to(actor).where(
        CaseFile.state == CaseState.OPEN, or_(CaseFile.next_due_on <= wanted.until, place.in_(wanted.stages))
    )
    return statement if wanted.officer_id is None else statement.where(CaseFile.officer_id == wanted.officer_id)


def list_preparing_visible_to(
    session: Session, actor: Actor, officer_id: int | None, programmes: Sequence[str], limit: int
) -> list[CaseFile]:
    """Open cases that were not handed in yet, the earliest day first, `limit` at most."""
    statement = visible_to(actor).where(
        CaseFile.state == CaseState.OPEN,
        CaseFile.submitted_on.is_(None),
        CaseFile.programme_code.in_(programmes),
    )
    if officer_id is not None:
        statement = statement.where(CaseFile.officer_id == officer_id)
    return list(session.scalars(statement.order_by(*_BY_DUE.order_by()).limit(limit)))


def next_milestones(session: Session, case_ids: Sequence[int]) -> dict[int, Milestone]:
    """The open milestone of each case that is due first, one query for all."""
    rows = session.scalars(
        select(Milestone)
        .where(
            Milestone.case_id.in_(case_ids),
            Milestone.due_on.is_not(None),
            Milestone.done_on.is_(None),
            Milestone.lapsed_on.is_(None),
        )
        .order_by(Milestone.due_on.desc(), Milestone.id.desc())
    )
    return {row.case_id: row for row in rows}


@dataclass(frozen=True)
class Load:
    """What one officer carries (None: cases that nobody leads)."""

    officer_id: int | None
    open: int
    overdue: int


def list_loads_visible_to(session: Session, actor: Actor, on: date, officer_id: int | None = None) -> list[Load]:
    """Open and overdue cases by officer, the heaviest first."""
    overdue = func.sum(case((and_(CaseFile.next_due_on.is_not(None), CaseFile.next_due_on < on), 1), else_=0))
    statement = (
        select(CaseFile.officer_id, func.count(CaseFile.id), overdue)
        .join(CaseFile.enterprise)
        .where(scope(actor), CaseFile.state == CaseState.OPEN)
        .group_by(CaseFile.officer_id)
    )
    if officer_id is not None:
        statement = statement.where(CaseFile.officer_id == officer_id)
    rows = [Load(officer, total, int(late or 0)) for officer, total, late in session.execute(statement)]
    return sorted(rows, key=lambda load: (-load.open, load.officer_id or 0))
