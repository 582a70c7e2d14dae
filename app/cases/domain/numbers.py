"""Case numbers (受理编号) and query codes."""

import hashlib
import hmac
import re
import secrets
import unicodedata

#: Letters and digits that cannot be taken for one another on paper or on the phone (no 0 O 1 I L, 2 Z, 5 S, 8 B, U V).
ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
LENGTH = 10

_NUMBER = re.compile(r"[A-Z]{2,4}-[A-Z]{2,4}-\d{4}-\d{4,}")
_DASHES = str.maketrans({"—": "-", "–": "-", "_": "-"})

#: scrypt's cost: 2 MiB and some milliseconds a try. The code carries 45 bits, so a stolen table stays closed for ages.
_N, _R, _P = 2**11, 8, 1


def series_of(bureau_mark: str, mark: str, year: int) -> str:
    """What numbers of one programme and year begin with, e.g. `QJ-GQ-2021`."""
    return f"{bureau_mark}-{mark}-{year}"


def number_in(series: str, serial: int) -> str:
    """The number with the serial `serial` (1 …), e.g. `QJ-GQ-2021-0047`; more than 9,999 take more digits."""
    return f"{series}-{serial:04d}"


def normalise_number(text: str) -> str:
    """A number as typed, in the shape it is stored; "" when it cannot be one."""
    cleaned = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text[:60])).translate(_DASHES).upper()
    return cleaned if _NUMBER.fullmatch(cleaned) else ""


def new_query_code() -> str:
    """A fresh random query code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def normalise_query_code(text: str) -> str:
    """A query code as typed: blanks, dashes and case do not matter."""
    return re.sub(r"[\s-]+", "", unicodedata.normalize("NFKC", text[:60])).upper()


def hash_query_code(code: str, *, salt: bytes | None = None) -> str:
    """A query code as it is stored: scrypt with its own salt."""
    salt = salt or secrets.token_bytes(12)
    digest = hashlib.scrypt(normalise_query_code(code).encode(), salt=salt, n=_N, r=_R, p=_P, dklen=24)
    return f"scrypt:{_N}:{salt.hex()}:{digest.hex()}"


_NOBODY = hash_query_code("nobody", salt=b"\0" * 12)


def query_code_matches(code: str, stored: str | None) -> bool:
    """Whether `code` is the one stored; takes as long without a stored one, so that nobody learns which failed."""
    _kind, _n, salt, _digest = (stored or _NOBODY).split(":")
    same = hmac.compare_digest(hash_query_code(code, salt=bytes.fromhex(salt)), stored or _NOBODY)
    return same and stored is not None
