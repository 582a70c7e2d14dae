"""What comes into the hand-overs: receipts, and what an officer asks for."""

from typing import Annotated, Literal

from pydantic import Field

from app.exchange.decisions.schemas import WRITABLE, DecisionReceipt, Mark, ReceiptId, Text
from app.exchange.handovers.domain import BatchBasis, ReceiptOutcome
from app.kit.inputs import StrictModel


class RecordReceipt(StrictModel):
    """What became of one version of one record."""

    receipt_id: ReceiptId
    kind: Literal["record"]
    idempotency_key: Annotated[str, Field(min_length=1, max_length=200, pattern=WRITABLE)]
    outcome: ReceiptOutcome
    reason_code: Mark = ""
    reason: Text = ""
    at: Mark = ""


AnyReceipt = Annotated[RecordReceipt | DecisionReceipt, Field(discriminator="kind")]


#: Receipts in one call.
MOST_RECEIPTS = 500


class ReceiptsSent(StrictModel):
    """The receipts of one call by a partner."""

    receipts: Annotated[tuple[AnyReceipt, ...], Field(max_length=MOST_RECEIPTS)]


class ReceiptResult(StrictModel):
    """What was done with a receipt: applied, or left with a note (`unknown`, `repeated`, `late`, `refused`)."""

    receipt_id: str
    applied: bool
    note: str = ""


class PrepareHandover(StrictModel):
    """A batch of one resource for one partner; `keys` for chosen records, `reconciliation` for what differs in it."""

    partner: str
    resource: str
    basis: BatchBasis
    programme: str = ""
    keys: tuple[str, ...] = ()
    reconciliation: int | None = None
