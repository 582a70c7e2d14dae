"""What comes into the hand-overs: receipts, and what an officer asks for."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.exchange.handovers.domain import Basis, Outcome

#: No database keeps a NUL in a text.
WRITABLE = r"^[^\x00]*$"
Text = Annotated[str, Field(max_length=2_000, pattern=WRITABLE)]
Mark = Annotated[str, Field(max_length=60, pattern=WRITABLE)]
ReceiptId = Annotated[str, Field(min_length=1, max_length=200, pattern=WRITABLE)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RecordReceipt(_Strict):
    """What became of one version of one record."""

    receipt_id: ReceiptId
    kind: Literal["record"]
    idempotency_key: Annotated[str, Field(min_length=1, max_length=200, pattern=WRITABLE)]
    outcome: Outcome
    reason_code: Mark = ""
    reason: Text = ""
    at: Mark = ""


class DecisionReceipt(_Strict):
    """What the outside decided on a case; `on` is the day of the decision."""

    receipt_id: ReceiptId
    kind: Literal["decision"]
    case: Annotated[str, Field(min_length=1, max_length=64, pattern=WRITABLE)]
    decision: Literal["requested", "accepted", "rejected"]
    on: date
    reason: Text = ""
    at: Mark = ""


AnyReceipt = Annotated[RecordReceipt | DecisionReceipt, Field(discriminator="kind")]


#: Receipts in one call.
MOST_RECEIPTS = 500


class ReceiptsSent(_Strict):
    """The receipts of one call by a partner."""

    receipts: Annotated[tuple[AnyReceipt, ...], Field(max_length=MOST_RECEIPTS)]


class ReceiptResult(_Strict):
    """What was done with a receipt: applied, or left with a note (`unknown`, `repeated`, `late`, `refused`)."""

    receipt_id: str
    applied: bool
    note: str = ""


class PrepareHandover(_Strict):
    """A batch of one resource for one partner; `keys` for chosen records, `reconciliation` for what differs in it."""

    partner: str
    resource: str
    basis: Basis
    programme: str = ""
    keys: tuple[str, ...] = ()
    reconciliation: int | None = None
