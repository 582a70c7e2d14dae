"""Rows of one file that speak of the same thing: the first is taken, later ones are handed back with the difference."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.enterprises.imports.mapping import REASON, TableLayout
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.row_reader import Parsed, SourceRow

_SHOWN = 6
_LONGEST = 40


@dataclass
class Repeats:
    """The keys that occur more than once in the file, and for each the first row that was fit to be taken.

    Only those rows are kept in memory, so that a long list needs little.
    """

    layout: TableLayout
    keys: frozenset[str]
    first: dict[str, SourceRow] = field(default_factory=dict)

    def note(self, key: str, parsed: Parsed) -> None:
        """Take the row as the first of its key, or refuse it as a repeat."""
        if key not in self.keys or parsed.refusals:
            return
        first = self.first.setdefault(key, parsed.source)
        if first is not parsed.source:
            parsed.refusals.append(self._reason(first, parsed.source))

    def _reason(self, first: SourceRow, row: SourceRow) -> RowReason:
        differences = [
            f"{column.header} {_short(before)} → {_short(after)}"
            for column in self.layout.columns
            if column.field != REASON and (before := _cell(first, column.index)) != (after := _cell(row, column.index))
        ]
        if not differences:
            return RowReason("repeat", {"row": first.number})
        return RowReason("repeat.differs", {"row": first.number, "differences": "；".join(differences[:_SHOWN])})


def repeated(keys: Iterable[str]) -> tuple[int, frozenset[str]]:
    """How many rows there are, and the keys that occur more than once."""
    seen: set[str] = set()
    twice: set[str] = set()
    total = 0
    for key in keys:
        total += 1
        if key:
            (twice if key in seen else seen).add(key)
    return total, frozenset(twice)


def _cell(row: SourceRow, index: int) -> str:
    return row.cells[index].strip() if index < len(row.cells) else ""


def _short(text: str) -> str:
    return f"“{text[:_LONGEST]}…”" if len(text) > _LONGEST else f"“{text}”"
