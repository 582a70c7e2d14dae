"""移交: what one officer leads, to be handed to another, all of it or chosen cases, with the reason."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.accounts.models import Officer
from app.cases.lists import CASES, CaseFilter
from app.cases.loads import list_loads_visible_to
from app.cases.oversight.actions import HAND_OVER
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists.controls import Choices
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.lists.filters import NOBODY, NONE
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count, bounded
from app.programmes.queries import load_catalogue
from app.web.bulk.cases import officer_choices
from app.web.shared.case_lines import CaseLine, case_lines

router = GuardedRouter(door="web", prefix="/desk")

#: So many can be ticked one by one; all of them can always be handed over.
SHOWN = 200


@dataclass(frozen=True)
class HandOverPage:
    """The cases of one officer (None: cases that nobody leads), and who may take them."""

    officer: Officer | None
    whose: str
    lines: tuple[CaseLine, ...]
    count: Count
    officers: Choices
    url: str
    filter: str


@router.get("/hand-over", action=HAND_OVER)
def hand_over_page(call: Call, whose: Annotated[str, Query(alias="from")] = "") -> Response:
    """The cases, and the form that hands them over."""
    officer = _officer(call.session, whose)
    wanted = CaseFilter(state="open", officer=officer.id if officer else NOBODY)
    viewer = call.viewer
    found = CASES.page(viewer, wanted, "due", limit=SHOWN)
    page = HandOverPage(
        officer=officer,
        whose=whose,
        lines=tuple(case_lines(call.session, load_catalogue(call.session), found.items, viewer.on)),
        count=bounded(_held(viewer, officer), CASES.bound),
        officers=tuple(choice for choice in officer_choices(call.session) if choice[0] != whose),
        url=f"/desk/hand-over?from={whose}",
        filter=f"state=open&officer={whose}",
    )
    return call.render("web/desk/hand_over.html", page)


def _held(viewer: Viewer, officer: Officer | None) -> int:
    """How many open cases the officer leads, or nobody."""
    whose = officer.id if officer else None
    loads = list_loads_visible_to(viewer.session, viewer.actor, viewer.on)
    return next((load.open for load in loads if load.officer_id == whose), 0)


def _officer(session: Session, whose: str) -> Officer | None:
    if whose == NONE:
        return None
    officer = session.get(Officer, int(whose)) if whose.isdecimal() and len(whose) < 10 else None
    if officer is None:
        raise NotFound("officer.unknown", _("没有这个用户。"))
    return officer
