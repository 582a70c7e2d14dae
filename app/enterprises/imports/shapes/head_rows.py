"""The rows among which a head stands, laid out as a person sees them: which cell covers which columns and rows."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from app.enterprises.imports.shapes.head_text import is_year, states_unit, unit_alone
from app.enterprises.imports.shapes.merged_cells import MergedCells
from app.enterprises.imports.shapes.row_kinds import filled_cells, is_number
from app.kit.tabular import Row

MAX_HEAD_ROWS = 3
_BRACKETS = re.compile(r"[(\[【][^)\]】]*[)\]】]")
_LABELLED = re.compile(r":.*\S")
_CODE = re.compile(r"(?=.*\d)[0-9A-Za-z]{15,}")
_GROUP = 2  # columns that a group has at least


@dataclass(frozen=True, slots=True)
class _HeadSpan:
    """A filled cell and what it covers."""

    text: str
    first: int
    last: int
    last_row: int

    @property
    def columns(self) -> range:
        return range(self.first, self.last + 1)


class HeadRows:
    """Some rows that follow each other, by their numbers."""

    def __init__(self, rows: Sequence[Row], merged: MergedCells) -> None:
        self._cells = {row.number: row.cells for row in rows}
        self.numbers = list(self._cells)
        self._spans = {row.number: _spans(row, merged) for row in rows}

    def filled(self, number: int) -> list[int]:
        """The columns in which the row holds something."""
        return [span.first for span in self._spans.get(number, ())]

    def texts(self, number: int) -> list[str]:
        """What the row holds, from the left."""
        return [span.text for span in self._spans.get(number, ())]

    def first_above(self, last: int) -> int:
        """The first row of the head whose last row is told: groups of columns stand above it."""
        first = last
        while last - first + 1 < MAX_HEAD_ROWS and self._is_group_row(first - 1):
            first -= 1
        return first

    def goes_on_below(self, last: int) -> bool:
        """Whether the row below still belongs to the head that seems to end here: merged cells say so."""
        below = self.texts(last + 1)
        if not below or any(_is_value(text) for text in below):
            return False
        if self._tells_units(last + 1):
            return True
        head = [span for number in range(self.first_above(last), last + 1) for span in self._spans[number]]
        if any(span.last_row > last for span in head):
            return True
        grouped = {column for span in self._spans[last] for column in span.columns if len(span.columns) >= _GROUP}
        width = {column for span in self._spans[last] for column in span.columns}
        return bool(grouped) and grouped != width and set(self.filled(last + 1)) <= grouped

    def columns(self, first: int, last: int) -> list[list[str]]:
        """The texts above each other over each column, a merged one once."""
        found: dict[int, list[str]] = {}
        for number in range(first, last + 1):
            for span in self._spans[number]:
                for column in self._covered(number, span, last):
                    found.setdefault(column, []).append(span.text)
        return [found.get(column, []) for column in range(max(found, default=-1) + 1)]

    def _covered(self, number: int, span: _HeadSpan, last: int) -> Sequence[int]:
        """The columns under a cell: those merged into it, or where nothing is merged those to its right that only have heads below."""
        if number == last or len(span.columns) > 1 or span.last_row > number:
            return span.columns
        below, here = self._heads_below(number, last), self._taken(number)
        if span.first not in below:
            return span.columns
        end = span.first
        while end + 1 in below and end + 1 not in here:
            end += 1
        return range(span.first, end + 1)

    def _heads_below(self, number: int, last: int) -> set[int]:
        return {column for below in range(number + 1, last + 1) for column in self._taken(below)}

    def _taken(self, number: int) -> set[int]:
        return {column for span in self._spans.get(number, ()) for column in span.columns}

    def _is_group_row(self, number: int) -> bool:
        """Whether the row names groups of the columns of the row below; a title and a unit above the table do not."""
        spans, below = self._spans.get(number, ()), self._taken(number + 1)
        if not spans or not below or any(_is_value(span.text) or _is_remark(span.text) for span in spans):
            return False
        if self._tells_units(number + 1):
            return True
        if any(span.last_row > number for span in spans):
            return len(spans) > 1
        if len(spans) == 1:
            return _is_lone_group(spans[0], below)
        if any(len(below & set(span.columns)) >= _GROUP for span in spans):
            return True
        here = self._taken(number)
        return here.isdisjoint(below) or self._spreads(spans, here, below)

    def _tells_units(self, number: int) -> bool:
        """Whether the row only tells the units of the names above it."""
        texts = self.texts(number)
        told = all(unit_alone(text) is not None for text in texts)
        return bool(texts) and told and self._taken(number) <= self._taken(number - 1)

    @staticmethod
    def _spreads(spans: Sequence[_HeadSpan], here: set[int], below: set[int]) -> bool:
        """Whether groups are written without merging: beside one is nothing, below both are heads; or they are years."""
        if all(is_year(span.text) or span.first not in below for span in spans):
            return True
        return any(span.first in below and span.last + 1 in below - here for span in spans)


def _spans(row: Row, cells: MergedCells) -> list[_HeadSpan]:
    spans = []
    for column, text in filled_cells(row.cells):
        merged = cells.starting_at(row.number, column)
        last, last_row = (merged.last_column, merged.last_row + 1) if merged else (column, row.number)
        spans.append(_HeadSpan(text, column, last, last_row))
    return spans


def _is_lone_group(span: _HeadSpan, below: set[int]) -> bool:
    """A group that is the only one: it leaves out the first column, which a title never does."""
    if len(span.columns) == 1:
        return span.first > min(below) and is_year(span.text)
    return span.first > min(below) and not below <= set(span.columns)


def _is_value(text: str) -> bool:
    return (is_number(text) and not is_year(text)) or bool(_CODE.fullmatch(text))


def _is_remark(text: str) -> bool:
    """`填报单位：…` and `单位：万元` stand above a table, never in its head."""
    plain = _BRACKETS.sub("", unicodedata.normalize("NFKC", text))
    return states_unit(text) or bool(_LABELLED.search(plain))
