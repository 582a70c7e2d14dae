"""Columns of a sheet that stand apart, as tables beside each other do, and some columns of a sheet read as a sheet of their own."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from app.enterprises.imports.shapes.merged_cells import MergedCells
from app.enterprises.imports.shapes.merged_values import cell_at
from app.enterprises.imports.shapes.row_kinds import filled_cells
from app.kit.tabular import MergedRange, Row, Sheet

_LOOKED_AT = 60
_PAIR = 2

#: The first and the last of some columns that stand beside each other.
Columns = tuple[int, int]


def column_groups(sheet: Sheet) -> list[Columns]:
    """The columns in use among the first rows, parted where a column is blank in all of them.

    Texts that stand alone in their row are titles and remarks: they may stand anywhere. A merged cell uses all its columns.
    """
    merged = MergedCells(sheet.merged)
    used: set[int] = set()
    for row in islice(sheet.rows(), _LOOKED_AT):
        filled = filled_cells(row.cells)
        if len(filled) < _PAIR or row.broken:
            continue
        for column, _text in filled:
            cell = merged.starting_at(row.number, column)
            used.update(range(column, (cell.last_column if cell else column) + 1))
    return _runs(sorted(used))


def only_columns(sheet: Sheet, columns: Columns, *, to_the_end: bool) -> Sheet:
    """The columns as a sheet of their own; the last table's go on to the end, so that a cell too many is seen.

    What is merged over more than these columns, a title over two tables, is said of each.
    """
    first, last = columns
    merged = [each for each in sheet.merged if each.last_column >= first and each.first_column <= last]
    reaching = {each.first_row + 1: each.first_column for each in merged if each.first_column < first}
    end = None if to_the_end else last + 1

    def rows() -> Iterator[Row]:
        for row in sheet.rows():
            cells = row.cells[first:end]
            if row.number in reaching and not "".join(cells[:1]):
                cells = [cell_at(row, reaching[row.number]), *cells[1:]]
            inexact = frozenset(each - first for each in row.inexact if first <= each <= last)
            yield replace(row, cells=cells, inexact=inexact)

    clipped = (
        MergedRange(
            each.first_row, max(each.first_column, first) - first, each.last_row, min(each.last_column, last) - first
        )
        for each in merged
    )
    return replace(sheet, rows=rows, merged=tuple(sorted(clipped)))


def reaches_further(sheet: Sheet, parts: Sequence[Columns]) -> bool:
    """Whether a later one of the tables has rows beside which the first has none."""
    (first, last), others = parts[0], parts[1:]
    for row in islice(sheet.rows(), _LOOKED_AT):
        beside = any(cell_at(row, column) for begin, end in others for column in range(begin, end + 1))
        if beside and not any(row.cells[first : last + 1]) and len(filled_cells(row.cells)) >= _PAIR:
            return True
    return False


def _runs(columns: Sequence[int]) -> list[Columns]:
    runs: list[Columns] = []
    for column in columns:
        if runs and column == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], column)
        else:
            runs.append((column, column))
    return runs
