"""待办: everything there is to do, by its day, with counts by kind; narrowed by kind and programme in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases import actions as case_actions
from app.cases.todo.port import Todo, TodoCount, TodoGroup, TodoQuery, page_todos, tally_todos, total
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists.controls import Choices
from app.doors.lists.query import ListQuery, asked, list_query
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.db import composition_of
from app.kit.i18n import _
from app.kit.paging import Count, Page
from app.kit.templates import show_count
from app.programmes.queries import load_catalogue
from app.web.cases.list import programme_choices
from app.web.shared.tabs import Tab
from app.web.shared.todo_lines import GROUPS, TODO_KINDS, Kind, TodoLine, todo_lines

router = GuardedRouter(door="web", prefix="/desk")

PAGE_SIZE = 50
MINE, OFFICE = "mine", "office"


QUERY = list_query("/desk/tasks", ("view", "kind", "programme", "overdue"))


def whose(query: ListQuery, actor: Actor) -> str:
    """Whose desk: a caseworker's own unless asked otherwise, the whole office for those who lead it."""
    if query["view"] in (MINE, OFFICE):
        return query["view"]
    return OFFICE if actor.traits.oversees else MINE


@dataclass(frozen=True)
class Tasks:
    """Some things to do, of how many, how many of them overdue, and how they divide."""

    lines: tuple[TodoLine, ...]
    page: Page[Todo]
    count: Count
    overdue: Count
    tabs: tuple[Tab, ...]
    show_officer: bool


@dataclass(frozen=True)
class TasksPage:
    """Every thing to do, page by page."""

    query: ListQuery
    tasks: Tasks
    url: str
    programmes: Choices
    chips: Choices
    view: str
    other_view: tuple[str, str]


@router.get("/tasks", action=case_actions.LIST)
def tasks_page(call: Call, query: Annotated[ListQuery, asked(QUERY)]) -> Response:
    """The list."""
    tasks, asked = load_tasks(call.session, call.actor, call.now, query, PAGE_SIZE)
    programmes = programme_choices(asked.catalogue)
    view = whose(query, call.actor)
    page = TasksPage(
        query=query,
        tasks=tasks,
        url=query.address(),
        programmes=programmes,
        chips=_chips(query, dict(programmes)),
        view=view,
        other_view=other_view(view, query.address(view=OFFICE), query.address(view=MINE)),
    )
    return call.render("web/desk/tasks.html", page)


def load_tasks(session: Session, actor: Actor, now: datetime, query: ListQuery, limit: int) -> tuple[Tasks, TodoQuery]:
    """One page of the things to do that the address asks for, and what it was asked with."""
    view = whose(query, actor)
    asked = TodoQuery(
        actor=actor,
        now=now,
        on=today(now),
        catalogue=load_catalogue(session),
        officer_id=actor.id if view == MINE else None,
        programme=query["programme"],
        overdue=bool(query["overdue"]),
    )
    kinds = composition_of(session).of(TODO_KINDS)
    chosen = [kind for kind in kinds if query["kind"] in ("", kind.provider.group)]
    tallies = tally_todos(session, [kind.provider for kind in kinds], asked)
    found = page_todos(session, [kind.provider for kind in chosen], asked, query.cursor or None, limit)
    overdue = total(tally.overdue for code, tally in tallies.items() if code in _codes(chosen))
    count = (
        overdue if query["overdue"] else total(tally.all for code, tally in tallies.items() if code in _codes(chosen))
    )
    tasks = Tasks(
        lines=todo_lines(session, chosen, asked, found.items),
        page=found,
        count=count,
        overdue=overdue,
        tabs=_tabs(query, kinds, tallies),
        show_officer=view == OFFICE,
    )
    return tasks, asked


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


def _chips(query: ListQuery, programmes: Mapping[str, str]) -> Choices:
    texts = {
        "programme": programmes.get(query["programme"], query["programme"]),
        "overdue": _("只看逾期") if query["overdue"] else "",
    }
    return tuple((text, query.address(**{name: ""})) for name, text in texts.items() if text)


def other_view(view: str, office: str, mine: str) -> tuple[str, str]:
    """The way to the other desk."""
    return (_("看全局"), office) if view == MINE else (_("只看我的"), mine)
