"""Reading duties of several cases at once. As a list they stand in `lists`."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.cases.duties.models import CaseDuty
from app.cases.models import CaseFile


def list_open_duties(session: Session, case_ids: Collection[int]) -> list[CaseDuty]:
    """What is neither done nor waived of these cases, in the order in which it opens; one query."""
    waiting = CaseDuty.case_id.in_(case_ids), CaseDuty.done_on.is_(None), CaseDuty.waived_on.is_(None)
    return list(session.scalars(select(CaseDuty).where(*waiting).order_by(CaseDuty.opens_on, CaseDuty.id)))


def cases_of(session: Session, duties: Collection[CaseDuty]) -> dict[int, CaseFile]:
    """The cases of these duties with their firms, by id; one query."""
    ids = {duty.case_id for duty in duties}
    rows = session.scalars(select(CaseFile).options(joinedload(CaseFile.enterprise)).where(CaseFile.id.in_(ids)))
    return {row.id: row for row in rows}
