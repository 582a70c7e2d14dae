"""What the simulator takes in, as docs/exchange.md describes it. Written from that page, not from Yumiao's code."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

LARGEST_BATCH = 50


class _Incoming(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ReceivedManifest(_Incoming):
    """What a batch says of itself."""

    number: Annotated[str, Field(min_length=1, max_length=40)]
    resource: Annotated[str, Field(min_length=1, max_length=40)]
    definition: Annotated[str, Field(min_length=1, max_length=40)]
    version: Annotated[str, Field(min_length=1, max_length=10)]
    count: Annotated[int, Field(ge=0)]
    checksum: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    position: Annotated[int, Field(ge=0)]


class Record(_Incoming):
    """One version of one record; `data` is null for a tombstone."""

    idempotency_key: Annotated[str, Field(min_length=1, max_length=200)]
    resource: Annotated[str, Field(min_length=1, max_length=40)]
    key: Annotated[str, Field(min_length=1, max_length=120)]
    version: Annotated[int, Field(ge=0)]
    retired: bool
    digest: str
    data: dict[str, Any] | None


class Records(_Incoming):
    """The records of one call; each is looked at by itself, so that a wrong one does not stop the others."""

    records: list[dict[str, Any]]


class CaseDecision(_Incoming):
    """What the simulator's own page or a test decides on a case."""

    case: Annotated[str, Field(min_length=1, max_length=64)]
    decision: Literal["requested", "accepted", "rejected"]
    on: date
    reason: Annotated[str, Field(max_length=400)] = ""
