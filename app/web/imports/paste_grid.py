"""A pasted block as the page shows it while one pastes: its cells, what each column is understood to be, what is still to be told."""

from dataclasses import dataclass

from app.enterprises.imports.mapping import MappedColumn, Registers, SheetMapping, field_of, lacks_unit
from app.enterprises.imports.pasted.table import PastedTable
from app.enterprises.imports.staging import label_of
from app.kit.i18n import _

MOST_SHOWN = 30


@dataclass(frozen=True)
class GridColumn:
    """One column: its head, what it fills ("" nothing), its unit, whether the unit is still to be told."""

    header: str
    fills: str
    unit: str
    unitless: bool


@dataclass(frozen=True)
class GridRow:
    """One row of data, as a spreadsheet counts."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class PasteGrid:
    """What was pasted; without anything, or with a `refusal`, it has no columns. A `turned` one is shown as it was pasted."""

    columns: tuple[GridColumn, ...] = ()
    rows: tuple[GridRow, ...] = ()
    total: int = 0
    turned: bool = False
    missing: tuple[str, ...] = ()
    without_unit: tuple[str, ...] = ()
    refusal: str = ""


def grid_of(table: PastedTable, registers: Registers) -> PasteGrid:
    """The block with how an import will understand it."""
    layout = table.mapping(registers)
    columns, data = layout.columns[table.added :], [row[table.added :] for row in table.rows[layout.header[1] :]]
    return PasteGrid(
        columns=tuple(_column(column, registers) for column in columns),
        rows=tuple(GridRow(layout.header[1] + n, tuple(row)) for n, row in enumerate(data[:MOST_SHOWN], start=1)),
        total=len(data),
        turned=table.turned,
        missing=_missing(layout, registers),
        without_unit=layout.without_unit(registers) if layout.register in registers else (),
    )


def _missing(layout: SheetMapping, registers: Registers) -> tuple[str, ...]:
    if layout.register not in registers:
        return ()
    return tuple(_(label_of(code, layout.register, registers)) for code in layout.missing(registers))


def _column(column: MappedColumn, registers: Registers) -> GridColumn:
    target = column.target
    field = field_of(target, registers) if target else None
    label = _(field.label) if field else ""
    if target is not None and target.year is not None:
        label = f"{target.year} {label}"
    return GridColumn(
        column.header, label, column.unit if field and field.has_unit else "", lacks_unit(column, registers)
    )
