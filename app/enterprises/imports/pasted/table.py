"""A pasted block as a sheet that an import reads: each row about one firm (and year), under heads that say what the columns are."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.enterprises.imports.fields import YEARLY_FIELDS
from app.enterprises.imports.mapping import NAME, USCC, Registers, SheetMapping
from app.enterprises.imports.recognition import HeadVocabulary
from app.enterprises.imports.shapes.head_text import is_year, read_heading, states_unit, unit_alone
from app.enterprises.imports.shapes.row_kinds import is_number
from app.enterprises.imports.tables.layout import read_sheet
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.tabular import write_csv
from app.kit.tabular.reader import Row, Sheet

Cells = list[list[str]]

_CODE = re.compile(r"[0-9A-Za-z]{15,18}")
_UNIT_HEADS = ("单位", "计量单位", "金额单位")
_NUMBERED = 3  # columns before the items: a running number, a group
_TITLES = 5
FIRM_HEADS = ("统一社会信用代码", "企业名称")


@dataclass(frozen=True)
class PastingFirm:
    """The firm on whose page a block of yearly figures is pasted."""

    uscc: str
    name: str


@dataclass(frozen=True)
class StatedFigure:
    """What the numbers of a block without heads are: a yearly figure, of which year, in which unit ("" for not told)."""

    figure: str
    year: int
    unit: str = ""

    @property
    def head(self) -> str:
        """As a sheet would say it."""
        field = next(each for each in YEARLY_FIELDS if each.code == self.figure)
        return f"{self.year}年{field.headers[0]}" + (f"（{self.unit}）" if self.unit else "")


@dataclass(frozen=True)
class PastedTable:
    """The block as a sheet; `turned`: its items stood below each other and are columns now; `added` columns in front were not pasted."""

    rows: Cells
    turned: bool = False
    added: int = 0

    @property
    def sheet(self) -> Sheet:
        """To be read as the sheet of a file."""

        def rows() -> Iterator[Row]:
            return (Row(number, cells) for number, cells in enumerate(self.rows, start=1))

        return Sheet("", rows, fixed_width=False)

    def mapping(self, registers: Registers) -> SheetMapping:
        """How an import will understand it."""
        return read_sheet(self.sheet, registers)

    def csv(self) -> bytes:
        """As a file."""
        return b"".join(write_csv(self.rows[1:], self.rows[0]))


def figures_of_one(cells: Cells, registers: Registers, firm: PastingFirm) -> PastedTable:
    """Figures of one firm, years down or across: a row a year, the firm in front.

    Raises Invalid when no item is known, or the block tells of firms itself.
    """
    words = HeadVocabulary(registers)
    titles, body = _parted(cells, words)
    items = _items_column(body, words)
    turned = _across(body, items, words)
    if turned:
        note, body = _turned([row[items:] for row in body])
        titles += note
    own = PastedTable(body).mapping(registers)
    if {USCC, NAME} & {column.fills for column in own.columns}:
        raise _refused("paste.firms", _("这块数据里有企业列。几家企业的数据请到“导入 → 粘贴表格”里粘贴。"))
    if not any(column.target for column in own.columns):
        raise _refused("paste.no_items", _("认不出项目名称（如销售收入、研发费用）。请连同表头一起复制。"))
    head, *rows = body
    told = [[*FIRM_HEADS, *head], *([firm.uscc, firm.name, *row] for row in rows)]
    return PastedTable(_even([*([title] for title in titles), *told]), turned, len(FIRM_HEADS))


def figures_of_many(cells: Cells, registers: Registers, told: StatedFigure | None) -> PastedTable:
    """A table about firms as it stands; a block without heads gets them from what was told of its numbers.

    Raises Invalid when there are no heads and nothing was told, or more columns of numbers than one.
    """
    words = HeadVocabulary(registers)
    if any(words.recognise(row) for row in cells[:_TITLES]):
        return PastedTable(cells)
    if told is None:
        message = _("第一行不是认得出的表头。请连同表头一起复制，或在下面选择这一列数是什么。")
        raise _refused("paste.no_head", message)
    return PastedTable([_heads(cells, told), *cells])


def _heads(cells: Cells, told: StatedFigure) -> list[str]:
    columns = [[cell for cell in column if cell] for column in zip(*cells, strict=True)]
    codes = [index for index, column in enumerate(columns) if column and all(map(_CODE.fullmatch, column))]
    numbers = [i for i, column in enumerate(columns) if i not in codes and column and all(map(is_number, column))]
    names = [index for index in range(len(columns)) if index not in (*codes, *numbers)]
    if len(numbers) != 1 or not (codes or names):
        raise _refused("paste.many_values", _("没有表头时，只能有企业（代码或名称）和一列数。请连同表头一起复制。"))
    heads = [""] * len(columns)
    for found, text in ((codes[:1], FIRM_HEADS[0]), (names[:1], FIRM_HEADS[1]), (numbers, told.head)):
        for index in found:
            heads[index] = text
    return heads


def _parted(cells: Cells, words: HeadVocabulary) -> tuple[list[str], Cells]:
    """The titles above the table, of which only what they say counts, and the table."""
    start = 0
    while start < min(_TITLES, len(cells) - 1):
        filled = [cell for cell in cells[start] if cell]
        if len(filled) > 1 and not all(map(states_unit, filled[1:])):
            break
        if words.recognise(filled) or any(map(is_year, filled)):
            break
        start += 1
    return [cell for row in cells[:start] for cell in row if cell], cells[start:]


def _items_column(body: Cells, words: HeadVocabulary) -> int:
    """The column in which the items stand, if they stand below each other: behind a running number, maybe."""
    columns = list(zip(*body, strict=True))[:_NUMBERED]
    return max(range(len(columns)), key=lambda index: (words.recognise(columns[index][1:]), -index))


def _across(body: Cells, items: int, words: HeadVocabulary) -> bool:
    """Whether the years stand beside each other and the items below each other."""
    down, across = [row[items] for row in body[1:]], body[0]
    return words.recognise(down) + sum(map(is_year, across)) > words.recognise(across) + sum(map(is_year, down))


def _turned(body: Cells) -> tuple[list[str], Cells]:
    """Rows and columns changed over, and what the corner says of the unit; a column of units goes into the items' names."""
    units = next((index for index, cell in enumerate(body[0]) if cell in _UNIT_HEADS), None)
    if units is not None:
        body = [[_with_unit(row[0], row[units]), *row[1:units], *row[units + 1 :]] for row in body]
    corner, years = body[0][0], body[0][1:]
    unit = unit_alone(corner)
    note = [corner] if states_unit(corner) else [f"单位：{unit}"] if unit else []
    columns = [list(column) for column in zip(*body, strict=True)]
    columns[0][0] = "年度" if any(map(is_year, years)) else corner or "项目"
    return note, [columns[0], *([_year(column[0]), *column[1:]] for column in columns[1:])]


def _with_unit(name: str, unit: str) -> str:
    return f"{name}（{unit}）" if name and unit and unit not in _UNIT_HEADS else name


def _year(text: str) -> str:
    return str(read_heading(text).year) if is_year(text) else text


def _even(rows: Sequence[list[str]]) -> Cells:
    width = max(map(len, rows))
    return [row + [""] * (width - len(row)) for row in rows]


def _refused(code: str, message: str) -> Invalid:
    return Invalid(code, message, {"block": message})
