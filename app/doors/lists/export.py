"""A list as a file: every row of it, in its order, in its columns, from the same declaration as its page."""

from collections.abc import Generator, Iterator
from typing import Any

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.downloads import TableFile, TableFormat, stream_table
from app.doors.calls.past import AsOf, list_scope
from app.doors.lists.columns import TableColumn, header_of
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.journal.queries import head_position
from app.kit.clock import shanghai, utc_now
from app.kit.db import Database
from app.kit.i18n import _
from app.kit.lists.viewer import Viewer
from app.kit.tabular.origin import ExportOrigin, OriginColumn
from app.kit.tabular.workbook import distinct


def export_list(
    call: Call, view: ListView[Any, Any, Any], query: ListQuery, extension: TableFormat, **given: Any
) -> Response:
    """The list as a file. It goes out while it is read, from a session of its own: the call's is closed by then."""
    viewer = call.viewer
    cells = _read_apart(call.database, view, query, viewer, given)
    conditions = view.conditions(query, viewer, **given) if extension == "xlsx" else ()
    header = header_of(exported_columns(view, query))
    told = TableFile(header, conditions, origin_of(view, query, viewer))
    return stream_table(call.request, export_name(view, viewer), extension, cells, told)


def export_name(view: ListView[Any, Any, Any], viewer: Viewer) -> str:
    """How the list is called as a file."""
    return view.file(viewer) if view.file else _(view.title)


def origin_of(view: ListView[Any, Any, Any], query: ListQuery, viewer: Viewer) -> ExportOrigin | None:
    """What an exported workbook says of itself, so that it can come back; None for a list of a past day, and for one that no import takes."""
    register, key = view.returns
    columns = exported_columns(view, query)
    if viewer.past or not key or all(column.fills != key for column in columns):
        return None
    return ExportOrigin(
        list=view.base,
        register=register,
        key=key,
        position=head_position(viewer.session),
        at=f"{shanghai(utc_now()):%Y-%m-%d %H:%M}",
        by=viewer.actor.name,
        columns=tuple(
            OriginColumn(head, column.fills, column.unit, column.parted)
            for head, column in zip(distinct(header_of(columns)), columns, strict=True)
        ),
    )


def exported_columns(view: ListView[Any, Any, Any], query: ListQuery) -> tuple[TableColumn[Any], ...]:
    """The columns that the address shows, as far as they are exported."""
    return tuple(column for column in view.shown(query, exporting=True) if column.exported)


def exported_cells(
    view: ListView[Any, Any, Any], query: ListQuery, viewer: Viewer, **given: Any
) -> Iterator[tuple[Any, ...]]:
    """Every row of the list, cell by cell."""
    cells = [column.cell for column in exported_columns(view, query)]
    for lines in view.all_lines(query, viewer, **given):
        yield from zip(*(map(cell, lines) for cell in cells), strict=True)


def _read_apart(
    database: Database, view: ListView[Any, Any, Any], query: ListQuery, viewer: Viewer, given: dict[str, Any]
) -> Generator[tuple[Any, ...]]:
    with list_scope(database, AsOf(viewer.on, viewer.past)) as session:
        again = Viewer(session, viewer.actor, viewer.on, viewer.past)
        yield from exported_cells(view, query, again, **given)
