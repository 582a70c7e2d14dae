"""What an exported workbook says of itself on a sheet that is not shown: which list it is, as of which position of the journal, what
fills what, and for each row what stood in its cells. Whoever reads the file again can tell which cells were edited since.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.kit.clock import shanghai
from app.kit.errors import Invalid
from app.kit.tabular.kept_sheet import LONGEST, KeptSheet
from app.kit.tabular.reader import Sheet, Table, clean
from app.kit.tabular.workbook_reader import text_of

#: The name of the sheet.
SHEET = "_yumiao"
_FORMAT = 1
_MAX_CELL = 32_767


@dataclass(frozen=True)
class OriginColumn:
    """A column as it was written: its head, what an import fills from it ("" where it is computed), the unit of its amounts, and by what
    its cells part several words ("" where they hold one).
    """

    head: str
    fills: str = ""
    unit: str = ""
    parted: str = ""


@dataclass(frozen=True)
class ExportOrigin:
    """Where a workbook comes from: the list, the position of the journal, when and by whom it was written, and its columns.

    `key` is what the column fills by which a row is known.
    """

    list: str
    register: str
    key: str
    position: int
    at: str
    by: str
    columns: tuple[OriginColumn, ...]

    @property
    def key_place(self) -> int:
        """Which of the columns is the key."""
        return next(place for place, column in enumerate(self.columns) if column.fills == self.key)

    def sheet(self) -> KeptSheet:
        """The sheet that keeps it, to be written behind the table."""
        told = {**vars(self), "columns": [list(vars(column).values()) for column in self.columns], "format": _FORMAT}
        return KeptSheet(SHEET, json.dumps(told, ensure_ascii=False), _kept)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "ExportOrigin":
        """As it was kept. Raises KeyError, TypeError or ValueError for what never was."""
        told = {name: value for name, value in kept.items() if name in cls.__dataclass_fields__}
        columns = tuple(OriginColumn(*map(str, column)) for column in told.pop("columns"))
        found = cls(columns=columns, **told)
        if found.key not in {column.fills for column in columns}:
            raise ValueError("no key")
        return found


def read_origin(table: Table) -> tuple[ExportOrigin, Sheet] | None:
    """Where the workbook comes from, and the sheet that says so; None when it says nothing that can be read."""
    sheet = next((each for each in table.sheets if each.name == SHEET and each.hidden), None)
    if sheet is None:
        return None
    try:
        kept = json.loads(next(_texts(sheet), ""))
        return (ExportOrigin.from_json(kept), sheet) if kept.get("format") == _FORMAT else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def kept_rows(sheet: Sheet) -> Iterator[str]:
    """The rows that the sheet keeps, each as `cells_of` reads it."""
    rows = _texts(sheet)
    next(rows, "")
    yield from rows


def cells_of(kept: str, width: int) -> list[str]:
    """The cells of a row as they stood. Raises Invalid when it was tampered with."""
    try:
        cells = json.loads(kept)
    except ValueError:
        cells = None
    if not isinstance(cells, list) or len(cells) != width or not all(isinstance(cell, str) for cell in cells):
        raise Invalid("import.origin", "")
    return cells


def _texts(sheet: Sheet) -> Iterator[str]:
    return ("".join(row.cells) for row in sheet.rows() if not row.blank)


def _kept(row: Sequence[Any]) -> str:
    cells = [_as_read(cell) for cell in row]
    text = json.dumps(cells, ensure_ascii=False, separators=(",", ":"))
    if len(text) <= LONGEST:
        return text
    # It goes on in the next cell, and no cell may begin or end with a blank: readers drop it.
    return json.dumps(cells, separators=(",", ":")).replace(" ", "\\u0020")


def _as_read(cell: Any) -> str:
    """A cell as it will be read again."""
    read = _READ.get(type(cell))
    return read(cell) if read else clean(str(cell)[:_MAX_CELL])


def _amount(cell: Decimal) -> str:
    near = float(cell)
    return text_of(near) if Decimal(repr(near)) == cell else format(cell, "f")


_READ: dict[type, Callable[[Any], str]] = {
    type(None): lambda _cell: "",
    int: str,
    Decimal: _amount,
    date: date.isoformat,
    datetime: lambda cell: shanghai(cell).replace(tzinfo=None).isoformat(" "),
}
