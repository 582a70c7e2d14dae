"""A register by the keys of its firms: who shares one with a record, how many share a value."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.enterprises.duplicates.domain.blocks import count_key
from app.enterprises.duplicates.domain.key_table import LARGEST, Flags, KeyTable, Numbers, joined, within_region
from app.enterprises.duplicates.domain.records import FirmEntry

#: A value that more than so many share proves less than a rare one.
COMMON = 3

Partners = list[tuple[int, int]]


class Layer(NamedTuple):
    """Some records of a table: those that still stand as they are told there."""

    table: KeyTable
    standing: Flags

    @classmethod
    def whole(cls, table: KeyTable) -> "Layer":
        """All of a table."""
        return cls(table, np.ones(table.total, bool))

    def without(self, ids: Collection[int]) -> "Layer":
        """Less those of these numbers."""
        gone = np.isin(self.table.ids, np.fromiter(ids, np.int64, len(ids)))
        return self._replace(standing=self.standing & ~gone)

    @property
    def total(self) -> int:
        """How many there are."""
        return int(np.count_nonzero(self.standing))

    def count(self, key: int) -> int:
        """How many have a key."""
        left, right = np.searchsorted(self.table.keys, np.array([key, key + 1], np.uint32))
        return int(np.count_nonzero(self.standing[self.table.owners[left:right]]))


@dataclass(frozen=True, eq=False)
class KeyIndex:
    """Records in layers, each in one of them: a large one that stays as it is, and what has changed since beside it."""

    layers: tuple[Layer, ...]
    _parts: dict[str, "KeyIndex"] = field(default_factory=dict)
    _shares: dict[int, float | None] = field(default_factory=dict)

    @classmethod
    def of(cls, table: KeyTable) -> "KeyIndex":
        """All records of one table."""
        return cls((Layer.whole(table),))

    @cached_property
    def total(self) -> int:
        """How many records."""
        return sum(layer.total for layer in self.layers)

    def partners_of(self, records: Iterable[FirmEntry]) -> Partners:
        """Which of these records, by position, share a key with which of the index, by number; a record with itself does not count."""
        asked = KeyTable.of(records)
        return self._partners(asked.keys, asked.owners, asked.ids)

    def partners_among(self, ids: Collection[int]) -> Partners:
        """Which records of these numbers share a key with which others, each pair once, the lower number first."""
        wanted = np.fromiter(ids, np.int64, len(ids))
        asked = joined(Layer(table, standing & np.isin(table.ids, wanted)) for table, standing in self.layers)
        found = ((int(asked.ids[at]), key) for at, key in self._partners(asked.keys, asked.owners, asked.ids))
        return sorted({(min(pair), max(pair)) for pair in found})

    def _partners(self, keys: NDArray[np.uint32], owners: NDArray[np.int32], ids: Numbers) -> Partners:
        """Of rising `keys`, who asks for each, and the numbers of those: who asks and who has it, where so few have it that it says something."""
        blocking = keys % 2 == 0
        owners = owners[blocking]
        single, starts, askers = np.unique(keys[blocking], return_index=True, return_counts=True)
        groups, members = self._members(single)
        sizes = np.bincount(groups, minlength=len(single))
        few = sizes[groups] <= LARGEST
        groups, members = groups[few], members[few]
        counts = askers[groups]
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        asking, members = owners[np.repeat(starts[groups], counts) + within], np.repeat(members, counts)
        apart = ids[asking] != members
        return list(dict.fromkeys(zip(asking[apart].tolist(), members[apart].tolist(), strict=True)))

    def _members(self, keys: NDArray[np.uint32]) -> tuple[Numbers, Numbers]:
        """Who has each of `keys`: at which of them, and the records' numbers."""
        groups, members = [], []
        for table, standing in self.layers:
            at, positions = table.groups(keys)
            kept = standing[positions]
            groups.append(at[kept])
            members.append(table.ids[positions[kept]])
        return np.concatenate(groups), np.concatenate(members)

    def share(self, kind: str, value: str) -> float | None:
        """The logarithm of the share of records that have this value; None for a rare one."""
        key = count_key(kind, value)
        if key not in self._shares:
            sharing = sum(layer.count(key) for layer in self.layers)
            self._shares[key] = log(sharing / self.total) if sharing > COMMON else None
        return self._shares[key]

    def within(self, prefix: str) -> "KeyIndex":
        """Those of a region, all with the empty prefix."""
        if prefix not in self._parts:
            layers = ((table, standing & within_region(table, prefix)) for table, standing in self.layers)
            self._parts[prefix] = KeyIndex(tuple(Layer(*layer) for layer in layers)) if prefix else self
        return self._parts[prefix]
