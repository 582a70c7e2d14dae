"""Duties of many cases as a list. Whoever sees a case sees its duties: one scope for both."""

from dataclasses import dataclass
from typing import Annotated

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.cases.duties.models import CaseDuty
from app.cases.models import CaseFile
from app.cases.queries import FAR, scope
from app.kit.lists import filters
from app.kit.lists.source import ListSource, earliest
from app.kit.lists.viewer import Viewer

STATES = ("missed", "present", "coming", "done", "waived")
BY = ("enterprise", "bureau")


def _in_state(state: str, viewer: Viewer) -> ColumnElement[bool]:
    """Without a state: what waits on the list's day, missed or not."""
    waits = and_(CaseDuty.done_on.is_(None), CaseDuty.waived_on.is_(None))
    match state:
        case "done":
            return CaseDuty.done_on.is_not(None)
        case "waived":
            return CaseDuty.waived_on.is_not(None)
        case "coming":
            return and_(waits, CaseDuty.opens_on > viewer.on)
        case "missed":
            return and_(waits, CaseDuty.due_on < viewer.on)
        case "present":
            in_time = or_(CaseDuty.due_on.is_(None), CaseDuty.due_on >= viewer.on)
            return and_(waits, CaseDuty.opens_on <= viewer.on, in_time)
        case _:
            return and_(waits, CaseDuty.opens_on <= viewer.on)


@dataclass(frozen=True)
class DutyFilter:
    """Which duties; what says nothing does not narrow. Without a `state`: what waits on the list's day."""

    state: Annotated[str, filters.Filter(filters.among(STATES), _in_state, always=True)] = ""
    by: Annotated[str, filters.Filter(filters.among(BY), filters.equal(CaseDuty.by))] = ""
    programme: Annotated[str, filters.equals(CaseFile.programme_code)] = ""
    officer: Annotated[int | None, filters.officer(CaseFile.officer_id)] = None
    enterprise_id: Annotated[int | None, filters.inner(CaseFile.enterprise_id)] = None


DUTIES: ListSource[CaseDuty, DutyFilter] = ListSource(
    kind=DutyFilter,
    visible=lambda viewer: (
        select(CaseDuty)
        .join(CaseFile, CaseFile.id == CaseDuty.case_id)
        .join(CaseFile.enterprise)
        .where(scope(viewer.actor))
    ),
    id=CaseDuty.id,
    orders=earliest(func.coalesce(CaseDuty.due_on, FAR).label("due"), CaseDuty.id),
)
