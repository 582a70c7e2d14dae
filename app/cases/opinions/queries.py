"""Reading opinions: those of a case, and those that a department was asked. `scope` is all that a department ever sees."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, joinedload

from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.cases.opinions.domain import OpinionState, unknown_opinion
from app.cases.opinions.models import Opinion
from app.enterprises.models import Enterprise
from app.files.models import Document
from app.kit.actor import Actor
from app.kit.paging import Count, Keyset, Page, count_up_to, page
from app.kit.permissions import within_region
from app.reference.queries import Choice, list_terms

FAR = date(9999, 12, 31)


@dataclass(frozen=True)
class DepartmentQuestion:
    """A question with the firm and the case it is about; nothing else of either reaches a department."""

    row: Opinion
    firm: str
    case_number: str
    case_state: str

    @property
    def state(self) -> OpinionState:
        """As decisions see it."""
        return state_of(self.row, self.case_state)


def state_of(row: Opinion, case_state: str) -> OpinionState:
    """A question's row as decisions see it."""
    return OpinionState(
        department=row.department,
        version=row.version,
        asked_at=row.asked_at,
        reminded_at=row.reminded_at,
        outcome=row.outcome,
        withdrawn=row.withdrawn_at is not None,
        answerable=case_state == CaseState.OPEN,
    )


def list_departments(session: Session) -> list[Choice]:
    """The departments that can be asked: all but the bureau itself."""
    return [choice for choice in list_terms(session, "department")["department"] if not choice.data.get("own")]


def department_names(session: Session) -> dict[str, str]:
    """Their names in the current language, by code."""
    return {choice.code: choice.label for choice in list_departments(session)}


def list_of_case(session: Session, case_id: int) -> list[Opinion]:
    """All questions about a case, the newest first."""
    return list(session.scalars(select(Opinion).where(Opinion.case_id == case_id).order_by(Opinion.id.desc())))


def waiting_departments(session: Session, case_id: int) -> set[str]:
    """The departments whose answer about the case is awaited."""
    awaited = select(Opinion.department).where(
        Opinion.case_id == case_id, Opinion.outcome == "", Opinion.withdrawn_at.is_(None)
    )
    return set(session.scalars(awaited))


def list_documents(session: Session, ids: Iterable[int]) -> dict[int, Document]:
    """These documents with their files, by their id, withdrawn and replaced ones included; one query."""
    wanted = select(Document).options(joinedload(Document.file)).where(Document.id.in_(sorted(set(ids))))
    return {document.id: document for document in session.scalars(wanted)}


# -- a department's own ------------------------------------------------------------------------------------------------


def scope(actor: Actor) -> ColumnElement[bool]:
    """What the department of `actor` was asked about firms of its region, as a condition on `Opinion` joined with both."""
    return and_(
        Opinion.department == actor.department,
        Opinion.department != "",
        Opinion.withdrawn_at.is_(None),
        within_region(Enterprise.region_code, actor.region_prefix),
    )


def _asked_of(actor: Actor) -> Select[Opinion, str, str, str]:
    return (
        select(Opinion, Enterprise.name, CaseFile.number, CaseFile.state)
        .join(CaseFile, CaseFile.id == Opinion.case_id)
        .join(Enterprise, Enterprise.id == CaseFile.enterprise_id)
        .where(scope(actor))
    )


def _open() -> ColumnElement[bool]:
    return and_(Opinion.outcome == "", CaseFile.state == CaseState.OPEN)


def page_asked_of(session: Session, actor: Actor, *, done: bool, cursor: str | None, limit: int) -> Page[Any]:
    """Questions to the actor's department: the open ones by their day, or those over and done with, the newest first."""
    due = func.coalesce(Opinion.due_on, FAR).label("due")
    statement: Any = _asked_of(actor).where(~_open() if done else _open())
    keyset = Keyset([(Opinion.id, "desc")] if done else [(due, "asc"), (Opinion.id, "asc")])

    def values(row: Any) -> list[Any]:
        return [row[0].id] if done else [row[0].due_on or FAR, row[0].id]

    found = page(session, statement, keyset, cursor, limit, values_of=values)
    return Page([DepartmentQuestion(*row) for row in found.items], found.next, found.previous)


def count_asked_of(session: Session, actor: Actor, *, done: bool, bound: int = 1_000) -> Count:
    """How many rows that list has, exactly up to `bound`."""
    statement = _asked_of(actor).where(~_open() if done else _open())
    return count_up_to(session, statement.with_only_columns(Opinion.id), bound)


def get_asked_of(session: Session, actor: Actor, opinion_id: int) -> DepartmentQuestion:
    """One question to the actor's department; raises `NotFound` for any other."""
    row = session.execute(_asked_of(actor).where(Opinion.id == opinion_id)).one_or_none()
    if row is None:
        raise unknown_opinion()
    return DepartmentQuestion(*row)


def shown_with(row: Opinion) -> tuple[int, ...]:
    """The documents that the department may open for a question: those shown with it, and the one its answer brought."""
    return (*row.shown, *([row.document_id] if row.document_id is not None else []))
