"""One way into every table file: what it is, in which encoding, and its rows as text."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.tabular.archive_guard import Worksheets, check_archive
from app.kit.tabular.csv_reader import CsvRecords
from app.kit.tabular.encodings import detect_encoding
from app.kit.tabular.file_kind import TableKind, sniff_table
from app.kit.tabular.merged import MergedRange
from app.kit.tabular.ods_content import OdsContent, ods_gauge
from app.kit.tabular.sheet_parts import names_of_parts
from app.kit.tabular.workbook_reader import OpenedSheet, open_sheets
from app.kit.tabular.writer import is_formula

MAX_BYTES = 100 * 1024 * 1024
MAX_COLUMNS = 500
_HEAD_ROWS = 50  # rows that decide how wide the table is: a header stands among them
_MB = 1024 * 1024
_AS_TEXT = re.compile(r'="([^"]*)"')
# Unassigned and private-use characters are rare ideographs of other systems; blanks are blanks. The rest cannot be seen.
_KEPT_CATEGORIES = {"Zs", "Co", "Cn"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `number` is what a spreadsheet program shows beside it; `inexact` names cells that lost digits."""

    number: int
    cells: list[str]
    broken: bool = False
    inexact: frozenset[int] = frozenset()

    @property
    def blank(self) -> bool:
        """Whether no cell holds anything."""
        return not any(cell.strip() for cell in self.cells)

    @property
    def filled(self) -> list[str]:
        """The cells up to the last that holds anything."""
        width = next((index for index in range(len(self.cells), 0, -1) if self.cells[index - 1]), 0)
        return self.cells[:width]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet that holds something; a CSV file is one sheet without a name.

    `hidden` sheets are not shown by a spreadsheet program; `merged` are the cells that it shows as one, from the top. `uncalculated` is a
    cell with a formula whose result was not kept: such cells read as blank.
    """

    name: str
    rows: Callable[[], Iterator[Row]]
    fixed_width: bool = True
    hidden: bool = False
    merged: tuple[MergedRange, ...] = ()
    uncalculated: str = ""

    def require_calculated(self) -> None:
        """Raise Invalid when a formula in it has no result."""
        if self.uncalculated:
            raise Invalid("tabular.uncalculated", uncalculated_text(self.uncalculated))


def uncalculated_text(cell: str) -> str:
    """Why a sheet with such a formula cannot be read."""
    return _(
        "工作表里有公式没有保存计算结果（如 %(cell)s），读出来会是空的。请用 Excel 或 WPS 打开，保存一次再上传。"
    ) % {"cell": cell}


@dataclass(frozen=True, slots=True)
class Table:
    """An opened table file. `rows()` of a sheet can be asked for again and again, each time from the top."""

    kind: TableKind
    encoding: str
    delimiter: str
    sheets: tuple[Sheet, ...]


def open_table(path: Path, *, max_bytes: int = MAX_BYTES) -> Table:
    """Open the table at `path` by its content.

    Raises Invalid with a sentence for the reader when it is too large, too wide, no table, damaged, a bomb, or in no known
    encoding.
    """
    size = path.stat().st_size
    if size > max_bytes:
        raise Invalid(
            "tabular.too_large",
            _("文件有 %(size)s MB，超过上限 %(limit)s MB。请按乡镇或年份拆成几个文件再导入。")
            % {"size": -(-size // _MB), "limit": max_bytes // _MB},
        )
    kind = sniff_table(path)
    table = _open_csv(path) if kind is TableKind.CSV else _open_workbook(path, kind)
    for sheet in table.sheets:
        _check_width(sheet)
    return table


def _check_width(sheet: Sheet) -> None:
    """Every column of a header becomes a line of a page and a part of each row: no register has so many."""
    width = max((len(row.filled) for row in islice(sheet.rows(), _HEAD_ROWS)), default=0)
    if width > MAX_COLUMNS:
        raise Invalid(
            "tabular.too_many_columns",
            _("表格有 %(columns)s 列，超过上限 %(limit)s 列。请删去不需要的列后再上传。")
            % {"columns": f"{width:,}", "limit": MAX_COLUMNS},
        )


def _open_csv(path: Path) -> Table:
    records = CsvRecords(path, detect_encoding(path))

    def rows() -> Iterator[Row]:
        for number, (cells, broken) in enumerate(records, start=1):
            yield Row(number, _without_guards(cleaned(cells)), broken)

    return Table(TableKind.CSV, records.encoding, records.delimiter, (Sheet("", rows, fixed_width=False),))


def _open_workbook(path: Path, kind: TableKind) -> Table:
    merged, uncalculated = _check_workbook(path, kind)
    opened = open_sheets(path, f".{kind}", merged)
    if not opened:
        raise Invalid("tabular.empty", _("文件是空的，没有可以读取的内容。"))
    return Table(kind, "", "", tuple(_sheet(each, uncalculated.get(each.name, "")) for each in opened))


def _check_workbook(path: Path, kind: TableKind) -> tuple[dict[str, list[MergedRange]], dict[str, str]]:
    """Refuse what would unpack beyond reason; met on the way: the merged cells of an ODS, the sheets of an XLSX that were not calculated."""
    content, worksheets = OdsContent(), Worksheets()
    if kind is TableKind.XLSX:
        check_archive(path, worksheets.gauge_of)
    elif kind is TableKind.ODS:
        check_archive(path, partial(ods_gauge, content))
    cells = worksheets.uncalculated
    names = names_of_parts(path) if cells else {}
    return content.tables, {names[part]: cell for part, cell in cells.items() if part in names}


def _sheet(opened: OpenedSheet, uncalculated: str) -> Sheet:
    def rows() -> Iterator[Row]:
        for number, (cells, inexact) in enumerate(opened.rows(), start=1):
            yield Row(number, cleaned(cells), inexact=inexact)

    return Sheet(opened.name, rows, hidden=opened.hidden, merged=opened.merged, uncalculated=uncalculated)


def cleaned(cells: Sequence[str]) -> list[str]:
    """The cells of a row, each as `clean` leaves it."""
    if "".join(cells).isprintable():
        return [cell.strip() for cell in cells]
    return [clean(cell) for cell in cells]


def _without_guards(cells: list[str]) -> list[str]:
    return [_unguarded(cell) for cell in cells] if any("'" in cell or cell[:2] == '="' for cell in cells) else cells


def _unguarded(cell: str) -> str:
    """A CSV cell without the apostrophe that our own export puts before what looks like a formula, and without the `="…"` by which
    other programs keep a long code a text.
    """
    if as_text := _AS_TEXT.fullmatch(cell):
        return as_text[1]
    return cell[1:] if cell.startswith("'") and is_formula(cell[1:]) else cell


def clean(cell: str) -> str:
    """A cell without characters that cannot be seen or stored; line breaks inside it stay."""
    if cell.isprintable():
        return cell.strip()
    kept = "".join(c for c in cell if c.isprintable() or c in "\n\t" or unicodedata.category(c) in _KEPT_CATEGORIES)
    return kept.strip()
