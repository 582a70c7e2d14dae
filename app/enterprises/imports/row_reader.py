"""From a file to rows that somebody can decide on: cells by field, damaged rows named, texts cleaned."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.enterprises.domain.names import normalise_name
from app.enterprises.domain.uscc import APOSTROPHES, Uscc, normalise, parse_uscc
from app.enterprises.imports.reasons import RowReason
from app.enterprises.models import Enterprise
from app.kit.errors import Invalid
from app.kit.tabular.reader import Row
from app.kit.written.days import DayProblem, read_written_day

#: The fictional firm of a template's example row, on a region code that is not assigned; it is never taken in.
EXAMPLE_USCC = "91429099MA0YUMA0XF"
EARLIEST = date(1840, 1, 1)
_NOTHING = {"-", "--", "—", "——", "/", "n/a", "na", "null", "none", "无", "空", "nan", "#n/a"}
#: What a spreadsheet makes of a long code when it saves it as CSV: `9.1429E+17`.
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+?\d{2}")
#: What parts the words of a cell that lists several.
PARTED = "、"
_LONGEST_NOTHING = max(map(len, _NOTHING))


@dataclass(slots=True)
class SourceRow:
    """One row of the list: its cells, each field's text, and what is wrong with the row as a whole."""

    number: int
    cells: list[str]
    texts: dict[str, str]
    units: Mapping[str, str]
    inexact: frozenset[str] = frozenset()
    problem: RowReason | None = None


@dataclass(slots=True)
class Parsed:
    """A row understood as far as it goes. `refusals` reject it; `remarks` are told and change nothing.

    `alike` are all the codes that a cell's words could mean: one of them that is on file stays. `firm` is the firm that the row
    names, once it was looked up; `computed` are values that no cell tells, which contradict nothing; `waits` says why the row has to wait for a person as a whole. `returned` is what an export that
    comes back held of the record.
    """

    source: SourceRow
    key: str = ""
    name: str = ""
    uscc: Uscc | None = None
    values: dict[str, Any] = field(default_factory=dict)
    alike: dict[str, frozenset[str]] = field(default_factory=dict)
    former_names: tuple[str, ...] = ()
    unread: dict[str, str] = field(default_factory=dict)
    refusals: list[RowReason] = field(default_factory=list)
    remarks: list[RowReason] = field(default_factory=list)
    firm: Enterprise | None = None
    computed: set[str] = field(default_factory=set)
    waits: RowReason | None = None
    returned: "ReturnedRecord | None" = None

    def leave_empty(self, code: str, text: str, *, reason: str = "unread") -> None:
        """Note a cell that could not be read: it stays empty and its text is kept."""
        self.unread[code] = text
        self.remarks.append(RowReason(reason, {"column": code, "text": text[:60]}))


@dataclass(frozen=True)
class GoneWords:
    """Words that a person took out of a cell which lists several; `all`: nothing was left in the cell."""

    words: tuple[str, ...]
    all: bool = False

    def __str__(self) -> str:
        return PARTED.join(self.words)


@dataclass(frozen=True)
class ReturnedRecord:
    """What stood of a record in the export that comes back: `before` is that, read the same way; None when the export did not hold
    it. `key` is the number that it bears there; `edited` and `emptied` are fields by their codes. `gone` are records of which only
    the words were taken out of a cell.
    """

    before: Parsed | None
    key: str = ""
    edited: frozenset[str] = frozenset()
    emptied: frozenset[str] = frozenset()
    gone: GoneWords | None = None


def firm_key(source: SourceRow) -> str:
    """The firm as the row names it, for finding repeats: its code, else its name."""
    return normalise(source.texts.get("uscc", "")) or normalise_name(source.texts.get("name", ""))


def read_uscc(parsed: Parsed) -> None:
    """Read the row's code into `uscc` and `key`, or say why that cannot be."""
    text = parsed.source.texts["uscc"]
    code = normalise(text)
    if "uscc" in parsed.source.inexact:
        parsed.refusals.append(RowReason("uscc.inexact"))
        return
    if not code:
        parsed.refusals.append(RowReason("uscc.missing"))
        return
    if _SCIENTIFIC.fullmatch(code):
        parsed.refusals.append(RowReason("uscc.scientific", {"text": text[:60]}))
        return
    if text.strip()[0] in APOSTROPHES:
        parsed.remarks.append(RowReason("uscc.apostrophe"))
    try:
        parsed.uscc = parse_uscc(text)
        parsed.key = parsed.uscc.value
        if parsed.key == EXAMPLE_USCC:
            parsed.refusals.append(RowReason("example"))
    except Invalid:
        parsed.key = code[:60]
        parsed.refusals.append(RowReason("uscc", {"text": text[:60]}))


def read_day(text: str, *, today: date) -> date | None:
    """The day that `text` writes, however it is spelled; None when there is no such day up to `today`."""
    read = read_written_day(text).day
    return read if read is not None and EARLIEST <= read <= today else None


def day_reason(text: str) -> str:
    """The reason why `read_day` found no day in `text`."""
    read = read_written_day(text)
    if read.problem is DayProblem.UNREADABLE:
        return "unread"
    if read.problem is DayProblem.INCOMPLETE:
        return "day.incomplete"
    return "day.invalid" if read.day is None or read.day < EARLIEST else "day.future"


def read_yes_no(text: str) -> bool | None:
    """是/否 in the spellings of real lists; None when it is neither."""
    folded = text.strip().lower()
    if folded in {"是", "y", "yes", "true", "1", "规上", "√", "有"}:
        return True
    if folded in {"否", "n", "no", "false", "0", "规下", "×"}:
        return False
    return None


def cell_text(cells: list[str], index: int) -> str:
    """The text of a cell; what people write for nothing is nothing."""
    text = cells[index].strip() if index < len(cells) else ""
    return "" if len(text) <= _LONGEST_NOTHING and text.lower() in _NOTHING else text


def row_problem(row: Row, width: int, *, fixed: bool) -> RowReason | None:
    """What is wrong with the row as a whole: quotes that do not pair, more or fewer cells than the head has."""
    if row.broken:
        return RowReason("broken")
    if fixed:
        return None
    found = len(row.cells)
    while found > width and not row.cells[found - 1].strip():
        found -= 1
    return None if found == width else RowReason("width", {"found": found, "expected": width})
