"""A sheet as it is read row by row: its table, and what further tables below it are."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from app.enterprises.domain.uscc import normalise
from app.enterprises.imports.cut_rows import CutRow, CutRows
from app.enterprises.imports.entries import ReadRow, RowReading, digest
from app.enterprises.imports.firm.name_evidence import NameEvidence
from app.enterprises.imports.mapping import (
    MappedColumn,
    Registers,
    SheetMapping,
    lacks_unit,
)
from app.enterprises.imports.recognition import HeadVocabulary, guess_given, recognise_sheet
from app.enterprises.imports.registers import FIRM, IntakeContext
from app.enterprises.imports.repeats import Repeats
from app.enterprises.imports.shapes import RowKind, SheetHead, body_rows
from app.enterprises.imports.stated_firms import StatedFirms
from app.kit.tabular.reader import Row, Sheet

_MOST_TOLD = 200


@dataclass(frozen=True)
class ReadableSheet:
    """A sheet being read by its layout. `left_out` are its rows that are no data, each with what it is: known once it was gone through."""

    position: int
    sheet: Sheet
    layout: SheetMapping
    reading: RowReading
    intake: IntakeContext
    head: SheetHead
    further: dict[int, RowReading] = field(default_factory=dict)
    left_out: dict[int, str] = field(default_factory=dict)
    told_twice: set[bytes] = field(default_factory=set)

    @property
    def registers(self) -> Registers:
        """The registers that its rows may speak of."""
        return self.reading.registers

    def rows(self, cut: CutRows | None = None) -> Iterator[ReadRow]:
        """Its rows of data, read; `cut` are those that `keys` kept, where the sheet was gone through before."""
        for row, block, key, above in self._data() if cut is None else cut:
            read = self._reading_of(block).read(row, block, key, above)
            read.key = self._apart(read.key, block)
            yield read

    def keys(self, evidence: NameEvidence | None = None, cut: CutRows | None = None) -> Iterator[str]:
        """What each row of data is about; `evidence` learns which names stand beside which codes, `cut` keeps the rows."""
        beside, seen = self.layout.register != FIRM and self.layout.registers_firms, set[bytes]()
        for row, block, _key, above in self._data():
            reading = self._reading_of(block)
            key, (code, name) = reading.key_of(row, above), reading.named(row)
            if evidence is not None:
                evidence.note(code, name)
            if beside and code:
                short = digest(normalise(code))
                (self.told_twice if short in seen else seen).add(short)
            if cut is not None:
                cut.add(CutRow(row, block, key, above))
            yield self._apart(key, block)

    def repeats(self, keys: frozenset[bytes]) -> Repeats:
        """What notes repeats among its rows, once they were gone through: `keys` occur more than once."""
        return Repeats(self.layout, keys, StatedFirms(self.told_twice))

    def again(self, row: ReadRow) -> ReadRow:
        """The row, read once more, to be decided anew; its refusals stay."""
        anew = self._reading_of(row.block).read(Row(row.number, row.cells), row.block, None, row.above)
        anew.refusals = row.refusals
        if anew.own is not None and row.own is not None:
            anew.own.parsed.values, anew.own.parsed.remarks = row.own.parsed.values, row.own.parsed.remarks
        return anew

    def asked_cells(self, row: ReadRow) -> list[str]:
        """The cells of columns that fill something; the others are not kept."""
        asked = {column.index for column in self._reading_of(row.block).layout.columns if column.fills}
        return [cell if index in asked else "" for index, cell in enumerate(row.asked)]

    def blocks(self) -> dict[str, Any]:
        """How the further tables of the sheet are read, as kept with it; known once the sheet was gone through."""
        layouts = {str(block): reading.layout for block, reading in self.further.items()}
        return {block: layout.to_json() | {"register": layout.register} for block, layout in layouts.items()}

    def _apart(self, key: str, block: int) -> str:
        """A row's key among those of all tables: one that tells other records repeats nothing of the first."""
        if not key or not block:
            return key
        told = [{entry.register for entry in self._reading_of(each).layout.entries} for each in (0, block)]
        return key if told[0] == told[1] else f"{key}|{block}"

    def _reading_of(self, block: int) -> RowReading:
        return self.further[block] if block else self.reading

    def _data(self) -> Iterator[CutRow]:
        known = HeadVocabulary(self.registers)
        for row in body_rows(self.sheet, self.head, self.layout.as_above, known):
            if row.block and row.block not in self.further:
                layout = _like(self.layout, self.head, row.head, self.reading.registers)
                self.further[row.block] = replace(self.reading, layout=layout)
            if row.kind is RowKind.DATA:
                yield CutRow(row.row, row.block, None, row.above)
            elif row.kind is not RowKind.BLANK and len(self.left_out) < _MOST_TOLD:
                self.left_out[row.row.number] = row.kind.value


def _of_own_kind(layout: SheetMapping, head: SheetHead, registers: Registers) -> SheetMapping:
    """The reading of a table that is not of the kind of the first: as what it tells completely, where it tells of firms as that does."""
    if not layout.missing(registers):
        return layout
    about_firm = registers[layout.register].about_firm
    alike = {code: each for code, each in registers.items() if each.about_firm is about_firm}
    own = recognise_sheet("", head, alike)
    return layout if own.missing(registers) else own


def _like(layout: SheetMapping, first: SheetHead, head: SheetHead, registers: Registers) -> SheetMapping:
    """The reading of a further table in the same sheet: columns of the same head as a person agreed, its own unit and titles.

    What a person chose for the whole sheet holds here too; what only the first table's titles told gives way to this one's.
    """
    found = _of_own_kind(recognise_sheet(layout.sheet, head, registers, layout.register), head, registers)
    agreed = {column.header: column for column in layout.columns}
    units = {column.unit for column in layout.columns if column.unit}

    def column_like(column: MappedColumn) -> MappedColumn:
        same = agreed.get(column.header)
        like = column if same is None else replace(column, fills=same.fills, unit=column.unit or same.unit)
        return replace(like, unit=next(iter(units))) if lacks_unit(like, registers) and len(units) == 1 else like

    told = guess_given(layout.sheet, first, found, registers)
    own = guess_given(layout.sheet, head, found, registers)
    changed = {name: value for name, value in own.items() if layout.given.get(name, "") in ("", told.get(name, ""))}
    columns = tuple(column_like(column) for column in found.columns)
    return replace(found, columns=columns, given={**found.given, **layout.given, **changed})
