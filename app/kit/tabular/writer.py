"""Tables out: no cell that a person or a stranger typed can become a formula in the reader's spreadsheet.

A value keeps its kind in a workbook: an integer (a year, a count) and a Decimal (an amount) are numbers, a day is a day;
text stays text, also when it is all digits (codes, telephone numbers).
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from types import NoneType
from typing import Any

from app.kit.tabular.workbook import stream_xlsx

# Full-width signs count too: spreadsheets set to Chinese or Japanese take them for their ASCII twins.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,9})?")
# Blanks and marks that cannot be seen: a spreadsheet may drop them, and what follows them would come first.
_UNSEEN = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\u00ad\u180e"
_ROWS_A_BLOCK = 1_000
#: Kinds of cells that are no text and become one in one way only.
_PLAIN = {NoneType, int, date}
_BOM = "\ufeff"


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
    coming = iter(rows)
    while block := list(islice(coming, _ROWS_A_BLOCK)):
        writer.writerows(_safe_rows(block))
        if len(block) == _ROWS_A_BLOCK:
            yield _take(buffer).encode(codec, "replace")
    yield _take(buffer).encode(codec, "replace")


def _safe_rows(rows: list[Sequence[Any]]) -> Iterable[Sequence[Any]]:
    """The rows, every cell as `safe_text` or as the CSV writer makes the same of it; looked at column by column."""
    if len(set(map(len, rows))) > 1:
        return [list(map(safe_text, row)) for row in rows]
    columns = list(zip(*rows, strict=True))
    safe = [column if _is_harmless(column) else list(map(safe_text, column)) for column in columns]
    return zip(*safe, strict=True)


def _is_harmless(column: Sequence[Any]) -> bool:
    """Whether the CSV writer writes these cells as `safe_text` does: days and whole numbers, and words that begin with a letter, a digit
    or an ideograph, as most do.
    """
    kinds = set(map(type, column))
    if str not in kinds:
        return kinds <= _PLAIN
    if len(kinds) > 1:
        return False
    return all(sign.isalnum() for sign in {cell[:1] for cell in column} if sign)


def safe_text(cell: Any) -> str:
    """The cell as CSV text; one that a spreadsheet would take for a formula gets an apostrophe in front."""
    if cell is None:
        return ""
    if type(cell) is str:
        return f"'{cell}" if is_formula(cell) else cell
    if type(cell) is date:
        return cell.isoformat()
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
    """The table as an XLSX workbook in one piece, for what is short; its texts are text cells, so nothing needs a prefix."""
    return b"".join(stream_xlsx(rows, header, sheet=sheet))


def _take(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
