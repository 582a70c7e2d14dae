"""Rows of a workbook as text: whole numbers without `.0`, dates as ISO days, empty sheets passed over."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.tabular.archive_guard import damaged, locked
from app.kit.tabular.merged import MergedRange

MAX_SHEETS = 500
# A spreadsheet keeps 15 significant digits: a longer number has already lost its end.
_EXACT_BELOW = 10**15
#: Endings by which the reader chooses a format without a look inside: many an `.xls` is an XLSX.
_ENDINGS = frozenset({".xls", ".xla", ".xlsx", ".xlsm", ".xlam", ".xlsb", ".ods"})

Value = int | float | str | bool | time | date | datetime | timedelta


@dataclass(frozen=True, slots=True)
class OpenedSheet:
    """A worksheet that holds something: whether it is hidden, and which cells are merged in the columns that are read."""

    name: str
    hidden: bool
    merged: tuple[MergedRange, ...]
    cells: CalamineSheet

    def rows(self) -> Iterator[tuple[list[str], frozenset[int]]]:
        """Each row from the top of the sheet: its cells as text and the indexes of numbers too long to be exact."""
        for values in self.cells.iter_rows():
            cells = [text_of(value) for value in values]
            inexact = frozenset(
                index
                for index, value in enumerate(values)
                if isinstance(value, int | float) and abs(value) >= _EXACT_BELOW
            )
            yield cells, inexact


def open_sheets(path: Path, ending: str, merged: Mapping[str, Sequence[MergedRange]]) -> list[OpenedSheet]:
    """The worksheets of a workbook that hold anything, in their order.

    `ending` is what a file of its kind is called; `merged` are the merged cells where they were read already.
    Raises Invalid when it is damaged, locked, or has more than `MAX_SHEETS` sheets.
    """
    try:
        workbook = _workbook(path, ending)
        listed = [meta for meta in workbook.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
        _check_number(len(listed))
        opened = [_opened(meta, workbook.get_sheet_by_name(meta.name), merged) for meta in listed]
    except PasswordError as error:
        raise locked() from error
    except (CalamineError, OSError, ValueError) as error:
        raise damaged() from error
    return [sheet for sheet in opened if sheet.cells.height and sheet.cells.width]


def _workbook(path: Path, ending: str) -> CalamineWorkbook:
    if path.suffix.lower() in _ENDINGS - {ending}:
        with path.open("rb") as file:
            return CalamineWorkbook.from_filelike(file)
    return CalamineWorkbook.from_path(str(path))


def _check_number(sheets: int) -> None:
    if sheets > MAX_SHEETS:
        raise Invalid(
            "tabular.too_many_sheets",
            _("工作簿有 %(sheets)s 个工作表，一次最多读取 %(limit)s 个。请拆成几个文件再导入。")
            % {"sheets": f"{sheets:,}", "limit": MAX_SHEETS},
        )


def _opened(meta: SheetMetadata, cells: CalamineSheet, merged: Mapping[str, Sequence[MergedRange]]) -> OpenedSheet:
    ranges = merged.get(meta.name)
    if ranges is None:
        ranges = [MergedRange(*first, *last) for first, last in cells.merged_cell_ranges or ()]
    unread = cells.start[1] if cells.start else 0
    kept = sorted(each.shifted(unread) for each in ranges if each.last_column >= unread)
    return OpenedSheet(meta.name, meta.visible != SheetVisibleEnum.Visible, tuple(kept), cells)


def text_of(value: Value) -> str:
    """A cell's value as a person would type it."""
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return _number(value)
        case datetime():
            return value.date().isoformat() if value.time() == time.min else value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _number(value: float) -> str:
    if value.is_integer():
        return str(int(value))
    return format(Decimal(repr(value)), "f") if value == value and abs(value) != float("inf") else ""
