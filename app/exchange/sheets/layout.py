"""How a resource stands in a workbook: as the partner's definition says, else all plain fields in their order under one heading. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.exchange.domain import LISTS, FieldDefinition, ResourceDefinition


@dataclass(frozen=True)
class HeadedColumn:
    """A field and its heading in each header row; an empty one continues that of the column before."""

    field: FieldDefinition
    headings: tuple[str, ...]


@dataclass(frozen=True)
class SheetLayout:
    """The main sheet: its name, header rows and columns; the lists inside a record stand on sheets of their own."""

    name: str
    header_rows: int
    columns: tuple[HeadedColumn, ...]
    lists: tuple[FieldDefinition, ...]
    key: FieldDefinition


@dataclass(frozen=True)
class HeadingSpan:
    """A heading over the columns from `first` to `last`."""

    first: int
    last: int
    text: str


def layout_of(resource: ResourceDefinition) -> SheetLayout:
    """The layout of `resource`; headings are Chinese, amounts name their unit unless the partner's own headings are given."""
    lists = tuple(field for field in resource.fields if field.type in LISTS)
    key = resource.field(resource.key)
    if resource.sheet is None:
        plain = (field for field in resource.fields if field.type not in LISTS)
        columns = tuple(HeadedColumn(field, (heading(field),)) for field in plain)
        return SheetLayout(resource.title.zh, 1, columns, lists, key)
    sheet = resource.sheet
    columns = tuple(HeadedColumn(resource.field(each.field), each.headings) for each in sheet.columns)
    return SheetLayout(sheet.name, sheet.header_rows, columns, lists, key)


def heading(field: FieldDefinition) -> str:
    """What stands above a field where the partner does not say: its title, with the unit of an amount."""
    return f"{field.title.zh}（{field.unit}）" if field.unit else field.title.zh


def spans(headings: Sequence[str]) -> list[HeadingSpan]:
    """One header row as the groups to be merged; columns before the first heading stay empty."""
    found: list[HeadingSpan] = []
    for index, text in enumerate(headings):
        if text:
            found.append(HeadingSpan(index, index, text))
        elif found:
            found[-1] = HeadingSpan(found[-1].first, index, found[-1].text)
    return found
