"""How two codes differ: one and the same, a slip of one or two characters, or two codes."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from rapidfuzz.distance import OSA

from app.enterprises.domain.uscc import ALPHABET, check_character

_ORGANISATION = slice(8, 17)
_LENGTH = 18
_SIGNS = frozenset(ALPHABET)
_VALUES = np.array([ALPHABET.find(chr(sign)) for sign in range(256)])
_WEIGHTS = np.array([pow(3, at, len(ALPHABET)) for at in range(_LENGTH - 1)] + [1])


@lru_cache(maxsize=4_096)
def is_whole(code: str) -> bool:
    """Whether the check character of a code fits: of the unified code, or of an old 15-digit number."""
    if len(code) == 15:
        return code.isascii() and code.isdigit() and _check_digit_fits(code)
    if len(code) != 18 or not _SIGNS.issuperset(code):
        return False
    return check_character(code[:17]) == code[17]


def whole_among(codes: Sequence[str]) -> Sequence[bool]:
    """Of each of many codes of 18 characters whether it is whole; a tenth of the time that asking one by one takes."""
    signs = np.frombuffer("".join(codes).encode("ascii", "replace"), np.uint8).reshape(-1, _LENGTH)
    values = _VALUES[signs]
    fitting = (values @ _WEIGHTS) % len(ALPHABET) == 0
    whole: list[bool] = (fitting & (values >= 0).all(axis=1)).tolist()
    return whole


def whole_codes_near(code: str) -> Iterator[str]:
    """The right unified codes that one slip may have made `code` of: each place has exactly one character that makes it fit."""
    if not _SIGNS.issuperset(code):
        return
    if len(code) == _LENGTH:
        yield from (_fitted(code[:at], code[at + 1 :]) for at in range(_LENGTH))
        exchanged = (code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(_LENGTH - 1))
        yield from filter(is_whole, exchanged)
    elif len(code) == _LENGTH - 1:
        yield from (_fitted(code[:at], code[at:]) for at in range(_LENGTH))
    elif len(code) == _LENGTH + 1:
        yield from filter(is_whole, (code[:at] + code[at + 1 :] for at in range(len(code))))


def _fitted(before: str, behind: str) -> str:
    """The code with the one character between them that makes its check fit."""
    known = enumerate(before), enumerate(behind, start=len(before) + 1)
    total = sum(ALPHABET.index(c) * _weight(at) for part in known for at, c in part)
    missing = -total * pow(_weight(len(before)), -1, len(ALPHABET)) % len(ALPHABET)
    return before + ALPHABET[missing] + behind


def _weight(at: int) -> int:
    return pow(3, at, len(ALPHABET)) if at < _LENGTH - 1 else 1


def organisation_of(code: str) -> str:
    """The organisation's own nine characters within a unified code, "" in any other."""
    return code[_ORGANISATION] if len(code) == 18 else ""


def slips_between(one: str, other: str) -> int:
    """How many characters were mistyped, left out, added or exchanged between two codes; 3 stands for more."""
    return min(OSA.distance(one, other, score_cutoff=2), 3)


def subject_kind(code: str) -> str:
    """Who registered the subject and as what (91 a firm, 92 an individual's business, 93 a cooperative, 81 a trade union …); "" if not known."""
    return code[:2] if len(code) == 18 and is_whole(code) else ""


def _check_digit_fits(number: str) -> bool:
    """GS 15-2006: ISO 7064, MOD 11,10."""
    product = 10
    for digit in number[:14]:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(number[14])
