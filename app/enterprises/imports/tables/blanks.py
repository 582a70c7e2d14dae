"""What blank cells of a sheet mean, by what its columns fill: guessed where it is plain, else for a person to say."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from app.enterprises.imports.mapping import NAME, USCC, SheetMapping
from app.enterprises.imports.recognition import HeadVocabulary
from app.enterprises.imports.registers import FIRM
from app.enterprises.imports.shapes import SheetHead, body_rows
from app.enterprises.imports.shapes.blank_pattern import BlankPattern, ColumnRoles, blank_pattern
from app.enterprises.imports.shapes.block import SERIALS
from app.enterprises.imports.shapes.head_text import split_header
from app.kit.tabular.reader import Sheet

#: Of how many rows the pattern is told.
_LOOKED_AT = 300
#: Fields that say in which place a firm lies; lists are written in groups of them.
_PLACES = frozenset({"township", "region", "county", "city"})
#: How a person says that no blank cell means anything.
NO_COLUMN = "-"


def find_blanks(layout: SheetMapping, sheet: Sheet, head: SheetHead, words: HeadVocabulary) -> BlankPattern:
    """The columns of the first table whose blank cells mean, or may mean, what stands above them."""
    registers = words.registers
    if layout.register not in registers or not registers[layout.register].about_firm or layout.origin:
        return BlankPattern()
    first = (row for row in islice(body_rows(sheet, head, known=words), _LOOKED_AT) if row.block == 0)
    return blank_pattern(first, _roles(layout))


def with_plain_blanks(layout: SheetMapping, sheet: Sheet, head: SheetHead, words: HeadVocabulary) -> SheetMapping:
    """The reading in which the blank cells are filled that plainly mean what stands above them."""
    found = find_blanks(layout, sheet, head, words)
    return replace(layout, above=found.plain, perhaps_above=found.doubtful)


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
