"""Loading what lies with cases, for one or for many: the number of queries does not depend on how many there are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session

from app.cases.domain.supplies import HeldApproval, HeldCorrection, HeldMaterial, HeldOpinion, Supplies
from app.cases.models import Approval, CaseFile, ClassTwoUse, Milestone
from app.cases.opinions.models import Opinion
from app.cases.supply.models import CaseAnswer, CaseMaterial, CorrectionItem
from app.enterprises.models import Enterprise, IntellectualProperty
from app.files.models import Document
from app.kit.i18n import Bilingual
from app.reference.models import Term

T = TypeVar("T")


def load_supplies(session: Session, cases: Sequence[CaseFile], on: date) -> dict[int, Supplies]:
    """What lies with each of `cases` on the day `on`, by its id, without verdicts; ten queries for any number."""
    ids = [case.id for case in cases]
    if not ids:
        return {}
    answers, materials = _answers(session, ids), _materials(session, ids)
    corrections, milestones = _corrections(session, ids), _milestones(session, ids)
    approvals, opinions = _approvals(session, ids), _opinions(session, ids)
    owners, chosen = _class_two(session, cases)
    departments, founded = _departments(session), _founded(session, cases)
    return {
        case.id: Supplies(
            on=on,
            year=case.year,
            answers={row.question: counted for row in answers[case.id] if (counted := _counted(row))},
            drafts=frozenset(row.question for row in answers[case.id] if row.draft),
            materials=tuple(materials[case.id]),
            corrections=tuple(corrections[case.id]),
            milestones_open={row.code: row.due_on for row in milestones[case.id] if _waits(row)},
            milestones_done=frozenset(row.code for row in milestones[case.id] if row.done_on is not None),
            approvals=tuple(approvals[case.id]),
            opinions=tuple(opinions[case.id]),
            class_two_on_file=case.enterprise_id in owners,
            class_two_chosen=case.id in chosen,
            departments=departments,
            verdicts_seen=False,
            founded_in=founded.get(case.enterprise_id),
        )
        for case in cases
    }


def _waits(row: Milestone) -> bool:
    return row.done_on is None and row.lapsed_on is None


def _grouped(pairs: Iterable[tuple[int, T]]) -> Mapping[int, list[T]]:
    found: defaultdict[int, list[T]] = defaultdict(list)
    for case_id, item in pairs:
        found[case_id].append(item)
    return found


def _counted(row: Any) -> str:
    """The answer that counts: what was handed in last, whatever is being drafted over it."""
    return (row.handed_in or "") if row.draft else row.value


def _answers(session: Session, ids: Sequence[int]) -> Mapping[int, list[Any]]:
    columns = (CaseAnswer.case_id, CaseAnswer.question, CaseAnswer.value, CaseAnswer.draft, CaseAnswer.handed_in)
    rows = session.execute(select(*columns).where(CaseAnswer.case_id.in_(ids)))
    return _grouped((row.case_id, row) for row in rows)


def _materials(session: Session, ids: Sequence[int]) -> Mapping[int, list[HeldMaterial]]:
    statement = (
        select(CaseMaterial.case_id, CaseMaterial.material, CaseMaterial.year, CaseMaterial.state, Document.valid_until)
        .join(Document, Document.id == CaseMaterial.document_id)
        .where(CaseMaterial.case_id.in_(ids), CaseMaterial.state != "removed", Document.withdrawn_at.is_(None))
    )
    return _grouped(
        (row.case_id, HeldMaterial(row.material, row.year, row.state, row.valid_until))
        for row in session.execute(statement)
    )


def _corrections(session: Session, ids: Sequence[int]) -> Mapping[int, list[HeldCorrection]]:
    statement = (
        select(CorrectionItem)
        .where(CorrectionItem.case_id.in_(ids), CorrectionItem.settled_on.is_(None))
        .order_by(CorrectionItem.id)
    )
    return _grouped(
        (row.case_id, HeldCorrection(row.id, row.remark, row.answered_at is not None, row.due_on))
        for row in session.scalars(statement)
    )


def _milestones(session: Session, ids: Sequence[int]) -> Mapping[int, list[Any]]:
    columns = (Milestone.case_id, Milestone.code, Milestone.due_on, Milestone.done_on, Milestone.lapsed_on)
    rows = session.execute(select(*columns).where(Milestone.case_id.in_(ids)))
    return _grouped((row.case_id, row) for row in rows)


def _approvals(session: Session, ids: Sequence[int]) -> Mapping[int, list[HeldApproval]]:
    statement = select(Approval.case_id, Approval.action, Approval.officer_id, Approval.role).where(
        Approval.case_id.in_(ids), Approval.lapsed_at.is_(None)
    )
    rows = session.execute(statement)
    return _grouped((row.case_id, HeldApproval(row.action, row.officer_id, row.role)) for row in rows)


def _opinions(session: Session, ids: Sequence[int]) -> Mapping[int, list[HeldOpinion]]:
    """Newest first, so that the first one found of a department is the one that counts."""
    statement = (
        select(Opinion.case_id, Opinion.department, Opinion.outcome, Opinion.due_on)
        .where(Opinion.case_id.in_(ids), Opinion.withdrawn_at.is_(None))
        .order_by(Opinion.id.desc())
    )
    rows = session.execute(statement)
    return _grouped((row.case_id, HeldOpinion(row.department, row.outcome, row.due_on)) for row in rows)


def _class_two(session: Session, cases: Sequence[CaseFile]) -> tuple[set[int], set[int]]:
    """The firms with class II property on file, and the cases that one serves."""
    firms = {case.enterprise_id for case in cases}
    owners = select(IntellectualProperty.enterprise_id).where(
        IntellectualProperty.enterprise_id.in_(firms), IntellectualProperty.ip_class == 2
    )
    used = select(CaseFile.id).where(
        CaseFile.id.in_([case.id for case in cases]),
        exists().where(and_(ClassTwoUse.case_id == CaseFile.id, ClassTwoUse.released_on.is_(None))),
    )
    return set(session.scalars(owners.distinct())), set(session.scalars(used))


def _founded(session: Session, cases: Sequence[CaseFile]) -> dict[int, int]:
    """The years in which the firms were registered, where they are known."""
    firms = {case.enterprise_id for case in cases}
    rows = session.execute(select(Enterprise.id, Enterprise.registered_on).where(Enterprise.id.in_(firms)))
    return {row.id: row.registered_on.year for row in rows if row.registered_on is not None}


def _departments(session: Session) -> dict[str, Bilingual]:
    rows = session.execute(select(Term.code, Term.name_zh, Term.name_en).where(Term.vocabulary == "department"))
    return {row.code: Bilingual(zh=row.name_zh, en=row.name_en) for row in rows}
