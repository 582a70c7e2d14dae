"""Which records are worth comparing: those that share a key. Few enough that a hundred thousand take less than a minute.

Every key is hashed to a number and the numbers are sorted: memory is a few dozen bytes for each key, whatever the register holds.
"""

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from app.enterprises.duplicates.domain.codes import organisation_of
from app.enterprises.duplicates.domain.comparison import Commonness
from app.enterprises.duplicates.domain.records import FirmEntry
from app.enterprises.duplicates.domain.script import sounds_of

#: More records than this under one key say that the key says nothing; the pairs share another key if they are one firm.
LARGEST = 24
_COMMON = 3
_LEFT_OUT = 10
_OWN = 8  # where the firm's own part of a code begins


@dataclass(frozen=True)
class Blocks:
    """The pairs to compare, as positions in the list of records, and how many groups were too large to be compared whole."""

    pairs: list[tuple[int, int]]
    passed_over: int


def keys_of(record: FirmEntry) -> Iterator[tuple[object, ...]]:
    """The keys of one record: two records of one firm share at least one, whatever single fact is mistyped or left out."""
    for code in record.codes:
        yield ("code", code)
        if organisation := organisation_of(code):
            yield ("organisation", organisation)
        yield from _with_one_left_out("tail", tuple(code[_OWN:]))
    for name in (record.name, *record.former):
        sounds = name.sounds + sounds_of(name.branch)
        yield from _with_one_left_out("name", sounds)
        yield ("sorted", tuple(sorted(sounds)))
    yield from _fact_keys(record)


def _with_one_left_out(kind: str, signs: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    """The whole and what is left with each of its first signs left out: two that are one slip apart share one of them."""
    yield (kind, signs)
    if len(signs) > 2:
        for at in range(min(len(signs), _LEFT_OUT)):
            yield (kind, signs[:at] + signs[at + 1 :])


def _fact_keys(record: FirmEntry) -> Iterator[tuple[object, ...]]:
    brand, person, day, address = (
        record.name.brand_sound[:2],
        record.representative,
        record.registered_on,
        record.address,
    )
    yield from (("phone", phone) for phone in record.phones)
    if person and "*" not in person:
        yield ("person-brand", person, brand[:1])
        yield ("person-day", person, day) if day else ("person-place", person, address)
        if address:
            yield ("person-place", person, address)
        if record.capital_fen:
            yield ("person-capital", person, record.capital_fen)
    if day:
        yield ("day-brand", day, brand[:1])
        if address:
            yield ("day-place", day, address)
    if address and len(address) > 5:
        yield ("place-brand", address, brand[:1])


def find_pairs(records: Sequence[FirmEntry]) -> Blocks:
    """The pairs of positions that share a key, each once."""
    hashes, owners = _hashed(records)
    order = np.argsort(hashes, kind="stable")
    hashes, owners = hashes[order], owners[order]
    starts = np.flatnonzero(np.r_[True, hashes[1:] != hashes[:-1]])
    sizes = np.diff(np.r_[starts, len(hashes)])
    found = [_pairs_of_size(owners, starts[sizes == size], size, len(records)) for size in range(2, LARGEST + 1)]
    pairs = np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)
    first, second = np.divmod(pairs, len(records) or 1)
    return Blocks(list(zip(first.tolist(), second.tolist(), strict=True)), int((sizes > LARGEST).sum()))


def _hashed(records: Sequence[FirmEntry]) -> tuple[np.ndarray, np.ndarray]:
    hashes, owners = array("q"), array("q")
    for at, record in enumerate(records):
        keys = {hash(key) for key in keys_of(record)}
        hashes.extend(keys)
        owners.extend([at] * len(keys))
    return np.frombuffer(hashes, dtype=np.int64), np.frombuffer(owners, dtype=np.int64)


def _pairs_of_size(owners: np.ndarray, starts: np.ndarray, size: int, total: int) -> np.ndarray:
    """Every pair within the groups of one size, as one number each (of `total` records); the lower position first."""
    members = owners[starts[:, None] + np.arange(size)]
    left, right = np.triu_indices(size, 1)
    one, other = members[:, left].ravel(), members[:, right].ravel()
    numbered: np.ndarray = np.minimum(one, other) * total + np.maximum(one, other)
    return numbered


def commonness_of(records: Sequence[FirmEntry]) -> Commonness:
    """Which persons, telephones and addresses more than a few records share."""
    counted: Counter[tuple[str, str]] = Counter()
    for record in records:
        counted.update(("phone", phone) for phone in record.phones)
        counted[("representative", record.representative)] += 1
        counted[("address", record.address)] += 1
    return Commonness(len(records), {value: count for value, count in counted.items() if value[1] and count > _COMMON})
