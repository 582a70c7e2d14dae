"""A list as a file: every row of it, in its order, in its columns, from the same declaration as its page."""

from collections.abc import Generator, Iterator
from typing import Any

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.downloads import TableFormat, stream_table
from app.doors.calls.past import AsOf, list_scope
from app.doors.lists.columns import TableColumn, header_of
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.kit.db import Database
from app.kit.i18n import _
from app.kit.lists.viewer import Viewer


def export_list(
    call: Call, view: ListView[Any, Any, Any], query: ListQuery, extension: TableFormat, **given: Any
) -> Response:
    """The list as a file. It goes out while it is read, from a session of its own: the call's is closed by then."""
    viewer = call.viewer
    columns = tuple(column for column in view.shown(query) if column.exported)
    name = view.file(viewer) if view.file else _(view.title)
    cells = _read_apart(call.database, view, query, viewer, columns, given)
    conditions = view.conditions(query, viewer, **given) if extension == "xlsx" else ()
    return stream_table(call.request, name, extension, cells, header_of(columns), conditions)


def _cells(
    view: ListView[Any, Any, Any],
    query: ListQuery,
    viewer: Viewer,
    columns: tuple[TableColumn[Any], ...],
    given: dict[str, Any],
) -> Iterator[tuple[Any, ...]]:
    cells = [column.cell for column in columns]
    for lines in view.all_lines(query, viewer, **given):
        yield from zip(*(map(cell, lines) for cell in cells), strict=True)


def _read_apart(
    database: Database,
    view: ListView[Any, Any, Any],
    query: ListQuery,
    viewer: Viewer,
    columns: tuple[TableColumn[Any], ...],
    given: dict[str, Any],
) -> Generator[tuple[Any, ...]]:
    with list_scope(database, AsOf(viewer.on, viewer.past)) as session:
        again = Viewer(session, viewer.actor, viewer.on, viewer.past)
        yield from _cells(view, query, again, columns, given)
