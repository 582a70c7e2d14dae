"""Tables that stand beside each other on one sheet: told apart where that is plain, else for a person to say."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from app.enterprises.imports.mapping import Registers, SheetMapping
from app.enterprises.imports.recognition import HeadVocabulary, recognise_sheet
from app.enterprises.imports.shapes import SheetHead, read_head
from app.enterprises.imports.shapes.block import SERIALS
from app.enterprises.imports.shapes.side_by_side import Columns, column_groups, only_columns, reaches_further
from app.kit.tabular.reader import Sheet

#: What a person may say of columns that seem to be tables of their own.
APART, ONE = "apart", "one"
_ENOUGH = 2


@dataclass(frozen=True)
class TablesBeside:
    """The columns of each table; `plain` where nobody need be asked whether they are tables of their own."""

    parts: tuple[Columns, ...] = ()
    plain: bool = False

    def to_json(self, answer: str = "") -> dict[str, Any]:
        """As kept with the reading of the whole sheet: the parts, and what a person said of them."""
        return {"parts": [list(each) for each in self.parts], "answer": answer} if self.parts else {}


@dataclass(frozen=True)
class _Group:
    """Columns that stand apart, as far as they are a table of their own."""

    columns: Columns
    head: SheetHead | None
    layout: SheetMapping | None
    known: int
    complete: bool

    @property
    def names_firms(self) -> bool:
        return bool(self.layout and self.layout.firm_columns.filling)

    @property
    def numbered(self) -> bool:
        return any(column.name in SERIALS for column in self.head.heads) if self.head else False


def find_tables(sheet: Sheet, registers: Registers) -> TablesBeside:
    """The tables that stand beside each other; none where the sheet is one table."""
    columns, words = column_groups(sheet), HeadVocabulary(registers)
    groups = [_group(sheet, each, registers, words) for each in columns] if len(columns) >= _ENOUGH else []
    tables = _tables(groups, sheet, registers, words)
    if len(tables) < _ENOUGH:
        return _repeated(sheet, registers, words)
    parts = tuple(each.columns for each in tables)
    if all(each.complete and each.names_firms for each in tables):
        return TablesBeside(parts, plain=True)
    return TablesBeside(parts) if _doubtful(sheet, tables) else TablesBeside()


def part_of(sheet: Sheet, parts: Sequence[Columns], place: int) -> Sheet:
    """One of the tables as a sheet of its own; what the sheet is called is said of the first."""
    found = only_columns(sheet, parts[place], to_the_end=place == len(parts) - 1)
    return replace(found, name=sheet.name if place == 0 else "")


def part_name(name: str, place: int) -> str:
    """How a part of a sheet is called."""
    return f"{name} #{place + 1}".strip()


def kept_parts(tables: Mapping[str, Any]) -> tuple[Columns, ...]:
    """The columns of each table, as they were kept."""
    return tuple((first, last) for first, last in tables.get("parts", ()))


def _group(sheet: Sheet, columns: Columns, registers: Registers, words: HeadVocabulary) -> _Group:
    part = only_columns(sheet, columns, to_the_end=False)
    head = read_head(part, words.recognise)
    if head is None:
        return _Group(columns, None, None, 0, complete=False)
    layout = recognise_sheet("", head, registers)
    known = words.recognise([column.name for column in head.heads])
    return _Group(columns, head, layout, known, complete=not layout.missing(registers))


def _tables(groups: Sequence[_Group], sheet: Sheet, registers: Registers, words: HeadVocabulary) -> list[_Group]:
    """The groups that have heads of a table; one that has none belongs to the one before it."""
    found: list[_Group] = []
    for group in groups:
        if found and group.known < _ENOUGH:
            found[-1] = _group(sheet, (found[-1].columns[0], group.columns[1]), registers, words)
        elif group.known >= _ENOUGH:
            found.append(group)
    return found


def _doubtful(sheet: Sheet, tables: Sequence[_Group]) -> bool:
    """Whether something speaks for tables of their own: firms named, rows numbered, or a title, once more; a record that needs nothing of
    the first; rows beside which the first has none.
    """
    later = tables[1:]
    again = any(each.names_firms or each.complete for each in later)
    numbered = tables[0].numbered and any(each.numbered for each in later)
    titled = any(_own_titles(each, tables[0]) for each in later)
    return again or numbered or titled or reaches_further(sheet, [each.columns for each in tables])


def _own_titles(group: _Group, first: _Group) -> bool:
    if group.head is None or first.head is None:
        return False
    return bool(set(group.head.titles) - set(first.head.titles))


def _repeated(sheet: Sheet, registers: Registers, words: HeadVocabulary) -> TablesBeside:
    """One list in several columns of print, without a blank column between them: the same heads again."""
    head = read_head(sheet, words.recognise)
    if head is None:
        return TablesBeside()
    texts = [column.text for column in head.heads]
    if len(set(texts)) == len(texts):
        return TablesBeside()
    starts = list(_starts(head, texts, recognise_sheet("", head, registers)))
    if len(starts) < _ENOUGH:
        return TablesBeside()
    ends = [*starts[1:], len(texts)]
    parts = tuple((first, end - 1) for first, end in zip(starts, ends, strict=True))
    groups = [_group(sheet, columns, registers, words) for columns in parts]
    alike = len({tuple(texts[first : last + 1]) for first, last in parts}) == 1
    plain = alike and all(each.complete and each.names_firms for each in groups)
    return TablesBeside(parts, plain=plain) if min(each.known for each in groups) >= _ENOUGH else TablesBeside()


def _starts(head: SheetHead, texts: Sequence[str], layout: SheetMapping) -> Iterator[int]:
    """Where a table begins: at its first head, and wherever that, or the head that names the firm, stands again."""
    first = next((index for index, text in enumerate(texts) if text), None)
    if first is None:
        return
    naming = {texts[index] for _code, index in layout.firm_columns.filling if index < len(texts)}
    telling = naming | {column.text for column in head.heads if column.name in SERIALS}
    if not any(texts.count(each) >= _ENOUGH for each in telling):
        return
    yield first
    seen = {texts[first]}
    for before, index in pairwise(range(first, len(texts))):
        if texts[index] in (telling | {texts[first]}) & seen and texts[index] != texts[before]:
            yield index
            seen.clear()
        seen.add(texts[index])
