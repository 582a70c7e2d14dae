"""The sheets of a file as an import reads them: guessed, opened, row by row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from app.enterprises.domain.names import normalise_name
from app.enterprises.domain.uscc import normalise
from app.enterprises.imports.domain import ImportKind, ImportState
from app.enterprises.imports.entries import RowReading
from app.enterprises.imports.mapping import (
    NAME,
    USCC,
    Registers,
    SheetMapping,
    remap,
    with_unit,
)
from app.enterprises.imports.models import ImportRun, ImportSheet
from app.enterprises.imports.recognition import HeadVocabulary
from app.enterprises.imports.registers import FIGURES, FIRM, IntakeContext, registers_of
from app.enterprises.imports.remembered.choices import ColumnHints
from app.enterprises.imports.remembered.memory import NOTHING, Memory
from app.enterprises.imports.returned.round_trip import (
    Baseline,
    comes_back,
    find_baseline,
    looks_exported,
    mapped_by_origin,
    told_of,
)
from app.enterprises.imports.row_reader import cell_text
from app.enterprises.imports.shapes import RowKind, body_rows, read_head
from app.enterprises.imports.tables.beside import (
    APART,
    ONE,
    TablesBeside,
    find_tables,
    kept_parts,
    part_name,
    part_of,
)
from app.enterprises.imports.tables.blanks import with_plain_blanks, with_told_blanks, with_unlike_rows
from app.enterprises.imports.tables.given_fields import given_by_name
from app.enterprises.imports.tables.layout import read_sheet
from app.enterprises.imports.tables.readable_sheet import ReadableSheet
from app.kit.actor import Actor
from app.kit.db import composition_of
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import _
from app.kit.slices import Composition
from app.kit.tabular import Table
from app.kit.tabular.origin import SHEET as KEPT_SHEET
from app.kit.tabular.reader import Sheet

_ONLY = {ImportKind.ENTERPRISES: (FIRM,), ImportKind.FIGURES: (FIGURES, FIRM)}


@dataclass(frozen=True)
class ReadingHints:
    """What a person may tell about how a file is read: which sheets, where the head stands, the unit that it does not tell, and
    (by its head) what a column fills; also the region in which all of it lies, and below which heads a blank cell means what stands
    above it (`NO_COLUMN` for none), and whether tables that seem to stand beside each other are such (`APART`) or not (`ONE`). `given` is
    what its sheets tell once for all rows, by the field (严重程度 or severity). `unattended`: nobody is there to be asked, so that sheets
    with an open question stay out where others have none. `memory` is what the office remembers of other files; None: not looked up yet.
    """

    unit: str = ""
    sheets: tuple[str, ...] = ()
    header_row: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    region: str = ""
    above: tuple[str, ...] = ()
    tables: str = ""
    unattended: bool = False
    given: Mapping[str, str] = field(default_factory=dict)
    memory: Memory | None = None

    @property
    def tells_columns(self) -> bool:
        """Whether it tells of columns what may hold for the next file of the same headings."""
        return bool(self.columns or self.header_row or self.above or self.tables or self.unit)

    @property
    def remembered(self) -> Memory:
        """What is remembered, as far as it was looked up."""
        return self.memory or NOTHING


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
    found, baseline = [], find_baseline(table, registers)
    for position, sheet in enumerate(table.sheets):
        if not (sheet.hidden and sheet.name == KEPT_SHEET):
            layout = _read(sheet, registers, baseline, told.header_row)
            found += _guessed(position, sheet, layout, registers, told)
    found = _in_places(found, len(table.sheets))
    names = {each.name for each in found} | {sheet.name for sheet in table.sheets}
    if unknown := [name for name in told.sheets if name not in names]:
        raise Invalid("import.sheet_unknown", _("文件里没有工作表“%(name)s”。") % {"name": unknown[0][:60]})
    if not any(each.mapping["columns"] for each in found):
        raise Invalid("import.empty", _("文件里没有任何数据。"))
    if told.unattended and not told.sheets:
        found = _without_questions(found, registers)
    if not any(each.chosen for each in found):
        found = [replace(each, chosen=each is _likeliest(found) and not each.hidden) for each in found]
    return _in_turn(found, registers)


def guess_sheet(position: int, sheet: Sheet, registers: Registers) -> list[GuessedSheet]:
    """How one sheet would be read if nobody told anything: as one table or as those beside each other on it."""
    return _guessed(position, sheet, _read(sheet, registers, None, None), registers, AS_GUESSED)


def _guessed(
    position: int, sheet: Sheet, layout: SheetMapping, registers: Registers, told: ReadingHints
) -> list[GuessedSheet]:
    """A sheet of the file, or the tables beside each other on it, each as a sheet of its own."""
    beside = find_tables(sheet, registers) if not layout.origin else TablesBeside()
    known = told.remembered.find(sheet, layout, registers, told.header_row) if beside.parts else None
    answer = told.tables or (known[0].reading.tables if known else "")
    apart = answer == APART or (beside.plain and answer != ONE)
    if not beside.parts or not apart:
        layout = replace(layout, tables=beside.to_json(answer))
        return [_guess(position, sheet.name, sheet, layout, registers, told)]
    said = known[0].said if known and answer == APART and not told.tables else {}
    found = []
    for place in range(len(beside.parts)):
        part = part_of(sheet, beside.parts, place)
        own = replace(read_part(part, beside.parts, position, place, registers), remembered=said)
        names = replace(
            told, sheets=tuple(part_name(sheet.name, place) if each == sheet.name else each for each in told.sheets)
        )
        found.append(_guess(position, part_name(sheet.name, place), part, own, registers, names))
    return found


def _guess(
    position: int, name: str, sheet: Sheet, layout: SheetMapping, registers: Registers, told: ReadingHints
) -> GuessedSheet:
    first = ColumnHints(told.columns, told.unit)
    layout = told.remembered.recalled(sheet, layout, registers, first, told.header_row)
    layout = with_unlike_rows(_told(layout, sheet, registers, told), sheet, registers)
    fits = bool(layout.columns) and not layout.uncalculated and not layout.missing(registers)
    wanted = name in told.sheets if told.sheets else fits and not sheet.hidden
    return GuessedSheet(position, name, sheet.hidden, layout.register, layout.to_json(), wanted)


def _in_places(found: Sequence[GuessedSheet], sheets: int) -> list[GuessedSheet]:
    """Each with a place of its own: behind those of the file the further tables of its sheets."""
    further, placed = sheets, []
    for each in found:
        if each.mapping.get("tables", {}).get("place"):
            placed.append(replace(each, position=further))
            further += 1
        else:
            placed.append(each)
    return placed


def read_part(
    part: Sheet, parts: Sequence[tuple[int, int]], of: int, place: int, registers: Registers, register: str = ""
) -> SheetMapping:
    """The reading of one of the tables beside each other on the sheet `of` of the file."""
    told = {"parts": [list(each) for each in parts], "of": of, "place": place}
    return replace(read_sheet(part, registers, register), tables=told)


def _without_questions(found: list[GuessedSheet], registers: Registers) -> list[GuessedSheet]:
    """The sheets, those of which a unit has to be told first left aside unless all are such."""

    def is_settled(each: GuessedSheet) -> bool:
        layout = SheetMapping.from_json(each.name, each.register, each.mapping)
        return each.chosen and not layout.without_unit(registers)

    settled = [replace(each, chosen=is_settled(each)) for each in found]
    return settled if any(each.chosen for each in settled) else found


def _read(sheet: Sheet, registers: Registers, baseline: Baseline | None, header_row: int | None) -> SheetMapping:
    """The reading of a sheet: of an exported list that comes back by what its workbook says, else by its heads."""
    layout = read_sheet(sheet, registers, header_row=header_row)
    if baseline is None or sheet.hidden or not comes_back(layout, baseline):
        return replace(layout, origin={"lost": True}) if looks_exported(layout) else layout
    layout = read_sheet(sheet, registers, baseline.origin.register, header_row)
    layout = mapped_by_origin(layout, baseline, registers)
    return replace(layout, origin=told_of(layout, baseline, sheet))


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
    layout = SheetMapping.from_json(sheet.name, kept.get("register", sheet.register), kept)
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
    """The sheet of the file that is meant, or the table on it; where imports were kept without its place, by its name."""
    if "of" in (tables := sheet.mapping.get("tables", {})):
        return part_of(table.sheets[tables["of"]], kept_parts(tables), tables["place"])
    found = table.sheets[min(sheet.position, len(table.sheets) - 1)]
    if sheet.name and found.name != sheet.name:
        found = next((each for each in table.sheets if each.name == sheet.name), found)
    return found


def require_uploaded(run: ImportRun) -> None:
    """Raise Conflict once the import began: its reading holds."""
    if run.state != ImportState.UPLOADED:
        raise Conflict("import.started", _("该导入已经开始，不能再改。"))


def order_sheets(sheets: Sequence[ImportSheet], registers: Registers) -> None:
    """Give each sheet its turn: those that register firms before those that only speak of them."""
    for turn, sheet in enumerate(sorted(sheets, key=lambda each: _turn(each.name, each.register, each.mapping))):
        sheet.turn = turn


def named_firms(table: Table, sheet: ImportSheet, registers: Registers, most: int) -> Iterator[tuple[str, str]]:
    """Code and name of the firms in the first rows of a sheet that registers firms."""
    layout = SheetMapping.from_json(sheet.name, sheet.register, sheet.mapping)
    of_file = sheet_at(table, sheet)
    head = read_head(of_file, HeadVocabulary(registers).recognise, at=layout.header[1])
    if head is None or not layout.registers_firms:
        return
    columns = dict(layout.firm_columns.filling)
    for row in islice(body_rows(of_file, head), most):
        if row.kind is RowKind.DATA:
            code, name = (cell_text(row.row.cells, columns[each]) for each in (USCC, NAME))
            if code and name:
                yield normalise(code), normalise_name(name)


def _told(layout: SheetMapping, sheet: Sheet, registers: Registers, told: ReadingHints) -> SheetMapping:
    """The reading with what a person told about its columns."""
    chosen = {
        column.index: told.columns[column.header]
        for column in layout.columns
        if column.header in told.columns and column.fills != told.columns[column.header]
    }
    if chosen:
        layout = remap(layout, registers, chosen, {})
        words = HeadVocabulary(registers)
        head = read_head(sheet, words.recognise, at=layout.header[1])
        layout = with_plain_blanks(layout, sheet, head, words) if head else layout
    layout = with_told_blanks(with_unit(layout, registers, told.unit), told.above)
    return replace(layout, given={**layout.given, **given_by_name(layout, registers, told.given)})


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
