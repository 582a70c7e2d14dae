"""Sheets as they are read, made from rows of text."""

from collections.abc import Callable, Iterator, Sequence

from app.kit.tabular import MergedRange, Row, Sheet


def sheet_of(rows: Sequence[str | Sequence[str]], merged: Sequence[MergedRange] = ()) -> Sheet:
    """A sheet of these rows; a row may be written as one text, its cells parted by `|`."""
    cells = [[cell.strip() for cell in row.split("|")] if isinstance(row, str) else list(row) for row in rows]
    width = max(map(len, cells), default=0)

    def read() -> Iterator[Row]:
        for number, row in enumerate(cells, start=1):
            yield Row(number, row + [""] * (width - len(row)))

    return Sheet("名单", read, merged=tuple(sorted(merged)))


def recogniser(*known: str) -> Callable[[Sequence[str]], int]:
    """How many texts are among the known ones."""
    return lambda texts: len(set(known).intersection(texts))
