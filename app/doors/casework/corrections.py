"""What is to be corrected in a case (补正): one item, what it is about, and the form that answers it."""

from typing import Any

from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.supply.domain import subject_of
from app.cases.supply.models import CorrectionItem
from app.cases.supply.queries import list_corrections
from app.doors.forms.bound import Bound, empty
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.programmes.domain.definition import Programme


def item_of(session: Session, case: CaseFile, item_id: int) -> CorrectionItem:
    """One item of the case."""
    found = next((row for row in list_corrections(session, case.id) if row.id == item_id), None)
    if found is None:
        raise NotFound("case.correction.unknown", _("没有这项补正要求。"))
    return found


def subject_text(programme: Programme, row: CorrectionItem) -> str:
    """What it is about."""
    subject = subject_of(programme, row.kind, row.code)
    return str(subject) if subject else _("其他")


def answer_form(row: CorrectionItem) -> Bound[Any]:
    """The form that answers it, with the answer that stands there."""
    return empty({"answer": row.answer, "version": row.version})
