"""What blank cells of a sheet mean, by what its columns fill: guessed where it is plain, else for a person to say."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from app.enterprises.imports.mapping import NAME, USCC, Registers, SheetMapping
from app.enterprises.imports.recognition import HeadVocabulary
from app.enterprises.imports.registers import FIRM
from app.enterprises.imports.shapes import RowKind, SheetHead, body_rows, read_head
from app.enterprises.imports.shapes.blank_pattern import BlankPattern, ColumnRoles, blank_pattern, unlike_rows
from app.enterprises.imports.shapes.block import SERIALS
from app.enterprises.imports.shapes.head_text import split_header
from app.enterprises.imports.shapes.merged_values import merged_days
from app.kit.i18n import _
from app.kit.tabular.reader import Sheet

#: Of how many rows the pattern is told.
_LOOKED_AT = 300
#: So many rows that break it are told.
_MOST_UNLIKE = 50
#: Fields that say in which place a firm lies; lists are written in groups of them.
_PLACES = frozenset({"township", "region", "county", "city"})
#: How a person says that no blank cell means anything.
NO_COLUMN = "-"


def find_blanks(layout: SheetMapping, sheet: Sheet, head: SheetHead, words: HeadVocabulary) -> BlankPattern:
    """The columns of the first table whose blank cells mean, or may mean, what stands above them."""
    registers = words.registers
    if layout.register not in registers or layout.origin:
        return BlankPattern()
    about_firm = registers[layout.register].about_firm
    if not about_firm and not sheet.merged:
        return BlankPattern()
    first = [row for row in islice(body_rows(sheet, head, known=words), _LOOKED_AT) if row.block == 0]
    found = blank_pattern(first, _roles(layout)) if about_firm else BlankPattern()
    data = (row.row for row in first if row.kind is RowKind.DATA)
    days = merged_days(data, sheet.merged, {column.index for column in layout.columns if column.target})
    return replace(found, doubtful=(*found.doubtful, *days), rows=found.rows | days)


def with_plain_blanks(layout: SheetMapping, sheet: Sheet, head: SheetHead, words: HeadVocabulary) -> SheetMapping:
    """The reading in which the blank cells are filled that plainly mean what stands above them."""
    found = find_blanks(layout, sheet, head, words)
    return replace(layout, above=found.plain, perhaps_above=found.doubtful)


def with_unlike_rows(layout: SheetMapping, sheet: Sheet, registers: Registers) -> SheetMapping:
    """The reading with the first rows of the whole sheet that are not as those by which its blank cells were understood."""
    words = HeadVocabulary(registers)
    head = read_head(sheet, words.recognise, at=layout.header[1]) if layout.above else None
    if head is None:
        return replace(layout, unlike=())
    unlike = unlike_rows(body_rows(sheet, head, known=words), _roles(layout), layout.above)
    return replace(layout, unlike=tuple(islice(unlike, _MOST_UNLIKE)))


def unlike_text(layout: SheetMapping) -> str:
    """What is told of such rows; "" for none."""
    if not layout.unlike:
        return ""
    rows = "、".join(map(str, layout.unlike)) + ("……" if len(layout.unlike) == _MOST_UNLIKE else "")
    return _("第 %(rows)s 行与其余行的写法不同，按同上理解未必对，请核对。") % {"rows": rows}


def with_told_blanks(layout: SheetMapping, headers: Sequence[str]) -> SheetMapping:
    """The reading in which the blank cells below these heads mean what stands above them; `NO_COLUMN` alone for none at all."""
    if not headers:
        return layout
    return layout.with_blanks_above([column.index for column in layout.columns if column.header in headers])


def _roles(layout: SheetMapping) -> ColumnRoles:
    of_firm = {c.index: t.field for c in layout.columns if (t := c.target) and t.register == FIRM}
    naming = [index for index, code in of_firm.items() if code in (USCC, NAME)]
    grouping = [index for index, code in of_firm.items() if code in _PLACES]
    return ColumnRoles(
        naming=tuple(naming),
        own=tuple(index for index in of_firm if index not in (*naming, *grouping)),
        telling=tuple(c.index for c in layout.columns if (t := c.target) and t.register != FIRM),
        grouping=tuple(grouping),
        numbering=tuple(c.index for c in layout.columns if c.target is None and split_header(c.header)[0] in SERIALS),
    )
