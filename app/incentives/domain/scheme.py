"""What a scheme says: the strict shape of its file and of what the bureau sets itself.

Formulas are texts here; `domain.plan` binds them to the facts catalogue. What an older version was published as still
reads: a base or a tier in words alone, claw-back as one sentence; a new file must make them computable.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from app.incentives.domain.written import Share, Yuan
from app.kit.i18n import N_, Bilingual
from app.kit.inputs import StrictModel


class GovernmentLevel(StrEnum):
    """Who pays or decides."""

    NATIONAL = "national"
    PROVINCIAL = "provincial"
    MUNICIPAL = "municipal"


class AmountType(StrEnum):
    """How the amount is found; `UNSET` means that no published figure is known and the bureau sets it."""

    FIXED = "fixed"
    RATIO = "ratio"
    TIER = "tier"
    UNSET = "unset"


class Stacking(StrEnum):
    """How a scheme goes with others of the same purpose."""

    HIGHEST_ONLY = "highest-only"
    CUMULATIVE = "cumulative"
    DIFFERENCE = "difference"


class ApplyMode(StrEnum):
    """Whether the firm applies, or is paid without applying (免申即享)."""

    BY_APPLICATION = "by-application"
    WITHOUT_APPLICATION = "without-application"
    BY_RECOMMENDATION = "by-recommendation"


class Status(StrEnum):
    """Whether the scheme was checked against its document."""

    VERIFIED = "VERIFIED"
    UNVERIFIED = "UNVERIFIED"
    EXPIRED = "EXPIRED"


class Origin(StrEnum):
    """Where a scheme version comes from."""

    SEED = "seed"
    BUREAU = "bureau"


LEVEL_LABELS = {
    GovernmentLevel.NATIONAL: N_("国家"),
    GovernmentLevel.PROVINCIAL: N_("省级"),
    GovernmentLevel.MUNICIPAL: N_("市级"),
}
AMOUNT_TYPE_LABELS = {
    AmountType.FIXED: N_("定额"),
    AmountType.RATIO: N_("按比例"),
    AmountType.TIER: N_("分档"),
    AmountType.UNSET: N_("由本局设定"),
}
STACKING_LABELS = {
    Stacking.HIGHEST_ONLY: N_("从高不重复"),
    Stacking.CUMULATIVE: N_("可叠加"),
    Stacking.DIFFERENCE: N_("补差额"),
}
APPLY_MODE_LABELS = {
    ApplyMode.BY_APPLICATION: N_("企业申报"),
    ApplyMode.WITHOUT_APPLICATION: N_("免申即享"),
    ApplyMode.BY_RECOMMENDATION: N_("本局推荐"),
}
STATUS_LABELS = {
    Status.VERIFIED: N_("已核实"),
    Status.UNVERIFIED: N_("待核实"),
    Status.EXPIRED: N_("已失效"),
}
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,58}$")]
FormulaText = Annotated[str, Field(min_length=1, max_length=2_000)]
Occurrence = Literal["first", "renewed"]


class CertificateGained(StrictModel):
    """A certificate was issued: the first of its kind to this firm, a later one, or any."""

    kind: Literal["certificate-gained"]
    certificate: Slug
    occurrence: Literal["first", "renewed", "any"] = "any"


class CaseReached(StrictModel):
    """A case of a programme came to mean something (accepted, recommended …), whatever its stages are called."""

    kind: Literal["case-reached"]
    programme: Slug
    marker: Literal["submitted", "recommended", "accepted", "certified"]


Trigger = Annotated[CertificateGained | CaseReached, Field(discriminator="kind")]


class Tier(StrictModel):
    """One step of a tiered amount: while `when` holds, or at this `grade`, or for this `occurrence`; the last may be
    for all others. It gives an `amount` (with `up_to`: the authority chooses between the two) or a `ratio` of the base.
    `condition` is the tier in words: all that an older version has.
    """

    condition: Bilingual | None = None
    when: FormulaText | None = None
    grade: Slug | None = None
    occurrence: Occurrence | None = None
    amount: Yuan | None = None
    up_to: Yuan | None = None
    ratio: Share | None = None

    @property
    def in_words_only(self) -> bool:
        """Whether only its words say for whom it is."""
        return self.condition is not None and (self.when, self.grade, self.occurrence) == (None, None, None)

    @property
    def limited(self) -> bool:
        """Whether the tier is for some firms only."""
        return any(item is not None for item in (self.condition, self.when, self.grade, self.occurrence))


class Rounding(StrictModel):
    """To which unit an amount is rounded, and which way; `nearest` rounds a half up."""

    to: Literal["分", "元", "百元", "千元", "万元"]
    way: Literal["down", "up", "nearest"] = "down"

    @property
    def fen(self) -> int:
        """The unit in 分."""
        return {"分": 1, "元": 100, "百元": 10_000, "千元": 100_000, "万元": 1_000_000}[self.to]


class PolicyRequirement(StrictModel):
    """The firm must stand so under a policy: policies say who, schemes say how much."""

    policy: Slug
    outcome: Literal["met"] = "met"


class YearBudget(StrictModel):
    """What the document sets aside for a year."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    amount: Yuan


class ClawbackKind(StrEnum):
    """On what an incentive is taken back. The register sees the first three; the others people must check."""

    REVOKED = "revoked"
    MOVED_AWAY = "moved-away"
    RETIRED = "retired"
    FALSE_DATA = "false-data"
    OTHER = "other"


CLAWBACK_LABELS = {
    ClawbackKind.REVOKED: N_("证书被撤销"),
    ClawbackKind.MOVED_AWAY: N_("迁出本地"),
    ClawbackKind.RETIRED: N_("注销或停用"),
    ClawbackKind.FALSE_DATA: N_("弄虚作假"),
    ClawbackKind.OTHER: N_("其他情形"),
}


class Clawback(StrictModel):
    """A condition on which the incentive is taken back, within some years of the triggering fact if told so."""

    kind: ClawbackKind
    within_years: Annotated[int, Field(ge=1, le=30)] | None = None
    text: Bilingual | None = None


class Scheme(StrictModel):
    """One version of a scheme. An amount that no checked document states stays empty (`unset`)."""

    code: Slug
    jurisdiction: Annotated[str, Field(pattern=r"^\d{2,12}$")]
    effective_from: date
    effective_to: date | None = None
    name: Bilingual
    level: GovernmentLevel
    authority: Bilingual
    document_title: Bilingual | None = None
    document_number: str = ""
    clause: str = ""
    subject: Literal["enterprise"]
    trigger: Trigger
    amount_type: AmountType
    amount: Yuan | None = None
    ratio: Share | None = None
    tiers: tuple[Tier, ...] = ()
    graded_by: FormulaText | None = None
    base: FormulaText | Bilingual | None = None
    when: FormulaText | None = None
    requires: PolicyRequirement | None = None
    cap: Yuan | None = None
    floor: Yuan | None = None
    rounding: Rounding | None = None
    annual_limit: Yuan | None = None
    stacking: Stacking | None = None
    group: Slug | None = None
    budget: YearBudget | None = None
    apply_mode: ApplyMode | None = None
    evidence: tuple[Bilingual, ...] = ()
    clawback: tuple[Clawback, ...] | Bilingual | None = None
    status: Status
    source: Bilingual
    confidence: Literal["seen", "reposted", "inferred", "memory"]

    @model_validator(mode="after")
    def _amount_fits_its_type(self) -> Self:
        given = {
            AmountType.FIXED: self.amount is not None,
            AmountType.RATIO: self.ratio is not None and self.base is not None,
            AmountType.TIER: bool(self.tiers),
        }
        for kind, present in given.items():
            if present is not (self.amount_type is kind):
                raise ValueError(f"amount_type '{self.amount_type}' does not go with the amounts given ('{kind}')")
        return self

    @model_validator(mode="after")
    def _verified_needs_a_document(self) -> Self:
        if self.status is Status.VERIFIED and not self.document_number:
            raise ValueError("a VERIFIED scheme names its document_number")
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise ValueError("effective_to lies before effective_from")
        return self

    def covers(self, on: date) -> bool:
        """Whether the version is in force on that day."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)

    @property
    def purpose(self) -> str:
        """The group of schemes with which it stacks: its own code unless it names one."""
        return self.group or self.code

    def text(self, name: str) -> str:
        """A bilingual field in the current language, empty when not given."""
        value = getattr(self, name)
        return str(value) if value is not None else ""


#: Keys that came after the first schemes were published: left out of a version's content while they say nothing, so
#: that what was published keeps its hash.
_LATER = frozenset({"graded_by", "when", "requires", "rounding", "annual_limit", "group", "budget"})


def content_of(scheme: Scheme) -> dict[str, object]:
    """What a version says, as it is stored and hashed."""
    reported = scheme.model_dump(mode="json")
    return {key: value for key, value in reported.items() if value is not None or key not in _LATER}


def amount_fen(amount: Decimal | None) -> int | None:
    """An amount in 元 as 分."""
    return None if amount is None else int(amount * 100)
