"""One cell of a record as the value of its field, or why it has none."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.enterprises.imports.parts.words import Words, folded
from app.enterprises.imports.row_reader import EARLIEST, read_yes_no
from app.kit.fields import Field, FieldKind
from app.kit.written.amounts import NO_UNIT, YUAN, read_amount
from app.kit.written.days import DayProblem, read_written_day
from app.kit.written.telephones import TelephoneProblem, read_telephone

Read = tuple[Any, str]
"""The value, or None and the reason."""

FIRST_YEAR = 1980
_YEAR = re.compile(r"(\d{4})(年度?|-\d{1,2}(-\d{1,2})?|\.\d{1,2}(\.\d{1,2})?|/\d{1,2}(/\d{1,2})?)?")
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")
_FAR = 100


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
    """A day of the calendar, not after today unless it is `coming`."""
    found = read_written_day(text)
    if found.day is None:
        return None, "day.incomplete" if found.problem is DayProblem.INCOMPLETE else "day.invalid"
    if found.day < EARLIEST or found.day.year > today.year + _FAR:
        return None, "day.invalid"
    return (found.day, "") if coming or found.day <= today else (None, "day.future")


def read_phone(text: str) -> Read:
    """A telephone number, or several; a number that is too short or too long is none."""
    found = read_telephone(text)
    if found.problem is None:
        return found.number, ""
    return None, "phone.length" if found.problem is TelephoneProblem.LENGTH else "phone.invalid"


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
