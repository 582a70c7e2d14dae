"""What the page asks about blank cells: in which columns they mean what stands above them."""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.datastructures import FormData

from app.enterprises.imports.mapping import Registers, SheetMapping
from app.enterprises.imports.recognition import HeadVocabulary
from app.enterprises.imports.shapes import read_head
from app.enterprises.imports.tables.blanks import find_blanks
from app.kit.i18n import _
from app.kit.lists.filters import number_in
from app.kit.tabular.reader import Sheet

_LISTED = 6
_PREFIX = "above-"


@dataclass(frozen=True)
class BlankLine:
    """Columns with blank cells: the name of their box, their heads, the rows, whether those cells are filled from above."""

    name: str
    headers: str
    rows: str
    checked: bool


def blank_lines(layout: SheetMapping, sheet: Sheet, registers: Registers) -> Iterator[BlankLine]:
    """The columns that are filled from above, and those that may be; those that name the firm together."""
    asked = {*layout.above, *layout.perhaps_above}
    words = HeadVocabulary(registers)
    head = read_head(sheet, words.recognise, at=layout.header[1]) if asked else None
    if head is None:
        return
    naming = tuple(index for _code, index in layout.firm_columns.filling if index in asked)
    rows = find_blanks(layout, sheet, head, words).rows
    for columns in (naming, *((each,) for each in sorted(asked.difference(naming)))):
        if columns:
            yield BlankLine(
                name=_PREFIX + "_".join(map(str, columns)),
                headers="、".join(layout.headers_of(columns)),
                rows=_rows(rows.get(columns[0], ())),
                checked=columns[0] in layout.above,
            )


def told_blanks(form: FormData) -> tuple[int, ...] | None:
    """The columns whose boxes were ticked; None where none was shown."""
    if "blanks" not in form:
        return None
    ticked = (
        key.removeprefix(_PREFIX).split("_") for key, value in form.items() if key.startswith(_PREFIX) and value == "1"
    )
    return tuple(index for each in ticked for text in each if (index := number_in(text)) is not None)


def _rows(numbers: tuple[int, ...]) -> str:
    if not numbers:
        return ""
    shown = "、".join(map(str, numbers[:_LISTED]))
    if len(numbers) <= _LISTED:
        return _("第 %(rows)s 行") % {"rows": shown}
    return _("第 %(rows)s 行等 %(n)s 行") % {"rows": shown, "n": len(numbers)}
