"""What a programme file says: the strict shape of `seeds/programmes/<code>/<version>.yaml`.

Everything a case needs to know about its procedure is here; no other code names a stage, an action or a date.
"""

import re
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from app.kit.actor import Role
from app.kit.i18n import Bilingual
from app.kit.inputs import StrictModel
from app.programmes.domain.citations import Cited, CitedDocument, StageCode
from app.programmes.domain.due import DueRule, WorkingDays
from app.programmes.domain.duties import DutyRule
from app.programmes.domain.supplied import MaterialTemplate, NeededField, Question

VERSION = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.r([1-9]\d*))?")

Turn = Literal["bureau", "enterprise", "province", "none"]
Outcome = Literal["finished", "rejected", "withdrawn"]
Marker = Literal["submitted", "recommended", "accepted", "certified"]
Effect = Literal["submit", "certify", "release-rights", "send-back"]
OfficerRole = Literal["caseworker", "section_head", "administrator"]
By = Literal["caseworker", "section_head", "administrator", "enterprise"]
Told = Literal["enterprise", "officer", "section_head"]


class Stage(Cited):
    """A stage with its three wordings: for the bureau, for the firm, and for the firm before it is reached."""

    code: StageCode
    name: Bilingual
    public: Bilingual
    upcoming: Bilingual
    turn: Turn
    kind: Literal["normal", "final"] = "normal"
    path: Literal["main", "side"] = "main"
    outcome: Outcome | None = None
    counts_as: tuple[Marker, ...] = ()

    @property
    def is_final(self) -> bool:
        """Whether a case ends here."""
        return self.kind == "final"


class VerdictGuard(StrictModel):
    """The verdict of a policy that an action looks at: only said aloud (`warn`) or insisted on (`require`)."""

    policy: StageCode
    mode: Literal["warn", "require"]


class ApprovalGuard(StrictModel):
    """How many different officers of which roles must have approved a step before it is taken."""

    by: tuple[OfficerRole, ...]
    number: Annotated[int, Field(ge=1, le=5)] = 1

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles whose approval counts."""
        return frozenset(Role(by) for by in self.by)


class OpinionGuard(StrictModel):
    """A department whose opinion is asked: only asked for (`advise`), or answered without objection before the step (`require`)."""

    department: StageCode
    mode: Literal["advise", "require"]
    question: Bilingual


class Needs(StrictModel):
    """What must be given or true before an action is taken.

    Materials and questions of the case name the action that needs them themselves (`needed_for`).
    """

    reason: bool = False
    fields: tuple[NeededField, ...] = ()
    milestones: tuple[StageCode, ...] = ()
    verdict: VerdictGuard | None = None
    approvals: ApprovalGuard | None = None
    opinions: tuple[OpinionGuard, ...] = ()


class StageAction(Cited):
    """A step from some stages to another one: who may take it, what it needs and what it brings about."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    code: StageCode
    label: Bilingual
    from_: tuple[StageCode, ...] = Field(alias="from")
    to: StageCode
    by: tuple[By, ...]
    weight: Literal["main", "other", "grave"] = "other"
    date_label: Bilingual | None = None
    needs: Needs = Needs()
    effects: tuple[Effect, ...] = ()
    tell: tuple[Told, ...] = ("enterprise",)

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The officer roles that may take this step."""
        return frozenset(Role(by) for by in self.by if by != "enterprise")

    @property
    def by_enterprise(self) -> bool:
        """Whether the firm itself may take this step."""
        return "enterprise" in self.by


class Clock(Cited):
    """A time limit in working days that runs from entering one of `starts_at` until one of `ends_at` is entered.

    It stands still while the stage is the turn of anyone not in `runs_while`. `working_days` is empty where no document
    names a figure: the bureau sets it (`ProgrammeSetting`).
    """

    code: StageCode
    title: Bilingual
    starts_at: tuple[StageCode, ...]
    ends_at: tuple[StageCode, ...]
    runs_while: tuple[Turn, ...] = ("bureau",)
    working_days: WorkingDays | None = None


class DutyTemplate(Cited):
    """Something to be done again and again, or after the end: quarterly figures, yearly report, grading, reminders.

    `made_at` is the stage whose entry brings the duties about (a final one for after-care). `missed_limit` is how many
    missed ones lose the firm its certificate.
    """

    code: StageCode
    title: Bilingual
    hint: Bilingual | None = None
    by: Literal["enterprise", "bureau"]
    made_at: StageCode
    due: DutyRule = Field(discriminator="rule")
    fields: tuple[NeededField, ...] = ()
    documents: tuple[StageCode, ...] = ()
    missed_limit: Annotated[int, Field(ge=1, le=10)] | None = None


class MilestoneTemplate(Cited):
    """Something due in every case, made when the case opens or enters a stage."""

    code: StageCode
    title: Bilingual
    made_at: StageCode | Literal["opening"]
    due: DueRule = Field(discriminator="rule")


class RoundTemplate(Cited):
    """A round of intake; an empty cut-off is set by the bureau."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    code: StageCode
    title: Bilingual
    bureau_cutoff_on: date | None = None
    province_cutoff_on: date | None = None


class CertificateRule(Cited):
    """The certificate that the programme ends in; `validity_years` empty means no expiry."""

    kind: StageCode
    validity_years: Annotated[int, Field(ge=1, le=20)] | None = None


class Programme(Cited):
    """One version of a programme."""

    code: StageCode
    version: Annotated[str, Field(pattern=rf"^{VERSION.pattern}$")]
    supersedes: Annotated[str, Field(pattern=rf"^{VERSION.pattern}$")] | None = None
    title: Bilingual
    summary: Bilingual
    bureau_mark: Annotated[str, Field(pattern=r"^[A-Z]{2,4}$")]
    mark: Annotated[str, Field(pattern=r"^[A-Z]{2,4}$")]
    level: Literal["national", "provincial", "municipal"]
    authority: Bilingual
    sources: tuple[CitedDocument, ...]
    policies: tuple[StageCode, ...] = ()
    uses_class_two: bool = False
    certificate: CertificateRule | None = None
    rounds: tuple[RoundTemplate, ...] = ()
    stages: tuple[Stage, ...]
    actions: tuple[StageAction, ...]
    milestones: tuple[MilestoneTemplate, ...] = ()
    questions: tuple[Question, ...] = ()
    materials: tuple[MaterialTemplate, ...] = ()
    clocks: tuple[Clock, ...] = ()
    duties: tuple[DutyTemplate, ...] = ()

    @property
    def effective_on(self) -> date:
        """The day from which this version applies to new cases."""
        return date.fromisoformat(self.version[:10])

    @property
    def revision(self) -> int:
        """0 for the first publication of its date, N for `.rN`."""
        match = VERSION.fullmatch(self.version)
        return int(match.group(2) or 0) if match else 0

    @property
    def start(self) -> Stage:
        """The stage in which a case begins: the first one of the file."""
        return self.stages[0]

    @property
    def main_path(self) -> tuple[Stage, ...]:
        """The stages of a smooth run, in order."""
        return tuple(stage for stage in self.stages if stage.path == "main")

    @cached_property
    def _stages(self) -> dict[str, Stage]:
        return {stage.code: stage for stage in self.stages}

    @cached_property
    def _actions(self) -> dict[str, StageAction]:
        return {action.code: action for action in reversed(self.actions)}

    @cached_property
    def _by_stage(self) -> dict[str, tuple[StageAction, ...]]:
        stages = {code for action in self.actions for code in action.from_}
        return {code: tuple(action for action in self.actions if code in action.from_) for code in stages}

    @cached_property
    def _made_before(self) -> dict[str, frozenset[str]]:
        main = [stage.code for stage in self.main_path]
        found = {}
        for action in self.actions:
            behind = set(main[: main.index(action.to)] if action.to in main else ()) | {*action.from_, "opening"}
            found[action.code] = frozenset(made.code for made in self.milestones if made.made_at in behind)
        return found

    def made_before(self, action: StageAction) -> frozenset[str]:
        """The milestones that belong before `action`: made at the opening or in a stage that the step leaves behind."""
        return self._made_before[action.code]

    def stage(self, code: str) -> Stage:
        """The stage `code`; a KeyError means a corrupted case, never bad input."""
        return self._stages[code]

    def find_stage(self, code: str) -> Stage | None:
        """The stage `code`, or None: a case may have been in one that only an older version knows."""
        return self._stages.get(code)

    def find_action(self, code: str) -> StageAction | None:
        """The action `code`, or None."""
        return self._actions.get(code)

    def actions_from(self, stage: str) -> tuple[StageAction, ...]:
        """What can be done in `stage`, in the order of the file."""
        return self._by_stage.get(stage, ())

    def milestones_made_at(self, moment: str) -> tuple[MilestoneTemplate, ...]:
        """The milestones that come into being at `opening` or on entering a stage."""
        return tuple(template for template in self.milestones if template.made_at == moment)

    def source(self, source_id: str) -> CitedDocument:
        """The document cited as `source_id`."""
        return next(source for source in self.sources if source.id == source_id)
