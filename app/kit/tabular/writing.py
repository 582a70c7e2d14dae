"""Tables out: no cell that a person or a stranger typed can become a formula in the reader's spreadsheet."""

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from unicodedata import east_asian_width

import rustpy_xlsxwriter

# Full-width signs count too: spreadsheets set to Chinese or Japanese take them for their ASCII twins.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,9})?")
_ROWS_A_BLOCK = 1_000
_BOM = "\ufeff"
_MAX_CELL = 32_767  # characters that a worksheet cell holds
_EXACT_BELOW = 10**15
_MEASURED = 100  # rows that decide how wide the columns are
_NARROWEST, _WIDEST = 8, 60


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
    text = str(cell)
    if isinstance(cell, int):
        return text
    return f"'{text}" if is_formula(text) else text


def is_formula(text: str) -> bool:
    """Whether a spreadsheet could run `text`: it begins, perhaps after blanks, with a formula's sign and is no plain number."""
    if not (text.startswith(_DANGEROUS) or text.lstrip().startswith(_DANGEROUS)):
        return False
    return not _PLAIN_NUMBER.fullmatch(text)


def write_xlsx(rows: Iterable[Sequence[Any]], header: Sequence[str], *, sheet: str = "Sheet1") -> bytes:
    """The table as an XLSX workbook whose texts are text cells, so that nothing needs to be prefixed."""
    names = _distinct(header)
    records = (dict(zip(names, map(_cell, row), strict=True)) for row in rows)
    first = list(itertools.islice(records, _MEASURED)) or [dict.fromkeys(names, "")]
    buffer = io.BytesIO()
    rustpy_xlsxwriter.write_worksheet(
        itertools.chain(first, records),
        buffer,
        sheet_name=sheet,
        freeze_row=1,
        bold_headers=True,
        column_widths=[_width(name, first) for name in names],
    )
    return buffer.getvalue()


def _width(name: str, rows: Sequence[dict[str, str | int]]) -> int:
    """A column as wide as the longest of its first cells, within bounds; a Chinese character is two digits wide."""
    longest = max(_digits(str(cell)) for cell in (name, *(row[name] for row in rows)))
    return min(max(longest + 2, _NARROWEST), _WIDEST)


def _digits(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text[:_WIDEST])


def _cell(value: Any) -> str | int:
    """Integers that a spreadsheet keeps exactly stay numbers; everything else is text."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _EXACT_BELOW:
        return value
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
