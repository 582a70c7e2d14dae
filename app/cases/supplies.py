"""What lies with cases, loaded once: `load_contents` one case row by row, `load_supplies` many as far as steps look at it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.cases.domain.rights import Right
from app.cases.domain.supplies import HeldApproval, HeldCorrection, HeldMaterial, HeldOpinion, Supplies
from app.cases.models import Approval, CaseFile, ClassTwoUse, Milestone
from app.cases.opinions.models import Opinion
from app.cases.opinions.queries import list_of_case
from app.cases.queries import list_approvals, list_milestones, list_rights
from app.cases.supply.domain import MaterialState
from app.cases.supply.models import CaseAnswer, CaseMaterial, CorrectionItem
from app.cases.supply.queries import list_answers, list_corrections, list_materials
from app.enterprises.models import IntellectualProperty
from app.files.models import Document
from app.kit.i18n import Bilingual
from app.kit.membership import one_of
from app.reference.queries import term_names

T = TypeVar("T")


@dataclass(frozen=True)
class CaseContents:
    """What lies with one case, as one load found it: pages show its rows, steps are decided by its `supplies`.

    `answers` and `departments` by code; `materials` with their documents, without those removed; `corrections` of the
    latest round first, `opinions` the newest first; `rights` are the firm's, each with the case that it serves.
    """

    case: CaseFile
    answers: Mapping[str, CaseAnswer]
    materials: Sequence[CaseMaterial]
    corrections: Sequence[CorrectionItem]
    milestones: Sequence[Milestone]
    approvals: Sequence[Approval]
    opinions: Sequence[Opinion]
    rights: Sequence[Right]
    departments: Mapping[str, Bilingual]

    def supplies(self, on: date) -> Supplies:
        """What needs are held against on the day `on`, without verdicts."""
        case, registered_on = self.case, self.case.enterprise.registered_on
        return Supplies(
            on=on,
            year=case.year,
            answers={code: counted for code, row in self.answers.items() if (counted := _counted(row))},
            drafts=frozenset(code for code, row in self.answers.items() if row.draft),
            materials=tuple(
                HeldMaterial(row.material, row.year, row.state, row.document.valid_until)
                for row in self.materials
                if row.document.withdrawn_at is None
            ),
            corrections=tuple(
                HeldCorrection(row.id, row.remark, row.answered_at is not None, row.due_on)
                for row in sorted(self.corrections, key=lambda row: row.id)
                if row.settled_on is None
            ),
            milestones_open={row.code: row.due_on for row in self.milestones if is_waiting(row)},
            milestones_done=frozenset(row.code for row in self.milestones if row.done_on is not None),
            approvals=tuple(
                HeldApproval(row.action, row.officer_id, row.role) for row in self.approvals if row.lapsed_at is None
            ),
            opinions=tuple(
                HeldOpinion(row.department, row.outcome, row.due_on)
                for row in self.opinions
                if row.withdrawn_at is None
            ),
            class_two_on_file=any(right.ip_class == 2 for right in self.rights),
            class_two_chosen=any(right.used_by_number == case.number for right in self.rights),
            departments=self.departments,
            verdicts_seen=False,
            founded_in=registered_on.year if registered_on else None,
        )


def load_contents(session: Session, case: CaseFile) -> CaseContents:
    """What lies with `case`, row by row; eight queries."""
    return CaseContents(
        case=case,
        answers=list_answers(session, case.id),
        materials=list_materials(session, case.id),
        corrections=list_corrections(session, case.id),
        milestones=list_milestones(session, case),
        approvals=list_approvals(session, case.id),
        opinions=list_of_case(session, case.id),
        rights=list_rights(session, case.enterprise_id),
        departments=term_names(session, "department"),
    )


def load_supplies(session: Session, cases: Sequence[CaseFile], on: date) -> dict[int, Supplies]:
    """The supplies of each of `cases`, by its id; eight queries for any number, of the columns that needs look at."""
    ids = [case.id for case in cases]
    if not ids:
        return {}
    answers, materials, rights = _answers(session, ids), _materials(session, ids), _rights(session, cases)
    corrections, milestones = _corrections(session, ids), _milestones(session, ids)
    approvals, opinions = _approvals(session, ids), _opinions(session, ids)
    departments = term_names(session, "department")
    return {
        case.id: CaseContents(
            case=case,
            answers={row.question: row for row in answers[case.id]},
            materials=materials[case.id],
            corrections=corrections[case.id],
            milestones=milestones[case.id],
            approvals=approvals[case.id],
            opinions=opinions[case.id],
            rights=rights[case.enterprise_id],
            departments=departments,
        ).supplies(on)
        for case in cases
    }


def is_waiting(row: Milestone) -> bool:
    """Whether a milestone is neither done nor lapsed."""
    return row.done_on is None and row.lapsed_on is None


def _counted(row: CaseAnswer) -> str:
    """The answer that counts: what was handed in last, whatever is being drafted over it."""
    return (row.handed_in or "") if row.draft else row.value


# -- of many cases: bare columns, for a board holds hundreds of them -------------------------------------------------------


class _Supplied(NamedTuple):
    """A material with the columns of its document."""

    material: str
    year: int | None
    state: str
    document: Any


def _grouped(pairs: Iterable[tuple[int, T]]) -> Mapping[int, list[T]]:
    found: defaultdict[int, list[T]] = defaultdict(list)
    for key, item in pairs:
        found[key].append(item)
    return found


def _by_case(session: Session, statement: Any) -> Mapping[int, list[Any]]:
    return _grouped((row.case_id, row) for row in session.execute(statement))


def _answers(session: Session, ids: Sequence[int]) -> Mapping[int, list[Any]]:
    columns = (CaseAnswer.case_id, CaseAnswer.question, CaseAnswer.value, CaseAnswer.draft, CaseAnswer.handed_in)
    return _by_case(session, select(*columns).where(one_of(CaseAnswer.case_id, ids)))


def _materials(session: Session, ids: Sequence[int]) -> Mapping[int, list[Any]]:
    row, document = CaseMaterial, (Document.valid_until, Document.withdrawn_at)
    statement = (
        select(row.case_id, row.material, row.year, row.state, *document)
        .join(Document, Document.id == row.document_id)
        .where(one_of(row.case_id, ids), row.state != MaterialState.REMOVED)
        .order_by(row.id)
    )
    found = session.execute(statement)
    return _grouped((held.case_id, _Supplied(held.material, held.year, held.state, held)) for held in found)


def _corrections(session: Session, ids: Sequence[int]) -> Mapping[int, list[Any]]:
    item = CorrectionItem
    columns = (item.case_id, item.id, item.remark, item.answered_at, item.due_on, item.settled_on)
    return _by_case(session, select(*columns).where(one_of(item.case_id, ids), item.settled_on.is_(None)))


def _milestones(session: Session, ids: Sequence[int]) -> Mapping[int, list[Any]]:
    columns = (Milestone.case_id, Milestone.code, Milestone.due_on, Milestone.done_on, Milestone.lapsed_on)
    return _by_case(session, select(*columns).where(one_of(Milestone.case_id, ids)).order_by(Milestone.id))


def _approvals(session: Session, ids: Sequence[int]) -> Mapping[int, list[Any]]:
    columns = (Approval.case_id, Approval.action, Approval.officer_id, Approval.role, Approval.lapsed_at)
    in_force = Approval.lapsed_at.is_(None)
    return _by_case(session, select(*columns).where(one_of(Approval.case_id, ids), in_force).order_by(Approval.id))


def _opinions(session: Session, ids: Sequence[int]) -> Mapping[int, list[Any]]:
    columns = (Opinion.case_id, Opinion.department, Opinion.outcome, Opinion.due_on, Opinion.withdrawn_at)
    in_force = Opinion.withdrawn_at.is_(None)
    return _by_case(session, select(*columns).where(one_of(Opinion.case_id, ids), in_force).order_by(Opinion.id.desc()))


def _rights(session: Session, cases: Sequence[CaseFile]) -> Mapping[int, list[Any]]:
    """By firm: its class II property, and whatever else serves a case."""
    right, number = IntellectualProperty, CaseFile.number.label("used_by_number")
    statement = (
        select(right.enterprise_id, right.ip_class, number)
        .outerjoin(ClassTwoUse, and_(ClassTwoUse.ip_id == right.id, ClassTwoUse.released_on.is_(None)))
        .outerjoin(CaseFile, CaseFile.id == ClassTwoUse.case_id)
        .where(one_of(right.enterprise_id, {case.enterprise_id for case in cases}))
        .where(or_(right.ip_class == 2, ClassTwoUse.id.is_not(None)))
    )
    return _grouped((row.enterprise_id, row) for row in session.execute(statement))
