"""Where the head of a table stands and what its columns are called: one, two or three rows, merged or not."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from app.enterprises.imports.shapes.head_rows import MAX_HEAD_ROWS, HeadRows
from app.enterprises.imports.shapes.head_text import HeadingText, read_heading, shown, title_unit, unit_alone
from app.enterprises.imports.shapes.merged_cells import MergedCells
from app.enterprises.imports.shapes.row_kinds import is_number
from app.kit.tabular import Row, Sheet

_WITHIN = 30
#: Known heads that make a row the head of a table.
_ENOUGH = 2
_MOSTLY = 0.6
_COLUMN_NUMBERS = 3
_LAST_YEARS = re.compile(r"^(?:最?近|前)[两二三四五]年(?:度|来)?的?(?=.)")
_STEMS = "甲乙丙丁戊己庚辛壬癸"

#: How many of these texts are heads that somebody knows.
Recognise = Callable[[Sequence[str]], int]


@dataclass(frozen=True)
class ColumnHeading:
    """The head of one column: `text` as a page shows it, `group` the merged head above it ("" for none).

    `name` is its bare name to compare by, without unit and year; `year` and `unit` stand in it, in its group, the unit also in
    the titles of the sheet.
    """

    index: int
    text: str
    group: str
    name: str
    year: int | None
    unit: str


@dataclass(frozen=True)
class SheetHead:
    """The head of a table: its first and last row as a spreadsheet counts, its columns, the texts above it and their unit."""

    first_row: int
    last_row: int
    heads: tuple[ColumnHeading, ...]
    titles: tuple[str, ...]
    unit: str


def read_head(sheet: Sheet, recognise: Recognise, at: int | None = None) -> SheetHead | None:
    """The head among the first 30 rows of the sheet: the one with the most heads that are known; None for a blank sheet.

    `at` is its last row, where a person told it.
    """
    first = max(0, (at or 0) - _WITHIN + MAX_HEAD_ROWS)
    rows = list(islice(sheet.rows(), first, first + _WITHIN))
    return find_head(rows, MergedCells(sheet.merged), recognise, at=at)


def find_head(
    rows: Sequence[Row], merged: MergedCells, recognise: Recognise, *, at: int | None = None
) -> SheetHead | None:
    """The head among some rows that follow each other."""
    grid = HeadRows(rows, merged)
    last = _told(grid, at) if at is not None else None
    if last is None:
        last = _best(grid, recognise)
    if last is None:
        return None
    while last - grid.first_above(last) + 1 < MAX_HEAD_ROWS and grid.goes_on_below(last):
        last += 1
    return _head(grid, last)


def _told(grid: HeadRows, at: int) -> int | None:
    """The row that a person pointed at; below it may be the one in which the columns are numbered."""
    last = at
    while grid.filled(last) and _numbers_columns(grid.texts(last)):
        last -= 1
    return last if grid.filled(last) else None


def _best(grid: HeadRows, recognise: Recognise) -> int | None:
    candidates = [number for number in grid.numbers if grid.filled(number)]
    names = {number: _names(grid, number) for number in candidates}
    known = {number: recognise(names[number]) for number in candidates}
    best = max(candidates, key=lambda number: (known[number], len(names[number]), -number), default=None)
    if best is None or not known[best]:
        return None if best is None else _widest(grid, candidates)
    return next(number for number in candidates if _heads_a_table(grid, candidates, known, number, best))


def _heads_a_table(grid: HeadRows, candidates: Sequence[int], known: Mapping[int, int], number: int, best: int) -> bool:
    """Whether the row is the best head, or an earlier one of a table of its own: data lie between it and the best."""
    if number == best:
        return True
    between = [row for row in candidates if number < row < best and not known[row]]
    data = [row for row in between if len(grid.filled(row)) > 1]
    return known[number] >= _ENOUGH and bool(data) and number < grid.first_above(best)


def _widest(grid: HeadRows, candidates: Sequence[int]) -> int:
    """Where nothing is known: the first row of words that is about as wide as the table."""
    enough = max(len(grid.filled(number)) for number in candidates) * _MOSTLY
    for number in candidates:
        texts = grid.texts(number)
        if len(texts) >= enough and not any(map(is_number, texts)):
            return number
    return candidates[0]


def _names(grid: HeadRows, last: int) -> list[str]:
    return [head.name for head in _columns(grid, grid.first_above(last), last, "") if head.name]


def _head(grid: HeadRows, last: int) -> SheetHead:
    first = grid.first_above(last)
    above = [grid.texts(number) for number in grid.numbers if number < first]
    unit = title_unit(above)
    columns = _columns(grid, first, last, unit)
    if _numbers_columns(grid.texts(last + 1)):
        last += 1
    return SheetHead(first, last, columns, tuple(text for texts in above for text in texts), unit)


def _columns(grid: HeadRows, first: int, last: int, unit: str) -> tuple[ColumnHeading, ...]:
    return tuple(_column(index, parts, unit) for index, parts in enumerate(grid.columns(first, last)))


def _column(index: int, parts: Sequence[str], unit: str) -> ColumnHeading:
    """A column from its heads, the uppermost first. A year that stands alone below a name is a year of that name."""
    if len(parts) > 1 and (below := unit_alone(parts[-1])) is not None:
        return replace(
            _column(index, parts[:-1], below or unit),
            text=f"{' / '.join(map(shown, parts[:-1]))}（{parts[-1].strip('（）()')}）",
        )
    read = [read_heading(part) for part in reversed(parts)]
    leaf = read[0] if read else HeadingText("", None, "")
    named = next((_LAST_YEARS.sub("", each.name) for each in read if each.name), "")
    return ColumnHeading(
        index=index,
        text=" / ".join(map(shown, parts)),
        group="/".join(map(shown, parts[:-1])),
        name=leaf.name or (named if leaf.year is not None else ""),
        year=next((each.year for each in read if each.year is not None), None),
        unit=next((each.unit for each in read if each.unit), unit),
    )


def _numbers_columns(texts: Sequence[str]) -> bool:
    """Whether the cells only number the columns, as statistical forms do: 甲 | 乙 | 1 | 2 | 3."""
    if len(texts) < _COLUMN_NUMBERS:
        return False
    plain = [re.sub(r"[()\s]|栏", "", unicodedata.normalize("NFKC", text)) for text in texts]
    stems = next((count for count, text in enumerate(plain) if text not in _STEMS or not text), len(plain))
    numbers = plain[stems:]
    return plain[:stems] == list(_STEMS[:stems]) and numbers == [str(number) for number in range(1, len(numbers) + 1)]


def same_columns(one: SheetHead, other: SheetHead) -> bool:
    """Whether two heads name the same columns in the same order."""
    return [column.text for column in one.heads] == [column.text for column in other.heads]
