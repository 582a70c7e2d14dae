"""Inputs of the use cases, shared by form and JSON. Amounts are read in 元 under the name `amount`."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from app.kit.errors import Invalid
from app.kit.money import parse_yuan


def _fen(value: object) -> object:
    """元 as written on a form (or an integer of 分 from code) to 分."""
    if not isinstance(value, str):
        return value
    try:
        return parse_yuan(value)
    except Invalid as error:
        raise ValueError(error.message) from None


Trimmed = StringConstraints(strip_whitespace=True)
Required = StringConstraints(strip_whitespace=True, min_length=1)
Document = Annotated[str, Trimmed, Field(max_length=200)]
RequiredDocument = Annotated[str, Required, Field(max_length=200)]
Note = Annotated[str, Trimmed, Field(max_length=2000)]
YuanAmount = Annotated[int | None, BeforeValidator(_fen)]


class _Input(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class StepInput(_Input):
    """One step: the legal day, the amount where it is known, the document it rests on."""

    happened_on: date
    amount_fen: YuanAmount = Field(default=None, alias="amount")
    document: Document = ""
    note: Note = ""


class RecommendInput(StepInput):
    """A recommendation: which firm, and which triggering fact."""

    uscc: Annotated[str, Required, Field(max_length=40)]
    trigger_key: Annotated[str, Required, Field(max_length=60)]


class UndoInput(_Input):
    """Why the last step is taken back."""

    reason: Annotated[str, Required, Field(max_length=500)]


class SetAmountInput(_Input):
    """An amount that the bureau sets: in force from when, by which document."""

    amount_fen: Annotated[int, BeforeValidator(_fen), Field(gt=0)] = Field(alias="amount")
    effective_from: date
    effective_to: date | None = None
    document_number: RequiredDocument
    clause: Annotated[str, Trimmed, Field(max_length=100)] = ""
