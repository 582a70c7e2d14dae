"""How the work lies: what each officer carries, where cases are late, which stand longest in their stage."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.cases.queries import due_within, overdue, scope, visible_to
from app.kit.actor import Actor

#: What counts as coming up: due within so many days from today on.
SOON_DAYS = 7


@dataclass(frozen=True)
class Load:
    """What one officer carries (None: cases that nobody leads): open cases, those overdue, those due within a week."""

    officer_id: int | None
    open: int
    overdue: int
    soon: int


@dataclass(frozen=True)
class StageLoad:
    """How many open cases of a programme stand in a stage past their day."""

    programme: str
    version: str
    stage: str
    overdue: int


def _count(condition: ColumnElement[bool]) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def list_loads_visible_to(session: Session, actor: Actor, on: date) -> list[Load]:
    """What each officer carries, the heaviest first; one query."""
    soon = due_within(on, on + timedelta(days=SOON_DAYS))
    statement = (
        select(CaseFile.officer_id, func.count(CaseFile.id), _count(overdue(on)), _count(soon))
        .join(CaseFile.enterprise)
        .where(scope(actor), CaseFile.state == CaseState.OPEN)
        .group_by(CaseFile.officer_id)
    )
    loads = [Load(officer, total, int(late), int(near)) for officer, total, late, near in session.execute(statement)]
    return sorted(loads, key=lambda load: (-load.open, load.officer_id or 0))


def list_late_stages_visible_to(session: Session, actor: Actor, on: date) -> list[StageLoad]:
    """Where cases are past their day, the most first; the versions of a programme each for themselves."""
    number = func.count(CaseFile.id)
    place = (CaseFile.programme_code, CaseFile.programme_version, CaseFile.stage)
    statement = (
        select(*place, number)
        .join(CaseFile.enterprise)
        .where(scope(actor), overdue(on))
        .group_by(*place)
        .order_by(number.desc(), *place)
    )
    return [StageLoad(*row) for row in session.execute(statement)]


def list_longest_visible_to(session: Session, actor: Actor, limit: int) -> list[CaseFile]:
    """The open cases that stand longest in their stage, at most `limit`."""
    open_cases = visible_to(actor).where(CaseFile.state == CaseState.OPEN)
    return list(session.scalars(open_cases.order_by(CaseFile.stage_entered_on, CaseFile.number).limit(limit)))


def count_held(session: Session, officer_id: int) -> dict[str, int]:
    """How many open cases an officer leads, by programme; all of them, wherever they lie."""
    held = and_(CaseFile.officer_id == officer_id, CaseFile.state == CaseState.OPEN)
    rows = session.execute(
        select(CaseFile.programme_code, func.count())
        .where(held)
        .group_by(CaseFile.programme_code)
        .order_by(CaseFile.programme_code)
    )
    return dict(rows.all())
