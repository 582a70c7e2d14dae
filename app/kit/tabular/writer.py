"""Tables out: no cell that a person or a stranger typed can become a formula in the reader's spreadsheet.

A value keeps its kind in a workbook: an integer (a year, a count) and a Decimal (an amount) are numbers, a day is a day;
text stays text, also when it is all digits (codes, telephone numbers).
"""

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from unicodedata import east_asian_width

import rustpy_xlsxwriter

from app.kit.clock import shanghai

# Full-width signs count too: spreadsheets set to Chinese or Japanese take them for their ASCII twins.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,9})?")
# Blanks and marks that cannot be seen: a spreadsheet may drop them, and what follows them would come first.
_UNSEEN = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\u00ad\u180e"
_ROWS_A_BLOCK = 1_000
_BOM = "\ufeff"
_MAX_CELL = 32_767  # characters that a worksheet cell holds
_EXACT_BELOW = 10**15
_MEASURED = 100  # rows that decide how wide the columns are
_NARROWEST, _WIDEST = 8, 60
_AMOUNT, _DAY, _INSTANT = "#,##0.00", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
_A4 = 9
_PAGE = {
    "landscape": True,
    "paper_size": _A4,
    "fit_to_pages": (1, 0),
    "repeat_rows": 0,
    "margins": {"left": 0.4, "right": 0.4, "top": 0.5, "bottom": 0.6},
    "footer": "&C&P / &N",
}
_LONGEST_SHEET_NAME = 31
_NOT_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")


def write_csv(
    rows: Iterable[Sequence[Any]], header: Sequence[str], *, encoding: str = "utf-8-sig", delimiter: str = ","
) -> Iterator[bytes]:
    """The table as CSV in blocks of about 1,000 rows; UTF-8 with a byte order mark unless told otherwise."""
    codec = "utf-8" if encoding == "utf-8-sig" else encoding
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    if encoding == "utf-8-sig":
        buffer.write(_BOM)
    writer.writerow([safe_text(cell) for cell in header])
    for number, row in enumerate(rows, start=1):
        writer.writerow([safe_text(cell) for cell in row])
        if number % _ROWS_A_BLOCK == 0:
            yield _take(buffer).encode(codec, "replace")
    yield _take(buffer).encode(codec, "replace")


def safe_text(cell: Any) -> str:
    """The cell as CSV text; one that a spreadsheet would take for a formula gets an apostrophe in front."""
    if cell is None:
        return ""
    if type(cell) is str:
        return f"'{cell}" if is_formula(cell) else cell
    text = format(cell, "f") if isinstance(cell, Decimal) else str(cell)
    if isinstance(cell, int | Decimal):
        return text
    return f"'{text}" if is_formula(text) else text


def is_formula(text: str) -> bool:
    """Whether a spreadsheet could run `text`: it begins, perhaps after what cannot be seen, with a formula's sign and is no
    plain number.
    """
    if text[:1].isalnum():
        return False  # most of them
    if not (text.startswith(_DANGEROUS) or _without_unseen(text).startswith(_DANGEROUS)):
        return False
    return not _PLAIN_NUMBER.fullmatch(text)


def _without_unseen(text: str) -> str:
    """`text` from its first character that can be seen."""
    while text and (text[0] in _UNSEEN or text[0].isspace()):
        text = text[1:]
    return text


def write_xlsx(rows: Iterable[Sequence[Any]], header: Sequence[str], *, sheet: str = "Sheet1") -> bytes:
    """The table as an XLSX workbook, row by row in bounded memory; its texts are text cells, so nothing needs a prefix.

    Its head stays in sight, can be filtered by, and stands on every printed page; pages are A4, as wide as the table.
    """
    names = _distinct(header)
    records = (dict(zip(names, map(_cell, row), strict=True)) for row in rows)
    first = list(itertools.islice(records, _MEASURED)) or [dict.fromkeys(names, "")]
    buffer = io.BytesIO()
    rustpy_xlsxwriter.write_worksheet(
        itertools.chain(first, records),
        buffer,
        sheet_name=_NOT_IN_SHEET_NAME.sub(" ", sheet).strip()[:_LONGEST_SHEET_NAME] or "Sheet1",
        freeze_row=1,
        bold_headers=True,
        autofilter=True,
        float_format=_AMOUNT,
        datetime_format=_DAY,
        column_formats=_instants(names, first),
        column_widths=[_width(name, first) for name in names],
        page_setup=_PAGE,
    )
    return buffer.getvalue()


def _instants(names: Sequence[str], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The format of columns that hold a time of day, by the first rows."""
    timed = [name for name in names if any(isinstance(row[name], datetime) for row in rows)]
    return {name: rustpy_xlsxwriter.Format().set_num_format(_INSTANT) for name in timed}


def _width(name: str, rows: Sequence[dict[str, Any]]) -> int:
    """A column as wide as the longest of its first cells, within bounds; a Chinese character is two digits wide."""
    longest = max(_digits(str(cell)) for cell in (name, *(row[name] for row in rows)))
    return min(max(longest + 2, _NARROWEST), _WIDEST)


def _digits(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text[:_WIDEST])


def _cell(value: Any) -> Any:
    """Numbers that a spreadsheet keeps exactly stay numbers, days stay days; everything else is text."""
    if type(value) is str:
        return value[:_MAX_CELL]
    if isinstance(value, datetime):
        return shanghai(value).replace(tzinfo=None)
    if isinstance(value, date):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _EXACT_BELOW:
        return value
    if isinstance(value, Decimal) and Decimal(repr(float(value))) == value:
        return float(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return "" if value is None else str(value)[:_MAX_CELL]


def _distinct(header: Sequence[str]) -> list[str]:
    """The header with repeated names numbered, since the writer addresses columns by name."""
    names: list[str] = []
    for name in header:
        candidate, copy = name, 2
        while candidate in names:
            candidate, copy = f"{name} ({copy})", copy + 1
        names.append(candidate)
    return names


def _take(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
