"""Many records by their keys: which of them share one, how many share a value. A few dozen bytes for each record."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.enterprises.duplicates.domain.blocks import count_key, keys_of
from app.enterprises.duplicates.domain.records import FirmEntry

#: More records than this under one key say that the key says nothing; the pairs share another key if they are one firm.
LARGEST = 24
#: A value that more than so many share proves less than a rare one.
COMMON = 3
_REGION_DIGITS = 12

Numbers = NDArray[np.int64]


class Pairs(NamedTuple):
    """The pairs to compare, as positions of records, and how many groups were too large to be compared whole."""

    pairs: list[tuple[int, int]]
    passed_over: int


class KeyedRecords(NamedTuple):
    """Records of which only number, region and keys are left; the keys of all stand in a row, `sizes` tells how many each has."""

    ids: Numbers
    regions: Numbers
    sizes: Numbers
    keys: NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class KeyIndex:
    """Records by position, rising by id."""

    records: KeyedRecords
    _parts: dict[str, "KeyIndex"] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Iterable[FirmEntry]) -> "KeyIndex":
        """These records, which come by rising id."""
        ids, regions, sizes, keys = array("q"), array("q"), array("q"), array("I")
        for record in records:
            found = keys_of(record)
            ids.append(record.key)
            regions.append(_region_number(record.region))
            sizes.append(len(found))
            keys.extend(found)
        counted = np.array(keys, np.uint32)
        return cls(KeyedRecords(np.array(ids), np.array(regions), np.array(sizes), counted))

    @property
    def total(self) -> int:
        """How many records."""
        return len(self.records.ids)

    def id_at(self, position: int) -> int:
        """The number of the record at a position."""
        return int(self.records.ids[position])

    @cached_property
    def _starts(self) -> Numbers:
        return np.concatenate([[0], np.cumsum(self.records.sizes)])

    @cached_property
    def _sorted(self) -> tuple[NDArray[np.uint32], Numbers]:
        """The keys, rising, and whose they are."""
        owners = np.repeat(np.arange(self.total), self.records.sizes)
        order = np.argsort(self.records.keys, kind="stable")
        return self.records.keys[order], owners[order]

    def pairs(self) -> Pairs:
        """The pairs of positions that share a key, each once."""
        keys, owners = self._sorted
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

    def partners(self, others: "KeyIndex") -> list[tuple[int, int]]:
        """Which of the records of `others` share a key with which of these, both by position; a record with itself does not count."""
        told, keys = others.records, others.records.keys
        owners = np.repeat(np.arange(others.total), told.sizes)
        left, right = (np.searchsorted(self._sorted[0], keys, side) for side in ("left", "right"))
        sizes = right - left
        wanted = (keys % 2 == 0) & (sizes > 0) & (sizes <= LARGEST)
        left, sizes, owners = left[wanted], sizes[wanted], owners[wanted]
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        mine = self._sorted[1][np.repeat(left, sizes) + within]
        found = np.unique(np.repeat(owners, sizes) * (self.total or 1) + mine)
        owners, mine = np.divmod(found, self.total or 1)
        apart = told.ids[owners] != self.records.ids[mine]
        return list(zip(owners[apart].tolist(), mine[apart].tolist(), strict=True))

    def share(self, kind: str, value: str) -> float | None:
        """The logarithm of the share of records that have this value; None for a rare one."""
        key = np.uint32(count_key(kind, value))
        left, right = (int(np.searchsorted(self._sorted[0], key, side)) for side in ("left", "right"))
        return log((right - left) / self.total) if right - left > COMMON else None

    def within(self, prefix: str) -> "KeyIndex":
        """Those of a region, all with the empty prefix."""
        if not prefix:
            return self
        if prefix not in self._parts:
            self._parts[prefix] = self._within(prefix)
        return self._parts[prefix]

    def _within(self, prefix: str) -> "KeyIndex":
        low = _region_number(prefix)
        beyond = low + 10 ** (_REGION_DIGITS - len(prefix))
        inside = (self.records.regions >= low) & (self.records.regions < beyond)
        return self if inside.all() else self._only(inside)

    def at(self, ids: Iterable[int]) -> "KeyIndex":
        """Those of these ids."""
        return self._only(np.isin(self.records.ids, np.fromiter(ids, np.int64)))

    def replaced(self, ids: Iterable[int], records: Iterable[FirmEntry]) -> "KeyIndex":
        """With the records of `ids` given anew; those that are not given are gone."""
        kept = self._only(~np.isin(self.records.ids, np.fromiter(ids, np.int64))).records
        anew = KeyIndex.of(records).records
        joined = KeyIndex(
            KeyedRecords(
                np.concatenate([kept.ids, anew.ids]),
                np.concatenate([kept.regions, anew.regions]),
                np.concatenate([kept.sizes, anew.sizes]),
                np.concatenate([kept.keys, anew.keys]),
            )
        )
        return joined if not len(kept.ids) or not len(anew.ids) or kept.ids[-1] < anew.ids[0] else joined._by_id()

    def _only(self, which: NDArray[np.bool_]) -> "KeyIndex":
        told = self.records
        keys = told.keys[np.repeat(which, told.sizes)]
        return KeyIndex(KeyedRecords(told.ids[which], told.regions[which], told.sizes[which], keys))

    def _by_id(self) -> "KeyIndex":
        told, order = self.records, np.argsort(self.records.ids, kind="stable")
        sizes = told.sizes[order]
        shifts = np.repeat(self._starts[:-1][order] - (np.cumsum(sizes) - sizes), sizes)
        return KeyIndex(
            KeyedRecords(told.ids[order], told.regions[order], sizes, told.keys[shifts + np.arange(len(told.keys))])
        )


def _within_groups(owners: Numbers, starts: Numbers, size: int, total: int) -> Numbers:
    """Every pair within the groups of one size, as one number each (of `total` records); the lower position first."""
    members = owners[starts[:, None] + np.arange(size)]
    left, right = np.triu_indices(size, 1)
    one, other = members[:, left].ravel(), members[:, right].ravel()
    numbered: Numbers = np.minimum(one, other) * total + np.maximum(one, other)
    return numbered


def _region_number(code: str) -> int:
    """A region's code with its places filled up, so that what lies within a region lies between two numbers; 0 for none."""
    return int(code.ljust(_REGION_DIGITS, "0")[:_REGION_DIGITS]) if code.isdigit() else 0
