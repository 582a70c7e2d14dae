"""CSV records, one at a time: a broken quote spoils its own line only, never the lines that follow."""

import csv
import itertools
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path

DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_LINES = 30
_MAX_JOINED_LINES = 200
_QUOTE = '"'
#: A cell that is longer than the library takes (`csv.field_size_limit`) is left to it to refuse.
_SHORT = 100_000

Record = tuple[list[str], bool]  # the cells, and whether the line's quotes are broken


class CsvRecords:
    """The records of one CSV text: its delimiter and its usual number of columns are taken from the first lines."""

    def __init__(self, path: Path, encoding: str) -> None:
        self.path = path
        self.encoding = encoding
        sample = list(itertools.islice(self._lines(), _SAMPLE_LINES))
        self.delimiter, self.width = _shape_of(sample)

    def __iter__(self) -> Iterator[Record]:
        lines = self._lines()
        waiting: deque[str] = deque()
        while (line := _next_line(waiting, lines)) is not None:
            if line.count(_QUOTE) % 2 == 0:
                cells = cut_line(line, self.delimiter)
                yield (self._whole(line), True) if cells is None else (cells, False)
            else:
                yield self._join(line, waiting, lines)

    def _join(self, first: str, waiting: deque[str], lines: Iterator[str]) -> Record:
        """A record whose quoted cell runs over several lines; if no end can be found, `first` alone, as broken."""
        text, taken = first, list[str]()
        while len(taken) < _MAX_JOINED_LINES and (line := _next_line(waiting, lines)) is not None:
            taken.append(line)
            text += line
            if line.count(_QUOTE) % 2 == 0:
                continue
            cells = cut_line(text, self.delimiter)
            if cells is not None and len(cells) == self.width:
                return cells, False
            break
        waiting.extendleft(reversed(taken))
        return self._whole(first), True

    @staticmethod
    def _whole(line: str) -> list[str]:
        """A broken line is one cell: cutting it anyhow could make it look sound."""
        return [line.rstrip("\r\n")]

    def _lines(self) -> Iterator[str]:
        with self.path.open(encoding=self.encoding, newline="") as file:
            yield from file


def cut_line(text: str, delimiter: str) -> list[str] | None:
    """The cells of one record; None when its quotes are broken, or a cell is longer than anybody's."""
    if _QUOTE not in text and len(text) < _SHORT:  # as the library would cut it, but at once
        line = text.rstrip("\r\n")
        return line.split(delimiter) if line else []
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if rows else []


def _next_line(waiting: deque[str], lines: Iterator[str]) -> str | None:
    return waiting.popleft() if waiting else next(lines, None)


def _shape_of(sample: list[str]) -> tuple[str, int]:
    """The delimiter that cuts most lines alike into most cells, and that number of cells."""
    best = (0, 0, ",", 1)
    for order, delimiter in enumerate(DELIMITERS):
        widths = Counter(len(_cut(line, delimiter)) for line in sample)
        width, lines = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]), default=(1, 0))
        if width > 1:
            best = max(best, (lines, -order, delimiter, width))
    return best[2], best[3]


def _cut(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []
