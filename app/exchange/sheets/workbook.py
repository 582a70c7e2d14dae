"""The workbook of a hand-over, written row by row: however many records it holds, one row of each sheet is in memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter

from app.exchange.domain import FieldDefinition, FieldType
from app.exchange.sheets.cells import Cell, cell_of, number_format, width_of
from app.exchange.sheets.layout import HeadedColumn, SheetLayout, heading, spans

IDENTITY, RESULT, REASON = "报送标识", "结果", "原因"
OUTCOMES = ("接收", "退回", "处理中")
RETIRED, ABOUT = "撤回记录", "清单说明"
_ROWS_A_SHEET = 1_048_576
_LONGEST_NAME = 31
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
HOW_TO_ANSWER = (
    "请在“结果”列填写 接收、退回 或 处理中，退回的在“原因”列写明原因，然后把本文件发回。",
    "“报送标识”列用来核对回执，请勿改动；行和列的次序可以改变。",
    "金额按各列标注的单位填写；空白表示未知，不是零。",
)


@dataclass(frozen=True)
class SheetRow:
    """One record of a hand-over: its version's name, its key, its data; None for one that is withdrawn."""

    identity: str
    key: str
    label: str
    data: Mapping[str, Any] | None


def write_workbook(
    target: BinaryIO, layout: SheetLayout, rows: Iterable[SheetRow], about: Sequence[tuple[str, str]]
) -> int:
    """Write the workbook to `target`; returns how many records it holds. `about` is what the manifest says, name and value."""
    book = xlsxwriter.Workbook(target, _OPTIONS)
    try:
        writer = _WorkbookWriter(book, layout)
        count = 0
        for count, row in enumerate(rows, start=1):  # noqa: B007 - the number of the last row is the count
            writer.add(row)
        writer.finish(about)
    finally:
        book.close()
    return count


class _Sheet:
    """One sheet, written from top to bottom; a full one goes on in a next sheet."""

    def __init__(self, book: Any, name: str, columns: Sequence[HeadedColumn], *, answered: bool) -> None:
        self._book, self._name, self._columns, self._answered = book, name, columns, answered
        self._head, self._text = book.add_format(_HEAD), book.add_format({"num_format": "@"})
        self._numbers = {
            number_format(each.field): book.add_format({"num_format": number_format(each.field)}) for each in columns
        }
        self._part = 0
        self._begin()

    def _begin(self) -> None:
        self._part += 1
        ending = f"（{self._part}）" if self._part > 1 else ""
        self._sheet = self._book.add_worksheet(self._name[: _LONGEST_NAME - len(ending)] + ending)
        depth = len(self._columns[0].headings)
        for level in range(depth):
            last = level == depth - 1
            texts = [each.headings[level] for each in self._columns]
            self._heading_row(
                level, [IDENTITY if last else "", *texts, *((RESULT, REASON) if last and self._answered else ())], last
            )
        self._row = depth
        self._sheet.freeze_panes(depth, 1)
        self._set_widths()

    def _heading_row(self, level: int, texts: Sequence[str], last: bool) -> None:
        for span in [] if last else spans(texts):
            if span.first < span.last:
                self._sheet.merge_range(level, span.first, level, span.last, span.text, self._head)
            else:
                self._sheet.write_string(level, span.first, span.text, self._head)
        for index, text in enumerate(texts if last else ()):
            self._sheet.write_string(level, index, text, self._head)

    def _set_widths(self) -> None:
        self._sheet.set_column(0, 0, 34, self._text)
        for index, each in enumerate(self._columns, start=1):
            self._sheet.set_column(index, index, width_of(each.field))
        if self._answered:
            result = len(self._columns) + 1
            self._sheet.set_column(result, result, 10)
            self._sheet.set_column(result + 1, result + 1, 32)
            options = {
                "validate": "list",
                "source": list(OUTCOMES),
                "error_title": RESULT,
                "error_message": "、".join(OUTCOMES),
            }
            self._sheet.data_validation(self._row, result, _ROWS_A_SHEET - 1, result, options)

    def add(self, identity: str, cells: Sequence[Cell]) -> None:
        """The next row."""
        if self._row == _ROWS_A_SHEET:
            self._begin()
        self._sheet.write_string(self._row, 0, identity, self._text)
        for index, (column, cell) in enumerate(zip(self._columns, cells, strict=True), start=1):
            if isinstance(cell, Decimal):
                self._sheet.write_number(self._row, index, cell, self._numbers[number_format(column.field)])
            elif cell:
                self._sheet.write_string(self._row, index, cell, self._text)
        self._row += 1


class _WorkbookWriter:
    """The sheets of one workbook: the records, their lists, those that are withdrawn, and what the manifest says."""

    def __init__(self, book: Any, layout: SheetLayout) -> None:
        self._book, self._layout = book, layout
        self._main = _Sheet(book, layout.name, layout.columns, answered=True)
        self._lists = {
            each.name: _Sheet(book, each.title.zh, _list_columns(layout, each), answered=False) for each in layout.lists
        }
        self._retired: _Sheet | None = None

    def add(self, row: SheetRow) -> None:
        if row.data is None:
            self._withdraw(row)
            return
        self._main.add(
            row.identity, [cell_of(each.field, row.data.get(each.field.name)) for each in self._layout.columns]
        )
        for each in self._layout.lists:
            for element in row.data.get(each.name) or ():
                self._lists[each.name].add(row.identity, [row.key, *_list_cells(each, element)])

    def _withdraw(self, row: SheetRow) -> None:
        """What is to be forgotten has a sheet of its own, with the same columns to answer in."""
        if self._retired is None:
            self._retired = _Sheet(self._book, RETIRED, _retired_columns(self._layout), answered=True)
        self._retired.add(row.identity, [row.key, row.label])

    def finish(self, about: Sequence[tuple[str, str]]) -> None:
        sheet = self._book.add_worksheet(ABOUT)
        name, text = (
            self._book.add_format({"bold": True}),
            self._book.add_format({"num_format": "@", "text_wrap": True}),
        )
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 90)
        lines = [*about, *(("填写说明" if not index else "", line) for index, line in enumerate(HOW_TO_ANSWER))]
        for index, (label, value) in enumerate(lines):
            sheet.write_string(index, 0, label, name)
            sheet.write_string(index, 1, value, text)


_HEAD = {"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True, "border": 1, "bg_color": "#E8F0EC"}


def _list_columns(layout: SheetLayout, field: FieldDefinition) -> tuple[HeadedColumn, ...]:
    parts = field.fields or (field.model_copy(update={"type": FieldType.TEXT}),)
    return (HeadedColumn(layout.key, (heading(layout.key),)), *(HeadedColumn(each, (heading(each),)) for each in parts))


def _list_cells(field: FieldDefinition, element: Any) -> list[Cell]:
    return [cell_of(each, element.get(each.name)) for each in field.fields] if field.fields else [str(element)]


def _retired_columns(layout: SheetLayout) -> tuple[HeadedColumn, ...]:
    label = layout.key.model_copy(update={"name": "label", "type": FieldType.TEXT})
    return HeadedColumn(layout.key, (heading(layout.key),)), HeadedColumn(label, ("名称",))
