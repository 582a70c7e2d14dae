"""Inputs of the vault, shared by forms and JSON."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from app.kit.inputs import FrozenInput, Required

Reason = Annotated[str, Required, StringConstraints(max_length=300)]
Kind = Annotated[str, Required, StringConstraints(max_length=40)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Year = Annotated[int, Field(ge=1980, le=2100)]


class DocumentInput(FrozenInput):
    """What a document is: its kind (a term of `document_kind`), its fiscal year, validity. An empty title is the file's name."""

    kind: Kind
    title: Title = ""
    year: Year | None = None
    issued_on: date | None = None
    valid_until: date | None = None
    note: Note = ""


class Withdrawal(FrozenInput):
    """Why a document is taken off file."""

    reason: Reason
