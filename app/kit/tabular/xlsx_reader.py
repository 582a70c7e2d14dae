"""Rows of a workbook as text: whole numbers without `.0`, dates as ISO days, empty sheets passed over."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum

from app.kit.errors import Invalid
from app.kit.i18n import _

# A spreadsheet keeps 15 significant digits: a longer number has already lost its end.
_EXACT_BELOW = 10**15

Value = int | float | str | bool | time | date | datetime | timedelta


def open_sheets(path: Path) -> dict[str, CalamineSheet]:
    """The worksheets of the workbook that hold anything, in their order."""
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        names = [meta.name for meta in workbook.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
        sheets = {name: workbook.get_sheet_by_name(name) for name in names}
    except PasswordError as error:
        raise Invalid("tabular.locked", _("文件设有密码，无法读取。请去掉密码后再导入。")) from error
    except (CalamineError, OSError, ValueError) as error:
        raise Invalid("tabular.damaged", _("文件已损坏，无法打开。请用 Excel 或 WPS 重新另存为 XLSX。")) from error
    return {name: sheet for name, sheet in sheets.items() if sheet.height and sheet.width}


def sheet_rows(sheet: CalamineSheet) -> Iterator[tuple[list[str], frozenset[int]]]:
    """Each row from the top of the sheet: its cells as text and the indexes of numbers too long to be exact."""
    for values in sheet.iter_rows():
        cells = [text_of(value) for value in values]
        inexact = frozenset(
            index for index, value in enumerate(values) if isinstance(value, int | float) and abs(value) >= _EXACT_BELOW
        )
        yield cells, inexact


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
