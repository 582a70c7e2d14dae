"""What a programme file says: the strict shape of `seeds/programmes/<code>/<version>.yaml`.

Everything a case needs to know about its procedure is here; no other code names a stage, an action or a date.
"""

import re
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.kit.actor import Role
from app.kit.i18n import Bilingual
from app.programmes.domain.due import DueRule

CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
VERSION = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.r([1-9]\d*))?")

StageCode = Annotated[str, Field(pattern=rf"^{CODE.pattern}$", max_length=40)]
Turn = Literal["bureau", "enterprise", "province", "none"]
Outcome = Literal["finished", "rejected", "withdrawn"]
Marker = Literal["submitted", "recommended", "accepted", "certified"]
Effect = Literal["submit", "certify", "release-rights"]
Confidence = Literal["seen", "copy", "recalled", "recalled-low", "inferred"]
By = Literal["caseworker", "section_head", "administrator", "enterprise"]


class Strict(BaseModel):
    """A part of a seed file: unknown keys are refused and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Strict):
    """A document that the programme rests on."""

    id: StageCode
    document: Bilingual
    issued_by: Bilingual | None = None


class Citation(Strict):
    """Where a value stands: source, clause, and how sure we are of it."""

    source: StageCode
    clause: Bilingual | None = None
    confidence: Confidence

    @property
    def unverified(self) -> bool:
        """Whether the bureau should check this before relying on it."""
        return self.confidence in ("recalled-low", "inferred")


class Cited(Strict):
    """Something that says where it comes from."""

    cites: tuple[Citation, ...] = ()

    @property
    def unverified(self) -> bool:
        """Whether any of its citations is only inferred or half remembered."""
        return any(citation.unverified for citation in self.cites)


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


class NeededField(Strict):
    """A value asked for when an action is taken."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
    label: Bilingual
    kind: Literal["text", "long-text", "date"] = "text"
    required: bool = True
    pattern: str | None = None
    hint: Bilingual | None = None

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"'{value}' is not a regular expression: {error}") from None
        return value


class VerdictGuard(Strict):
    """The verdict of a policy that an action looks at: only said aloud (`warn`) or insisted on (`require`)."""

    policy: StageCode
    mode: Literal["warn", "require"]


class Needs(Strict):
    """What must be given or true before an action is taken."""

    reason: bool = False
    fields: tuple[NeededField, ...] = ()
    verdict: VerdictGuard | None = None


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

    @property
    def roles(self) -> frozenset[Role]:
        """The officer roles that may take this step."""
        return frozenset(Role(by) for by in self.by if by != "enterprise")

    @property
    def by_enterprise(self) -> bool:
        """Whether the firm itself may take this step."""
        return "enterprise" in self.by


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
    sources: tuple[Source, ...]
    policies: tuple[StageCode, ...] = ()
    uses_class_two: bool = False
    certificate: CertificateRule | None = None
    rounds: tuple[RoundTemplate, ...] = ()
    stages: tuple[Stage, ...]
    actions: tuple[StageAction, ...]
    milestones: tuple[MilestoneTemplate, ...] = ()

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

    def stage(self, code: str) -> Stage:
        """The stage `code`; a KeyError means a corrupted case, never bad input."""
        return self._stages[code]

    def find_action(self, code: str) -> StageAction | None:
        """The action `code`, or None."""
        return next((action for action in self.actions if action.code == code), None)

    def actions_from(self, stage: str) -> tuple[StageAction, ...]:
        """What can be done in `stage`, in the order of the file."""
        return tuple(action for action in self.actions if stage in action.from_)

    def milestones_made_at(self, moment: str) -> tuple[MilestoneTemplate, ...]:
        """The milestones that come into being at `opening` or on entering a stage."""
        return tuple(template for template in self.milestones if template.made_at == moment)

    def source(self, source_id: str) -> Source:
        """The document cited as `source_id`."""
        return next(source for source in self.sources if source.id == source_id)
