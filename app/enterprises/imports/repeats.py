"""Rows of one file that speak of the same thing: the first is taken, later ones are handed back with the difference."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.enterprises.imports.entries import ReadRow, digest
from app.enterprises.imports.mapping import NO_FIELD, SheetMapping
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.stated_firms import StatedFirms

_SHOWN = 6
_LONGEST = 40


@dataclass
class Repeats:
    """The keys that occur more than once in a sheet, and for each the first row that was fit to be taken.

    Only those rows are kept in memory, so that a long list needs little.
    """

    layout: SheetMapping
    keys: frozenset[bytes]
    firms: StatedFirms = field(default_factory=StatedFirms)
    first: dict[bytes, ReadRow] = field(default_factory=dict)

    def note(self, row: ReadRow) -> None:
        """Take the row as the first of its key, or refuse it as a repeat; what it tells of its firm, as the first that does, or not at all."""
        self._note_key(row)
        if row.own is not None and not row.refusals:
            self.firms.note(row.own.parsed)

    def _note_key(self, row: ReadRow) -> None:
        if (
            not self.keys
            or not row.key
            or row.firm.refusals
            or _unfit(row)
            or (key := digest(row.key)) not in self.keys
        ):
            return
        first = self.first.setdefault(key, row)
        if first is not row:
            row.refusals.append(self._reason(first, row))

    def _reason(self, first: ReadRow, row: ReadRow) -> RowReason:
        differences = [
            f"{column.header} {_short(before)} → {_short(after)}"
            for column in self.layout.columns
            if column.fills not in NO_FIELD
            and (before := _cell(first, column.index)) != (after := _cell(row, column.index))
        ]
        if not differences:
            return RowReason("repeat", {"row": first.number})
        return RowReason("repeat.differs", {"row": first.number, "differences": "；".join(differences[:_SHOWN])})


def repeated(keys: Iterable[str]) -> tuple[int, frozenset[bytes]]:
    """How many rows there are, and (shortened) the keys that occur more than once."""
    seen: set[bytes] = set()
    twice: set[bytes] = set()
    total = 0
    for key in keys:
        total += 1
        if key:
            short = digest(key)
            (twice if short in seen else seen).add(short)
    return total, frozenset(twice)


def _unfit(row: ReadRow) -> bool:
    """Whether nothing of the row can be taken anyway, so that a later row of its key may be the first."""
    entries = [entry for entry in (row.own, *row.entries) if entry is not None]
    return bool(entries) and all(entry.parsed.refusals for entry in entries)


def _cell(row: ReadRow, index: int) -> str:
    return row.cells[index].strip() if index < len(row.cells) else ""


def _short(text: str) -> str:
    return f"“{text[:_LONGEST]}…”" if len(text) > _LONGEST else f"“{text}”"
