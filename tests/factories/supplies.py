"""What a step insists on, put on file as bare rows: answers, documents, milestones done, approvals of new officers."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.domain.needs import Need, needs_of, refusing
from app.cases.models import Approval, CaseFile, Milestone
from app.cases.supplies import load_supplies
from app.cases.supply.models import CaseAnswer, CaseMaterial, CorrectionItem
from app.demo.supplied import example_answer
from app.files.models import Document, StoredFile
from app.kit.actor import Actor
from app.kit.clock import today
from app.programmes.domain.definition import Programme, StageAction
from app.programmes.domain.supplied import MaterialTemplate
from app.programmes.queries import get_version
from tests.support import people


class _Supplier:
    """Gives one case what it lacks, in the name of `actor`."""

    def __init__(self, session: Session, actor: Actor, now: datetime, case: CaseFile, programme: Programme) -> None:
        self._session, self._case, self._programme, self._now = session, case, programme, now
        self._actor = actor
        self._by = {"by_kind": str(actor.kind), "by_id": actor.id, "by_name": actor.name}

    def lacking(self, action: StageAction) -> list[Need]:
        """What `action` is refused for and what can be put on file; verdicts and opinions are not."""
        supplies = load_supplies(self._session, [self._case], today(self._now))[self._case.id]
        needs = refusing(needs_of(self._programme, action, supplies))
        return [need for need in needs if need.step == action.code and need.kind in self._giving()]

    def give(self, need: Need) -> None:
        self._giving()[need.kind](need)
        self._session.flush()

    def _giving(self) -> dict[str, Callable[[Need], None]]:
        return {
            "question": self._answer,
            "material": self._material,
            "milestone": self._milestone,
            "approval": self._approval,
            "correction": self._correction,
        }

    def _answer(self, need: Need) -> None:
        question = next(asked for asked in self._programme.questions if asked.code == need.code)
        value = example_answer(question, today(self._now), self._case.id)
        held = {"case_id": self._case.id, "question": need.code, "value": value, "draft": False}
        self._session.add(CaseAnswer(**held, at=self._now, **self._by))

    def _material(self, need: Need) -> None:
        template = next(asked for asked in self._programme.materials if asked.code == need.code)
        for _copy in range(need.count):
            held = {"material": need.code, "year": need.year, "document_id": self._document(template, need.year)}
            self._session.add(CaseMaterial(case_id=self._case.id, state="supplied", at=self._now, **held, **self._by))

    def _document(self, template: MaterialTemplate, year: int | None) -> int:
        title = template.title.zh
        file = StoredFile(sha256="0" * 64, size=9, kind="pdf", name=f"{title}.pdf", at=self._now, **self._by)
        self._session.add(file)
        self._session.flush()
        held = {"kind": template.document, "title": title, "year": year, "file_id": file.id}
        row = Document(enterprise_id=self._case.enterprise_id, added_at=self._now, **held, **self._by)
        self._session.add(row)
        self._session.flush()
        return row.id

    def _milestone(self, need: Need) -> None:
        row = self._session.scalars(
            select(Milestone).where(
                Milestone.case_id == self._case.id, Milestone.code == need.code, Milestone.done_on.is_(None)
            )
        ).one()
        row.done_on, row.done_by = today(self._now), self._actor.name

    def _approval(self, need: Need) -> None:
        action = self._programme.find_action(need.step)
        assert action is not None and action.needs.approvals is not None
        for _missing in range(need.count):
            approver = people.officer(self._session, role=action.needs.approvals.by[0])
            given = {"officer_id": approver.id, "officer_name": approver.name, "role": str(approver.role)}
            self._session.add(Approval(case_id=self._case.id, action=need.step, at=self._now, **given))

    def _correction(self, need: Need) -> None:
        row = self._session.get_one(CorrectionItem, int(need.code))
        if need.by == "enterprise":
            row.answer, row.answered_by, row.answered_at = "已补正", self._actor.name, self._now
        else:
            row.settled_on = today(self._now)


def supply(session: Session, actor: Actor, now: datetime, case: CaseFile, action: str) -> None:
    """Put on file what `action` would be refused for in the stage of `case`; nothing where it is no step there."""
    programme = get_version(session, case.programme_code, case.programme_version)
    step = programme.find_action(action)
    if step is None or case.stage not in step.from_:
        return
    supplier = _Supplier(session, actor, now, case, programme)
    while lacking := supplier.lacking(step):
        for need in lacking:
            supplier.give(need)
