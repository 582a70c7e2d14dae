"""What the first rows of a sheet show: samples of its columns, units that stand in cells, rows that are no data."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from app.enterprises.imports.fields import IN_CELLS
from app.enterprises.imports.mapping import Registers, SheetMapping, lacks_unit
from app.enterprises.imports.shapes import RowKind, body_rows, read_head
from app.enterprises.imports.shapes.body import KnownHeads
from app.kit.tabular.reader import Row, Sheet
from app.kit.written.amounts import lacks_unit as names_no_unit

_SAMPLES = 3
_SAMPLED_ROWS = 50
_NO_MATTER = (RowKind.DATA, RowKind.BLANK)


def with_samples(layout: SheetMapping, sheet: Sheet) -> SheetMapping:
    """The layout with up to three sample values beside each column."""
    columns = [
        replace(column, samples=tuple(value[:60] for value in values[:_SAMPLES]))
        for column, values in zip(layout.columns, _values(layout, sheet), strict=True)
    ]
    return replace(layout, columns=tuple(columns))


def left_out_rows(sheet: Sheet, layout: SheetMapping, limit: int, known: KnownHeads) -> list[tuple[int, str]]:
    """The first rows below the head that are no data, each with what it is."""
    head = read_head(sheet, known.recognise, at=layout.header[1])
    if head is None:
        return []
    body = body_rows(sheet, head, known=known)
    others = ((row.row.number, row.kind.value) for row in body if row.kind not in _NO_MATTER)
    return list(islice(others, limit))


def with_units_in_cells(layout: SheetMapping, sheet: Sheet, registers: Registers) -> SheetMapping:
    """Columns of money without a unit whose first cells all name theirs: a later bare number stays empty."""
    if not layout.without_unit(registers):
        return layout
    columns = [
        replace(column, unit=IN_CELLS)
        if lacks_unit(column, registers) and not any(map(names_no_unit, values))
        else column
        for column, values in zip(layout.columns, _values(layout, sheet), strict=True)
    ]
    return replace(layout, columns=tuple(columns))


def first_values(sheet: Sheet, after: int, columns: Iterable[int]) -> list[list[str]]:
    """What the first rows below row `after` hold in these columns."""
    below: Iterable[Row] = islice(sheet.rows(), after, after + _SAMPLED_ROWS)
    rows = [row.cells for row in below if not row.blank]
    return [[cells[index] for cells in rows if index < len(cells) and cells[index]] for index in columns]


def _values(layout: SheetMapping, sheet: Sheet) -> list[list[str]]:
    return first_values(sheet, layout.header[1], [column.index for column in layout.columns])
