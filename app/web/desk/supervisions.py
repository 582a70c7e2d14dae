"""督办 of the office: what was asked, of whom, by when; overdue ones stand out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from starlette.responses import Response

from app.accounts.queries import officer_names
from app.cases.oversight.actions import READ_SUPERVISIONS
from app.cases.oversight.lists import ANSWERED, CLOSED, OPEN, OVERDUE, SUPERVISIONS, SupervisionRow
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists import controls
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
from app.kit.templates import show_count
from app.web.cases.list import leading_officers, officer_words
from app.web.cases.supervision import SupervisionLine, supervision_lines
from app.web.shared.tabs import Tab

router = GuardedRouter(door="web", prefix="/desk")

STATES = {OPEN: N_("未办结"), OVERDUE: N_("逾期未答复"), ANSWERED: N_("已答复，待办结"), CLOSED: N_("已办结")}

Line = tuple[SupervisionLine, str, str]


def _lines(viewer: Viewer, rows: Sequence[SupervisionRow]) -> Sequence[Line]:
    names = officer_names(viewer.session, {row.officer_id for row, _case in rows})
    lines = supervision_lines(rows, names, viewer.actor, viewer.on)
    return [(line, case.enterprise.name, case.number) for line, (_row, case) in zip(lines, rows, strict=True)]


LIST = ListView(
    base="/desk/supervisions",
    source=SUPERVISIONS,
    lines=_lines,
    controls=(
        controls.hidden("state", chip=False),
        controls.select("officer", N_("经办人"), leading_officers, auto=True, words=officer_words),
    ),
)


@dataclass(frozen=True)
class SupervisionsPage:
    """The list."""

    list: Listed[SupervisionRow, Line]
    tabs: tuple[Tab, ...]


@router.get("/supervisions", action=READ_SUPERVISIONS)
def supervisions_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """The list."""
    viewer = call.viewer
    wanted = LIST.wanted(query, viewer)
    counts = {one: SUPERVISIONS.count(viewer, replace(wanted, state=one)) for one in STATES}
    page = SupervisionsPage(
        list=LIST.around(query, viewer, wanted, LIST.found(query, viewer, wanted), counts[wanted.state]),
        tabs=tuple(
            Tab(_(label), query.address(state=one), one == wanted.state, show_count(counts[one]))
            for one, label in STATES.items()
        ),
    )
    return call.render("web/desk/supervisions.html", page)
