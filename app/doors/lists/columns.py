"""The columns of a list: one definition for the page and for its export."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from app.kit.i18n import _

Line = TypeVar("Line")


@dataclass(frozen=True)
class TableColumn(Generic[Line]):
    """A column of lines. `cell` is what an export writes and, unless `shown` says otherwise, what the page shows.

    `sort` is the order that a first click asks for, `code` the name by which an address chooses the column, `link` and `note` are
    the address and the small print of a cell on the page. `fills` is what an edited export fills from the column ("" where it is
    computed), `unit` that of its amounts, `parted` what stands between several words of a cell. What the page says by a `badge` is a usual
    column of the export alone.
    """

    label: str
    cell: Callable[[Line], Any]
    code: str = ""
    sort: str = ""
    number: bool = False
    default: bool = True
    export_label: str = ""
    shown: Callable[[Line], Any] | None = None
    link: Callable[[Line], str] | None = None
    note: Callable[[Line], Any] | None = None
    on_page: bool = True
    exported: bool = True
    badge: bool = False
    fills: str = ""
    unit: str = ""
    parted: str = ""

    @property
    def head(self) -> str:
        """Its head, in the reader's language."""
        return _(self.label)

    def show(self, line: Line) -> Any:
        """What the page shows of a line."""
        return (self.shown or self.cell)(line)


@dataclass(frozen=True)
class ColumnHead:
    """The head of a column, with the address that sorts by it."""

    label: str
    url: str = ""
    direction: str = ""
    number: bool = False
    hidden: bool = False


def chosen(
    columns: Sequence[TableColumn[Line]], codes: Collection[str], always: int, *, exporting: bool = False
) -> tuple[TableColumn[Line], ...]:
    """The columns asked for, in their own order; the usual ones when none was. The first `always` show in any case."""
    known = {column.code for column in columns if column.code}
    usual = {column.code for column in columns if column.default or (exporting and column.badge)}
    wanted = known & set(codes) or usual
    return tuple(column for place, column in enumerate(columns) if place < always or column.code in wanted)


def head_of(column: TableColumn[Any], sort: str, orders: Collection[str], address: Callable[[str], str]) -> ColumnHead:
    """The head, `address` being that of the list in an order; a click on the present order turns it round where both ways make sense."""
    if not column.sort:
        return ColumnHead(column.head, number=column.number)
    other = column.sort.removeprefix("-") if column.sort.startswith("-") else f"-{column.sort}"
    turned = other if sort == column.sort and other in orders else column.sort
    direction = ("desc" if sort.startswith("-") else "asc") if sort in (column.sort, other) else ""
    return ColumnHead(column.head, address(turned), direction, column.number)


def header_of(columns: Sequence[TableColumn[Any]]) -> list[str]:
    """The heads of an export."""
    return [_(column.export_label or column.label) for column in columns]
