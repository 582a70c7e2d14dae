"""A sheet that no spreadsheet program shows: behind the table of a workbook, what stood in it when it was written.

One cell holds the text of a row; a longer text goes on in the cells beside it. Written to a file of its own while the table is sent.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

#: Characters a cell: some programs end a cell a little before 32,767.
LONGEST = 30_000
_IN_MEMORY = 4 * 1024 * 1024
_BLOCK = 1024 * 1024


@dataclass
class KeptSheet:
    """The sheet `name`: the text `head`, then `of_row` of each row of the table."""

    name: str
    head: str
    of_row: Callable[[Sequence[Any]], str]
    _spool: IO[bytes] = field(default_factory=lambda: tempfile.SpooledTemporaryFile(_IN_MEMORY), init=False)  # noqa: SIM115 - closed by `content`
    _last: int = field(default=0, init=False)

    def keep(self, rows: Sequence[Sequence[Any]], escaped: Callable[[str], str]) -> None:
        """Keep rows of the table, the head before the first."""
        texts = [] if self._last else [self.head]
        texts += [self.of_row(row) for row in rows]
        lines = [_line(number, text, escaped) for number, text in enumerate(texts, start=self._last + 1)]
        self._last += len(texts)
        self._spool.write("".join(lines).encode())

    def content(self) -> Iterator[bytes]:
        """The rows of the sheet, in blocks; they can be had once."""
        self._spool.seek(0)
        while block := self._spool.read(_BLOCK):
            yield block
        self._spool.close()


def _line(number: int, text: str, escaped: Callable[[str], str]) -> str:
    parts = [text[at : at + LONGEST] for at in range(0, len(text), LONGEST)]
    cells = "".join(
        f'<c r="{chr(ord("A") + place)}{number}" t="inlineStr"><is><t xml:space="preserve">{escaped(part)}</t></is></c>'
        for place, part in enumerate(parts)
    )
    return f'<row r="{number}">{cells}</row>'
