"""Which column fills which field: guessed from the headers, shown, changeable, kept with the run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any

from app.enterprises.imports.domain import ImportKind
from app.enterprises.imports.fields import (
    FIELDS,
    IN_CELLS,
    REASON_HEADERS,
    ImportField,
    required_codes,
    split_header,
    title_unit,
)
from app.kit.amounts import lacks_unit, unit_of
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.tabular import Row, Table
from app.kit.tabular.reader import Sheet

_HEADER_WITHIN = 20
_SAMPLES = 3
_SAMPLED_ROWS = 50
#: What a column may fill besides a field: nothing, or our own column of reasons in a file handed back.
IGNORED, REASON = "", "reason"


@dataclass(frozen=True)
class MappedColumn:
    """One column of the file, the field it fills ("" = not imported) and its unit ("" = not written, `cell` = in each cell)."""

    index: int
    header: str
    field: str
    unit: str
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableLayout:
    """Where the table stands in its file and what its columns mean."""

    sheet: str
    header_row: int
    columns: tuple[MappedColumn, ...]
    unread_sheets: tuple[str, ...] = ()

    @cached_property
    def filling(self) -> tuple[tuple[str, int], ...]:
        """The fields that a column fills, each with its column."""
        return tuple((column.field, column.index) for column in self.columns if column.field not in (IGNORED, REASON))

    @cached_property
    def units(self) -> dict[str, str]:
        """The units of those columns, by field."""
        return {column.field: column.unit for column in self.columns if column.field not in (IGNORED, REASON)}

    def index_of(self, field: str) -> int | None:
        """The column that fills `field`."""
        return next((column.index for column in self.columns if column.field == field), None)

    def missing(self, kind: ImportKind) -> tuple[str, ...]:
        """Required fields that no column fills."""
        return tuple(code for code in required_codes(kind) if self.index_of(code) is None)

    def without_unit(self, kind: ImportKind) -> tuple[str, ...]:
        """Headers of the columns of money whose unit nobody has told: nothing may be guessed about them."""
        return tuple(column.header for column in self.columns if _lacks_unit(column, kind))

    @property
    def not_imported(self) -> tuple[str, ...]:
        """Headers of columns that fill nothing."""
        return tuple(column.header for column in self.columns if column.field == IGNORED and column.header)

    def to_json(self) -> dict[str, Any]:
        """As kept with the run; samples are read again from the file."""
        columns = [[column.header, column.field, column.unit] for column in self.columns]
        return {
            "sheet": self.sheet,
            "header_row": self.header_row,
            "columns": columns,
            "unread_sheets": list(self.unread_sheets),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "TableLayout":
        """As it was kept."""
        columns = tuple(MappedColumn(index, *column) for index, column in enumerate(kept["columns"]))
        return cls(kept["sheet"], kept["header_row"], columns, tuple(kept["unread_sheets"]))


def guess_layout(table: Table, kind: ImportKind) -> TableLayout:
    """The sheet and header row that look most like a list of `kind`, with the columns guessed."""
    best: tuple[tuple[int, int], Sheet, TableLayout] | None = None
    for sheet in table.sheets:
        layout = _guess_in_sheet(sheet, kind)
        if layout is None:
            continue
        mapped = sum(column.field not in (IGNORED, REASON) for column in layout.columns)
        rank = (-len(layout.missing(kind)), mapped)
        if best is None or rank > best[0]:
            best = (rank, sheet, layout)
    if best is None:
        raise Invalid("import.empty", _("文件里没有任何数据。"))
    others = tuple(sheet.name for sheet in table.sheets if sheet is not best[1])
    layout = _with_units_in_cells(replace(best[2], unread_sheets=others), best[1], kind)
    return with_samples(layout, best[1])


def guess_fields(header: Sequence[str], kind: ImportKind) -> list[str]:
    """The field of each column: a header counts once, the better-known name of a field before the lesser."""
    names = [split_header(text)[0] for text in header]
    fields = [REASON if names[i] in _folded(REASON_HEADERS) else IGNORED for i in range(len(names))]
    for field in FIELDS[kind]:
        index = _find_column(field, names, fields)
        if index is not None:
            fields[index] = field.code
    return fields


def remap(layout: TableLayout, kind: ImportKind, chosen: Mapping[int, str], units: Mapping[int, str]) -> TableLayout:
    """The layout with the person's choice of field and unit per column. Raises Invalid when a field is chosen twice."""
    known = {field.code: field for field in FIELDS[kind]}
    columns = []
    taken: dict[str, str] = {}
    for column in layout.columns:
        field = chosen.get(column.index, column.field)
        if field not in known and field not in (IGNORED, REASON):
            raise Invalid("import.mapping.unknown", _("没有这个字段：%(field)s") % {"field": field[:40]})
        if field in known and field in taken:
            raise Invalid(
                "import.mapping.twice",
                _("“%(first)s”和“%(second)s”两列都对应“%(field)s”，请只选一列。")
                % {"first": taken[field], "second": column.header, "field": _(known[field].label)},
            )
        taken[field] = column.header
        columns.append(replace(column, field=field, unit=units.get(column.index, column.unit)))
    return replace(layout, columns=tuple(columns))


def sheet_of(table: Table, layout: TableLayout) -> Sheet:
    """The sheet that the layout speaks of."""
    return next(sheet for sheet in table.sheets if sheet.name == layout.sheet)


def with_unit(layout: TableLayout, kind: ImportKind, unit: str) -> TableLayout:
    """The layout with `unit` for every column of money whose unit is not written; "" leaves them."""
    if not unit:
        return layout
    columns = (replace(column, unit=unit) if _lacks_unit(column, kind) else column for column in layout.columns)
    return replace(layout, columns=tuple(columns))


def with_samples(layout: TableLayout, sheet: Sheet) -> TableLayout:
    """The layout with up to three sample values beside each column."""
    columns = [
        replace(column, samples=tuple(value[:60] for value in values[:_SAMPLES]))
        for column, values in zip(layout.columns, _first_values(layout, sheet), strict=True)
    ]
    return replace(layout, columns=tuple(columns))


def _first_values(layout: TableLayout, sheet: Sheet) -> list[list[str]]:
    """What the first rows hold in each column."""
    below = islice(sheet.rows(), layout.header_row, layout.header_row + _SAMPLED_ROWS)
    rows = [row.cells for row in below if not row.blank]
    return [[cells[i] for cells in rows if i < len(cells) and cells[i]] for i in range(len(layout.columns))]


def _with_units_in_cells(layout: TableLayout, sheet: Sheet, kind: ImportKind) -> TableLayout:
    """Columns of money without a unit whose first cells all name theirs: a later bare number stays empty."""
    if not layout.without_unit(kind):
        return layout
    columns = [
        replace(column, unit=IN_CELLS) if _lacks_unit(column, kind) and not any(map(lacks_unit, values)) else column
        for column, values in zip(layout.columns, _first_values(layout, sheet), strict=True)
    ]
    return replace(layout, columns=tuple(columns))


def _lacks_unit(column: MappedColumn, kind: ImportKind) -> bool:
    needing = any(field.code == column.field and field.needs_unit for field in FIELDS[kind])
    return needing and column.unit != IN_CELLS and not unit_of(column.unit)


def _guess_in_sheet(sheet: Sheet, kind: ImportKind) -> TableLayout | None:
    """The row among the first twenty that names the most fields; titles above it only tell a unit of money."""
    candidates = [row for row in islice(sheet.rows(), _HEADER_WITHIN) if not row.blank]
    if not candidates:
        return None
    header = max(candidates, key=lambda row: (_known(row, kind), -row.number))
    cells = header.filled
    fields = guess_fields(cells, kind)
    above = title_unit(row.filled for row in candidates if row.number < header.number)
    columns = (MappedColumn(i, text, fields[i], split_header(text)[1] or above) for i, text in enumerate(cells))
    return TableLayout(sheet.name, header.number, tuple(columns))


def _known(row: Row, kind: ImportKind) -> int:
    return sum(field not in (IGNORED, REASON) for field in guess_fields(row.filled, kind))


def _find_column(field: ImportField, names: list[str], fields: list[str]) -> int | None:
    for header in _folded(field.headers):
        for index, name in enumerate(names):
            if name == header and fields[index] == IGNORED:
                return index
    if field.code == "uscc":
        holding = [i for i, name in enumerate(names) if "信用代码" in name and fields[i] == IGNORED]
        return holding[0] if len(holding) == 1 else None
    return None


def _folded(headers: Sequence[str]) -> list[str]:
    return [split_header(header)[0] for header in headers]
