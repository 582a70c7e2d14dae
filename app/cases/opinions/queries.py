"""Reading opinions: those of a case, and those that a department was asked. `scope` is all that a department ever sees."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session, joinedload

from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.cases.opinions.domain import OpinionState, unknown_opinion
from app.cases.opinions.models import Opinion
from app.enterprises.models import Enterprise
from app.files.models import Document
from app.kit.actor import Actor
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


def select_asked_of(actor: Actor) -> Select[Opinion, str, str, str]:
    """Questions to the actor's department, each with its firm and the number and state of its case."""
    return (
        select(Opinion, Enterprise.name, CaseFile.number, CaseFile.state)
        .join(CaseFile, CaseFile.id == Opinion.case_id)
        .join(Enterprise, Enterprise.id == CaseFile.enterprise_id)
        .where(scope(actor))
    )


def get_asked_of(session: Session, actor: Actor, opinion_id: int) -> DepartmentQuestion:
    """One question to the actor's department; raises `NotFound` for any other."""
    row = session.execute(select_asked_of(actor).where(Opinion.id == opinion_id)).one_or_none()
    if row is None:
        raise unknown_opinion()
    return DepartmentQuestion(*row)


def shown_with(row: Opinion) -> tuple[int, ...]:
    """The documents that the department may open for a question: those shown with it, and the one its answer brought."""
    return (*row.shown, *([row.document_id] if row.document_id is not None else []))
