"""To supervise, to follow up, to hand over: what was asked of an officer, bad ratings, cases that nobody can lead, firms without a place."""

from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from app.accounts.models import Officer
from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.cases.oversight.domain.rating import BAD
from app.cases.oversight.models import ServiceRating, Supervision
from app.cases.todo.port import Provider, TodoGroup, TodoQuery, TodoSource
from app.cases.todo.rows import cases
from app.enterprises.actions import EDIT
from app.enterprises.models import Enterprise
from app.enterprises.queries import unplaced
from app.kit.permissions import can


def _to_answer(asked: TodoQuery) -> TodoSource:
    """What the officer (on the office's desk: anyone) was asked under supervision and has not answered."""
    rows = cases(asked, (Supervision, Supervision.case_id == CaseFile.id), open=False, everyones=True)
    if asked.officer_id is not None:
        rows = rows.where(Supervision.officer_id == asked.officer_id)
    return _supervisions(rows.where(Supervision.closed_at.is_(None), Supervision.answered_at.is_(None)))


def _to_close(asked: TodoQuery) -> TodoSource:
    """What the actor has asked and got an answer to."""
    rows = cases(asked, (Supervision, Supervision.case_id == CaseFile.id), open=False, everyones=True)
    return _supervisions(
        rows.where(
            Supervision.closed_at.is_(None),
            Supervision.answered_at.is_not(None),
            Supervision.asked_by == asked.actor.id,
        )
    )


def _supervisions(rows: Any) -> TodoSource:
    return TodoSource(
        rows=rows,
        key=Supervision.id,
        due=Supervision.due_on,
        case_id=CaseFile.id,
        firm_id=CaseFile.enterprise_id,
        officer_id=Supervision.officer_id,
        about=Supervision.request,
    )


def _bad_ratings(asked: TodoQuery) -> TodoSource:
    unmeasured = aliased(ServiceRating)
    bad = select(unmeasured.case_id).where(unmeasured.grade <= BAD, unmeasured.measured_at.is_(None))
    rows = cases(asked, (ServiceRating, ServiceRating.case_id == CaseFile.id), open=False)
    return TodoSource(
        rows=rows.where(CaseFile.id.in_(bad)),
        key=CaseFile.id,
        case_id=CaseFile.id,
        firm_id=CaseFile.enterprise_id,
        officer_id=CaseFile.officer_id,
        about=ServiceRating.remark,
        n=ServiceRating.grade,
    )


def _left_behind(asked: TodoQuery) -> TodoSource | None:
    """Officers who were disabled while they lead open cases; told to those who may hand them over."""
    if not asked.actor.traits.heads:
        return None
    held = (
        cases(asked, everyones=True)
        .where(CaseFile.officer_id == Officer.id)
        .with_only_columns(func.count(), maintain_column_froms=True)
        .correlate(Officer)
        .scalar_subquery()
    )
    rows = select(Officer.id).where(Officer.disabled_on.is_not(None), held > 0)
    return TodoSource(rows=rows, key=Officer.id, officer_id=Officer.id, about=Officer.name, n=held)


def _unled(asked: TodoQuery) -> TodoSource | None:
    """Open cases without an officer; told to those who may assign one."""
    if not asked.actor.traits.heads:
        return None
    nobodys = aliased(CaseFile)
    found = select(nobodys.id).where(nobodys.officer_id.is_(None), nobodys.state == CaseState.OPEN)
    return TodoSource(
        rows=cases(asked, everyones=True, few=True).where(CaseFile.id.in_(found)),
        key=CaseFile.id,
        due=CaseFile.next_due_on,
        case_id=CaseFile.id,
        firm_id=CaseFile.enterprise_id,
    )


def _unplaced(asked: TodoQuery) -> TodoSource | None:
    """The firms of which nobody knows where they lie, as one thing to do; told to those who see them and may set their place."""
    if asked.actor.region_prefix or asked.programme or not can(asked.actor, EDIT):
        return None
    number = select(func.count()).select_from(Enterprise).where(unplaced()).scalar_subquery()
    return TodoSource(
        rows=select(Officer.id).where(Officer.id == asked.actor.id, exists().where(unplaced())),
        key=Officer.id,
        n=number,
    )


SUPERVISION = Provider("supervision", TodoGroup.SUPERVISE, _to_answer)
SUPERVISION_ANSWERED = Provider("supervision_answered", TodoGroup.SUPERVISE, _to_close)
BAD_RATING = Provider("bad_rating", TodoGroup.FOLLOW_UP, _bad_ratings)
LEFT_BEHIND = Provider("left_behind", TodoGroup.HAND_OVER, _left_behind)
UNLED = Provider("unled", TodoGroup.HAND_OVER, _unled)
UNPLACED = Provider("unplaced", TodoGroup.CORRECT, _unplaced)
