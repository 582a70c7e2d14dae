"""Which column of a foreign table is which: told by the words above it, wherever the column stands and however many rows the head has."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from app.enterprises.imports.shapes.head_text import split_header
from app.exchange.domain import ResourceDefinition
from app.kit.tabular.reader import Row, Sheet

_WITHIN = 20


@dataclass(frozen=True)
class TableHead:
    """The head of a table: its last row, the column of each known name, the units that headings state, and other headings."""

    last_row: int
    columns: Mapping[str, int]
    units: Mapping[str, str]
    others: tuple[str, ...]


def folded(heading: str) -> str:
    """A heading as it is compared: without its unit, blanks and brackets."""
    return split_header(heading)[0]


def names_of(definition: ResourceDefinition) -> dict[str, str]:
    """Folded heading -> field name: the headings in the partner's own sheet (of three rows the first names groups, no fields),
    the field's name, its titles in both languages.
    """
    known: dict[str, str] = {}
    for column in definition.sheet.columns if definition.sheet else ():
        for text in column.headings[1:] or column.headings:
            if text:
                known.setdefault(folded(text), column.field)
    for field in definition.fields:
        for text in (field.name, field.title.zh, field.title.en):
            known.setdefault(folded(text), field.name)
    return known


def find_head(sheet: Sheet, known: Mapping[str, str], least: int = 1) -> TableHead | None:
    """The head of `sheet`: the rows among the first twenty that name at least `least` known columns; None without any.

    A heading that stands twice counts where it stands first.
    """
    rows = [row for row in islice(sheet.rows(), _WITHIN) if len(_columns(row, known)) >= least]
    if not rows:
        return None
    most = max(len(_columns(row, known)) for row in rows)
    rows = [row for row in rows if 2 * len(_columns(row, known)) >= most]
    columns: dict[str, int] = {}
    units: dict[str, str] = {}
    for row in rows:
        for name, index in _columns(row, known).items():
            if name not in columns:
                columns[name], units[name] = index, split_header(row.cells[index])[1]
    best = max(rows, key=lambda row: len(_columns(row, known)))
    taken = set(columns.values())
    others = tuple(cell for index, cell in enumerate(best.cells) if cell.strip() and index not in taken)
    return TableHead(rows[-1].number, columns, units, others)


def _columns(row: Row, known: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, cell in enumerate(row.cells):
        name = known.get(folded(cell)) if cell else None
        if name is not None:
            found.setdefault(name, index)
    return found
