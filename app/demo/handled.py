"""A few fictional cases handled in full through the very use cases: documents, answers, clocks and duties as real ones have them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.domain.needs import Need, insisted_on, next_action
from app.cases.models import CaseFile, Milestone
from app.cases.schemas import ApproveStep, CompleteMilestone, OpenCase, TakeStep
from app.cases.service.approving import approve_step
from app.cases.service.milestones import complete_milestone
from app.cases.service.moving import take_step
from app.cases.service.opening import open_case
from app.cases.supplies import load_supplies
from app.cases.supply.schemas import HandIn, UploadMaterial
from app.cases.supply.service.answers import hand_in_answers
from app.cases.supply.service.materials import upload_material
from app.demo.supplied import example_answer, example_paper
from app.enterprises.models import Enterprise
from app.files.vault import Upload, Vault
from app.kit.actor import Actor
from app.kit.clock import today
from app.programmes.domain.definition import Programme, StageAction
from app.programmes.queries import get_version

PACE = timedelta(days=6)


@dataclass(frozen=True)
class CaseHandlers:
    """Who handles: the officer in charge, the section head, whoever supplies for the firm; and where documents go."""

    session: Session
    vault: Vault
    officer: Actor
    head: Actor
    firm: Actor


class Handled:
    """One case under way; its own clock goes from `begun` to the present, so many days a step."""

    def __init__(
        self, desk: CaseHandlers, enterprise: Enterprise, programme: str, begun: datetime, present: datetime
    ) -> None:
        self._desk, self._present, self.now = desk, present, begun
        command = OpenCase(enterprise_id=enterprise.id, programme=programme, year=today(begun).year)
        self.row: CaseFile = open_case(desk.session, actor=desk.officer, now=begun, command=command).row
        self._programme: Programme = get_version(desk.session, programme, self.row.programme_version)

    def lead(self, stage: str = "", steps: int = 20) -> CaseFile:
        """Take the main steps until the case stands in `stage`, has ended, or so many were taken."""
        while self.row.state == "open" and self.row.stage != stage and steps:
            action = next_action(self._programme, self.row.stage)
            if action is None:
                break
            self.pass_time()
            self.supply(action)
            values = {field.code: example_answer(field, today(self.now), self.row.id) for field in action.needs.fields}
            self.take(action.code, values=values)
            steps -= 1
        return self.row

    def pass_time(self) -> None:
        """Some days later, never beyond the present."""
        self.now = min(self.now + PACE, self._present)

    def take(self, action: str, **given: object) -> None:
        """One step by the officer in charge, or by the section head where it is the head's."""
        step = self._programme.find_action(action)
        by_officer = step is not None and self._desk.officer.role in step.roles
        actor = self._desk.officer if by_officer else self._desk.head
        command = TakeStep.model_validate({"action": action, "version": self.row.version, **given})
        take_step(self._desk.session, actor=actor, now=self.now, number=self.row.number, command=command)

    def supply(self, action: StageAction) -> None:
        """Give what the step would be refused for."""
        give = {"material": self._material, "milestone": self._milestone, "approval": self._approval}
        while lacking := self._lacking(action):
            self._answer([need.code for need in lacking if need.kind == "question"])
            for need in lacking:
                if need.kind in give:
                    give[need.kind](need)

    def _lacking(self, action: StageAction) -> list[Need]:
        self._desk.session.flush()
        supplies = load_supplies(self._desk.session, [self.row], today(self.now))[self.row.id]
        kinds = {"question", "material", "milestone", "approval"}
        needs = insisted_on(self._programme, action, supplies)
        return [need for need in needs if need.step == action.code and need.kind in kinds]

    def _answer(self, codes: list[str]) -> None:
        asked = [question for question in self._programme.questions if question.code in codes]
        values = {question.code: example_answer(question, today(self.now), self.row.id) for question in asked}
        if values:
            command = HandIn(values=values, was=dict.fromkeys(values, ""))
            hand_in_answers(
                self._desk.session, actor=self._desk.firm, now=self.now, number=self.row.number, command=command
            )

    def _material(self, need: Need) -> None:
        template = next(asked for asked in self._programme.materials if asked.code == need.code)
        actor = self._desk.officer if template.supplied_by == "bureau" else self._desk.firm
        for copy in range(need.count):
            source = BytesIO(example_paper(f"{self.row.number} {need.code} {need.year or ''} {copy + 1}"))
            upload_material(
                self._desk.session,
                self._desk.vault,
                actor=actor,
                now=self.now,
                number=self.row.number,
                upload=Upload(source, f"{need.code}.pdf"),
                command=UploadMaterial(material=need.code, year=need.year, title=f"{template.title.zh[:60]}（示例）"),
            )

    def _milestone(self, need: Need) -> None:
        session = self._desk.session
        open_ones = select(Milestone).where(Milestone.case_id == self.row.id, Milestone.done_on.is_(None))
        row = session.scalars(open_ones.where(Milestone.code == need.code)).one()
        done = CompleteMilestone(version=row.version, done_on=today(self.now), note="虚构示例数据")
        actor, number = self._desk.officer, self.row.number
        complete_milestone(session, actor=actor, now=self.now, number=number, milestone_id=row.id, command=done)

    def _approval(self, need: Need) -> None:
        command = ApproveStep(action=need.step, version=self.row.version, note="同意（示例）")
        approve_step(self._desk.session, actor=self._desk.head, now=self.now, number=self.row.number, command=command)
