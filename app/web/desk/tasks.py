"""待办: everything there is to do, by its day, with counts by kind; narrowed by kind and programme in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated

from starlette.responses import Response

from app.cases import actions as case_actions
from app.cases.todo.port import Todo, TodoCount, TodoGroup, TodoQuery, page_todos, tally_todos, total
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists import controls
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.kit.actor import Actor
from app.kit.db import composition_of
from app.kit.i18n import N_, _
from app.kit.lists import filters
from app.kit.lists.found import FoundSource
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count, Page
from app.kit.templates import show_count
from app.programmes.queries import load_catalogue
from app.web.cases.list import programmes
from app.web.shared.gone_firms import GoneFirms, gone_firms
from app.web.shared.tabs import Tab
from app.web.shared.todo_lines import GROUPS, TODO_KINDS, Kind, TodoLine, todo_lines

router = GuardedRouter(door="web", prefix="/desk")

MINE, OFFICE = "mine", "office"


# -- which things to do ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TodoFilter:
    """Whose things to do (none said: `whose`), of which kind and programme, all or what is overdue; `now` is when they are read.

    `waiting` are the kinds of which there is something, where that was counted before, and `asked` what was asked then.
    """

    view: Annotated[str, filters.Filter(filters.among((MINE, OFFICE)))] = ""
    kind: Annotated[str, filters.Filter(filters.text)] = ""
    programme: Annotated[str, filters.Filter(filters.text)] = ""
    overdue: Annotated[bool, filters.Filter(filters.ticked)] = False
    now: datetime = field(kw_only=True)
    waiting: frozenset[str] | None = field(default=None, kw_only=True)
    asked: TodoQuery | None = field(default=None, kw_only=True)


def whose(view: str, actor: Actor) -> str:
    """Whose desk: a caseworker's own unless asked otherwise, the whole office for those who lead it."""
    if view in (MINE, OFFICE):
        return view
    return OFFICE if actor.traits.oversees else MINE


def _kinds(viewer: Viewer, group: str = "") -> Sequence[Kind]:
    kinds = composition_of(viewer.session).of(TODO_KINDS)
    return [kind for kind in kinds if group in ("", kind.provider.group)]


def _asked(viewer: Viewer, wanted: TodoFilter) -> TodoQuery:
    return wanted.asked or TodoQuery(
        actor=viewer.actor,
        now=wanted.now,
        on=viewer.on,
        catalogue=viewer.once(load_catalogue),
        officer_id=viewer.actor.id if whose(wanted.view, viewer.actor) == MINE else None,
        programme=wanted.programme,
        overdue=wanted.overdue,
    )


def _page(viewer: Viewer, wanted: TodoFilter, _sort: str, cursor: str | None, limit: int) -> Page[Todo]:
    providers = [kind.provider for kind in _kinds(viewer, wanted.kind)]
    return page_todos(viewer.session, providers, _asked(viewer, wanted), cursor, limit, wanted.waiting)


def _tally(viewer: Viewer, wanted: TodoFilter) -> dict[str, TodoCount]:
    return tally_todos(viewer.session, [kind.provider for kind in _kinds(viewer)], _asked(viewer, wanted))


def _number(wanted: TodoFilter, kinds: Sequence[Kind], tallies: Mapping[str, TodoCount]) -> Count:
    """How many of the kinds wait, or are overdue if that was asked."""
    codes = _codes(kinds)
    return total(tally.overdue if wanted.overdue else tally.all for code, tally in tallies.items() if code in codes)


TODOS: FoundSource[Todo, TodoFilter] = FoundSource(
    kind=TodoFilter,
    find=_page,
    number=lambda viewer, wanted: _number(wanted, _kinds(viewer, wanted.kind), _tally(viewer, wanted)),
)


# -- how they look -----------------------------------------------------------------------------------------------------------

LIST: ListView[Todo, TodoFilter, TodoLine] = ListView(
    base="/desk/tasks",
    source=TODOS,
    lines=lambda _viewer, _rows: (),
    controls=(
        controls.hidden("view", chip=False),
        controls.hidden("kind", chip=False),
        controls.select("programme", N_("通道"), programmes, auto=True),
        controls.hidden("overdue", lambda _text, _viewer, _query: _("只看逾期")),
    ),
    also=("view", "kind"),
)


@dataclass(frozen=True)
class Tasks:
    """Some things to do, of how many, how many of them overdue, and how they divide."""

    list: Listed[Todo, TodoLine]
    overdue: Count
    tabs: tuple[Tab, ...]
    show_officer: bool


@dataclass(frozen=True)
class TasksPage:
    """Every thing to do, page by page."""

    tasks: Tasks
    view: str
    other_view: tuple[str, str]
    gone: GoneFirms


@router.get("/tasks", action=case_actions.LIST)
def tasks_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """The list."""
    view = whose(query["view"], call.actor)
    page = TasksPage(
        tasks=load_tasks(call.viewer, call.now, query),
        view=view,
        other_view=other_view(view, query.address(view=OFFICE), query.address(view=MINE)),
        gone=gone_firms(call.session, call.actor, ""),
    )
    return call.render("web/desk/tasks.html", page)


def load_tasks(viewer: Viewer, now: datetime, query: ListQuery, limit: int = LIST.size) -> Tasks:
    """One page of the things to do that the address asks for."""
    wanted = LIST.wanted(query, viewer, now=now)
    asked = _asked(viewer, wanted)
    wanted = replace(wanted, asked=asked)
    kinds, chosen, tallies = _kinds(viewer), _kinds(viewer, wanted.kind), _tally(viewer, wanted)
    view = replace(LIST, size=limit, lines=lambda viewer, rows: todo_lines(viewer.session, chosen, asked, rows))
    found = view.found(query, viewer, replace(wanted, waiting=_waiting(wanted, tallies)))
    return Tasks(
        list=view.around(query, viewer, wanted, found, _number(wanted, chosen, tallies)),
        overdue=_number(replace(wanted, overdue=True), chosen, tallies),
        tabs=_tabs(query, kinds, tallies),
        show_officer=asked.officer_id is None,
    )


def _waiting(wanted: TodoFilter, tallies: Mapping[str, TodoCount]) -> frozenset[str]:
    return frozenset(code for code, tally in tallies.items() if (tally.overdue if wanted.overdue else tally.all).n)


def _codes(kinds: Sequence[Kind]) -> set[str]:
    return {kind.provider.code for kind in kinds}


def _tabs(query: ListQuery, kinds: Sequence[Kind], tallies: Mapping[str, TodoCount]) -> tuple[Tab, ...]:
    """All, then each kind of which there is something, or which is chosen."""
    groups = {kind.provider.code: kind.provider.group for kind in kinds}
    waiting = {code: tally.overdue if query["overdue"] else tally.all for code, tally in tallies.items()}
    counts = {group: total(n for code, n in waiting.items() if groups[code] == group) for group in TodoGroup}
    shown = [group for group in TodoGroup if counts[group].n or query["kind"] == group]
    every = Tab(
        _("全部"), query.address(kind=""), query["kind"] not in set(TodoGroup), show_count(total(counts.values()))
    )
    return (
        every,
        *(
            Tab(_(GROUPS[group]), query.address(kind=group), query["kind"] == group, show_count(counts[group]))
            for group in shown
        ),
    )


def other_view(view: str, office: str, mine: str) -> tuple[str, str]:
    """The way to the other desk."""
    return (_("看全局"), office) if view == MINE else (_("只看我的"), mine)
