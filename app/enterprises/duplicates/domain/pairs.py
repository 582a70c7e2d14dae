"""All duplicates among many records, or all likely ones of one candidate."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from app.enterprises.duplicates.domain.comparison import SHOWN, Commonness, Likeness, compare
from app.enterprises.duplicates.domain.key_index import KeyIndex
from app.enterprises.duplicates.domain.key_table import KeyTable
from app.enterprises.duplicates.domain.records import FirmEntry


class Found(NamedTuple):
    """Two records that are likely one firm."""

    one: FirmEntry
    other: FirmEntry
    likeness: Likeness


def find_duplicates(records: Sequence[FirmEntry]) -> Iterator[Found]:
    """Every pair of `records` that is shown as a duplicate."""
    table = KeyTable.of(records)
    compared = ((records[one], records[other]) for one, other in table.pairs().pairs)
    return shown_among(compared, KeyIndex.of(table))


def shown_among(
    pairs: Iterable[tuple[FirmEntry, FirmEntry]], commonness: Commonness, at_least: float = SHOWN
) -> Iterator[Found]:
    """Those of the pairs that are shown as duplicates, or are alike `at_least` so much."""
    for one, other in pairs:
        likeness = compare(one, other, commonness)
        if likeness.score >= at_least:
            yield Found(one, other, likeness)
