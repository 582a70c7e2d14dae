"""Inputs of the use cases, shared by form and JSON. Amounts are read in 元 under the name `amount`."""

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field

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
    """An amount that the bureau sets: in force from when, by which document."""

    amount_fen: Annotated[int, BeforeValidator(read_fen), Field(gt=0)] = Field(alias="amount")
    effective_from: date
    effective_to: date | None = None
    document_number: RequiredDocument
    clause: Annotated[str, Trimmed, Field(max_length=100)] = ""
