"""The evidence of a case as of an instant: which file served what, under its hash, and its name inside the archive."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.duties.models import CaseDuty
from app.cases.duties.words import duty_title
from app.cases.models import CaseFile
from app.cases.opinions.models import Opinion
from app.cases.opinions.queries import department_names, list_documents
from app.cases.printouts.as_of import EventContent, materials_after
from app.cases.printouts.file_names import file_name
from app.cases.supply.domain import MaterialState
from app.files.domain.kinds import HANDLING, FileKind
from app.files.models import Document
from app.kit.i18n import N_, _
from app.programmes.domain.definition import Programme

FOLDER = "证据材料"
_STATES = {
    MaterialState.SUPPLIED: N_("待审核"),
    MaterialState.ACCEPTED: N_("已通过"),
    MaterialState.RETURNED: N_("已退回"),
}


@dataclass(frozen=True)
class Evidence:
    """One file of the case: what it serves, what it is, its SHA-256 and size in bytes, and its path in the archive."""

    ordinal: int
    serves: str
    title: str
    name: str
    kind: str
    size: int
    sha256: str
    valid_until: str
    state: str
    path: str


@dataclass(frozen=True)
class _Item:
    """What a document serves, and how it stood."""

    serves: str
    document_id: int
    state: str = ""


def evidence_until(
    session: Session, case: CaseFile, programme: Programme, reported: Sequence[EventContent], until: datetime
) -> tuple[Evidence, ...]:
    """Materials as the journal tells them, what departments brought, what came with duties; a constant number of queries."""
    items = [
        *_materials(programme, reported),
        *_of_departments(session, case, until),
        *_of_duties(session, case, until),
    ]
    documents = list_documents(session, [item.document_id for item in items])
    known = [(item, documents[item.document_id]) for item in items if item.document_id in documents]
    return tuple(_evidence(number, item, document) for number, (item, document) in enumerate(known, start=1))


def _materials(programme: Programme, reported: Sequence[EventContent]) -> Iterator[_Item]:
    titles: Mapping[str, str] = {template.code: str(template.title) for template in programme.materials}
    order = {code: place for place, code in enumerate(titles)}
    held = materials_after(reported)
    for served in sorted(held, key=lambda each: (order.get(each.material, len(order)), -(each.year or 0))):
        title = titles.get(served.material, served.material)
        state = _(_STATES[MaterialState(served.state)])
        remark = f"：{served.remark}" if served.remark and served.state == MaterialState.RETURNED else ""
        yield _Item(f"{title} {served.year}" if served.year else title, served.document_id, f"{state}{remark}")


def _of_departments(session: Session, case: CaseFile, until: datetime) -> Iterator[_Item]:
    answered = select(Opinion.department, Opinion.document_id).where(
        Opinion.case_id == case.id, Opinion.answered_at < until, Opinion.document_id.is_not(None)
    )
    names = department_names(session)
    for department, document_id in session.execute(answered.order_by(Opinion.id)):
        assert document_id is not None
        yield _Item(f"{_('部门意见')} {names.get(department, department)}", document_id)


def _of_duties(session: Session, case: CaseFile, until: datetime) -> Iterator[_Item]:
    done = select(CaseDuty).where(CaseDuty.case_id == case.id, CaseDuty.done_at < until).order_by(CaseDuty.id)
    for duty in session.scalars(done):
        for document_id in duty.documents:
            yield _Item(duty_title(duty), int(document_id))


def _evidence(ordinal: int, item: _Item, document: Document) -> Evidence:
    file = document.file
    handling = HANDLING[FileKind(file.kind)]
    ending = PurePath(file.name).suffix.lower()
    if ending not in handling.endings:
        ending = handling.endings[0]
    title = document.title.removesuffix(PurePath(file.name).suffix)
    return Evidence(
        ordinal=ordinal,
        serves=item.serves,
        title=document.title,
        name=file.name,
        kind=_(handling.label),
        size=file.size,
        sha256=file.sha256,
        valid_until=str(document.valid_until or ""),
        state=item.state,
        path=f"{FOLDER}/{ordinal:03d}-{file_name(f'{item.serves}-{title}')}{ending}",
    )
