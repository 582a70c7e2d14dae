"""What a scheme says: the strict shape of its file and of what the bureau sets itself."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.kit.i18n import N_, Bilingual


class Level(StrEnum):
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


LEVEL_LABELS = {Level.NATIONAL: N_("国家"), Level.PROVINCIAL: N_("省级"), Level.MUNICIPAL: N_("市级")}
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
Yuan = Annotated[Decimal, Field(gt=0, max_digits=17, decimal_places=2)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CertificateGained(_Strict):
    """A certificate was issued: the first of its kind to this firm, a later one, or any."""

    kind: Literal["certificate-gained"]
    certificate: Slug
    occurrence: Literal["first", "renewed", "any"] = "any"


class CaseReached(_Strict):
    """A case of a programme came to mean something (accepted, recommended …), whatever its stages are called."""

    kind: Literal["case-reached"]
    programme: Slug
    marker: Literal["submitted", "recommended", "accepted", "certified"]


Trigger = Annotated[CertificateGained | CaseReached, Field(discriminator="kind")]


class Tier(_Strict):
    """One step of a tiered amount."""

    condition: Bilingual
    amount: Yuan


class Scheme(_Strict):
    """One version of a scheme. An amount that no checked document states stays empty (`unset`)."""

    code: Slug
    jurisdiction: Annotated[str, Field(pattern=r"^\d{2,12}$")]
    effective_from: date
    effective_to: date | None = None
    name: Bilingual
    level: Level
    authority: Bilingual
    document_title: Bilingual | None = None
    document_number: str = ""
    clause: str = ""
    subject: Literal["enterprise"]
    trigger: Trigger
    amount_type: AmountType
    amount: Yuan | None = None
    ratio: Annotated[Decimal, Field(gt=0, le=1)] | None = None
    tiers: tuple[Tier, ...] = ()
    base: Bilingual | None = None
    cap: Yuan | None = None
    floor: Yuan | None = None
    stacking: Stacking | None = None
    apply_mode: ApplyMode | None = None
    evidence: tuple[Bilingual, ...] = ()
    clawback: Bilingual | None = None
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

    def text(self, name: str) -> str:
        """A bilingual field in the current language, empty when not given."""
        value = getattr(self, name)
        return str(value) if value is not None else ""


def amount_fen(amount: Decimal | None) -> int | None:
    """An amount in 元 as 分."""
    return None if amount is None else int(amount * 100)
