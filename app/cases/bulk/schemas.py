"""What can be ordered for many cases at once."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, model_validator

from app.kit.i18n import _
from app.kit.inputs import FrozenInput

MOST = 10_000
"""Cases in one order."""

Reason = Annotated[str, Field(max_length=500)]
Programme = Annotated[str, Field(min_length=1, max_length=48)]


class Move(FrozenInput):
    """The same step of one programme, on one day, with the same answers to its form."""

    operation: Literal["move"] = "move"
    programme: Programme
    action: Annotated[str, Field(min_length=1, max_length=40)]
    on: date | None = None
    reason: Reason = ""
    values: dict[str, Annotated[str, Field(max_length=4000)]] = {}


class Assign(FrozenInput):
    """One officer for all of them; `from_officer_id` hands over what that officer leads, which needs a reason."""

    operation: Literal["assign"] = "assign"
    officer_id: int
    from_officer_id: int | None = None
    reason: Reason = ""

    @model_validator(mode="after")
    def _has_reason(self) -> "Assign":
        if self.from_officer_id is not None and not self.reason.strip():
            raise ValueError(_("移交须写明理由。"))
        return self


class PutIntoRound(FrozenInput):
    """One round (empty: none) of one programme for all of them."""

    operation: Literal["round"] = "round"
    programme: Programme
    round: Annotated[str, Field(max_length=24)] = ""


class RequestDocument(FrozenInput):
    """The firms of the cases are asked for a document of a kind (and year); the reason where it is on file or was asked for."""

    operation: Literal["request"] = "request"
    what: Annotated[str, Field(min_length=1, max_length=40)]
    year: Annotated[int, Field(ge=1980, le=2100)] | None = None
    due_on: date | None = None
    message: Annotated[str, Field(max_length=1000)] = ""
    reason: Reason = ""


Order = Annotated[Move | Assign | PutIntoRound | RequestDocument, Field(discriminator="operation")]
ORDER: TypeAdapter[Order] = TypeAdapter(Order)
