"""States of batches and of the records in them, and what a receipt may change. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from app.exchange.signatures import digest
from app.kit.i18n import N_


class BatchBasis(StrEnum):
    """What a batch holds: records an officer chose, what changed since they were sent, everything, what differs at the partner."""

    CHOSEN = "chosen"
    CHANGED = "changed"
    ALL = "all"
    DIFFERING = "differing"
    FOLLOWED = "followed"


class HandoverState(StrEnum):
    """How far a batch has come."""

    PREPARING = "preparing"
    PREPARED = "prepared"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    RECONCILED = "reconciled"
    CANCELLED = "cancelled"


class ItemState(StrEnum):
    """How far one record of a batch has come.

    `waiting`: not handed over yet, or not known to be. `pending`: the partner has it and has not decided. `parked`: given up after
    too many tries, until somebody presses the button. `superseded`: a newer version of the record goes in its place.
    """

    WAITING = "waiting"
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PARKED = "parked"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


class ReceiptOutcome(StrEnum):
    """What a receipt says of a record."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PENDING = "pending"


class Note(StrEnum):
    """Why a receipt changed nothing: of nothing we sent, said before, said too late, or not possible."""

    UNKNOWN = "unknown"
    REPEATED = "repeated"
    LATE = "late"
    REFUSED = "refused"


class RecordStatus(StrEnum):
    """How a record stands at a partner: to be sent (again), kept back by the pre-flight, on its way, there as we have it, refused there."""

    CHANGED = "changed"
    BLOCKED = "blocked"
    ON_THE_WAY = "on_the_way"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


#: What an item can still become something else from.
OPEN = (ItemState.WAITING, ItemState.PENDING, ItemState.PARKED)
#: What a receipt ends.
SETTLED = (ItemState.ACCEPTED, ItemState.REJECTED)
#: What is to be handed over when it is asked what has changed.
TO_SEND = (RecordStatus.CHANGED, RecordStatus.BLOCKED)

#: When records are due that nobody may send yet: they come to be due when the partner has heard of their batch.
AT_REST = datetime(9999, 1, 1, tzinfo=UTC)

BASIS_LABELS = {
    BatchBasis.CHOSEN: N_("所选记录"),
    BatchBasis.CHANGED: N_("有变化的"),
    BatchBasis.ALL: N_("全部"),
    BatchBasis.DIFFERING: N_("对账有差异的"),
    BatchBasis.FOLLOWED: N_("自动报送"),
}
HANDOVER_LABELS = {
    HandoverState.PREPARING: N_("正在生成"),
    HandoverState.PREPARED: N_("待报送"),
    HandoverState.SENT: N_("已送出"),
    HandoverState.ACKNOWLEDGED: N_("已回执"),
    HandoverState.RECONCILED: N_("已对账"),
    HandoverState.CANCELLED: N_("已撤销"),
}
ITEM_LABELS = {
    ItemState.WAITING: N_("待送"),
    ItemState.PENDING: N_("对方处理中"),
    ItemState.ACCEPTED: N_("已接收"),
    ItemState.REJECTED: N_("被退回"),
    ItemState.PARKED: N_("已搁置"),
    ItemState.SUPERSEDED: N_("已被新版本替代"),
    ItemState.CANCELLED: N_("已撤销"),
}


@dataclass(frozen=True)
class Manifest:
    """What a batch says of itself: `checksum` is the SM3 of its records' digests in order, `position` the journal's when it was begun."""

    number: str
    resource: str
    definition: str
    version: str
    count: int
    checksum: str
    position: int

    def to_json(self) -> dict[str, object]:
        """As it is sent, and printed."""
        return dict(vars(self))


#: The digest of a tombstone: its data is null.
TOMBSTONE = digest(b"null")


def checksum(digests: Iterable[str]) -> str:
    """The checksum of a batch: SM3 over the hex digests of its records, each followed by a line feed."""
    return digest("".join(f"{each}\n" for each in digests).encode())


def idempotency_key(resource: str, key: str, version: int) -> str:
    """The name of one version of one record, the same however often it is sent."""
    return f"{resource}/{key}@{version}"


def version_of(name: str) -> int:
    """The version that an idempotency key names."""
    return int(name.rpartition("@")[2])


#: What still says something of a batch: all but what was withdrawn or replaced.
_LIVING = tuple(state for state in ItemState if state not in (ItemState.SUPERSEDED, ItemState.CANCELLED))


def number_in(year: int, serial: int) -> str:
    """The number of a batch, e.g. `JH-2021-0001`; more than 9,999 take more digits."""
    return f"JH-{year}-{serial:04d}"


def decide_receipt(state: ItemState | None, outcome: ReceiptOutcome) -> ItemState | Note:
    """What a record in `state` (None: never sent) becomes by a receipt, or why it changes nothing."""
    if state is None:
        return Note.UNKNOWN
    reported = ItemState(outcome)
    if state is reported:
        return Note.REPEATED
    return reported if state in OPEN else Note.LATE


def state_of(counts: Mapping[ItemState, int], present: HandoverState) -> HandoverState:
    """Where a released batch stands by what became of its records. One of which nothing was ever sent and nothing is left is cancelled;
    cancelled and reconciled ones stay so.
    """
    if present not in (HandoverState.PREPARED, HandoverState.SENT, HandoverState.ACKNOWLEDGED):
        return present
    if present is HandoverState.PREPARED and not any(counts.get(state) for state in _LIVING):
        return HandoverState.CANCELLED
    if counts.get(ItemState.WAITING) or counts.get(ItemState.PARKED):
        return present if present is HandoverState.PREPARED else HandoverState.SENT
    return HandoverState.SENT if counts.get(ItemState.PENDING) else HandoverState.ACKNOWLEDGED
