"""督办 of the office: what was asked, of whom, by when; overdue ones stand out."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query
from starlette.responses import Response

from app.accounts.queries import list_officers, officer_names
from app.cases.oversight.actions import READ_SUPERVISIONS
from app.cases.oversight.queries import (
    ANSWERED,
    CLOSED,
    OPEN,
    OVERDUE,
    SupervisionFilter,
    count_supervisions_visible_to,
    page_supervisions_visible_to,
)
from app.doors.call import Call
from app.doors.parameters import PageQuery, number_in
from app.doors.router import GuardedRouter
from app.kit.clock import today
from app.kit.i18n import N_, _
from app.kit.paging import Count, Page
from app.kit.templating import show_count
from app.web.cases.list import Choices, officer_filter
from app.web.cases.supervision import SupervisionLine, supervision_lines
from app.web.shared.tabs import Tab

router = GuardedRouter(door="web", prefix="/desk")

PAGE_SIZE = 50
ME = "me"
STATES = {OPEN: N_("未办结"), OVERDUE: N_("逾期未答复"), ANSWERED: N_("已答复，待办结"), CLOSED: N_("已办结")}


class SupervisionsQuery(PageQuery):
    """What the address says; anything it does not understand narrows nothing."""

    state: str = OPEN
    officer: str = ""
    cursor: str = ""

    def address(self, **changes: str) -> str:
        """The list's address with some parameters changed; empty ones are left out."""
        values = self.model_dump(exclude={"cursor"}) | changes
        return f"/desk/supervisions?{urlencode({name: value for name, value in values.items() if value})}"


@dataclass(frozen=True)
class SupervisionsPage:
    """The list."""

    query: SupervisionsQuery
    rows: tuple[tuple[SupervisionLine, str, str], ...]
    page: Page[Any]
    count: Count
    tabs: tuple[Tab, ...]
    officers: Choices
    url: str


@router.get("/supervisions", action=READ_SUPERVISIONS)
def supervisions_page(call: Call, query: Annotated[SupervisionsQuery, Query()]) -> Response:
    """The list."""
    on = today(call.now)
    state = query.state if query.state in STATES else OPEN
    officer = call.actor.id if query.officer == ME else number_in(query.officer)
    counts = {
        one: count_supervisions_visible_to(call.session, call.actor, SupervisionFilter(one, officer), on)
        for one in STATES
    }
    found = page_supervisions_visible_to(
        call.session, call.actor, SupervisionFilter(state, officer), on, query.cursor or None, PAGE_SIZE
    )
    names = officer_names(call.session, {row.officer_id for row, _case in found.items})
    lines = supervision_lines(found.items, names, call.actor, on)
    page = SupervisionsPage(
        query=query,
        rows=tuple(
            (line, case.enterprise.name, case.number) for line, (_row, case) in zip(lines, found.items, strict=True)
        ),
        page=found,
        count=counts[state],
        tabs=tuple(
            Tab(_(label), query.address(state=one), one == state, show_count(counts[one]))
            for one, label in STATES.items()
        ),
        officers=officer_filter(list_officers(call.session), call.actor)[:-1],
        url=query.address(),
    )
    return call.render("web/desk/supervisions.html", page)
