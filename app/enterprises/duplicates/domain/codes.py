"""How two codes differ: one and the same, a slip of one or two characters, or two codes."""

from functools import lru_cache

from rapidfuzz.distance import OSA

from app.enterprises.domain.uscc import ALPHABET, check_character

_ORGANISATION = slice(8, 17)


@lru_cache(maxsize=200_000)
def is_whole(code: str) -> bool:
    """Whether the check character of a code fits: of the unified code, or of an old 15-digit number."""
    if len(code) == 15:
        return code.isascii() and code.isdigit() and _check_digit_fits(code)
    if len(code) != 18 or any(c not in ALPHABET for c in code):
        return False
    return check_character(code[:17]) == code[17]


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
