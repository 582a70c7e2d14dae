"""What a merged cell of the data holds for each of its rows: the value of its first one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.enterprises.imports.shapes.row_kinds import is_quantity
from app.kit.tabular import MergedRange, Row


@dataclass(frozen=True, slots=True)
class _Open:
    """A merged cell whose rows are being read."""

    last_row: int
    column: int
    text: str
    inexact: bool


class MergedValues:
    """Fills the rows of data downwards; rows have to come in their order.

    Amounts and counts are not repeated: which row has how much of them is not told.
    """

    def __init__(self, merged: Sequence[MergedRange], after: int) -> None:
        self._coming = [each for each in merged if each.rows > 1 and each.first_row >= after]
        self._next = 0
        self._open: list[_Open] = []

    def filled(self, row: Row) -> Row:
        """The row of data, its merged cells with their value."""
        if self._next == len(self._coming) and not self._open:
            return row
        place = row.number - 1
        self._pass_over(place)
        found = [each for each in self._open if not (row.cells[each.column] if each.column < len(row.cells) else "")]
        self._begin(row, place)
        return _with(row, found) if found else row

    def _pass_over(self, place: int) -> None:
        """Merged cells that began in a row that is no data, or have ended, fill nothing."""
        while self._next < len(self._coming) and self._coming[self._next].first_row < place:
            self._next += 1
        if self._open:
            self._open = [each for each in self._open if each.last_row >= place]

    def _begin(self, row: Row, place: int) -> None:
        while self._next < len(self._coming) and self._coming[self._next].first_row == place:
            merged = self._coming[self._next]
            self._next += 1
            text = row.cells[merged.first_column] if merged.first_column < len(row.cells) else ""
            if text and not is_quantity(text):
                inexact = merged.first_column in row.inexact
                self._open.append(_Open(merged.last_row, merged.first_column, text, inexact))


def _with(row: Row, found: Sequence[_Open]) -> Row:
    width = max(each.column for each in found) + 1
    cells = row.cells + [""] * (width - len(row.cells))
    for each in found:
        cells[each.column] = each.text
    return replace(row, cells=cells, inexact=row.inexact | {each.column for each in found if each.inexact})
