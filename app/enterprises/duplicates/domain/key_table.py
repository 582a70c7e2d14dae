"""Many records by their keys: sorted, so that who shares one stands side by side. A few dozen bytes for each record."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.enterprises.duplicates.domain.blocks import keys_of
from app.enterprises.duplicates.domain.records import FirmEntry

#: More records than this under one key say that the key says nothing; the pairs share another key if they are one firm.
LARGEST = 24
#: So many records have their keys reckoned at once.
AT_ONCE = 10_000
_REGION_DIGITS = 12

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Pairs(NamedTuple):
    """The pairs to compare, as positions of records, and how many groups were too large to be compared whole."""

    pairs: list[tuple[int, int]]
    passed_over: int


class KeyTable(NamedTuple):
    """Records of which only number, region and keys are left: all keys rising, with the positions of the records that have them."""

    ids: Numbers
    regions: Numbers
    keys: NDArray[np.uint32]
    owners: NDArray[np.int32]

    @property
    def total(self) -> int:
        """How many records."""
        return len(self.ids)

    @classmethod
    def of(cls, records: Iterable[FirmEntry]) -> "KeyTable":
        """These records, in their order."""
        return joined([(part, np.ones(part.total, bool)) for part in map(_part, _batches(records))])

    def groups(self, keys: NDArray[np.uint32]) -> tuple[Numbers, Numbers]:
        """Who has each of `keys`: at which of them, and the positions of the records."""
        left, right = (np.searchsorted(self.keys, keys, side) for side in ("left", "right"))
        sizes = right - left
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return np.repeat(np.arange(len(keys)), sizes), self.owners[np.repeat(left, sizes) + within].astype(np.int64)

    def pairs(self) -> Pairs:
        """The pairs of positions that share a key, each once."""
        keys, owners = self.keys, self.owners.astype(np.int64)
        if not len(keys):
            return Pairs([], 0)
        starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
        sizes = np.diff(np.r_[starts, len(keys)])
        blocking = keys[starts] % 2 == 0
        found = [
            _within_groups(owners, starts[blocking & (sizes == size)], size, self.total)
            for size in range(2, LARGEST + 1)
        ]
        first, second = np.divmod(np.unique(np.concatenate(found)), self.total)
        return Pairs(list(zip(first.tolist(), second.tolist(), strict=True)), int((blocking & (sizes > LARGEST)).sum()))


def joined(tables: Iterable[tuple[KeyTable, Flags]]) -> KeyTable:
    """Some records of each table as one."""
    parts = [_only(table, which) for table, which in tables] or [_part([])]
    begins = np.cumsum([0, *(part.total for part in parts)])
    keys = np.concatenate([part.keys for part in parts])
    owners = np.concatenate([part.owners + np.int32(begin) for part, begin in zip(parts, begins, strict=False)])
    order = np.argsort(keys, kind="stable")
    ids, regions = (np.concatenate(each) for each in zip(*(part[:2] for part in parts), strict=True))
    return KeyTable(ids, regions, keys[order], owners[order])


def _only(table: KeyTable, which: Flags) -> KeyTable:
    if which.all():
        return table
    kept = which[table.owners]
    places = np.cumsum(which) - 1
    return KeyTable(
        table.ids[which], table.regions[which], table.keys[kept], places[table.owners[kept]].astype(np.int32)
    )


def _part(records: list[FirmEntry]) -> KeyTable:
    ids = np.array([record.key for record in records], np.int64)
    regions = np.array([region_number(record.region) for record in records], np.int64)
    return KeyTable(ids, regions, *keys_of(records))


def _batches(records: Iterable[FirmEntry]) -> Iterator[list[FirmEntry]]:
    left = iter(records)
    while batch := list(islice(left, AT_ONCE)):
        yield batch


def _within_groups(owners: Numbers, starts: Numbers, size: int, total: int) -> Numbers:
    """Every pair within the groups of one size, as one number each (of `total` records); the lower position first."""
    members = owners[starts[:, None] + np.arange(size)]
    left, right = np.triu_indices(size, 1)
    one, other = members[:, left].ravel(), members[:, right].ravel()
    numbered: Numbers = np.minimum(one, other) * total + np.maximum(one, other)
    return numbered


def region_number(code: str) -> int:
    """A region's code with its places filled up, so that what lies within a region lies between two numbers; 0 for none."""
    return int(code.ljust(_REGION_DIGITS, "0")[:_REGION_DIGITS]) if code.isdigit() else 0


def within_region(table: KeyTable, prefix: str) -> Flags:
    """Which of the records lie within a region, all with the empty prefix."""
    if not prefix:
        return np.ones(table.total, bool)
    low = region_number(prefix)
    beyond = low + 10 ** (_REGION_DIGITS - len(prefix))
    inside: Flags = (table.regions >= low) & (table.regions < beyond)
    return inside
