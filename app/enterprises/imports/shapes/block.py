"""One table of a sheet: how its head is told again further down, and which lone texts are none of its data."""

import re
from collections.abc import Sequence

from app.enterprises.imports.shapes.head import SheetHead
from app.enterprises.imports.shapes.head_text import read_heading, shown
from app.enterprises.imports.shapes.merged_cells import MergedCells
from app.enterprises.imports.shapes.row_kinds import is_number, is_sentence, names_somebody
from app.kit.tabular import Row

Filled = Sequence[tuple[int, str]]

_LEARNED_ROWS = 200
_ENOUGH = 3
_RARE = 0.1
#: Heads of columns that only number the rows.
SERIALS = frozenset({"序号", "编号", "序", "no", "no.", "排名", "名次", "行次"})
_LONGEST_HEAD, _LONGEST_CELL = 20, 40
_DIGITS = re.compile(r"\d")
_NARROW = 2


class Block:
    """A table and what its rows have shown so far."""

    def __init__(self, number: int, head: SheetHead, merged: MergedCells) -> None:
        self.number, self.head = number, head
        parts = {part for column in head.heads for part in (*column.text.split(" / "), column.name)} - {""}
        self._texts = {part for part in parts if may_be_head(part)}
        self._names = {read_heading(part).name for part in self._texts} - {""}
        self._numbers = [0] * len(head.heads)
        self._words = [0] * len(head.heads)
        self._rows = 0
        self._merged = merged

    def knows(self, names: Sequence[str]) -> int:
        """How many of the names its head has."""
        return len(self._names.intersection(names))

    def repeats_head(self, filled: Filled, *, after_gap: bool) -> bool:
        """Whether the row names the columns again; after a gap one such name among nothing but words is enough."""
        if not after_gap and self._texts.isdisjoint([cell for _index, cell in filled]):
            return False
        names = [read_heading(cell).name for _index, cell in filled if len(cell) <= _LONGEST_CELL]
        known = sum(name in self._names for name in names)
        if known >= min(_NARROW, len(self.head.heads)) and known * 2 >= len(filled):
            return True
        wide = len(filled) >= _ENOUGH or "" in names  # a year alone is a head of its own
        return bool(after_gap and known and wide and all(may_be_head(cell) for _index, cell in filled))

    def learn(self, filled: Filled) -> None:
        """Take note of which columns hold numbers: the first rows tell."""
        if self._rows >= _LEARNED_ROWS:
            return
        self._rows += 1
        for index, cell in filled:
            if index < len(self._numbers):
                kind = self._numbers if is_number(cell) else self._words
                kind[index] += 1

    def is_covered(self, row: Row) -> bool:
        """Whether a cell of the row is merged with those above or below it: what else it holds is said of that."""
        return self._merged.joins(row.number)

    def is_foreign(self, row: Row, index: int, text: str) -> bool:
        """Whether a text that stands alone in its row is none of the table's data, by where it stands or how it reads."""
        merged = self._merged.starting_at(row.number, index)
        if merged is not None and merged.columns * 2 >= len(self.head.heads):
            return True
        return not names_somebody(text) and (is_sentence(text) or not self._holds_words(index))

    def _holds_words(self, index: int) -> bool:
        if index >= len(self.head.heads) or not self.head.heads[index].text:
            return False
        numbers, words = self._numbers[index], self._words[index]
        if numbers >= _ENOUGH and words <= numbers * _RARE:
            return False
        return self.head.heads[index].name not in SERIALS


def may_be_head(cell: str) -> bool:
    """Whether a text may name a column: short, without digits, nobody's name."""
    plain = shown(cell)
    bare = read_heading(cell).name
    return len(plain) <= _LONGEST_HEAD and not _DIGITS.search(bare) and not names_somebody(plain)
