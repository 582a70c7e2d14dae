"""Inputs of the use cases of duties, shared by forms and JSON."""

from datetime import date
from typing import Annotated

from pydantic import Field

from app.kit.inputs import StrictInput

Note = Annotated[str, Field(max_length=1000)]
Values = dict[str, Annotated[str, Field(max_length=4000)]]


class Filled(StrictInput):
    """The answers to a duty's fields, the documents that go with it, and a note."""

    values: Values = {}
    documents: list[int] = Field(default=[], max_length=50)
    note: Note = ""


class FillDuty(Filled):
    """A duty filled in, as a draft or handed in; `was` is what the form began with."""

    version: int
    was: Filled | None = None


class DoneDuty(FillDuty):
    """The duty is done, on a day (today when empty)."""

    done_on: date | None = None


class WaiveDuty(StrictInput):
    """The duty need not be done; the reason stays on file."""

    version: int
    reason: Note


class DateDuty(StrictInput):
    """The day on which a duty is due."""

    version: int
    due_on: date
    reason: Note = ""


class ReportEvent(StrictInput):
    """Something happened that a duty follows, such as a change of name."""

    code: Annotated[str, Field(max_length=40)]
    happened_on: date
    note: Note = ""


class RevokeCertificate(StrictInput):
    """The certificate of the case ends by a decision, on a day, on the ground of a document and clause."""

    revoked_on: date
    reason: Annotated[str, Field(min_length=1, max_length=1000)]
    document: Annotated[str, Field(min_length=1, max_length=300)]
