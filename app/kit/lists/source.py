"""Where the rows of a list come from: one page, an honest count, all of them, their ids - always the same rows."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar, cast

from sqlalchemy import CTE, Select, and_, func, select, union_all
from sqlalchemy.orm import Session

from app.kit.lists.filters import Condition, comparisons, conditions
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count, Keyset, Page, begun, bounded, count_up_to, encode_cursor, page

Row = TypeVar("Row")
Wanted = TypeVar("Wanted")
Narrower = TypeVar("Narrower")
BATCH = 1_000
#: Rows that are looked through before an index is asked for all that holds a word.
NEAR = 2_000


class Source(Protocol[Row, Wanted]):
    """What a list needs of its rows: those of a statement (`ListSource`), or found in any other way (`found.FoundSource`)."""

    @property
    def kind(self) -> type[Wanted]:
        """The class of its filters."""

    @property
    def orders(self) -> Collection[str]:
        """The orders that an address may ask for."""

    def page(
        self, viewer: Viewer, wanted: Wanted, sort: str = "", cursor: str | None = None, limit: int = 50
    ) -> Page[Row]:
        """One page."""

    def count(self, viewer: Viewer, wanted: Wanted) -> Count:
        """How many rows."""

    def stream(self, viewer: Viewer, wanted: Wanted, sort: str = "") -> Iterator[list[Row]]:
        """Every row in order, in batches."""


def both_ways(name: str, *columns: Any) -> dict[str, Keyset]:
    """An order and its reverse: `name` and `-name`. The last column is unique."""
    up = Keyset([(column, "asc") for column in columns])
    return {name: up, f"-{name}": up.reversed()}


def newest(*columns: Any) -> dict[str, Keyset]:
    """The one order of a list that has no other: the greatest first. The last column is unique."""
    return {"": Keyset([(column, "desc") for column in columns])}


def earliest(*columns: Any) -> dict[str, Keyset]:
    """The one order of a list that has no other: the least first. The last column is unique."""
    return {"": Keyset([(column, "asc") for column in columns])}


@dataclass(frozen=True)
class ListSource(Generic[Row, Wanted]):
    """Rows of `visible` (all that the viewer may see), counted by `id`, narrowed by a filter of `kind`.

    `orders` by their names in addresses, the first is the usual one unless `usual` says otherwise; `beyond` says what several
    fields of the filter mean together; `options` are for reading rows, not for counting them. `plain` rows are read past the ORM:
    they have the columns of their one table by name, and nothing else. `kept` says how many rows a filter leaves where that is known
    without counting.
    """

    kind: type[Wanted]
    visible: Callable[[Viewer], Any]
    id: Any
    orders: Mapping[str, Keyset]
    usual: Callable[[Wanted], str] | None = None
    beyond: Callable[[Wanted, Viewer], Iterable[Condition]] | None = None
    options: tuple[Any, ...] = ()
    bound: int = 10_000
    plain: bool = False
    kept: Callable[[Viewer, Wanted], int | None] | None = None

    def of_kind(self, kind: type[Narrower]) -> "ListSource[Row, Narrower]":
        """The same rows, narrowed by a filter with more fields."""
        made: Any = replace(self, kind=kind)  # type: ignore[arg-type]
        return cast(ListSource[Row, Narrower], made)

    def narrowed(self, statement: Any, viewer: Viewer, wanted: Wanted) -> Any:
        """`statement`, which reads the same rows, narrowed by the filter."""
        return statement.where(*conditions(wanted, viewer), *self._beyond(viewer, wanted))

    def _beyond(self, viewer: Viewer, wanted: Wanted) -> Iterable[Condition]:
        return self.beyond(wanted, viewer) if self.beyond else ()

    def select(self, viewer: Viewer, wanted: Wanted) -> Select[Any]:
        """The rows, in no order."""
        found: Select[Any] = self.narrowed(self.visible(viewer), viewer, wanted)
        return found

    def keyset(self, wanted: Wanted, sort: str = "") -> Keyset:
        """The order of that name; one that does not exist is the usual one."""
        usual = self.usual(wanted) if self.usual else next(iter(self.orders))
        return self.orders[sort if sort in self.orders else usual]

    def page(
        self, viewer: Viewer, wanted: Wanted, sort: str = "", cursor: str | None = None, limit: int = 50
    ) -> Page[Row]:
        """One page; raises `Invalid` for a cursor of another order."""
        keyset = self.keyset(wanted, sort)
        statement = self._sought(viewer, wanted, keyset, cursor, limit).options(*self.options)
        width = len(statement.column_descriptions)
        keys = (column.label(f"key_{number}") for number, (column, _direction) in enumerate(keyset.order))
        found = page(
            viewer.session,
            statement.add_columns(*keys),
            keyset,
            cursor or None,
            limit,
            values_of=lambda row: row[-len(keyset.order) :],
            read=self._read,
        )
        if self.plain:
            return found
        items = [row[0] if width == 1 else row[:width] for row in found.items]
        return Page(items, found.next, found.previous)

    def _sought(self, viewer: Viewer, wanted: Wanted, keyset: Keyset, cursor: str | None, limit: int) -> Any:
        """The rows from which a page is taken.

        What is frequent is found by looking through the next `NEAR` rows of the order: to gather all that its index knows of and to sort it
        would take far longer. Only where these do not fill the page is the index asked.
        """
        everything = self.select(viewer, wanted)
        compared = comparisons(wanted, viewer)
        if not compared:
            return everything
        near = self._near(viewer, wanted, keyset, cursor, limit, compared)
        short = select(func.count()).select_from(near).scalar_subquery() <= limit
        ids = union_all(select(near.c.row_id), everything.with_only_columns(self.id).where(short))
        return self.visible(viewer).where(self.id.in_(ids))

    def _near(
        self,
        viewer: Viewer,
        wanted: Wanted,
        keyset: Keyset,
        cursor: str | None,
        limit: int,
        compared: Iterable[Condition],
    ) -> CTE:
        """The ids of one page and one more, as many as the next rows of the order hold of them."""
        order, after = begun(keyset, cursor)
        keys = [column.label(f"key_{number}") for number, (column, _direction) in enumerate(order.order)]
        others = conditions(wanted, viewer, beside_compared=True)
        rows = self.visible(viewer).where(*others, *self._beyond(viewer, wanted), *after)
        looked = rows.with_only_columns(self.id.label("row_id"), and_(*compared).label("fits"), *keys)
        through = looked.order_by(*order.order_by()).limit(NEAR).subquery()
        ways = zip(keys, order.order, strict=True)
        same = Keyset([(through.c[key.name], direction) for key, (_column, direction) in ways])
        return select(through.c.row_id).where(through.c.fits).order_by(*same.order_by()).limit(limit + 1).cte("near")

    def after(self, viewer: Viewer, wanted: Wanted, sort: str, key: Any) -> Row | None:
        """The row that comes after the one of the id `key`, which need not be among those wanted; None behind the last."""
        keyset = self.keyset(wanted, sort)
        columns = [column for column, _direction in keyset.order]
        stands = viewer.session.execute(self.visible(viewer).where(self.id == key).with_only_columns(*columns)).first()
        if stands is None:
            return None
        found = self.page(viewer, wanted, sort, encode_cursor(keyset.signature(), list(stands)), 1).items
        return found[0] if found else None

    def count(self, viewer: Viewer, wanted: Wanted) -> Count:
        """How many rows, exactly up to `bound`."""
        known = self.kept(viewer, wanted) if self.kept else None
        if known is not None:
            return bounded(known, self.bound)
        return count_up_to(viewer.session, self.select(viewer, wanted).with_only_columns(self.id), self.bound)

    def stream(self, viewer: Viewer, wanted: Wanted, sort: str = "") -> Iterator[list[Row]]:
        """Every row in order, a thousand at a time; memory does not grow with their number."""
        statement = self.select(viewer, wanted).options(*self.options).order_by(*self.keyset(wanted, sort).order_by())
        result = self._read(viewer.session, statement.execution_options(yield_per=BATCH))
        rows = result.scalars() if len(statement.column_descriptions) == 1 and not self.plain else result
        yield from map(list, rows.partitions(BATCH))

    def _read(self, session: Session, statement: Select[Any]) -> Any:
        return session.connection().execute(statement) if self.plain else session.execute(statement)

    def values(
        self, viewer: Viewer, wanted: Wanted, column: Any, sort: str = "", limit: int | None = None
    ) -> list[Any]:
        """One column of every row in order, `limit` rows at most."""
        statement = self.select(viewer, wanted).with_only_columns(column)
        return list(viewer.session.scalars(statement.order_by(*self.keyset(wanted, sort).order_by()).limit(limit)))
