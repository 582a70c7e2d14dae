"""What a kind of record below a firm is to an import: its columns, by what it is known, what is special about reading it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from app.enterprises.imports.fields import ImportField, columns_of
from app.enterprises.imports.parts.cells import CellTables
from app.enterprises.imports.reasons import LABELS
from app.enterprises.imports.registers import IntakeContext
from app.enterprises.imports.returned.record import RecordFields
from app.enterprises.imports.row_reader import Parsed
from app.enterprises.schemas import Input
from app.enterprises.service.parts import Part
from app.kit.fields import Field


@dataclass(frozen=True)
class PartReading:
    """What rows of a kind are read with; `terms` are what the codes of its vocabularies know about themselves."""

    intake: IntakeContext
    cells: CellTables
    terms: Mapping[str, Mapping[str, Any]]


Special = Callable[[Parsed, PartReading], None]


def _nothing(parsed: Parsed, reading: PartReading) -> None:
    """Nothing is special."""


@dataclass(frozen=True)
class PartKind:
    """One kind. `identity` are the fields by which a firm's record is known, spelled alike by
    `spelled`; `finish` completes and doubts what was read; `fixed` are fields that the register itself tells.

    `apart` are further fields that tell two of a firm's records apart, where they are told.

    `chosen` are the columns, all of them where it is empty; `needed` those without which no sheet is one of this kind.
    `made` are fields that no column fills, `finish` does; `fixed_back` are those that an edited export does not change.
    """

    code: str
    part: Part[Any]
    schema: type[Input]
    identity: tuple[str, ...]
    finish: Special = _nothing
    spelled: Callable[[tuple[Any, ...]], tuple[Any, ...]] = tuple
    fixed: Mapping[str, str] = field(default_factory=dict)
    chosen: frozenset[str] = frozenset()
    needed: frozenset[str] = frozenset()
    made: frozenset[str] = frozenset()
    apart: tuple[str, ...] = ()
    fixed_back: frozenset[str] = frozenset()

    @cached_property
    def columns(self) -> tuple[ImportField, ...]:
        """The columns of lists that fill it."""
        columns = (column for column in columns_of(self.part.fields) if not self.chosen or column.code in self.chosen)
        return tuple(replace(column, required=column.required or column.code in self.needed) for column in columns)

    @cached_property
    def fills(self) -> Mapping[str, Field]:
        """Which field each of these columns fills; where several fill one, the first that says anything."""
        codes = {column.code for column in self.columns}
        told = ((heading.code or each.name, each) for each in self.part.fields for heading in each.headings)
        return {code: each for code, each in told if code in codes}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The fields that an import may write."""
        filled = {each.name for each in self.fills.values()} | self.fixed.keys() | self.made
        return tuple(each.name for each in self.part.fields if each.stored and each.name in filled)

    @property
    def vocabularies(self) -> tuple[str, ...]:
        """Whose words its cells use."""
        return tuple(each.vocabulary for each in self.part.fields if each.vocabulary)

    def called(self, name: str, texts: Mapping[str, str]) -> str:
        """How reasons call a field: by the column that filled it, with its register, since several have a name or a year."""
        columns = [code for code, each in self.fills.items() if each.name == name]
        column = next((code for code in columns if texts.get(code)), columns[0] if columns else name)
        return self.head(column)

    def head(self, column: str) -> str:
        """How reasons call a column: as they know it, one of an upper slice by its label."""
        name = f"{self.part.code}.{column}"
        return name if name in LABELS else next((each.label for each in self.columns if each.code == column), name)

    @cached_property
    def returning(self) -> RecordFields:
        """What of it comes back from an export."""
        return RecordFields(
            columns={code: each.name for code, each in self.fills.items()},
            unknown={name: self.part.fields[name].unknown for name in self.names},
            fixed=self.fixed_back,
            needed={*self.identity, *(each.name for each in self.part.fields if each.required)},
            register=self.part.code,
        )

    def identity_of(self, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """By what a record with these values is known; None when that is not told."""
        if any(values.get(name) in (None, "") for name in self.identity):
            return None
        told = (*(values[name] for name in self.identity), *(values.get(name) or "" for name in self.apart))
        return tuple(self.spelled(told))
