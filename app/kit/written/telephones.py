"""Telephone numbers as people write them: mobile, with area code, with extension, several in one cell.

One reader for every list. A number of the wrong length is none: a digit is missing or too many, and nobody can tell which.
"""

import enum
import re
import unicodedata
from dataclasses import dataclass


class TelephoneProblem(enum.StrEnum):
    """Why a text is no telephone number."""

    LENGTH = "length"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class WrittenTelephone:
    """The number in one spelling (`13800000000`, `0728-6240000`, `0728-6240000转801`), several joined by 、; or why it is none."""

    number: str
    problem: TelephoneProblem | None = None


_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－─", "-"))
_BETWEEN = re.compile(r"[、/,;，；|]|\n|或")
_EXTENSION = re.compile(r"(?:转|ext\.?|#|分机) ?(\d{1,6})$")
_SIGNS = re.compile(r"[\s().\-]")
_COUNTRY = re.compile(r"^(?:\+|00)86-?")
_MOBILE = re.compile(r"1\d{10}")
#: 010 and 02x have three digits; the others four.
_LANDLINE = re.compile(r"(010|02\d|0[3-9]\d{2})([2-9]\d{6,7}|0\d{6})")
_LOCAL = re.compile(r"[2-8]\d{6,7}")
_SERVICE = re.compile(r"[48]00\d{7}")


def read_telephone(text: str) -> WrittenTelephone:
    """The telephone numbers that `text` holds."""
    plain = unicodedata.normalize("NFKC", text.translate(_DASHES)).strip().lower().removesuffix(".0")
    read = [_read(part.strip()) for part in _BETWEEN.split(plain) if part.strip()]
    problem = next((each.problem for each in read if each.problem), None)
    if problem or not read:
        return WrittenTelephone("", problem or TelephoneProblem.UNREADABLE)
    return WrittenTelephone("、".join(each.number for each in read))


def _read(text: str) -> WrittenTelephone:
    extension = _EXTENSION.search(text)
    bare = _SIGNS.sub("", _COUNTRY.sub("", text[: extension.start()] if extension else text))
    if not (bare.isascii() and bare.isdigit()):
        return WrittenTelephone("", TelephoneProblem.UNREADABLE)
    number = _spelled(bare)
    if number is None:
        return WrittenTelephone("", TelephoneProblem.LENGTH)
    return WrittenTelephone(f"{number}转{extension[1]}" if extension else number)


def _spelled(digits: str) -> str | None:
    if found := _LANDLINE.fullmatch(digits):
        return f"{found[1]}-{found[2]}"
    if _SERVICE.fullmatch(digits):
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    return digits if _MOBILE.fullmatch(digits) or _LOCAL.fullmatch(digits) else None
