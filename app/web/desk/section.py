"""科室概览: what each officer carries, where cases are late, which stand longest; every number opens its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.accounts.queries import list_officers
from app.cases.loads import (
    Load,
    StageLoad,
    list_late_stages_visible_to,
    list_loads_visible_to,
    list_longest_visible_to,
)
from app.cases.oversight.actions import HAND_OVER, OVERSEE
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.kit.i18n import _
from app.kit.permissions import can
from app.programmes.queries import Catalogue, load_catalogue
from app.web.shared.case_lines import CaseLine, case_lines

router = GuardedRouter(door="web", prefix="/desk")

LONGEST = 15


@dataclass(frozen=True)
class OfficerLine:
    """What one officer carries, with the lists that show it; `gone` when the account is disabled."""

    name: str
    load: Load
    url: str
    overdue_url: str
    soon_url: str
    hand_over_url: str
    gone: bool


@dataclass(frozen=True)
class LateStageLine:
    """A stage in which cases are late, with the list that shows them."""

    programme: str
    stage: str
    overdue: int
    url: str


@dataclass(frozen=True)
class LongLine:
    """A case that stands long in its stage: since how many days."""

    case: CaseLine
    days: int


@dataclass(frozen=True)
class SectionDeskPage:
    """The head's view."""

    loads: tuple[OfficerLine, ...]
    stages: tuple[LateStageLine, ...]
    longest: tuple[LongLine, ...]
    may_hand_over: bool


@router.get("/section", action=OVERSEE)
def section_page(call: Call) -> Response:
    """The view of whoever leads the section."""
    on, catalogue = call.on, load_catalogue(call.session)
    longest = list_longest_visible_to(call.session, call.actor, LONGEST)
    lines = case_lines(call.session, catalogue, longest, on)
    page = SectionDeskPage(
        loads=officer_lines(call.session, list_loads_visible_to(call.session, call.actor, on)),
        stages=_stage_lines(catalogue, list_late_stages_visible_to(call.session, call.actor, on)),
        longest=tuple(LongLine(line, _days(line.stage_entered_on, on)) for line in lines),
        may_hand_over=can(call.actor, HAND_OVER),
    )
    return call.render("web/desk/section.html", page)


def officer_lines(session: Session, loads: Sequence[Load]) -> tuple[OfficerLine, ...]:
    """What each officer carries, in the order given; cases that nobody leads are a line of their own."""
    officers = {officer.id: officer for officer in list_officers(session)} if loads else {}
    return tuple(
        _officer_line(
            load,
            officers[load.officer_id].name if load.officer_id else _("未指定经办人"),
            bool(load.officer_id and officers[load.officer_id].disabled_on is not None),
        )
        for load in loads
    )


def _officer_line(load: Load, name: str, gone: bool) -> OfficerLine:
    whose = load.officer_id or "none"
    return OfficerLine(
        name=name,
        load=load,
        url=f"/cases?state=open&officer={whose}",
        overdue_url=f"/cases?state=open&overdue=1&officer={whose}",
        soon_url=f"/cases?state=open&soon=1&officer={whose}",
        hand_over_url=f"/desk/hand-over?from={whose}",
        gone=gone,
    )


def _stage_lines(catalogue: Catalogue, stages: Sequence[StageLoad]) -> tuple[LateStageLine, ...]:
    """The stages, those of several versions of a programme together under the name of the newest."""
    totals: dict[tuple[str, str], int] = {}
    for row in stages:
        totals[row.programme, row.stage] = totals.get((row.programme, row.stage), 0) + row.overdue
    names = {(row.programme, row.stage): row.version for row in sorted(stages, key=lambda row: row.version)}
    return tuple(
        LateStageLine(
            programme=str(catalogue.get(programme, names[programme, stage]).title),
            stage=str(catalogue.get(programme, names[programme, stage]).stage(stage).name),
            overdue=overdue,
            url=f"/cases?state=open&overdue=1&programme={programme}&stage={stage}",
        )
        for (programme, stage), overdue in sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    )


def _days(since: date, on: date) -> int:
    return (on - since).days
