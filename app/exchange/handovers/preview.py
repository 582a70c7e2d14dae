"""What a batch would hold before it is made: its records looked at by the pre-flight, so many at most; nothing is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.exchange.handovers.domain import BatchBasis
from app.exchange.handovers.service.selecting import STEPS, RecordSelection, count_candidates, rows_with_keys
from app.exchange.preflight.domain import Report
from app.exchange.preflight.service import check

#: So many records are looked at before a batch is made; of a longer one the rest is when it is.
MOST_PREVIEWED = 2_000


@dataclass(frozen=True)
class BatchPreview:
    """The report, and how many records were not looked at."""

    report: Report
    unseen: int


def preview_batch(session: Session, scope: RecordSelection, basis: BatchBasis, on: date) -> BatchPreview:
    """What blocks and what is advisable about the first records of the batch, on the day `on`."""
    ids: dict[int, None] = {}
    for keys in _chunks(session, scope, basis):
        ids |= dict.fromkeys(rows_with_keys(session, scope, keys))
        if len(ids) >= MOST_PREVIEWED:
            break
    looked_at = list(ids)[:MOST_PREVIEWED]
    report = check(session, scope.plan, scope.region_prefix, on=on, row_ids=looked_at)
    unseen = max(0, count_candidates(session, scope, basis) - MOST_PREVIEWED) if len(looked_at) == MOST_PREVIEWED else 0
    return BatchPreview(report, unseen)


def _chunks(session: Session, scope: RecordSelection, basis: BatchBasis) -> Iterator[list[str]]:
    for step in STEPS[basis]:
        after = None
        while True:
            keys, after = step(session, scope, after)
            yield list(keys)
            if after is None:
                break
