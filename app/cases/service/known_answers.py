"""What casework knows already of what a firm is to be asked for: answers in open cases, corrections that ask for the same."""

from collections.abc import Iterable

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.cases.supply.domain import CorrectionKind, MaterialState
from app.cases.supply.models import CaseAnswer, CaseMaterial, CorrectionItem
from app.engagement.domain.requests import Cause, RequestKind, RequestObjection
from app.engagement.service.objections import Asking
from app.files.models import Document
from app.kit.clock import shanghai, start_of_day
from app.kit.i18n import _
from app.programmes.queries import load_catalogue


def answers_in_open_cases(session: Session, asking: Asking) -> Iterable[tuple[int, RequestObjection]]:
    """The answer that counts to the question, in a case that is open."""
    if asking.wanted.kind is not RequestKind.ANSWER:
        return
    statement = (
        select(CaseFile.enterprise_id, CaseFile.number)
        .join(CaseAnswer, CaseAnswer.case_id == CaseFile.id)
        .where(
            CaseFile.enterprise_id.in_(asking.enterprise_ids),
            CaseFile.state == CaseState.OPEN,
            CaseAnswer.question == asking.wanted.what,
            CaseAnswer.draft.is_(False),
            CaseAnswer.value != "",
        )
        .order_by(CaseFile.number)
    )
    for enterprise_id, number in session.execute(statement):
        text = _("在办件 %(number)s 中已有答复。") % {"number": number}
        yield enterprise_id, RequestObjection(Cause.ON_FILE, text, f"/cases/{number}/questions")


def corrected_lately(session: Session, asking: Asking) -> Iterable[tuple[int, RequestObjection]]:
    """A correction item within the period that asks for a document of the kind."""
    wanted = asking.wanted
    if wanted.kind is not RequestKind.MATERIAL:
        return
    materials = _materials(session, wanted.what)
    statement = (
        select(CaseFile.enterprise_id, CaseFile.number, CorrectionItem.asked_at)
        .join(CorrectionItem, CorrectionItem.case_id == CaseFile.id)
        .where(
            CaseFile.enterprise_id.in_(asking.enterprise_ids),
            CorrectionItem.kind == CorrectionKind.MATERIAL,
            CorrectionItem.asked_at >= start_of_day(asking.since),
            tuple_(CaseFile.programme_code, CorrectionItem.code).in_(materials),
        )
        .order_by(CorrectionItem.asked_at)
    )
    for enterprise_id, number, asked_at in session.execute(statement) if materials else ():
        reported = {"day": shanghai(asked_at).date().isoformat(), "number": number}
        yield (
            enterprise_id,
            RequestObjection(Cause.ASKED, _("%(day)s 已在 %(number)s 中要求补正。") % reported, f"/cases/{number}"),
        )


def returned_lately(session: Session, asking: Asking) -> Iterable[tuple[int, RequestObjection]]:
    """A document of the kind (and year) that was returned within the period and is waited for anew."""
    wanted = asking.wanted
    if wanted.kind is not RequestKind.MATERIAL:
        return
    statement = (
        select(CaseFile.enterprise_id, CaseFile.number)
        .join(CaseMaterial, CaseMaterial.case_id == CaseFile.id)
        .join(Document, Document.id == CaseMaterial.document_id)
        .where(
            CaseFile.enterprise_id.in_(asking.enterprise_ids),
            CaseMaterial.state == MaterialState.RETURNED,
            CaseMaterial.at >= start_of_day(asking.since),
            Document.kind == wanted.what,
        )
    )
    if wanted.year is not None:
        statement = statement.where(Document.year == wanted.year)
    for enterprise_id, number in session.execute(statement.order_by(CaseFile.number)):
        text = _("在办件 %(number)s 中已退回，正等企业重交。") % {"number": number}
        yield enterprise_id, RequestObjection(Cause.ASKED, text, f"/cases/{number}")


def _materials(session: Session, document_kind: str) -> list[tuple[str, str]]:
    """The materials of all programmes that a document of the kind serves, as (programme, material)."""
    return [
        (programme.code, material.code)
        for programme in load_catalogue(session).known().values()
        for material in programme.materials
        if material.document == document_kind
    ]
