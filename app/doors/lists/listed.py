"""What a page gets of a list."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from app.doors.lists.columns import ColumnHead, TableColumn
from app.doors.lists.controls import Choices, FilterInput
from app.doors.lists.query import ListQuery
from app.doors.lists.saved import Views
from app.kit.paging import Count, Page

Row = TypeVar("Row")
Line = TypeVar("Line")


@dataclass(frozen=True)
class Filters:
    """What asks for a list's filters, and what its address says of them now.

    `clear` takes all conditions away, `keep` is sent along with the form, `columns` are those to choose from (code, head, whether shown), `as_of` is the day that
    was asked for; None where a list is always of today.
    """

    base: str
    fields: tuple[FilterInput, ...]
    more: tuple[FilterInput, ...]
    more_open: bool
    chips: Choices
    clear: str
    keep: Choices
    columns: tuple[tuple[str, str, bool], ...]
    as_of: str | None


@dataclass(frozen=True)
class Listed(Generic[Row, Line]):
    """One page of a list with all that stands around it; `wanted` is the filter that its address asks for, `past` is the past day that it is of, if any, `at` where it begins on its page."""

    query: ListQuery
    wanted: Any
    filters: Filters
    lines: tuple[Line, ...]
    page: Page[Row]
    count: Count | None
    heads: tuple[ColumnHead, ...]
    columns: tuple[TableColumn[Line], ...]
    url: str
    xlsx_url: str
    csv_url: str
    past: str
    views: Views | None
    at: str = ""

    @property
    def chips(self) -> Choices:
        """The conditions that narrow it."""
        return self.filters.chips
