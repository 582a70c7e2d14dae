"""A row of a sheet, read: which firm it names and what it says about each record of it. Pure but for the takers' tables."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from app.enterprises.domain.names import normalise_name
from app.enterprises.domain.uscc import normalise
from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.mapping import NAME, USCC, ColumnTarget, EntryLayout, SheetMapping
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.registers import FIRM, ImportedRegister
from app.enterprises.imports.returned.round_trip import Baseline, ReturnedCells
from app.enterprises.imports.row_reader import Parsed, ReturnedRecord, SourceRow, cell_text, read_uscc, row_problem
from app.enterprises.imports.shapes.merged_values import NOTHING_ABOVE, FromAbove
from app.enterprises.imports.verdict import RowVerdict, Taker
from app.kit.tabular.reader import Row

_DIGEST = 12
_NOTHING_LOST: frozenset[str] = frozenset()


@dataclass(slots=True)
class Entry:
    """What a row says about one record: the record's layout, its taker, its cells, and what becomes of it.

    `changes` are what will be written over what stands, taken down before it is written.
    """

    layout: EntryLayout
    taker: Taker
    parsed: Parsed
    verdict: RowVerdict | None = None
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class ReadRow:
    """One row. `firm` is what it says of which firm it is about; `own` its firm's record where the sheet may register firms.

    `key` is what the row is about, for finding repeats; "" when it cannot be told. `returned` is what it says beside what stood in the
    export that it comes back from; `above` are the cells that were filled from rows above.
    """

    number: int
    cells: list[str]
    firm: Parsed
    own: Entry | None
    entries: list[Entry]
    key: str
    block: int = 0
    refusals: list[RowReason] = field(default_factory=list)
    returned: ReturnedCells | None = None
    firm_id: int | None = None
    above: FromAbove = field(default_factory=dict)

    @property
    def registers(self) -> bool:
        """Whether its firm is new; known once it was decided."""
        return self.own is not None and self.own.verdict is not None and self.own.verdict.outcome is RowOutcome.CREATED

    @property
    def untouched(self) -> bool:
        """Whether it comes back as it was exported."""
        return self.returned is not None and self.returned.untouched and not self.firm.refusals

    def tell_entries(self, code: str, name: str = "") -> None:
        """Read what the row says of its records once more where only its firm's name was told: of the firm of this code and `name`."""
        told = self.firm.source.texts[NAME]
        for entry in (self.own, *self.entries):
            texts = entry.parsed.source.texts if entry is not None else {USCC: code}
            if entry is None or texts[USCC]:
                continue
            texts[USCC] = code
            if name and texts[NAME] == told:
                texts[NAME] = name
            returned = entry.parsed.returned
            entry.parsed = entry.taker.parse(entry.parsed.source)
            entry.parsed.returned = returned

    def call(self, code: str, name: str) -> None:
        """Let the row, which only has a name, be about the firm of this code, under the name that it bears on file."""
        self.tell_entries(code, name)
        self.firm.source.texts[USCC], self.firm.source.texts[NAME] = code, name
        self.firm.name = normalise_name(name)
        read_uscc(self.firm)

    @property
    def asked(self) -> list[str]:
        """Its cells, of a row that comes back those that were edited."""
        return self.cells if self.returned is None else self.returned.cells


@dataclass(frozen=True)
class RowReading:
    """How the rows of one sheet are read: its layout, and who takes each register's part in."""

    layout: SheetMapping
    registers: Mapping[str, ImportedRegister]
    takers: Mapping[str, Taker]
    fixed_width: bool = True
    baseline: Baseline | None = None

    def read(self, row: Row, block: int = 0, key: str | None = None, above: FromAbove = NOTHING_ABOVE) -> ReadRow:
        """The row, cell by cell; `key` is what it is about, where that was read before, `above` what of it stands in rows above."""
        problem = row_problem(row, self._width, fixed=self.fixed_width)
        returned = self.baseline.compare(row.cells, self.layout) if self.baseline and not problem else None
        cells = [] if row.broken else returned.cells if returned else row.cells
        firm = self._firm(row, cells, problem)
        found = ReadRow(row.number, row.cells, firm, None, [], "", block, returned=returned, above=above)
        if not found.untouched:
            goes_on = self._goes_on(row, above)
            for entry in self._entries(row, cells, firm.source, returned):
                if entry.layout.register != FIRM:
                    found.entries.append(entry)
                elif not goes_on:
                    found.own = entry
        if returned is not None and returned.foreign:
            found.refusals.append(RowReason("origin.number_unknown", {"number": returned.key[:60]}))
        if key is not None and returned is None:
            found.key = key
        elif problem is None:
            found.key = self._number_of(row.cells) or self._key_of(found, self._main_of(row, above))
        return found

    @staticmethod
    def _key_of(row: ReadRow, main: Sequence[EntryLayout]) -> str:
        registers = {layout.register for layout in main}
        own = [each for each in row.entries if each.layout.register in registers]
        return _row_key([each.taker.key_of(each.parsed.source) for each in own], row.firm.source)

    def _goes_on(self, row: Row, above: FromAbove) -> bool:
        """Whether the row tells more of the firm that a row above names, and nothing of the firm itself."""
        if not above:
            return False
        naming = [index for _code, index in self.layout.firm_columns.filling]
        told = (index for index in self._of_firm if index not in above)
        return (
            bool(naming)
            and all(index in above or not cell_text(row.cells, index) for index in naming)
            and not any(cell_text(row.cells, index) for index in told)
        )

    def _entries(self, row: Row, cells: list[str], firm: SourceRow, returned: ReturnedCells | None) -> Iterator[Entry]:
        """What the row says about each record."""
        for layout in self.layout.entries:
            for texts in self._sources(row, cells, layout, firm, returned):
                taker = self.takers[layout.register]
                entry = Entry(layout, taker, taker.parse(texts))
                if returned is not None and self.baseline and layout.register == self.baseline.origin.register:
                    entry.parsed.returned = back = self._returned(row, layout, returned, taker)
                    if back.before is not None and back.before.waits is not None:
                        entry.parsed.waits = None
                yield entry
            if returned is not None and (gone := self._gone(row, cells, layout, firm, returned)) is not None:
                yield Entry(layout, self.takers[layout.register], gone)

    def _sources(
        self, row: Row, cells: list[str], layout: EntryLayout, firm: SourceRow, returned: ReturnedCells | None
    ) -> Iterator[SourceRow]:
        """The texts of a record; of one whose cell tells several words, in a row that comes back, those of each word that is new."""
        source = self._source(row, cells, layout, firm)
        parted = returned and next(((code, index) for code, index in layout.filling if index in returned.words), None)
        if not returned or not parted:
            if self._says(layout, source):
                yield source
            return
        code, index = parted
        for word in returned.words[index]:
            yield replace(source, texts=source.texts | {code: word})

    def _gone(
        self, row: Row, cells: list[str], layout: EntryLayout, firm: SourceRow, returned: ReturnedCells
    ) -> Parsed | None:
        """The records of which only the words were taken out of the row's cell, as one."""
        code, index = next(((code, index) for code, index in layout.filling if index in returned.gone), ("", -1))
        if not code:
            return None
        source, gone = self._source(row, cells, layout, firm), returned.gone[index]
        told = replace(source, texts=source.texts | {code: str(gone)})
        return Parsed(told, returned=ReturnedRecord(None, gone=gone))

    def _returned(self, row: Row, layout: EntryLayout, returned: ReturnedCells, taker: Taker) -> ReturnedRecord:
        """What stood of the record in the export, read as the row is, and which of its fields say something else now."""
        if returned.before is None:
            return ReturnedRecord(None, returned.key)
        before = taker.parse(self._source(row, returned.before, layout, self._firm_source(row, returned.before, None)))
        codes = {index: code for code, index in layout.filling}
        edited, emptied = (
            frozenset(codes[index] for index in indexes if index in codes)
            for indexes in (returned.edited, returned.emptied)
        )
        return ReturnedRecord(before, returned.key, edited, emptied)

    def named(self, row: Row) -> tuple[str, str]:
        """The code and the name in the row, where the sheet tells both and the row can be read."""
        if self._naming is None or row.broken:
            return "", ""
        code, name = self._naming
        return cell_text(row.cells, code), cell_text(row.cells, name)

    def key_of(self, row: Row, above: FromAbove = NOTHING_ABOVE) -> str:
        """What the row is about, without reading the rest of it; "" when that cannot be told."""
        problem = row_problem(row, self._width, fixed=self.fixed_width)
        if problem is not None:
            return ""
        if number := self._number_of(row.cells):
            return number
        firm = self._firm_source(row, row.cells, None)
        keys = []
        for layout in self._main_of(row, above):
            source = self._source(row, row.cells, layout, firm)
            if self._says(layout, source):
                keys.append(self.takers[layout.register].key_of(source))
        return _row_key(keys, firm)

    def _number_of(self, cells: Sequence[str]) -> str:
        """The key of a row by the number that its export gave it; "" where there is none."""
        number = self.baseline.key_in(cells, self.layout) if self.baseline and self.baseline.of_records else ""
        return f"#{number}" if number else ""

    def _main_of(self, row: Row, above: FromAbove) -> tuple[EntryLayout, ...]:
        """The records by which the row is told from others: of one that goes on about a firm whatever it tells besides."""
        if self.layout.register == FIRM and self._goes_on(row, above):
            return tuple(layout for layout in self.layout.entries if layout.register != FIRM)
        return self._main

    @cached_property
    def _of_firm(self) -> tuple[int, ...]:
        """The columns that say more of the firm than which it is."""
        targets = ((column, column.target) for column in self.layout.columns)
        return tuple(column.index for column, t in targets if t and t.register == FIRM and t.field not in (USCC, NAME))

    @cached_property
    def _main(self) -> tuple[EntryLayout, ...]:
        main = self.layout.register
        return tuple(layout for layout in self.layout.entries if layout.register == main != FIRM)

    @cached_property
    def _naming(self) -> tuple[int, int] | None:
        """The columns of code and name, where there are both."""
        columns = dict(self.layout.firm_columns.filling)
        return (columns[USCC], columns[NAME]) if len(columns) == len((USCC, NAME)) else None

    @cached_property
    def _telling(self) -> Mapping[str, tuple[str, ...]]:
        """By record: the fields that say something of it, beside which firm and what year it is about."""
        about = {
            each.register: {USCC, NAME, *self.registers[each.register].circumstances} for each in self.layout.entries
        }
        return {
            each.key: tuple(code for code, _index in each.filling if code not in about[each.register])
            for each in self.layout.entries
        }

    @cached_property
    def _width(self) -> int:
        return max((column.index for column in self.layout.columns), default=-1) + 1

    @cached_property
    def _given(self) -> Mapping[str, Mapping[str, str]]:
        """What the sheet tells once, by register and field."""
        found: dict[str, dict[str, str]] = {}
        for name, value in self.layout.given.items():
            target = ColumnTarget.parse(name)
            found.setdefault(target.register, {})[target.field] = value
        return found

    @property
    def _about_firm(self) -> bool:
        return self.registers[self.layout.register].about_firm

    def _firm(self, row: Row, cells: list[str], problem: RowReason | None) -> Parsed:
        """Which firm the row is about: its code, else its name."""
        source = self._firm_source(row, cells, problem)
        parsed = Parsed(source, name=normalise_name(source.texts[NAME]))
        if problem is not None:
            parsed.refusals.append(problem)
        elif source.texts[USCC] or (self._about_firm and not parsed.name):
            read_uscc(parsed)
        return parsed

    def _firm_source(self, row: Row, cells: list[str], problem: RowReason | None) -> SourceRow:
        firm = self.layout.firm_columns
        texts = {USCC: "", NAME: ""}
        for code, index in firm.filling:
            texts[code] = cell_text(cells, index)
        return SourceRow(row.number, row.cells, texts, firm.units, _inexact(row, firm), problem)

    def _source(self, row: Row, cells: list[str], layout: EntryLayout, firm: SourceRow) -> SourceRow:
        texts = {code: cell_text(cells, index) for code, index in layout.filling}
        if layout.year is not None:
            texts["year"] = str(layout.year)
        for code, value in self._given.get(layout.register, {}).items():
            texts[code] = texts.get(code) or value
        texts[USCC], texts[NAME] = firm.texts[USCC], texts.get(NAME) or firm.texts[NAME]
        inexact = _inexact(row, layout) | firm.inexact
        return SourceRow(row.number, row.cells, texts, layout.units, inexact, firm.problem)

    def _says(self, layout: EntryLayout, source: SourceRow) -> bool:
        """Whether the row says anything of this record; a row about nothing but a firm is about the firm."""
        if layout.register == FIRM:
            return True
        if any(map(source.texts.get, self._telling[layout.key])):
            return True
        return layout.register == self.layout.register and len(self.layout.entries) == 1


def _inexact(row: Row, layout: EntryLayout) -> frozenset[str]:
    """The fields whose cells lost digits."""
    if not row.inexact:
        return _NOTHING_LOST
    return frozenset(code for code, index in layout.filling if index in row.inexact)


def _row_key(keys: Sequence[str], firm: SourceRow) -> str:
    """What a row is about: the records of its register, with its firm's name where it has no code; else the firm itself."""
    named = normalise(firm.texts[USCC]) or normalise_name(firm.texts[NAME])
    if not keys:
        return named
    if not all(keys):
        return ""
    return "|".join(keys if firm.texts[USCC] else (named, *keys))


def digest(text: str) -> bytes:
    """A short stand-in for a key, for remembering a million of them."""
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST).digest()


def verdicts_of(row: ReadRow) -> Iterator[tuple[Entry, RowVerdict]]:
    """The entries of the row that were decided, the firm's own first."""
    for entry in (row.own, *row.entries):
        if entry is not None and entry.verdict is not None:
            yield entry, entry.verdict
