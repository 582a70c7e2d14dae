"""The two routes of a standard list: its page and its export."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from starlette.responses import Response

from app.doors.calls.downloads import TableFormat
from app.doors.calls.past import ListCall
from app.doors.calls.router import GuardedRouter
from app.doors.lists.export import export_list
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.kit.i18n import _
from app.kit.lists.viewer import Viewer
from app.kit.permissions import Action

#: Where else a list leads: (words, address, icon).
Links = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class StandardPage:
    """A list and nothing else; `exports` when the reader may take it away."""

    title: str
    list: Listed[Any, Any]
    links: Links
    exports: bool
    nothing: str


def serve(
    router: GuardedRouter,
    view: ListView[Any, Any, Any],
    *,
    action: Action,
    export: Action | None = None,
    links: Callable[[Viewer], Links] = lambda _viewer: (),
    nothing: str = "",
) -> None:
    """Let `router` answer at the list's address with its page and, with an action for it, its export."""
    path = view.base.removeprefix(router.router.prefix)

    def list_page(call: ListCall, query: Annotated[ListQuery, view.asked]) -> Response:
        viewer = call.viewer
        page = StandardPage(
            _(view.title), view.listed(query, viewer), links(viewer), export is not None, _(nothing) if nothing else ""
        )
        return call.render("web/shared/list.html", page)

    def export_rows(call: ListCall, query: Annotated[ListQuery, view.asked], extension: TableFormat) -> Response:
        return export_list(call, view, query, extension)

    router.get(path, action=action)(list_page)
    if export is not None:
        router.get(f"{path}/export.{{extension}}", action=export)(export_rows)
