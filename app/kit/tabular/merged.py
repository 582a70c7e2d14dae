"""Cells that a sheet shows as one."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True, slots=True)
class MergedRange:
    """Cells shown as one, by their first and last row and column: counted from 0, the last ones inside.

    The value stands in the first cell; the others are blank. Columns count as in the cells of a row that was read.
    """

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    @property
    def rows(self) -> int:
        """How many rows it covers."""
        return self.last_row - self.first_row + 1

    @property
    def columns(self) -> int:
        """How many columns it covers."""
        return self.last_column - self.first_column + 1

    def shifted(self, columns: int) -> "MergedRange":
        """The same cells where the first `columns` columns of the sheet are not read."""
        first, last = max(self.first_column - columns, 0), self.last_column - columns
        return MergedRange(self.first_row, first, self.last_row, last)
