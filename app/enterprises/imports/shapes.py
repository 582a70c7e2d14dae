"""The shape of a sheet, in its simplest form: one head, rows below it. Replaced by the branch `sheets` (its author: keep the names
that sheets.py, recognition.py and entries.py beside this file use: `read_head(sheet, recognise, at=last row of the head)`,
`BodyRow.head` set on the rows of a further block, `RowKind`).
"""

import enum
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from app.enterprises.imports.fields import split_header, title_unit
from app.kit.tabular.reader import Row, Sheet

_YEAR = re.compile(r"(\d{4})年?度?(.+)")


class RowKind(enum.StrEnum):
    """What a row below the head is."""

    DATA = "data"
    BLANK = "blank"
    HEAD = "head"
    TITLE = "title"
    TOTAL = "total"
    NOTE = "note"


@dataclass(frozen=True)
class ColumnHead:
    """The head of one column."""

    index: int
    text: str
    group: str
    name: str
    year: int | None
    unit: str


@dataclass(frozen=True)
class Head:
    """The head of a table."""

    first_row: int
    last_row: int
    heads: tuple[ColumnHead, ...]
    titles: tuple[str, ...]
    unit: str


@dataclass(frozen=True)
class BodyRow:
    """A row below a head."""

    row: Row
    kind: RowKind
    block: int = 0
    head: Head | None = None


def read_head(sheet: Sheet, recognise: Callable[[Sequence[str]], int], at: int | None = None) -> Head | None:
    """The head of the sheet's table; `at` is its last row, where a person told it."""
    rows = [row for row in islice(sheet.rows(), 30) if not row.blank]
    if not rows:
        return None
    told = next((row for row in rows if row.number == at), None)
    header = told or max(rows, key=lambda row: (recognise(row.filled), -row.number))
    above = title_unit(row.filled for row in rows if row.number < header.number)
    titles = tuple(cell for row in rows if row.number < header.number for cell in row.filled if cell)
    heads = tuple(_head(index, text, above) for index, text in enumerate(header.filled))
    return Head(header.number, header.number, heads, titles, above)


def _head(index: int, text: str, above: str) -> ColumnHead:
    name, unit = split_header(text)
    found = _YEAR.match(name)
    return ColumnHead(index, text, "", found[2] if found else name, int(found[1]) if found else None, unit or above)


def body_rows(sheet: Sheet, head: Head) -> Iterator[BodyRow]:
    """The rows below the head."""
    for row in sheet.rows():
        if row.number > head.last_row:
            yield BodyRow(row, RowKind.BLANK if row.blank else RowKind.DATA)
