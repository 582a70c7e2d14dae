"""A list as a door declares it: over a source of rows, where it stands, what asks for its filters, how its lines look."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from app.doors.lists.columns import ColumnHead, TableColumn, chosen, head_of
from app.doors.lists.controls import Choices, Control, chips_of, condition_of, field_of
from app.doors.lists.listed import Filters, Listed
from app.doors.lists.query import ListQuery, asked, list_query
from app.doors.lists.saved import views_of
from app.kit.i18n import _
from app.kit.lists.filters import addressed, read_wanted
from app.kit.lists.source import Source
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count, Page

Row = TypeVar("Row")
Wanted = TypeVar("Wanted")
Line = TypeVar("Line")
PAGE_SIZE = 50


@dataclass(frozen=True)
class ListView(Generic[Row, Wanted, Line]):
    """A list of `source` at the address `base`: its controls, its lines and their columns.

    `sort` names the usual order where an address may ask for another; `dated`: of a past day too; `saved`: views are kept;
    `always`: so many first columns always show where columns are chosen, 0 where they are not; `usual`: parameters that say
    something when nothing is said; `also`: parameters that narrow nothing; `file`: the name of its export; `at`: the fragment where it
    begins on its page; not `counted`: how many rows there are is not said; `returns`: the register that takes its edited export in, and
    what the column fills by which a row is known.
    """

    base: str
    source: Source[Row, Wanted]
    lines: Callable[[Viewer, Sequence[Row]], Sequence[Line]]
    title: str = ""
    controls: tuple[Control, ...] = ()
    columns: tuple[TableColumn[Line], ...] = ()
    sort: str = ""
    size: int = PAGE_SIZE
    dated: bool = False
    saved: bool = False
    always: int = 0
    file: Callable[[Viewer], str] | None = None
    usual: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    at: str = ""
    counted: bool = True
    returns: tuple[str, str] = ("", "")

    # -- the address -------------------------------------------------------------------------------------------------

    @cached_property
    def model(self) -> type[ListQuery]:
        """The model of its address."""
        more = [name for name, given in (("sort", self.sort), ("as_of", self.dated)) if given]
        usual = {**self.usual, **({"sort": self.sort} if self.sort else {})}
        names = dict.fromkeys((*addressed(self.source.kind), *self.also, *more))
        return list_query(self.base, names, usual=usual, several=("cols",) if self.always else ())

    @cached_property
    def asked(self) -> Any:
        """The dependency that reads its address: `query: Annotated[ListQuery, CASES.asked]`."""
        return asked(self.model)

    def query(self, **texts: str) -> ListQuery:
        """An address of it that says this."""
        return self.model.saying(**texts)

    def wanted(self, query: ListQuery, viewer: Viewer, **given: Any) -> Wanted:
        """The filter that an address asks for; `given` is what it does not say."""
        return read_wanted(self.source.kind, query.texts, viewer, **given)

    def order(self, query: ListQuery) -> str:
        """The order that an address asks for; one that does not exist is the usual one."""
        return query["sort"] if self.sort and query["sort"] in self.source.orders else self.sort

    # -- its rows ----------------------------------------------------------------------------------------------------

    def found(self, query: ListQuery, viewer: Viewer, wanted: Wanted) -> Page[Row]:
        """The rows of one page."""
        return self.source.page(viewer, wanted, self.order(query), query.cursor, self.size)

    def all_lines(self, query: ListQuery, viewer: Viewer, **given: Any) -> Iterator[Sequence[Line]]:
        """Every line of the list in its order, as many at a time as are read."""
        for rows in self.source.stream(viewer, self.wanted(query, viewer, **given), self.order(query)):
            yield self.lines(viewer, rows)

    def shown(self, query: ListQuery, *, exporting: bool = False) -> tuple[TableColumn[Line], ...]:
        """The columns that an address asks for."""
        if not self.always:
            return self.columns
        return chosen(self.columns, query.several("cols"), self.always, exporting=exporting)

    # -- its page ----------------------------------------------------------------------------------------------------

    def listed(
        self,
        query: ListQuery,
        viewer: Viewer,
        base: str = "",
        offers: Mapping[str, Choices] | None = None,
        **given: Any,
    ) -> Listed[Row, Line]:
        """One page of it with all that stands around it.

        `base` is where it stands if it stands at several addresses, `offers` are the choices of controls that only the page knows.
        """
        wanted = self.wanted(query, viewer, **given)
        found = self.found(query, viewer, wanted)
        count = self._count(query, viewer, wanted, found) if self.counted else None
        return self.around(query, viewer, wanted, found, count, base, offers)

    def _count(self, query: ListQuery, viewer: Viewer, wanted: Wanted, found: Page[Row]) -> Count:
        """How many rows; of a list of one page they are at hand."""
        if query.cursor or found.next or found.previous:
            return self.source.count(viewer, wanted)
        return Count(len(found.items))

    def around(
        self,
        query: ListQuery,
        viewer: Viewer,
        wanted: Wanted,
        found: Page[Row],
        count: Count | None,
        base: str = "",
        offers: Mapping[str, Choices] | None = None,
    ) -> Listed[Row, Line]:
        """A page that was found, with all that stands around it."""
        base = base or self.base
        shown = tuple(column for column in self.shown(query) if column.on_page)
        url = query.address(base)
        return Listed(
            query=query,
            wanted=wanted,
            filters=self.filters(query, viewer, wanted, base, offers or {}),
            lines=tuple(self.lines(viewer, found.items)),
            page=found,
            count=count,
            heads=tuple(self._head(column, query, base) for column in shown),
            columns=shown,
            url=url,
            xlsx_url=query.address(f"{base}/export.xlsx"),
            csv_url=query.address(f"{base}/export.csv"),
            past=viewer.on.isoformat() if viewer.past else "",
            views=views_of(viewer.session, viewer.actor, url) if self.saved else None,
            at=self.at,
        )

    def filters(
        self, query: ListQuery, viewer: Viewer, wanted: Wanted, base: str, offers: Mapping[str, Choices]
    ) -> Filters:
        """The controls and chips as they stand."""
        fields = tuple(field_of(control, viewer, query, offers.get(control.name)) for control in self.controls)
        asking = [one for one in fields if one.kind != "hidden"]
        chosen_now = self.shown(query)
        return Filters(
            base=base + self.at,
            fields=tuple(one for one in asking if not one.control.more),
            more=tuple(one for one in asking if one.control.more),
            more_open=any(one.value for one in asking if one.control.more),
            chips=tuple(
                (text, url + self.at)
                for text, url in (*chips_of(fields, viewer, query, wanted, base), *self._of_day(query, base))
            ),
            clear=type(query)().address(base, **{name: query[name] for name in self.also}) + self.at,
            keep=tuple((name, query[name]) for name in self._kept() if query[name] not in ("", query.usual.get(name))),
            columns=tuple((one.code, one.head, one in chosen_now) for one in self.columns[self.always :])
            if self.always
            else (),
            as_of=query["as_of"] if self.dated else None,
        )

    def conditions(self, query: ListQuery, viewer: Viewer, **given: Any) -> tuple[str, ...]:
        """What narrows the list, in words, also what no chip says; the day, where it is a past one."""
        wanted = self.wanted(query, viewer, **given)
        said = (control for control in self.controls if query[control.name] or control.initial)
        fields = (field_of(control, viewer, query) for control in said)
        day = (_("截至 %(day)s") % {"day": query["as_of"]},) if self.dated and query["as_of"] else ()
        return (*(text for field in fields if (text := condition_of(field, viewer, query, wanted))), *day)

    def _head(self, column: TableColumn[Line], query: ListQuery, base: str) -> ColumnHead:
        return head_of(
            column, self.order(query), self.source.orders, lambda sort: query.address(base, sort=sort) + self.at
        )

    def _kept(self) -> Iterator[str]:
        """What the form of the filters sends along."""
        yield from (control.name for control in self.controls if control.kind == "hidden")
        if self.sort:
            yield "sort"

    def _of_day(self, query: ListQuery, base: str) -> Choices:
        if not self.dated or not query["as_of"]:
            return ()
        return ((_("截至 %(day)s") % {"day": query["as_of"]}, query.address(base, as_of="")),)
