"""Which records are worth comparing: those that share a key. Few enough that a hundred thousand take less than a minute.

Every key is a number of 32 bits that tells the same in every process. Two keys that by chance have one number cost a comparison.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from zlib import crc32

from app.enterprises.duplicates.domain.codes import is_whole, organisation_of, whole_codes_near
from app.enterprises.duplicates.domain.parts import NameParts
from app.enterprises.duplicates.domain.records import FirmEntry
from app.enterprises.duplicates.domain.script import sounds_of

_LEFT_OUT = 10
_OWN = 8  # where the firm's own part of a code begins
_DIGITS = frozenset("0123456789")
_COUNTS = 1  # the last bit of a key: whether records that share it are compared, or only counted


def keys_of(record: FirmEntry) -> set[int]:
    """The keys of one record: two records of one firm share at least one, whatever single fact is mistyped or left out.

    Besides numbers by which it is only counted how many share a person, a telephone, an address.
    """
    texts = [key for code in record.codes for key in _code_keys(code)]
    for name in (record.name, *record.former):
        texts += _name_keys(name)
    texts += _fact_keys(record)
    keys = {crc32(text.encode()) & ~_COUNTS for text in texts}
    keys.update(count_key(kind, value) for kind, value in _shared_values(record))
    return keys


def count_key(kind: str, value: str) -> int:
    """The number by which it is counted how many share a value."""
    return crc32(f"#{kind}\t{value}".encode()) | _COUNTS


def _shared_values(record: FirmEntry) -> Iterator[tuple[str, str]]:
    yield from (("phone", phone) for phone in record.phones)
    if record.representative:
        yield "representative", record.representative
    if record.address:
        yield "address", record.address


def _code_keys(code: str) -> Iterator[str]:
    """A code that fits its check is looked for as it is; another also as each right code that one slip may have made it of."""
    if len(code) == 18:
        yield f"o{organisation_of(code)}"
        if is_whole(code):
            return
    else:
        yield f"c{code}"
    for right in whole_codes_near(code):
        yield f"o{organisation_of(right)}"
    yield from _with_one_left_out("t", code[_OWN:])


def _name_keys(name: NameParts) -> Iterator[str]:
    """A number is not left out: names that differ by one are two works, and a register is full of them."""
    sounds = name.sounds + sounds_of(name.branch) if name.branch else name.sounds
    yield from _with_one_left_out("n", sounds, but=_DIGITS)
    yield "s" + " ".join(sorted(sounds))


def _with_one_left_out(kind: str, signs: Sequence[str], but: Container[str] = ()) -> Iterator[str]:
    """The whole and what is left with each of its first signs left out: two that are one slip apart share one of them."""
    spoken = [f" {sign}" for sign in signs]
    yield kind + "".join(spoken)
    if len(spoken) > 2:
        for at in range(min(len(spoken), _LEFT_OUT)):
            if signs[at] in but:
                continue
            yield kind + "".join(spoken[:at] + spoken[at + 1 :])


def _fact_keys(record: FirmEntry) -> Iterable[str]:
    brand, person, day, address = (
        "".join(record.name.brand_sound[:1]),
        record.representative,
        record.registered_on.toordinal() if record.registered_on else "",
        record.address,
    )
    found = [f"p{phone}" for phone in record.phones]
    if len(person) > 1 and "*" not in person:
        found.append(f"pb{person}\t{brand}")
        found.append(f"pd{person}\t{day}" if day else f"pa{person}\t{address}")
        if address:
            found.append(f"pa{person}\t{address}")
        if record.capital_fen:
            found.append(f"pc{person}\t{record.capital_fen}")
    if day:
        found.append(f"db{day}\t{brand}")
        if address:
            found.append(f"da{day}\t{address}")
    if address and len(address) > 5:
        found.append(f"ab{address}\t{brand}")
    return found
