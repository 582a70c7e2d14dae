"""The rows of data of a sheet, kept on disk between the two readings of it: which rows are data is found out once, by cutting all of it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import orjson

from app.enterprises.imports.shapes.merged_values import NOTHING_ABOVE, FromAbove
from app.kit.db import as_json
from app.kit.tabular.reader import Row

_AT_ONCE = 500
_IN_MEMORY = 1024 * 1024
_NOTHING_LOST: frozenset[int] = frozenset()


class CutRow(NamedTuple):
    """A row of data, the table of the sheet that it belongs to, what it is about where that was read, and what of it is from above."""

    row: Row
    block: int
    key: str | None
    above: FromAbove = NOTHING_ABOVE


class CutRows:
    """Rows of one sheet: all are added, then they can be had once; nothing is left of them behind the `with`."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(folder))  # noqa: SIM115 - closed by `__exit__`
        self._waiting: list[tuple[Any, ...]] = []

    def add(self, cut: CutRow) -> None:
        """Keep the next row."""
        row, block, key, above = cut
        self._waiting.append((row.number, row.cells, row.broken, [*row.inexact], block, key, [*above.items()]))
        if len(self._waiting) == _AT_ONCE:
            self._write()

    def __iter__(self) -> Iterator[CutRow]:
        """The rows in their order."""
        self._write()
        self._file.seek(0)
        for line in self._file:
            for number, cells, broken, inexact, block, key, above in orjson.loads(line):
                lost = frozenset(inexact) if inexact else _NOTHING_LOST
                yield CutRow(Row(number, cells, broken, lost), block, key, dict(above) if above else NOTHING_ABOVE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._file.close()

    def _write(self) -> None:
        if self._waiting:
            self._file.write(as_json(self._waiting).encode() + b"\n")
            self._waiting.clear()
