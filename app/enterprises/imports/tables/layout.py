"""How one sheet is read: by its heads, or with the columns that a person chose."""

from collections.abc import Mapping
from dataclasses import replace

from app.enterprises.imports.mapping import Registers, SheetMapping, field_of, remap
from app.enterprises.imports.recognition import HeadVocabulary, guess_given, recognise_sheet
from app.enterprises.imports.shapes import read_head
from app.enterprises.imports.tables.blanks import with_plain_blanks
from app.enterprises.imports.tables.first_rows import first_values, with_units_in_cells
from app.kit.tabular.reader import Sheet


def read_sheet(sheet: Sheet, registers: Registers, register: str = "", header_row: int | None = None) -> SheetMapping:
    """The reading of a sheet: of `register` where it was told, else of the one that fits best; without columns when it has no head."""
    words = HeadVocabulary(registers)
    head = read_head(sheet, words.recognise, at=header_row)
    if head is None:
        return SheetMapping(sheet.name, "", (0, 0), ())
    values = first_values(sheet, head.last_row, range(len(head.heads)))
    layout = recognise_sheet(sheet.name, head, registers, register, values)
    layout = replace(with_units_in_cells(layout, sheet, registers), uncalculated=sheet.uncalculated)
    return with_plain_blanks(layout, sheet, head, words)


def read_columns(sheet: Sheet, registers: Registers, guessed: SheetMapping, fills: Mapping[int, str]) -> SheetMapping:
    """The reading of a sheet in which columns fill what was chosen; units, blanks and what holds for all rows are what the sheet tells.

    Raises Invalid for a field chosen twice or an unknown one.
    """
    words = HeadVocabulary(registers)
    head = read_head(sheet, words.recognise, at=guessed.header[1])
    if head is None:
        return guessed
    layout = remap(guessed, registers, fills, {})
    written = {column.index: column.unit for column in head.heads}
    columns = []
    for column in layout.columns:
        field = field_of(column.target, registers) if column.target else None
        columns.append(replace(column, unit=written.get(column.index, "") if field and field.has_unit else ""))
    layout = replace(layout, columns=tuple(columns))
    given = {**guess_given(layout.sheet, head, layout, registers), **layout.given}
    given = {name: value for name, value in given.items() if layout.index_of(name) is None}
    layout = with_units_in_cells(replace(layout, given=given), sheet, registers)
    return with_plain_blanks(layout, sheet, head, words)
