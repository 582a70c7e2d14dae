"""The merged cells of a sheet, to be asked for by row: however many there are, an answer is quick."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from app.kit.tabular import MergedRange

_NARROW = 2


class MergedCells:
    """The merged cells, from the top. Rows are numbered as a spreadsheet shows them, columns counted from 0."""

    def __init__(self, merged: Sequence[MergedRange]) -> None:
        self._starts = {(each.first_row + 1, each.first_column): each for each in merged}
        tall = [each for each in merged if each.rows > 1 and each.columns <= _NARROW]
        self._tall = [each.first_row for each in tall]
        self._until = list(accumulate((each.last_row for each in tall), max))

    def starting_at(self, row: int, column: int) -> MergedRange | None:
        """The merged cell that begins there."""
        return self._starts.get((row, column))

    def joins(self, row: int) -> bool:
        """Whether a narrow cell joins the row with those above or below it."""
        found = bisect_right(self._tall, row - 1)
        return found > 0 and self._until[found - 1] >= row - 1
