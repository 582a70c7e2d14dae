"""The unified social credit code, GB 32100-2015: reading, checking, telling what is wrong with it.

A wrong length or a sign outside the alphabet cannot be a code. A wrong check character can: real codes in use fail
the standard's own check, so such a code is kept once a person has confirmed it with a reason.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from operator import mul

from app.kit.errors import Invalid
from app.kit.i18n import _

LENGTH = 18
APOSTROPHES = " '‘’`"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE = {character: index for index, character in enumerate(ALPHABET)}
_SIGNS = frozenset(ALPHABET)
_WEIGHTS = tuple(pow(3, power, 31) for power in range(LENGTH - 1))
_LOOKS_LIKE = {"O": "0", "I": "1", "S": "5", "Z": "2", "V": "U"}


class UsccStatus(StrEnum):
    """What the check character says."""

    VALID = "valid"
    CHECK_MISMATCH = "check_mismatch"


@dataclass(frozen=True)
class Uscc:
    """A code of the right length and alphabet; `expected` is the check character the standard computes."""

    value: str
    status: UsccStatus
    expected: str

    @property
    def is_valid(self) -> bool:
        """Whether the check character fits."""
        return self.status is UsccStatus.VALID


def normalise(text: str) -> str:
    """`text` in half width and upper case, without blanks, hyphens, control and invisible characters.

    Nor with the apostrophe that marks a cell as text: it is no part of what stands there.
    """
    folded = text.upper() if text.isascii() else unicodedata.normalize("NFKC", text).upper()
    if folded.isascii() and folded.isalnum():
        return folded
    marked = folded.lstrip(APOSTROPHES)
    return "".join(c for c in marked if not c.isspace() and unicodedata.category(c)[0] != "C" and c not in "-‐–—")


def check_character(first_17: str) -> str:
    """The eighteenth character for seventeen given ones (GB 32100-2015, annex A)."""
    if len(first_17) != len(_WEIGHTS):
        raise ValueError("seventeen characters are checked")
    total = sum(map(mul, map(_VALUE.__getitem__, first_17), _WEIGHTS))
    return ALPHABET[(31 - total % 31) % 31]


@lru_cache(maxsize=1_024)
def parse_uscc(text: str) -> Uscc:
    """The code that `text` holds. Raises `Invalid` for a wrong length or a character outside the alphabet.

    A wrong check character is no error here: it is the status `check_mismatch`.
    """
    code = normalise(text)
    if not code:
        raise _invalid("enterprise.uscc.missing", _("请填写统一社会信用代码。"))
    if len(code) != LENGTH:
        raise _invalid("enterprise.uscc.length", _length_message(code))
    for position, character in enumerate("" if _SIGNS.issuperset(code) else code, start=1):
        if character not in _VALUE:
            raise _invalid("enterprise.uscc.alphabet", _alphabet_message(character, position))
    expected = check_character(code[:-1])
    status = UsccStatus.VALID if code[-1] == expected else UsccStatus.CHECK_MISMATCH
    return Uscc(code, status, expected)


def _invalid(code: str, message: str) -> Invalid:
    return Invalid(code, message, {"uscc": message})


def _length_message(code: str) -> str:
    if len(code) == 15 and code.isdigit():
        return _("这是 15 位的旧工商注册号，请填写 18 位的统一社会信用代码。")
    return _("统一社会信用代码应为 18 位，现有 %(n)s 位。") % {"n": len(code)}


def _alphabet_message(character: str, position: int) -> str:
    known = {"character": character[:1], "position": position}
    if character in _LOOKS_LIKE:
        return _("第 %(position)s 位是“%(character)s”，统一社会信用代码不使用该字母，可能是“%(likely)s”。") % (
            known | {"likely": _LOOKS_LIKE[character]}
        )
    return _("第 %(position)s 位的“%(character)s”不是统一社会信用代码的字符（只用数字和大写字母）。") % known
