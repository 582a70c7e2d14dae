"""When a record is sent again, when it is given up, how large a parcel is. Pure."""

from datetime import timedelta

from app.exchange.handovers.domain import ItemState
from app.kit.backoff import backoff

#: What goes in one call at most.
MOST_RECORDS = 50
MOST_BYTES = 1_000_000

#: A record that the partner looks at and cannot take is tried so often; a partner that is away uses none of them up.
MOST_ATTEMPTS = 8
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=1)

#: How long a call is remembered.
CALLS_KEPT = timedelta(days=30)


def delay(attempts: int, jitter: float) -> timedelta:
    """How long a record waits after its `attempts`-th failure; `jitter` in 0-1."""
    return backoff(attempts, FIRST_DELAY, LONGEST_DELAY, jitter)


def state_after(attempts: int, *, for_good: bool = False) -> ItemState:
    """Where a record stands after its `attempts`-th failure of its own."""
    return ItemState.PARKED if for_good or attempts >= MOST_ATTEMPTS else ItemState.WAITING


def smaller(records: int) -> int:
    """How many records the next parcel holds when one of `records` could not be read as a whole: what ails it is closed in on."""
    return max(1, records // 2)


def larger(records: int) -> int:
    """How many records the next parcel holds after one of `records` went through."""
    return min(MOST_RECORDS, records * 2)
