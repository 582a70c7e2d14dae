"""Inputs of what is supplied to a case, shared by forms and JSON."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from app.cases.supply.domain import CorrectionKind
from app.files.schemas import DocumentInput
from app.kit.inputs import FrozenInput, Required

Code = Annotated[str, Required, StringConstraints(max_length=40)]
Remark = Annotated[str, Required, StringConstraints(max_length=500)]
AnswerText = Annotated[str, StringConstraints(max_length=4000)]


class ChooseMaterial(FrozenInput):
    """Documents that lie on file serve a material of the case (of one fiscal year, where it is per year)."""

    material: Code
    year: int | None = None
    documents: list[int] = Field(min_length=1, max_length=50)


class UploadMaterial(FrozenInput):
    """A new document goes into the firm's vault and serves a material of the case at once."""

    material: Code
    year: int | None = None
    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    issued_on: date | None = None
    valid_until: date | None = None
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""

    def as_document(self, kind: str) -> DocumentInput:
        """The document as the vault registers it."""
        return DocumentInput(kind=kind, **self.model_dump(exclude={"material"}))


class Versioned(FrozenInput):
    """What is done to a row that somebody saw in a certain state."""

    version: int


class ReturnMaterial(Versioned):
    """What is wrong with a document that was supplied."""

    remark: Remark


class SaveDraft(FrozenInput):
    """Answers as they are being entered, any text; `was` are those that the form began with.

    `confirms` says that a person has looked at them all, so that what was taken over from the last time is confirmed.
    """

    values: dict[str, AnswerText]
    was: dict[str, str] = {}
    confirms: bool = False


class HandIn(FrozenInput):
    """Answers that are to count; `was` are those that the form began with."""

    values: dict[str, AnswerText]
    was: dict[str, str] = {}


class RenewCase(FrozenInput):
    """The year for which the firm begins again."""

    year: int


class CorrectionAsked(FrozenInput):
    """One thing to be corrected."""

    kind: CorrectionKind
    code: Annotated[str, StringConstraints(max_length=40)] = ""
    remark: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class AskCorrections(FrozenInput):
    """What the firm has to correct, item by item, and until which day."""

    items: list[CorrectionAsked] = Field(default=[], max_length=100)
    due_on: date | None = None


class AnswerCorrection(Versioned):
    """What the firm did about an item."""

    answer: Annotated[str, Required, StringConstraints(max_length=2000)]


class AskCorrectionAgain(Versioned):
    """Why an answered item does not suffice yet."""

    remark: Remark
    due_on: date | None = None
