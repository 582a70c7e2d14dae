"""Which records are worth comparing: those that share a key. Few enough that a hundred thousand take less than a minute.

Every key is a number of 32 bits that tells the same in every process. Two keys that by chance have one number cost a comparison.
Most keys are reckoned for many records at once: to write each as a text would take longer than to part the names.
"""

from array import array
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from app.enterprises.domain.uscc import LENGTH
from app.enterprises.duplicates.domain.codes import organisation_of, whole_among, whole_codes_near
from app.enterprises.duplicates.domain.records import FirmEntry
from app.enterprises.duplicates.domain.script import sound_of

_LEFT_OUT = 10
_OWN = 8  # where the firm's own part of a code begins
_COUNTS = 1  # the last bit of a key: whether records that share it are compared, or only counted
_WORD = 2**64
_STEP = 0x9E3779B97F4A7C15  # odd, so that it can be divided by
_BACK = np.uint64(pow(_STEP, -1, _WORD))
_MIXERS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))

Words = NDArray[np.uint64]


class OwnedKeys(NamedTuple):
    """Keys, rising, and at which place the record of each stands; a record has a key once."""

    keys: NDArray[np.uint32]
    owners: NDArray[np.int32]


class _Sounds(dict[str, int]):
    """A number for the sound of each character."""

    def __missing__(self, character: str) -> int:
        number = self[character] = _number_of(sound_of(character))
        return number


def _number_of(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


_SOUNDS = _Sounds()
_DIGITS = np.array([_number_of(digit) for digit in "0123456789"], np.uint64)


def keys_of(records: Sequence[FirmEntry]) -> OwnedKeys:
    """The keys of these records: two records of one firm share at least one, whatever single fact is mistyped or left out.

    Besides numbers by which it is only counted how many share a person, a telephone, an address.
    """
    found = _FoundKeys()
    _add_code_keys(found, records)
    _add_name_keys(found, records)
    _add_fact_keys(found, records)
    return found.sorted()


class _FoundKeys:
    """Keys as they are found, each with the place of its record."""

    def __init__(self) -> None:
        self._parts: list[tuple[NDArray[Any], NDArray[Any]]] = []

    def add(self, keys: NDArray[Any], owners: NDArray[Any]) -> None:
        """Keys as they are."""
        self._parts.append((keys, owners))

    def add_mixed(self, kind: int, owners: NDArray[Any], *words: Words) -> None:
        """The keys of a kind, each made of one word of each row of words."""
        mixed = np.full(len(owners), kind, np.uint64)
        for word in words:
            mixed = _mixed(mixed + word)
        self.add((mixed >> np.uint64(32)) & np.uint64(0xFFFFFFFF - _COUNTS), owners)

    def sorted(self) -> OwnedKeys:
        """All of them, each once for its record."""
        keys, owners = (np.concatenate(part).astype(np.uint64) for part in zip(*self._parts, strict=True))
        both = np.unique(keys << np.uint64(32) | owners)
        return OwnedKeys((both >> np.uint64(32)).astype(np.uint32), (both & np.uint64(0xFFFFFFFF)).astype(np.int32))


def _mixed(words: Words) -> Words:
    """Words of which each bit depends on each bit of what is given (splitmix64)."""
    words = words * np.uint64(_STEP)
    words = (words ^ (words >> np.uint64(30))) * _MIXERS[0]
    words = (words ^ (words >> np.uint64(27))) * _MIXERS[1]
    return words ^ (words >> np.uint64(31))


# -- codes ------------------------------------------------------------------------------------------------------------


def _add_code_keys(found: _FoundKeys, records: Sequence[FirmEntry]) -> None:
    """A code that fits its check is looked for as it is; another also as each right code that one slip may have made it of."""
    known = [(at, code) for at, record in enumerate(records) for code in record.codes]
    unified = [(at, code) for at, code in known if len(code) == LENGTH]
    whole = whole_among([code for _at, code in unified])
    texts = [(at, f"o{organisation_of(code)}") for at, code in unified]
    broken = [pair for pair, fits in zip(unified, whole, strict=True) if not fits]
    for at, code in (*broken, *(pair for pair in known if len(pair[1]) != LENGTH)):
        texts += ((at, text) for text in _keys_near(code))
    keys = [crc32(text.encode()) & ~_COUNTS for _at, text in texts]
    found.add(np.array(keys, np.uint64), np.array([at for at, _text in texts], np.int64))


def _keys_near(code: str) -> Iterator[str]:
    if len(code) != LENGTH:
        yield f"c{code}"
    for right in whole_codes_near(code):
        yield f"o{organisation_of(right)}"
    own = code[_OWN:]
    yield f"t{own}"
    if len(own) > 2:
        yield from (f"t{own[:at]}{own[at + 1 :]}" for at in range(min(len(own), _LEFT_OUT)))


# -- names ------------------------------------------------------------------------------------------------------------


def _add_name_keys(found: _FoundKeys, records: Sequence[FirmEntry]) -> None:
    """The whole, what is left with each of its first signs left out, and the signs in any order: two that are one slip apart share one.

    A number is not left out: names that differ by one are two works, and a register is full of them.
    """
    owners, sizes, spoken = array("q"), array("q"), array("Q")
    for at, record in enumerate(records):
        for name in (record.name, *record.former):
            signs = name.core + name.branch
            owners.append(at)
            sizes.append(len(signs))
            spoken.extend(map(_SOUNDS.__getitem__, signs))
    whose, lengths, sounds = np.array(owners), np.array(sizes), np.array(spoken, np.uint64)
    starts = np.cumsum(lengths) - lengths
    of = np.repeat(np.arange(len(lengths)), lengths)
    places = np.arange(len(sounds)) - starts[of]
    terms = sounds * _powers(int(lengths.max(initial=0)))[places]
    before, summed = _sums(terms), _sums(sounds)
    whole = before[starts + lengths] - before[starts]
    found.add_mixed(_NAME, whose, whole)
    found.add_mixed(_SIGNS, whose, summed[starts + lengths] - summed[starts])
    left = (places < _LEFT_OUT) & (lengths[of] > 2) & ~np.isin(sounds, _DIGITS)
    of, terms, before = of[left], terms[left], before[:-1][left] - before[starts[of[left]]]
    found.add_mixed(_NAME, whose[of], before + (whole[of] - before - terms) * _BACK)


def _sums(words: Words) -> Words:
    """What stands before each word, and all of it at the end."""
    return np.concatenate([np.zeros(1, np.uint64), np.cumsum(words, dtype=np.uint64)])


def _powers(length: int) -> Words:
    """What the sign at each place counts: so that signs in another order are another word, and one left out can be reckoned out."""
    return np.cumprod(np.full(length, _STEP, np.uint64), dtype=np.uint64)


# -- facts ------------------------------------------------------------------------------------------------------------

_NAME, _SIGNS, _PHONE, _PERSON_BRAND, _PERSON_DAY, _PERSON_ADDRESS, _PERSON_CAPITAL = range(1, 8)
_DAY_BRAND, _DAY_ADDRESS, _ADDRESS_BRAND = range(8, 11)
_LONG_ADDRESS = 5


def count_key(kind: str, value: str) -> int:
    """The number by which it is counted how many share a value."""
    return crc32(f"#{kind}\t{value}".encode()) | _COUNTS


def _add_fact_keys(found: _FoundKeys, records: Sequence[FirmEntry]) -> None:
    phones = [(count_key("phone", phone), at) for at, record in enumerate(records) for phone in record.phones]
    facts = np.array([_facts(record) for record in records], np.uint64).reshape(-1, 7).T
    brand, person, day, address, capital, named, long = facts
    by_phone = np.array(phones, np.uint64).reshape(-1, 2)
    found.add(by_phone[:, 0], by_phone[:, 1])
    found.add_mixed(_PHONE, by_phone[:, 1], by_phone[:, 0])
    for shared in (person, address):
        owners = np.flatnonzero(shared)
        found.add(shared[owners], owners)
    known, dated, placed = named > 0, day > 0, address > 0
    for kind, both, words in (
        (_PERSON_BRAND, known, (person, brand)),
        (_PERSON_DAY, known & dated, (person, day)),
        (_PERSON_ADDRESS, known & (placed | ~dated), (person, address)),
        (_PERSON_CAPITAL, known & (capital > 0), (person, capital)),
        (_DAY_BRAND, dated, (day, brand)),
        (_DAY_ADDRESS, dated & placed, (day, address)),
        (_ADDRESS_BRAND, long > 0, (address, brand)),
    ):
        owners = np.flatnonzero(both)
        found.add_mixed(kind, owners, *(word[owners] for word in words))


def _facts(record: FirmEntry) -> tuple[int, ...]:
    person, address, day = record.representative, record.address, record.registered_on
    return (
        _SOUNDS[record.name.core[0]] if record.name.brand else 0,
        count_key("representative", person) if person else 0,
        day.toordinal() if day else 0,
        count_key("address", address) if address else 0,
        (record.capital_fen or 0) % _WORD,
        len(person) > 1 and "*" not in person,
        len(address) > _LONG_ADDRESS,
    )
