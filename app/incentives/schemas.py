"""Inputs of the use cases, shared by form and JSON. Amounts are read in 元 under the name `amount`."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from app.incentives.domain.clawback import ReviewOutcome
from app.incentives.domain.scheme import AmountType, ApplyMode, ClawbackKind, Stacking
from app.kit.inputs import FrozenInput, Required, Trimmed, YuanAmount, read_fen

Document = Annotated[str, Trimmed, Field(max_length=200)]
RequiredDocument = Annotated[str, Required, Field(max_length=200)]
Note = Annotated[str, Trimmed, Field(max_length=2000)]


class StepInput(FrozenInput):
    """One step: the legal day, the amount where it is known, the document it rests on."""

    happened_on: date
    amount_fen: YuanAmount = Field(default=None, alias="amount")
    document: Document = ""
    note: Note = ""


class RecommendInput(StepInput):
    """A recommendation: which firm, and which triggering fact."""

    uscc: Annotated[str, Required, Field(max_length=40)]
    trigger_key: Annotated[str, Required, Field(max_length=60)]


class UndoInput(FrozenInput):
    """Why the last step is taken back."""

    reason: Annotated[str, Required, Field(max_length=500)]


class SetAmountInput(FrozenInput):
    """How much the bureau gives: an amount, a share of a fact, or tiers by a fact; with limits, in force from when, by
    which document. `tier_from` and `tier_amount` are the rows of the form; a blank row is left out.
    """

    amount_type: Literal[AmountType.FIXED, AmountType.RATIO, AmountType.TIER] = AmountType.FIXED
    amount_fen: YuanAmount = Field(default=None, alias="amount")
    ratio: Annotated[str, Trimmed, Field(max_length=20)] = ""
    base: Annotated[str, Trimmed, Field(max_length=60)] = ""
    tier_by: Annotated[str, Trimmed, Field(max_length=60)] = ""
    tier_from: list[str] = Field(default=[], max_length=20)
    tier_amount: list[str] = Field(default=[], max_length=20)
    cap_fen: YuanAmount = Field(default=None, alias="cap")
    floor_fen: YuanAmount = Field(default=None, alias="floor")
    annual_limit_fen: YuanAmount = Field(default=None, alias="annual_limit")
    rounding: Literal["", "元", "百元", "千元", "万元"] = ""
    stacking: Stacking | None = None
    group: Annotated[str, Trimmed, Field(max_length=60)] = ""
    apply_mode: ApplyMode | None = None
    clawback: list[ClawbackKind] = []
    clawback_years: Annotated[int, Field(ge=1, le=30)] | None = None
    effective_from: date
    effective_to: date | None = None
    document_number: RequiredDocument
    clause: Annotated[str, Trimmed, Field(max_length=100)] = ""


class BudgetInput(FrozenInput):
    """What is set aside for a year: for the scheme alone, or for all schemes of its purpose."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    amount_fen: Annotated[int, BeforeValidator(read_fen), Field(gt=0)] = Field(alias="amount")
    whole_group: bool = False
    document_number: RequiredDocument


class ReviewInput(FrozenInput):
    """What was decided about a ground for taking an incentive back."""

    kind: ClawbackKind
    outcome: ReviewOutcome
    amount_fen: YuanAmount = Field(default=None, alias="amount")
    happened_on: date
    document: RequiredDocument
    note: Note = ""
