"""All duplicates among many records, or all likely ones of one candidate."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from app.enterprises.duplicates.domain.blocks import Blocks, commonness_of, find_pairs
from app.enterprises.duplicates.domain.comparison import SHOWN, Commonness, Likeness, compare
from app.enterprises.duplicates.domain.records import FirmEntry


class Found(NamedTuple):
    """Two records that are likely one firm."""

    one: FirmEntry
    other: FirmEntry
    likeness: Likeness


def find_duplicates(records: Sequence[FirmEntry], blocks: Blocks | None = None) -> Iterator[Found]:
    """Every pair of `records` that is shown as a duplicate."""
    commonness = commonness_of(records)
    for one, other in (blocks or find_pairs(records)).pairs:
        likeness = compare(records[one], records[other], commonness)
        if likeness.score >= SHOWN:
            yield Found(records[one], records[other], likeness)


def likely_among(
    candidate: FirmEntry, records: Iterable[FirmEntry], commonness: Commonness | None = None
) -> list[tuple[FirmEntry, Likeness]]:
    """Which of `records` are likely the firm that `candidate` is, the likeliest first."""
    compared = ((record, compare(candidate, record, commonness)) for record in records)
    shown = [(record, likeness) for record, likeness in compared if likeness.score >= SHOWN]
    return sorted(shown, key=lambda found: (-found[1].score, found[0].key))
