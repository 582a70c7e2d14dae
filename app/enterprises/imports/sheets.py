"""The sheets of a file as an import reads them: guessed, opened, row by row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from app.enterprises.domain.names import normalise_name
from app.enterprises.domain.uscc import normalise
from app.enterprises.imports.cut_rows import CutRow, CutRows
from app.enterprises.imports.domain import ImportKind
from app.enterprises.imports.entries import ReadRow, RowReading, digest
from app.enterprises.imports.firm.name_evidence import NameEvidence
from app.enterprises.imports.mapping import (
    NAME,
    USCC,
    MappedColumn,
    Registers,
    SheetMapping,
    lacks_unit,
    remap,
    with_unit,
)
from app.enterprises.imports.models import ImportRun, ImportSheet
from app.enterprises.imports.recognition import HeadVocabulary, guess_given, recognise_sheet
from app.enterprises.imports.registers import FIGURES, FIRM, IntakeContext, registers_of
from app.enterprises.imports.repeats import Repeats
from app.enterprises.imports.returned.round_trip import (
    Baseline,
    comes_back,
    find_baseline,
    looks_exported,
    mapped_by_origin,
    told_of,
)
from app.enterprises.imports.row_reader import cell_text
from app.enterprises.imports.shapes import RowKind, SheetHead, body_rows, read_head
from app.enterprises.imports.stated_firms import StatedFirms
from app.enterprises.imports.tables.blanks import with_plain_blanks, with_told_blanks
from app.enterprises.imports.tables.first_rows import with_units_in_cells
from app.kit.actor import Actor
from app.kit.db import composition_of
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.slices import Composition
from app.kit.tabular import Table
from app.kit.tabular.origin import SHEET as KEPT_SHEET
from app.kit.tabular.reader import Row, Sheet

_MOST_TOLD = 200
_ONLY = {ImportKind.ENTERPRISES: (FIRM,), ImportKind.FIGURES: (FIGURES, FIRM)}


@dataclass(frozen=True)
class ReadingHints:
    """What a person may tell about how a file is read: which sheets, where the head stands, the unit that it does not tell, and
    (by its head) what a column fills; also the region in which all of it lies, and below which heads a blank cell means what stands
    above it (`NO_COLUMN` for none).
    """

    unit: str = ""
    sheets: tuple[str, ...] = ()
    header_row: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    region: str = ""
    above: tuple[str, ...] = ()


AS_GUESSED = ReadingHints()


@dataclass(frozen=True)
class GuessedSheet:
    """How a sheet of the file will be read, unless a person says otherwise; the columns of `ImportSheet`."""

    position: int
    name: str
    hidden: bool
    register: str
    mapping: dict[str, Any]
    chosen: bool
    turn: int = 0


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
        return {str(block): reading.layout.to_json() for block, reading in self.further.items()}

    def _apart(self, key: str, block: int) -> str:
        """A row's key among those of all tables: one that tells other records repeats nothing of the first."""
        if not key or not block:
            return key
        told = [{entry.register for entry in self._reading_of(each).layout.entries} for each in (0, block)]
        return key if told[0] == told[1] else f"{key}|{block}"

    def _reading_of(self, block: int) -> RowReading:
        return self.further[block] if block else self.reading

    def _data(self) -> Iterator[CutRow]:
        for row in body_rows(self.sheet, self.head, self.layout.as_above):
            if row.block and row.block not in self.further:
                layout = _like(self.layout, self.head, row.head, self.reading.registers)
                self.further[row.block] = replace(self.reading, layout=layout)
            if row.kind is RowKind.DATA:
                yield CutRow(row.row, row.block, None, row.above)
            elif row.kind is not RowKind.BLANK and len(self.left_out) < _MOST_TOLD:
                self.left_out[row.row.number] = row.kind.value


def allowed(composition: Composition, kind: ImportKind) -> Registers:
    """The registers that a file of this kind may hold."""
    registers = registers_of(composition)
    only = _ONLY.get(kind)
    return registers if only is None else {code: registers[code] for code in only}


def guess_sheets(table: Table, registers: Registers, told: ReadingHints = AS_GUESSED) -> list[GuessedSheet]:
    """How each sheet will be read. Hidden sheets and those in which nothing is recognised are not taken in by themselves.

    Raises Invalid when the file holds nothing, or no sheet of a name that was told.
    """
    if not table.sheets:
        raise Invalid("import.empty", _("文件里没有任何数据。"))
    names = [sheet.name for sheet in table.sheets]
    if unknown := [name for name in told.sheets if name not in names]:
        raise Invalid("import.sheet_unknown", _("文件里没有工作表“%(name)s”。") % {"name": unknown[0][:60]})
    found, baseline = [], find_baseline(table, registers)
    for position, sheet in enumerate(table.sheets):
        if sheet.hidden and sheet.name == KEPT_SHEET:
            continue
        layout = _told(_read(sheet, registers, baseline, told.header_row), sheet, registers, told)
        fits = bool(layout.columns) and not layout.missing(registers)
        wanted = sheet.name in told.sheets if told.sheets else fits and not sheet.hidden
        found.append(GuessedSheet(position, sheet.name, sheet.hidden, layout.register, layout.to_json(), wanted))
    if not any(each.mapping["columns"] for each in found):
        raise Invalid("import.empty", _("文件里没有任何数据。"))
    if not any(each.chosen for each in found):
        found = [replace(each, chosen=each is _likeliest(found) and not each.hidden) for each in found]
    return _in_turn(found, registers)


def _read(sheet: Sheet, registers: Registers, baseline: Baseline | None, header_row: int | None) -> SheetMapping:
    """The reading of a sheet: of an exported list that comes back by what its workbook says, else by its heads."""
    layout = read_sheet(sheet, registers, header_row=header_row)
    if baseline is None or sheet.hidden or not comes_back(layout, baseline):
        return replace(layout, origin={"lost": True}) if looks_exported(layout) else layout
    layout = read_sheet(sheet, registers, baseline.origin.register, header_row)
    layout = mapped_by_origin(layout, baseline, registers)
    return replace(layout, origin=told_of(layout, baseline, sheet))


def read_sheet(sheet: Sheet, registers: Registers, register: str = "", header_row: int | None = None) -> SheetMapping:
    """The reading of a sheet: of `register` where it was told, else of the one that fits best; without columns when it has no head."""
    words = HeadVocabulary(registers)
    head = read_head(sheet, words.recognise, at=header_row)
    if head is None:
        return SheetMapping(sheet.name, "", (0, 0), ())
    layout = recognise_sheet(sheet.name, head, registers, register)
    return with_plain_blanks(with_units_in_cells(layout, sheet, registers), sheet, head, registers)


def open_sheet(
    session: Session, table: Table, run: ImportRun, sheet: ImportSheet, *, actor: Actor, day: date
) -> ReadableSheet:
    """A sheet of the opened file, to be read as it was agreed."""
    reading, intake = reading_of(session, run, sheet, actor=actor, day=day)
    of_file = sheet_at(table, sheet)
    head = read_head(of_file, HeadVocabulary(reading.registers).recognise, at=reading.layout.header[1])
    if head is None:
        raise Invalid("import.empty", _("文件里没有任何数据。"))
    baseline = find_baseline(table, reading.registers) if reading.layout.origin else None
    reading = replace(reading, fixed_width=of_file.fixed_width, baseline=baseline)
    return ReadableSheet(sheet.position, of_file, reading.layout, reading, intake, head)


def reading_of(
    session: Session,
    run: ImportRun,
    sheet: ImportSheet,
    *,
    actor: Actor,
    day: date,
    confirmation: str = "",
    block: int = 0,
) -> tuple[RowReading, IntakeContext]:
    """How the rows of a sheet are read, and for whom they are taken in."""
    kept = sheet.mapping.get("blocks", {}).get(str(block), sheet.mapping)
    layout = SheetMapping.from_json(sheet.name, sheet.register, kept)
    intake = IntakeContext(
        actor=actor,
        run_id=run.id,
        today=day,
        prefix=run.region_prefix,
        given=layout.given,
        accept_unconfirmed=run.accept_unconfirmed,
        confirmation=confirmation,
    )
    registers = registers_of(composition_of(session))
    about_firm = registers[layout.register].about_firm
    wanted = {code for code, register in registers.items() if register.about_firm is about_firm}
    takers = {code: registers[code].open(session, intake) for code in wanted}
    return RowReading(layout, registers, takers), intake


def sheet_at(table: Table, sheet: ImportSheet) -> Sheet:
    """The sheet of the file that is meant; where imports were kept without its place, by its name."""
    found = table.sheets[min(sheet.position, len(table.sheets) - 1)]
    if sheet.name and found.name != sheet.name:
        found = next((each for each in table.sheets if each.name == sheet.name), found)
    return found


def order_sheets(sheets: Sequence[ImportSheet], registers: Registers) -> None:
    """Give each sheet its turn: those that register firms before those that only speak of them."""
    for turn, sheet in enumerate(sorted(sheets, key=lambda each: _turn(each.name, each.register, each.mapping))):
        sheet.turn = turn


def named_firms(table: Table, sheet: ImportSheet, registers: Registers, most: int) -> Iterator[tuple[str, str]]:
    """Code and name of the firms in the first rows of a sheet that registers firms."""
    layout = SheetMapping.from_json(sheet.name, sheet.register, sheet.mapping)
    head = read_head(table.sheets[sheet.position], HeadVocabulary(registers).recognise, at=layout.header[1])
    if head is None or not layout.registers_firms:
        return
    columns = dict(layout.firm_columns.filling)
    for row in islice(body_rows(table.sheets[sheet.position], head), most):
        if row.kind is RowKind.DATA:
            code, name = (cell_text(row.row.cells, columns[each]) for each in (USCC, NAME))
            if code and name:
                yield normalise(code), normalise_name(name)


def _told(layout: SheetMapping, sheet: Sheet, registers: Registers, told: ReadingHints) -> SheetMapping:
    """The reading with what a person told about its columns."""
    chosen = {column.index: told.columns[column.header] for column in layout.columns if column.header in told.columns}
    if chosen:
        layout = remap(layout, registers, chosen, {})
        head = read_head(sheet, HeadVocabulary(registers).recognise, at=layout.header[1])
        layout = with_plain_blanks(layout, sheet, head, registers) if head else layout
    return with_told_blanks(with_unit(layout, registers, told.unit), told.above)


def _likeliest(found: Sequence[GuessedSheet]) -> GuessedSheet:
    """The sheet that a person will most likely mean, where none is complete: a visible one, with the most columns understood."""

    def understood(each: GuessedSheet) -> int:
        return sum(bool(fills) for _index, _header, fills, _unit in each.mapping["columns"])

    return max(found, key=lambda each: (not each.hidden, understood(each), -each.position))


def _in_turn(found: Sequence[GuessedSheet], registers: Registers) -> list[GuessedSheet]:
    order = sorted(found, key=lambda each: _turn(each.name, each.register, each.mapping))
    return [replace(each, turn=order.index(each)) for each in found]


def _turn(name: str, register: str, mapping: Mapping[str, Any]) -> bool:
    return not (register and SheetMapping.from_json(name, register, mapping).registers_firms)


def _like(layout: SheetMapping, first: SheetHead, head: SheetHead, registers: Registers) -> SheetMapping:
    """The reading of a further table in the same sheet: columns of the same head as a person agreed, its own unit and titles.

    What a person chose for the whole sheet holds here too; what only the first table's titles told gives way to this one's.
    """
    found = recognise_sheet(layout.sheet, head, registers, layout.register)
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
