"""What a merged cell of the data holds for each of its rows: the value of its first one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from app.enterprises.imports.shapes.row_kinds import is_quantity
from app.kit.tabular import MergedRange, Row
from app.kit.written.days import read_written_day

#: The cells of a row that were filled from above: by their column the number of the row that they are from.
FromAbove = Mapping[int, int]
NOTHING_ABOVE: FromAbove = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class HeldCell:
    """A cell whose value holds for rows below it: where it stands, what it says, whether digits of it are lost."""

    row: int
    column: int
    text: str
    inexact: bool

    @classmethod
    def of(cls, row: Row, column: int) -> "HeldCell":
        """The cell of the row in this column."""
        return cls(row.number, column, cell_at(row, column), column in row.inexact)


@dataclass(frozen=True, slots=True)
class _Open:
    """A merged cell whose rows are being read."""

    last_row: int
    held: HeldCell


class MergedValues:
    """Fills the rows of data downwards; rows have to come in their order.

    Amounts and counts are not repeated: which row has how much of them is not told. Nor is a day, which is one record's, but in columns
    (`days`) of which a person said that it holds for all rows of the merged cell.
    """

    def __init__(self, merged: Sequence[MergedRange], after: int) -> None:
        self._coming = [each for each in merged if each.rows > 1 and each.first_row >= after]
        self._next = 0
        self._open: list[_Open] = []
        self.days: frozenset[int] = frozenset()

    def held_for(self, row: Row) -> list[HeldCell]:
        """The merged cells from above whose value holds for the row of data."""
        if self._next == len(self._coming) and not self._open:
            return []
        place = row.number - 1
        self._pass_over(place)
        found = [each.held for each in self._open if not cell_at(row, each.held.column)]
        self._begin(row, place)
        return found

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
            held = HeldCell.of(row, merged.first_column)
            if held.text and (may_repeat(held.text) or (held.column in self.days and is_day(held.text))):
                self._open.append(_Open(merged.last_row, held))


def merged_days(
    rows: Iterable[Row], merged: Sequence[MergedRange], columns: Collection[int]
) -> dict[int, tuple[int, ...]]:
    """By its column, the rows for which a day in a merged cell above may hold."""
    by_place = {row.number - 1: row for row in rows}
    found: dict[int, list[int]] = {}
    for each in merged:
        first = by_place.get(each.first_row)
        if first is None or each.rows < 2 or each.first_column not in columns:
            continue
        if is_day(cell_at(first, each.first_column)):
            below = range(each.first_row + 1, each.last_row + 1)
            found.setdefault(each.first_column, []).extend(place + 1 for place in below if place in by_place)
    return {column: tuple(numbers) for column, numbers in found.items() if numbers}


def is_day(text: str) -> bool:
    """Whether a cell tells a day."""
    return read_written_day(text).day is not None


def may_repeat(text: str) -> bool:
    """Whether what a cell says can hold for the rows below: no amount, no count, no day."""
    return not is_quantity(text) and not is_day(text)


def cell_at(row: Row, column: int) -> str:
    """The text of a cell; "" beyond the last."""
    return row.cells[column] if column < len(row.cells) else ""


def filled_with(row: Row, found: Sequence[HeldCell]) -> Row:
    """The row with what holds for it from above."""
    width = max(each.column for each in found) + 1
    cells = row.cells + [""] * (width - len(row.cells))
    for each in found:
        cells[each.column] = each.text
    return replace(row, cells=cells, inexact=row.inexact | {each.column for each in found if each.inexact})
