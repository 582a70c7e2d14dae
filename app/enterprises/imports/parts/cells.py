"""One cell of a record as the value of its field, or why it has none."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.enterprises.imports.parts.words import Words, folded
from app.enterprises.imports.row_reader import read_day, read_yes_no
from app.kit.amounts import NO_UNIT, YUAN, read_amount
from app.kit.fields import Field, FieldKind

Read = tuple[Any, str]
"""The value, or None and the reason."""

FIRST_YEAR = 1980
_YEAR = re.compile(r"(\d{4})(年度?|-\d{1,2}(-\d{1,2})?|\.\d{1,2}(\.\d{1,2})?|/\d{1,2}(/\d{1,2})?)?")
_INCOMPLETE = re.compile(r"(\d{4})([-/.年](\d{1,2})?月?)?|(\d{4})(\d{2})")
_PHONE_PARTS = re.compile(r"[、/，,;；]")
_PHONE_SIGNS = re.compile(r"[\s()\-]")
_PHONE = re.compile(r"(?:86)?1\d{10}|0\d{9,11}|[2-8]\d{6,7}|[48]00\d{7}")
_EXTENSION = re.compile(r"(?:转|ext\.?)\d{1,6}$", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")
_DASHES = str.maketrans("—–―－‐─", "------")


@dataclass(frozen=True)
class CellTables:
    """What cells are read against: words of codes, and the present day."""

    words: Words
    today: date


def read_cell(field: Field, text: str, unit: str, tables: CellTables) -> Read:
    """The value that `text` says, by the kind of its field."""
    readers: Mapping[FieldKind, Any] = {
        FieldKind.CODE: lambda: _code(text, tables.words.get(field.vocabulary, {})),
        FieldKind.DAY: lambda: read_full_day(text, tables.today, coming=field.name == "expires_on"),
        FieldKind.YEAR: lambda: _year(text, tables.today),
        FieldKind.MONEY: lambda: _money(text, unit, signed=field.signed),
        FieldKind.TICK: lambda: _yes_no(text),
        FieldKind.FLAG: lambda: _yes_no(text),
        FieldKind.PHONE: lambda: read_phone(text),
        FieldKind.EMAIL: lambda: (text, "") if _EMAIL.fullmatch(text) else (None, "email.invalid"),
    }
    reader = readers.get(field.kind)
    value, reason = reader() if reader else (_one_line(text, field), "")
    if isinstance(value, str) and field.length and len(value) > field.length:
        return None, "text.too_long"
    return value, reason


def read_full_day(text: str, today: date, *, coming: bool = False) -> Read:
    """A day of the calendar; a month or year alone is incomplete, one that does not exist is invalid."""
    limit = date(today.year + 100, 12, 31) if coming else today
    plain = unicodedata.normalize("NFKC", text).strip()
    day = read_day(plain, today=limit)
    if day is not None:
        return day, ""
    if found := _INCOMPLETE.fullmatch(plain.rstrip("日")):
        month = found[3] or found[5]
        return None, "day.incomplete" if month is None or 1 <= int(month) <= 12 else "day.invalid"
    if (later := read_day(plain, today=date(today.year + 100, 12, 31))) is not None and later > today:
        return None, "day.future"
    return None, "day.invalid"


def read_phone(text: str) -> Read:
    """A telephone number, or several; a number that is too short or too long is none."""
    plain = unicodedata.normalize("NFKC", text.translate(_DASHES)).strip()
    parts = [part.strip() for part in _PHONE_PARTS.split(plain) if part.strip()]
    numbers = [_PHONE_SIGNS.sub("", _EXTENSION.sub("", part)).removeprefix("+") for part in parts]
    if not all(number.isdigit() for number in numbers) or not numbers:
        return None, "phone.invalid"
    if not all(_PHONE.fullmatch(number) for number in numbers):
        return None, "phone.length"
    return "、".join(_spelled(part, number) for part, number in zip(parts, numbers, strict=True)), ""


def _spelled(part: str, number: str) -> str:
    """A mobile number without its blanks; a landline keeps the dash behind its area code."""
    return number if number.startswith("1") else re.sub(r"\s", "", part)


def _one_line(text: str, field: Field) -> str:
    return text if field.kind is FieldKind.LINES else re.sub(r"\s+", " ", text).strip()


def _code(text: str, words: Mapping[str, str]) -> Read:
    code = words.get(folded(text))
    return (code, "") if code else (None, "word.unknown")


def _year(text: str, today: date) -> Read:
    found = _YEAR.fullmatch(re.sub(r"\s", "", unicodedata.normalize("NFKC", text)))
    if found and FIRST_YEAR <= int(found[1]) <= today.year:
        return int(found[1]), ""
    return None, "year.invalid"


def _money(text: str, unit: str, *, signed: bool) -> Read:
    found = read_amount(text, unit=unit)
    if found.fen is None or found.currency != YUAN:
        return None, "unit.missing" if found.remark == NO_UNIT else "unread"
    return (None, "negative") if found.fen < 0 and not signed else (found.fen, "")


def _yes_no(text: str) -> Read:
    found = read_yes_no(text)
    return (None, "unread") if found is None else (found, "")
