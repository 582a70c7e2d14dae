"""What comes in of decisions, and what all receipts are made of."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from app.kit.inputs import StrictModel

#: No database keeps a NUL in a text.
WRITABLE = r"^[^\x00]*$"
Text = Annotated[str, Field(max_length=2_000, pattern=WRITABLE)]
Mark = Annotated[str, Field(max_length=60, pattern=WRITABLE)]
ReceiptId = Annotated[str, Field(min_length=1, max_length=200, pattern=WRITABLE)]


class DecisionReceipt(StrictModel):
    """What the outside decided on a case; `on` is the day of the decision."""

    receipt_id: ReceiptId
    kind: Literal["decision"]
    case: Annotated[str, Field(min_length=1, max_length=64, pattern=WRITABLE)]
    decision: Literal["requested", "accepted", "rejected"]
    on: date
    reason: Text = ""
    at: Mark = ""
