"""Rows that no single statement names: merged from several, computed, or read from a file. The same list is made over them."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.kit.lists.source import BATCH
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count, Page, page_of

Row = TypeVar("Row")
Wanted = TypeVar("Wanted")
#: A page in an order, after a cursor, of so many rows at most.
Find = Callable[[Viewer, Wanted, str, str | None, int], Page[Row]]


@dataclass(frozen=True)
class FoundSource(Generic[Row, Wanted]):
    """Rows that `find` gives a page of and `number` counts, narrowed by a filter of `kind` whose fields have no conditions of their own."""

    kind: type[Wanted]
    find: Find[Wanted, Row]
    number: Callable[[Viewer, Wanted], Count]
    orders: Collection[str] = ("",)

    def page(
        self, viewer: Viewer, wanted: Wanted, sort: str = "", cursor: str | None = None, limit: int = 50
    ) -> Page[Row]:
        """One page."""
        return self.find(viewer, wanted, sort, cursor or None, limit)

    def count(self, viewer: Viewer, wanted: Wanted) -> Count:
        """How many rows."""
        return self.number(viewer, wanted)

    def stream(self, viewer: Viewer, wanted: Wanted, sort: str = "") -> Iterator[list[Row]]:
        """Every row in order, a thousand at a time."""
        found = self.find(viewer, wanted, sort, None, BATCH)
        yield found.items
        while found.next:
            found = self.find(viewer, wanted, sort, found.next, BATCH)
            yield found.items


def computed(kind: type[Wanted], rows: Callable[[Viewer, Wanted], Sequence[Row]]) -> FoundSource[Row, Wanted]:
    """Rows that are all at hand, in their order; a page is a slice of them. `rows` is asked for the page and for the count."""
    return FoundSource(
        kind=kind,
        find=lambda viewer, wanted, _sort, cursor, limit: page_of(rows(viewer, wanted), cursor, limit),
        number=lambda viewer, wanted: Count(len(rows(viewer, wanted))),
    )
