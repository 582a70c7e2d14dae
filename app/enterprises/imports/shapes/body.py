"""The rows below a head, each with what it is; further tables in the same sheet begin blocks of their own."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from app.enterprises.imports.shapes.blank_cells import NONE_AS_ABOVE, AsAbove, SaidAgain, ValuesAbove
from app.enterprises.imports.shapes.block import Block
from app.enterprises.imports.shapes.head import Recognise, SheetHead, find_head, same_columns
from app.enterprises.imports.shapes.head_rows import MAX_HEAD_ROWS
from app.enterprises.imports.shapes.merged_cells import MergedCells
from app.enterprises.imports.shapes.merged_values import FromAbove, MergedValues, filled_with
from app.enterprises.imports.shapes.row_kinds import (
    RowKind,
    filled_cells,
    is_note,
    is_number,
    is_point,
    is_title,
    is_total,
    names_somebody,
)
from app.kit.tabular import Row, Sheet

#: Rows of which only what follows tells what they are; more than these are what they seem by themselves.
_UNDECIDED = 40


@dataclass(frozen=True, slots=True)
class BodyRow:
    """A row below the first head: what it is, and the table that it belongs to; `head` is that table's.

    Merged cells of a row of data are filled with their value, and blank ones that mean "as above"; `above` tells which.
    """

    row: Row
    kind: RowKind
    block: int
    head: SheetHead
    above: FromAbove = field(default_factory=dict)


class KnownHeads(Protocol):
    """The heads that somebody knows, by which a table of another kind is seen to begin."""

    def recognise(self, texts: Sequence[str]) -> int:
        """How many of the texts are known heads."""
        ...

    def begins_table(self, texts: Sequence[str]) -> bool:
        """Whether a row of these texts is the head of a table."""
        ...


@dataclass(frozen=True, slots=True)
class _Undecided:
    """A row whose kind depends on whether a head, data or nothing of both follows."""

    row: Row
    before_head: RowKind
    before_data: RowKind
    otherwise: RowKind


def body_rows(
    sheet: Sheet, head: SheetHead, as_above: AsAbove = NONE_AS_ABOVE, known: KnownHeads | None = None
) -> Iterator[BodyRow]:
    """All rows below the head in their order; whoever reads on from somewhere passes over those before it.

    A further table begins where the head stands again, in part or with others, or where a head of `known` ones stands.
    """
    return _Body(sheet, head, as_above, known).rows()


def left_out(rows: Iterable[BodyRow]) -> Iterator[tuple[int, RowKind]]:
    """The rows that hold something and are no data: their numbers and what they are, to be told once."""
    return ((each.row.number, each.kind) for each in rows if each.kind not in (RowKind.DATA, RowKind.BLANK))


_BLANK = (RowKind.BLANK, RowKind.BLANK, RowKind.BLANK)
_NOTE = (RowKind.NOTE, RowKind.NOTE, RowKind.NOTE)
_TITLE = (RowKind.TITLE, RowKind.TITLE, RowKind.NOTE)
_LONE = (RowKind.TITLE, RowKind.DATA, RowKind.DATA)


class _Body:
    """One pass over the rows below a head, with a look at a few that follow."""

    def __init__(self, sheet: Sheet, head: SheetHead, as_above: AsAbove, known: KnownHeads | None) -> None:
        self._merged = MergedCells(sheet.merged)
        self._below = islice(sheet.rows(), head.last_row, None)
        self._ahead: deque[Row] = deque()
        self._undecided: deque[_Undecided] = deque()
        self._block = Block(0, head, self._merged)
        self._values = MergedValues(sheet.merged, head.last_row)
        self._as_above, self._first_head, self._known = as_above, head, known
        self._above_as(as_above)
        self._last = self._last_held = RowKind.HEAD  # what the last row was, and the last one that held anything

    def _above_as(self, columns: AsAbove) -> None:
        self._again, self._above = SaidAgain(columns.naming), ValuesAbove(columns)
        self._values.days = frozenset(columns.alone)

    def rows(self) -> Iterator[BodyRow]:
        """The rows, each with its kind."""
        while (row := self._take()) is not None:
            filled = filled_cells(row.cells)
            if row.broken or not filled:
                yield from self._plain(row)
            elif self._block.repeats_head(filled, after_gap=self._after_gap):
                yield from self._begin_table(row, self._block.knows)
            elif self._known is not None and self._known.begins_table([cell for _index, cell in filled]):
                yield from self._begin_table(row, self._known.recognise)
            elif is_total(filled):
                yield from self._settle(_otherwise)
                yield self._told(row, RowKind.TOTAL)
            elif (doubt := self._doubt(row, filled)) is not None:
                yield from self._wait(doubt)
            else:
                yield from self._data(row, filled)
        yield from self._settle(_otherwise)

    def _take(self) -> Row | None:
        return self._ahead.popleft() if self._ahead else next(self._below, None)

    @property
    def _after_gap(self) -> bool:
        return bool(self._undecided) or self._last in (RowKind.BLANK, RowKind.TOTAL, RowKind.NOTE)

    def _plain(self, row: Row) -> Iterator[BodyRow]:
        """A row without anything, or one whose quotes are broken: that is a row of data which cannot be read."""
        if row.broken:
            yield from self._data(row, [])
        elif self._undecided:
            yield from self._wait(_Undecided(row, *_BLANK))
        else:
            yield self._told(row, RowKind.BLANK)

    def _data(self, row: Row, filled: Sequence[tuple[int, str]]) -> Iterator[BodyRow]:
        if self._undecided:
            held = {index for index, _cell in filled}
            yield from self._settle(lambda each: RowKind.TITLE if _heads_section(each, held) else each.before_data)
        self._block.learn(filled)
        yield self._told(row, RowKind.DATA)

    def _doubt(self, row: Row, filled: Sequence[tuple[int, str]]) -> _Undecided | None:
        """What the row may be besides data; None when it is data."""
        if is_note(filled):
            return _Undecided(row, *_NOTE)
        if is_title(filled):
            return _Undecided(row, *_TITLE)
        index, text = filled[0]
        if len(filled) > 1 or len(self._block.head.heads) == 1 or is_number(text) or self._block.is_covered(row):
            return None
        if is_point(text) and self._latest is RowKind.NOTE:
            return _Undecided(row, *_NOTE)
        behind = self._last_held in (RowKind.TOTAL, RowKind.NOTE) and not names_somebody(text)
        return _Undecided(row, *(_TITLE if behind or self._block.is_foreign(row, index, text) else _LONE))

    @property
    def _latest(self) -> RowKind:
        """What the row before seems to be, decided or not."""
        return self._undecided[-1].otherwise if self._undecided else self._last_held

    def _wait(self, doubt: _Undecided) -> Iterator[BodyRow]:
        self._undecided.append(doubt)
        if len(self._undecided) > _UNDECIDED:
            oldest = self._undecided.popleft()
            yield self._told(oldest.row, oldest.otherwise)

    def _settle(self, kind_of: Callable[[_Undecided], RowKind]) -> Iterator[BodyRow]:
        while self._undecided:
            doubt = self._undecided.popleft()
            yield self._told(doubt.row, kind_of(doubt))

    def _begin_table(self, row: Row, recognise: Recognise) -> Iterator[BodyRow]:
        """The head again, or one of another kind, with what stands above it: of the same table, or of one of its own."""
        self._ahead.extend(islice(self._below, MAX_HEAD_ROWS - 1 - len(self._ahead)))
        above = [each.row for each in self._undecided if each.before_head is not RowKind.NOTE]
        head = find_head([*above, row, *self._ahead], self._merged, recognise)
        if head is None or head.last_row < row.number:
            yield from self._data(row, filled_cells(row.cells))
            return
        yield from self._settle(lambda each: RowKind.HEAD if each.row.number >= head.first_row else each.before_head)
        if not _continues(self._block.head, head):
            self._block = Block(self._block.number + 1, head, self._merged)
            self._above_as(self._as_above.like(self._first_head, head))
        yield self._told(row, RowKind.HEAD)
        while self._ahead and self._ahead[0].number <= head.last_row:
            yield self._told(self._ahead.popleft(), RowKind.HEAD)

    def _told(self, row: Row, kind: RowKind) -> BodyRow:
        self._last = kind
        if kind is not RowKind.BLANK:
            self._last_held = kind
        if kind is RowKind.DATA and not row.broken:
            return self._filled(row)
        self._again.forget()
        self._above.forget()
        return BodyRow(row, kind, self._block.number, self._block.head)

    def _filled(self, row: Row) -> BodyRow:
        """A row of data with what holds for it from above: of merged cells first, then in words, then of blank ones."""
        above: FromAbove = {}
        for values in (self._values, self._again, self._above):
            if found := values.held_for(row):
                row = filled_with(row, found)
                above = {**above, **{each.column: each.row for each in found if each.text}}
        return BodyRow(row, RowKind.DATA, self._block.number, self._block.head, above)


def _otherwise(doubt: _Undecided) -> RowKind:
    return doubt.otherwise


def _heads_section(doubt: _Undecided, held: set[int]) -> bool:
    """Whether a text that stands alone heads the rows of data that follow: they leave its column blank, as under a township."""
    if doubt.before_data is not RowKind.DATA or not held:
        return False
    index, text = filled_cells(doubt.row.cells)[0]
    return index not in held and not names_somebody(text)


def _continues(table: SheetHead, head: SheetHead) -> bool:
    """Whether a head only repeats that of the table, as on a new page."""
    return same_columns(table, head) and head.titles in ((), table.titles)
