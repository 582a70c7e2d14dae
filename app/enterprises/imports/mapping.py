"""How one sheet is read: where its table stands and which column fills which field. Guessed, shown, changeable, kept."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from app.enterprises.imports.fields import IN_CELLS, ImportField
from app.enterprises.imports.registers import FIRM, ImportedRegister
from app.enterprises.imports.shapes.blank_cells import AsAbove
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.written.amounts import unit_of

#: What a column may fill besides a field: nothing, our own column of reasons in a file handed back, or the number by which an export
#: tells a record from the others.
IGNORED, REASON, RECORD = "", "reason", "record"
NO_FIELD = (IGNORED, REASON, RECORD)
USCC, NAME = "uscc", "name"
#: What goes along with each year that the heads name; what else has no year is a record of the year that the row tells.
YEARLY_CIRCUMSTANCES = ("year", "basis", "source")
_YEAR_DIGITS = 4

Registers = Mapping[str, ImportedRegister]


@dataclass(frozen=True, slots=True)
class ColumnTarget:
    """What a column fills: a field of a register, where the head names a year of that year."""

    register: str
    field: str
    year: int | None = None

    def __str__(self) -> str:
        name = self.field if self.register == FIRM else f"{self.register}.{self.field}"
        return name if self.year is None else f"{name}@{self.year}"

    @classmethod
    def parse(cls, text: str) -> "ColumnTarget":
        """As it was written by `str`. Raises Invalid for what never was."""
        name, _at, year = text.partition("@")
        register, dot, code = name.rpartition(".")
        if not code or (year and not (year.isascii() and year.isdigit() and len(year) == _YEAR_DIGITS)):
            raise Invalid("import.mapping.unknown", _("没有这个字段：%(field)s") % {"field": text[:40]})
        return cls(register if dot else FIRM, code, int(year) if year else None)


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """One column of the sheet, what it fills (one of `NO_FIELD` or a target) and its unit ("" unknown, `cell` in each cell)."""

    index: int
    header: str
    fills: str = IGNORED
    unit: str = ""
    samples: tuple[str, ...] = ()

    @property
    def target(self) -> ColumnTarget | None:
        """The field it fills."""
        return None if self.fills in NO_FIELD else ColumnTarget.parse(self.fills)


@dataclass(frozen=True)
class EntryLayout:
    """The columns of one record that a row tells: of a register, where the heads name years of one year."""

    register: str
    year: int | None
    filling: tuple[tuple[str, int], ...]
    units: Mapping[str, str]

    @property
    def key(self) -> str:
        """Its name within the row."""
        return self.register if self.year is None else f"{self.register}@{self.year}"


@dataclass(frozen=True)
class SheetMapping:
    """Where the table of a sheet stands, which register its rows are about, and what its columns mean.

    `header` are the first and last row of its head; `given` is what the sheet tells once for all rows, by target; `origin` is what is
    told of an export that comes back (`round_trip`); `above` are the columns whose blank cells mean what stands above them,
    `perhaps_above` those of which a person may say so. `tables` tells of tables beside each other on the sheet: the columns of each
    (`parts`), of which sheet of the file this is which part (`of`, `place`), or what a person said of them (`answer`). `remembered` tells who chose it, where it is
    as the office reads sheets of these headings. `uncalculated` is a cell whose formula has no result: such a sheet cannot be read. `unlike`
    are rows that are not as those by which it was seen what blank cells mean.
    """

    sheet: str
    register: str
    header: tuple[int, int]
    columns: tuple[MappedColumn, ...]
    given: Mapping[str, str] = field(default_factory=dict)
    origin: Mapping[str, Any] = field(default_factory=dict)
    above: tuple[int, ...] = ()
    perhaps_above: tuple[int, ...] = ()
    tables: Mapping[str, Any] = field(default_factory=dict)
    remembered: Mapping[str, Any] = field(default_factory=dict)
    uncalculated: str = ""
    unlike: tuple[int, ...] = ()

    @property
    def asks_for_tables(self) -> bool:
        """Whether a person has to say if the sheet is one table or several beside each other."""
        return bool(self.tables) and "of" not in self.tables and not self.tables["answer"]

    @cached_property
    def entries(self) -> tuple[EntryLayout, ...]:
        """The records that a row tells: the firm itself first, where the sheet says more of it than which it is."""
        found: dict[tuple[str, int | None], dict[str, MappedColumn]] = {}
        for register in self._registers:
            of_all = {t.field: column for column, t in self._filling(register) if t.year is None}
            years = sorted({t.year for _column, t in self._filling(register) if t.year is not None})
            beside = {name: column for name, column in of_all.items() if name in YEARLY_CIRCUMSTANCES}
            for year in years:
                found[register, year] = beside | {t.field: c for c, t in self._filling(register) if t.year == year}
            if not years or len(of_all) > len(beside):
                found[register, None] = of_all
        return tuple(_entry(register, year, columns) for (register, year), columns in found.items())

    @property
    def registers_firms(self) -> bool:
        """Whether a row may register its firm: it tells the code, the name, and is about the firm or says more of it."""
        filled = {str(t) for column in self.columns if (t := column.target)}
        return {USCC, NAME} <= filled and (
            self.register == FIRM or any("." not in each for each in filled - {USCC, NAME})
        )

    @cached_property
    def firm_columns(self) -> EntryLayout:
        """The columns that say which firm a row is about."""
        columns = {t.field: c for c, t in self._filling(FIRM) if t.field in (USCC, NAME)}
        return _entry(FIRM, None, columns)

    @property
    def as_above(self) -> AsAbove:
        """How blank cells are filled: those that say which firm a row is about together, others each by itself."""
        naming = tuple(index for _code, index in self.firm_columns.filling)
        together = tuple(each for each in naming if each in self.above)
        return AsAbove(naming, together, tuple(each for each in self.above if each not in naming))

    def with_blanks_above(self, columns: Collection[int]) -> "SheetMapping":
        """The reading in which the blank cells of these columns mean what stands above them, and those of no other."""
        others = {*self.above, *self.perhaps_above}.difference(columns)
        return replace(self, above=tuple(sorted(columns)), perhaps_above=tuple(sorted(others)))

    def headers_of(self, columns: Collection[int]) -> tuple[str, ...]:
        """The heads of these columns."""
        return tuple(column.header for column in self.columns if column.index in columns)

    def index_of(self, fills: str) -> int | None:
        """The column that fills this."""
        return next((column.index for column in self.columns if column.fills == fills), None)

    def missing(self, registers: Registers) -> tuple[str, ...]:
        """What has to be told and is not: required fields of the register, and what says which firm a row is about."""
        register = registers[self.register]
        told = {t.field for _column, t in self._filling(self.register)}
        told |= {
            ColumnTarget.parse(name).field for name in self.given if ColumnTarget.parse(name).register == self.register
        }
        if any(t.year is not None for _column, t in self._filling(self.register)):
            told.add("year")
        lacking = tuple(code for code in register.required if code not in told)
        unnamed = register.about_firm and self.register != FIRM and not self.firm_columns.filling
        return (USCC, *lacking) if unnamed else lacking

    def without_unit(self, registers: Registers) -> tuple[str, ...]:
        """Headers of the columns of money whose unit nobody has told: nothing may be guessed about them."""
        return tuple(column.header for column in self.columns if lacks_unit(column, registers))

    @property
    def not_imported(self) -> tuple[str, ...]:
        """Headers of columns that fill nothing."""
        return tuple(column.header for column in self.columns if column.fills == IGNORED and column.header)

    def to_json(self) -> dict[str, Any]:
        """As kept with the import; samples are read again from the file."""
        kept: dict[str, Any] = {
            "header": list(self.header),
            "columns": [[column.index, column.header, column.fills, column.unit] for column in self.columns],
            "given": dict(self.given),
        }
        if self.origin:
            kept["origin"] = dict(self.origin)
        blanks = {"above": list(self.above), "perhaps_above": list(self.perhaps_above)}
        kept |= {name: columns for name, columns in blanks.items() if columns}
        told = {
            "tables": dict(self.tables),
            "remembered": dict(self.remembered),
            "uncalculated": self.uncalculated,
            "unlike": list(self.unlike),
        }
        return kept | {name: value for name, value in told.items() if value}

    @classmethod
    def from_json(cls, sheet: str, register: str, kept: Mapping[str, Any]) -> "SheetMapping":
        """As it was kept."""
        first, last = kept["header"]
        columns = tuple(MappedColumn(*column) for column in kept["columns"])
        above, perhaps = (tuple(kept.get(name, ())) for name in ("above", "perhaps_above"))
        return cls(
            sheet,
            register,
            (first, last),
            columns,
            kept["given"],
            origin=kept.get("origin", {}),
            above=above,
            perhaps_above=perhaps,
            tables=kept.get("tables", {}),
            remembered=kept.get("remembered", {}),
            uncalculated=kept.get("uncalculated", ""),
            unlike=tuple(kept.get("unlike", ())),
        )

    @cached_property
    def _registers(self) -> tuple[str, ...]:
        filled = list(dict.fromkeys(t.register for column in self.columns if (t := column.target)))
        firm = [FIRM] if self.registers_firms else []
        main = [self.register] if self.register != FIRM and self.register in filled else []
        return tuple(dict.fromkeys([*firm, *main, *(each for each in filled if each != FIRM)]))

    def _filling(self, register: str) -> Iterator[tuple[MappedColumn, ColumnTarget]]:
        for column in self.columns:
            target = column.target
            if target is not None and target.register == register:
                yield column, target


def _entry(register: str, year: int | None, columns: Mapping[str, MappedColumn]) -> EntryLayout:
    filling = tuple((code, column.index) for code, column in columns.items())
    return EntryLayout(register, year, filling, {code: column.unit for code, column in columns.items()})


def field_of(target: ColumnTarget, registers: Registers) -> ImportField | None:
    """The field that a column fills, as its register tells it."""
    register = registers.get(target.register)
    return next((each for each in register.fields if each.code == target.field), None) if register else None


def lacks_unit(column: MappedColumn, registers: Registers) -> bool:
    """Whether the column is of money and nobody has told its unit."""
    found = field_of(column.target, registers) if column.target else None
    return bool(found and found.needs_unit and column.unit != IN_CELLS and not unit_of(column.unit))


def with_unit(layout: SheetMapping, registers: Registers, unit: str) -> SheetMapping:
    """The layout with `unit` for every column of money whose unit is not written; "" leaves them."""
    if not unit:
        return layout
    columns = (replace(column, unit=unit) if lacks_unit(column, registers) else column for column in layout.columns)
    return replace(layout, columns=tuple(columns))


def remap(
    layout: SheetMapping, registers: Registers, chosen: Mapping[int, str], units: Mapping[int, str]
) -> SheetMapping:
    """The layout with the person's choice of target and unit per column. Raises Invalid when a field is chosen twice."""
    columns = []
    taken: dict[str, str] = {}
    for column in layout.columns:
        fills = chosen.get(column.index, column.fills)
        if fills not in NO_FIELD:
            known = field_of(ColumnTarget.parse(fills), registers)
            if known is None:
                raise Invalid("import.mapping.unknown", _("没有这个字段：%(field)s") % {"field": fills[:40]})
            if fills in taken:
                raise Invalid(
                    "import.mapping.twice",
                    _("“%(first)s”和“%(second)s”两列都对应“%(field)s”，请只选一列。")
                    % {"first": taken[fills], "second": column.header, "field": _(known.label)},
                )
            taken[fills] = column.header
        columns.append(replace(column, fills=fills, unit=units.get(column.index, column.unit)))
    return replace(layout, columns=tuple(columns))
