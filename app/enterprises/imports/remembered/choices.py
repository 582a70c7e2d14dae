"""What is remembered of a sheet's reading: the person's choices by the place of each column, apart from what the file tells itself."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.enterprises.imports.mapping import IGNORED, NO_FIELD, ColumnTarget, Registers, SheetMapping, field_of
from app.enterprises.imports.tables.layout import read_columns, read_sheet
from app.kit.errors import Invalid
from app.kit.tabular.reader import Sheet

_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class ChosenColumn:
    """What a column fills; the unit that a person told ("" for none), and what the file said of the unit then."""

    fills: str
    unit: str = ""
    of_file: str = ""


@dataclass(frozen=True)
class ChosenReading:
    """A person's reading of a sheet. `header_row` where it had to be pointed at; `blanks` by the place of the column whether its blank
    cells mean what stands above, where that is not what would be guessed; `tables` what was said of tables beside each other.
    """

    register: str
    columns: tuple[ChosenColumn, ...] = ()
    header_row: int | None = None
    blanks: Mapping[int, bool] = field(default_factory=dict)
    tables: str = ""

    def to_json(self) -> dict[str, Any]:
        """As kept."""
        return {
            "register": self.register,
            "columns": [[column.fills, column.unit, column.of_file] for column in self.columns],
            "header_row": self.header_row,
            "blanks": {str(place): above for place, above in self.blanks.items()},
            "tables": self.tables,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "ChosenReading":
        """As it was kept."""
        columns = tuple(ChosenColumn(*column) for column in kept["columns"])
        blanks = {int(place): above for place, above in kept["blanks"].items()}
        return cls(kept["register"], columns, kept["header_row"], blanks, kept["tables"])


@dataclass(frozen=True)
class Recalled:
    """A reading with what is remembered of it; what no longer holds was left out: heads whose field is gone, and heads whose unit the
    file now tells otherwise.
    """

    layout: SheetMapping
    gone: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()


def plain_heads(texts: Iterable[str]) -> tuple[str, ...]:
    """Heads as they are compared: full and half width, blanks and case alike, without blank ones at the end."""
    heads = [_BLANKS.sub("", unicodedata.normalize("NFKC", text)).casefold() for text in texts]
    while heads and not heads[-1]:
        heads.pop()
    return tuple(heads)


def digest_of(kind: str, heads: Iterable[str]) -> str:
    """What stands for a list of heads in imports of a kind; "" for no heads."""
    plain = plain_heads(heads)
    return hashlib.sha256("\n".join((kind, *plain)).encode()).hexdigest() if plain else ""


def chosen_reading(sheet: Sheet, layout: SheetMapping, registers: Registers) -> ChosenReading | None:
    """What a person chose of this reading; None where it is what would be guessed."""
    guess = read_sheet(sheet, registers)
    row = layout.header[1]
    of_register = read_sheet(sheet, registers, layout.register, row)
    fills = {column.index: column.fills for column in layout.columns}
    base = read_columns(sheet, registers, of_register, fills)
    columns = tuple(
        ChosenColumn(own.fills, own.unit if own.unit != told.unit else "", told.unit)
        for own, told in zip(layout.columns, base.columns, strict=True)
    )
    reading = ChosenReading(
        layout.register,
        columns,
        row if guess.header != layout.header else None,
        _chosen_blanks(layout, base),
        str(layout.tables.get("answer", "")),
    )
    told = reading.header_row or reading.blanks or reading.tables or any(column.unit for column in columns)
    as_guessed = guess.register == layout.register and [each.fills for each in guess.columns] == list(fills.values())
    return None if as_guessed and not told else reading


def recall(
    sheet: Sheet, guessed: SheetMapping, reading: ChosenReading, registers: Registers, told: "ColumnHints"
) -> Recalled:
    """The reading with what is remembered of it; what is `told` now comes before that."""
    if reading.register not in registers or not reading.columns:
        return Recalled(guessed, (reading.register,) if reading.register and reading.columns else ())
    layout = read_sheet(sheet, registers, reading.register, guessed.header[1])
    chosen = dict(zip([column.index for column in layout.columns], reading.columns, strict=False))
    fills, gone = _fills(layout, chosen, registers, told.columns)
    layout = replace(read_columns(sheet, registers, layout, fills), tables=guessed.tables)
    layout, otherwise = _with_units(layout, {} if told.unit else chosen, registers)
    return Recalled(_with_blanks(layout, reading.blanks), gone, otherwise)


@dataclass(frozen=True)
class ColumnHints:
    """What is told now and comes before what is remembered: by its head what a column fills, and the unit."""

    columns: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""


def _chosen_blanks(layout: SheetMapping, base: SheetMapping) -> dict[int, bool]:
    places = {column.index: place for place, column in enumerate(layout.columns)}
    own, guessed = set(layout.above), set(base.above)
    return {places[index]: index in own for index in sorted(own ^ guessed)}


def _fills(
    layout: SheetMapping, chosen: Mapping[int, ChosenColumn], registers: Registers, told: Mapping[str, str]
) -> tuple[dict[int, str], tuple[str, ...]]:
    """What each column fills, and the heads of those whose remembered field is gone: they fill what is guessed, where nothing else does."""
    known = {header: target for header, target in told.items() if _exists(target, registers)}
    fills = {column.index: known[column.header] for column in layout.columns if column.header in known}
    gone = []
    for column in layout.columns:
        own = chosen.get(column.index)
        if column.index in fills or own is None:
            continue
        if not _exists(own.fills, registers):
            gone.append(column.header)
        else:
            fills[column.index] = IGNORED if own.fills and own.fills in known.values() else own.fills
    for column in layout.columns:
        if column.index not in fills:
            fills[column.index] = IGNORED if column.fills in fills.values() else column.fills
    return fills, tuple(gone)


def _exists(fills: str, registers: Registers) -> bool:
    if fills in NO_FIELD:
        return True
    try:
        return field_of(ColumnTarget.parse(fills), registers) is not None
    except Invalid:
        return False


def _with_units(
    layout: SheetMapping, chosen: Mapping[int, ChosenColumn], registers: Registers
) -> tuple[SheetMapping, tuple[str, ...]]:
    """The units that a person told, where the file says the same of them as then; the heads of those of which it says otherwise."""
    columns, otherwise = [], []
    for column in layout.columns:
        own = chosen.get(column.index)
        found = field_of(column.target, registers) if column.target else None
        if own is None or not own.unit or found is None or not found.has_unit or own.fills != column.fills:
            columns.append(column)
        elif own.of_file != column.unit:
            otherwise.append(column.header)
            columns.append(column)
        else:
            columns.append(replace(column, unit=own.unit))
    return replace(layout, columns=tuple(columns)), tuple(otherwise)


def _with_blanks(layout: SheetMapping, blanks: Mapping[int, bool]) -> SheetMapping:
    if not blanks:
        return layout
    by_index = {column.index: blanks[place] for place, column in enumerate(layout.columns) if place in blanks}
    above = {index for index in layout.above if by_index.get(index, True)}
    return layout.with_blanks_above(above | {index for index, means in by_index.items() if means})
