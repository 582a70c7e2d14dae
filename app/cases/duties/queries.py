"""Reading duties of several cases at once. Whoever sees a case sees its duties: one scope for both."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.cases.duties.models import CaseDuty
from app.cases.models import CaseFile
from app.cases.queries import FAR, scope
from app.kit.actor import Actor
from app.kit.paging import Count, Keyset, Page, count_up_to, page

STATES = ("missed", "present", "coming", "done", "waived")
_BY_DUE = Keyset([(func.coalesce(CaseDuty.due_on, FAR).label("due"), "asc"), (CaseDuty.id, "asc")])


@dataclass(frozen=True)
class DutyFilter:
    """Which duties; an empty field narrows nothing. Without a `state`: what waits on the day `on`, missed or not."""

    on: date
    state: str = ""
    by: str = ""
    programme: str = ""
    officer_id: int | None = None
    enterprise_id: int | None = None


def list_open_duties(session: Session, case_ids: Collection[int]) -> list[CaseDuty]:
    """What is neither done nor waived of these cases, in the order in which it opens; one query."""
    waiting = CaseDuty.case_id.in_(case_ids), CaseDuty.done_on.is_(None), CaseDuty.waived_on.is_(None)
    return list(session.scalars(select(CaseDuty).where(*waiting).order_by(CaseDuty.opens_on, CaseDuty.id)))


def page_visible_to(
    session: Session, actor: Actor, wanted: DutyFilter, *, cursor: str | None, limit: int
) -> Page[CaseDuty]:
    """One page of the duties that the actor sees, those due first before the others."""
    return page(
        session, _visible(actor, wanted), _BY_DUE, cursor, limit, values_of=lambda row: [row.due_on or FAR, row.id]
    )


def count_visible_to(session: Session, actor: Actor, wanted: DutyFilter) -> Count:
    """How many duties the filter leaves, exactly up to a bound."""
    return count_up_to(session, _visible(actor, wanted).with_only_columns(CaseDuty.id))


def cases_of(session: Session, duties: Collection[CaseDuty]) -> dict[int, CaseFile]:
    """The cases of these duties with their firms, by id; one query."""
    ids = {duty.case_id for duty in duties}
    rows = session.scalars(select(CaseFile).options(joinedload(CaseFile.enterprise)).where(CaseFile.id.in_(ids)))
    return {row.id: row for row in rows}


def _visible(actor: Actor, wanted: DutyFilter) -> Select[CaseDuty]:
    equal: dict[Any, Any] = {
        CaseDuty.by: wanted.by or None,
        CaseFile.programme_code: wanted.programme or None,
        CaseFile.officer_id: wanted.officer_id,
        CaseFile.enterprise_id: wanted.enterprise_id,
    }
    narrowed = [column == value for column, value in equal.items() if value is not None]
    joined = select(CaseDuty).join(CaseFile, CaseFile.id == CaseDuty.case_id).join(CaseFile.enterprise)
    return joined.where(scope(actor), *_in_state(wanted), *narrowed)


def _in_state(wanted: DutyFilter) -> list[ColumnElement[bool]]:
    waits = [CaseDuty.done_on.is_(None), CaseDuty.waived_on.is_(None)]
    match wanted.state:
        case "done":
            return [CaseDuty.done_on.is_not(None)]
        case "waived":
            return [CaseDuty.waived_on.is_not(None)]
        case "coming":
            return [*waits, CaseDuty.opens_on > wanted.on]
        case "missed":
            return [*waits, CaseDuty.due_on < wanted.on]
        case "present":
            in_time = or_(CaseDuty.due_on.is_(None), CaseDuty.due_on >= wanted.on)
            return [*waits, CaseDuty.opens_on <= wanted.on, in_time]
        case _:
            return [*waits, CaseDuty.opens_on <= wanted.on]
