"""Reading what is supplied to cases. Whoever may see the case may see what lies with it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.cases.supply.domain import MaterialState
from app.cases.supply.models import CaseAnswer, CaseMaterial, CorrectionItem
from app.files.domain.documents import may_serve
from app.files.models import Document
from app.files.queries import list_on_file
from app.programmes.domain.supplied import MaterialTemplate


@dataclass(frozen=True)
class Use:
    """A case that a document serves, and as which of its materials."""

    document_id: int
    number: str
    programme_code: str
    programme_version: str
    material: str
    year: int | None
    state: str
    open: bool


def list_materials(session: Session, case_id: int) -> list[CaseMaterial]:
    """What was supplied to a case and not taken back, with the documents and their files, in the order it came."""
    statement = (
        select(CaseMaterial)
        .options(joinedload(CaseMaterial.document).joinedload(Document.file))
        .where(CaseMaterial.case_id == case_id, CaseMaterial.state != MaterialState.REMOVED)
        .order_by(CaseMaterial.id)
    )
    return list(session.scalars(statement))


def list_choosable(
    session: Session, case: CaseFile, template: MaterialTemplate, year: int | None, on: date
) -> list[Document]:
    """What the firm has on file that may serve the material (of that year) on the day `on` and does not yet."""
    serving = {
        row.document_id for row in list_materials(session, case.id) if (row.material, row.year) == (template.code, year)
    }
    on_file = list_on_file(session, case.enterprise_id, [template.document])
    return [
        row
        for row in on_file
        if row.id not in serving and can_serve(template, row, on) and (year is None or row.year in (year, None))
    ]


def can_serve(template: MaterialTemplate, document: Document, on: date) -> bool:
    """Whether the document is valid on `on`, where the material insists on that."""
    return not template.valid or may_serve(document, on)


def list_answers(session: Session, case_id: int) -> dict[str, CaseAnswer]:
    """The answers of a case by question."""
    return {row.question: row for row in session.scalars(select(CaseAnswer).where(CaseAnswer.case_id == case_id))}


def list_corrections(session: Session, case_id: int) -> list[CorrectionItem]:
    """Every item that was ever to be corrected, the latest round first, in the order it was asked."""
    order = (CorrectionItem.round.desc(), CorrectionItem.id)
    return list(session.scalars(select(CorrectionItem).where(CorrectionItem.case_id == case_id).order_by(*order)))


def list_open_corrections(session: Session, case_id: int) -> list[CorrectionItem]:
    """The items that are not settled, in the order they were asked."""
    statement = select(CorrectionItem).where(CorrectionItem.case_id == case_id, CorrectionItem.settled_on.is_(None))
    return list(session.scalars(statement.order_by(CorrectionItem.id)))


def last_round(session: Session, case_id: int) -> int:
    """The number of the case's latest round of corrections, 0 before the first."""
    return session.scalar(select(func.max(CorrectionItem.round)).where(CorrectionItem.case_id == case_id)) or 0


def uses_of(session: Session, document_ids: Collection[int]) -> dict[int, list[Use]]:
    """The cases that each document serves; one query for any number of documents."""
    statement = (
        select(
            CaseMaterial.document_id,
            CaseFile.number,
            CaseFile.programme_code,
            CaseFile.programme_version,
            CaseMaterial.material,
            CaseMaterial.year,
            CaseMaterial.state,
            CaseFile.state == CaseState.OPEN,
        )
        .join(CaseFile, CaseFile.id == CaseMaterial.case_id)
        .where(CaseMaterial.document_id.in_(document_ids), CaseMaterial.state != MaterialState.REMOVED)
        .order_by(CaseFile.number, CaseMaterial.id)
    )
    found: defaultdict[int, list[Use]] = defaultdict(list)
    for row in session.execute(statement):
        found[row.document_id].append(Use(*row))
    return found


def find_earlier(session: Session, case: CaseFile) -> CaseFile | None:
    """The firm's last case before `case` in the same programme to which something was supplied, if any."""
    statement = (
        select(CaseFile)
        .where(
            CaseFile.enterprise_id == case.enterprise_id,
            CaseFile.programme_code == case.programme_code,
            CaseFile.id < case.id,
            or_(CaseFile.id.in_(select(CaseAnswer.case_id)), CaseFile.id.in_(select(CaseMaterial.case_id))),
        )
        .order_by(CaseFile.year.desc(), CaseFile.id.desc())
    )
    return session.scalars(statement.limit(1)).one_or_none()
