"""后续事项 of all cases: the list by day, narrowed by state, programme, officer and who does them; and a firm's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.duties import actions
from app.cases.duties.lists import DUTIES, DutyFilter
from app.cases.duties.models import CaseDuty
from app.cases.duties.queries import cases_of
from app.cases.loaded import place_of
from app.cases.models import CaseFile
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists import controls
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.i18n import N_
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count
from app.kit.permissions import can
from app.programmes.queries import Catalogue, load_catalogue
from app.web.cases.duty_panel import DutyLine, duty_line
from app.web.cases.list import leading_officers, officer_words, programmes
from app.web.shared.enterprise_panels import FirmRead, Panel

router = GuardedRouter(door="web", prefix="/duties")

PANEL_SIZE = 8
STATE_NAMES = {
    "missed": N_("已逾期"), "present": N_("现在要办"), "coming": N_("以后"), "done": N_("已完成"), "waived": N_("已免除"),
}  # fmt: skip
BY_NAMES = {"enterprise": N_("企业"), "bureau": N_("市局")}


@dataclass(frozen=True)
class DutyRow:
    """A duty in a list of many cases."""

    line: DutyLine
    firm: str
    uscc: str
    number: str
    programme: str


@dataclass(frozen=True)
class FirmDuties:
    """A firm's duties that wait now, and how many there are."""

    rows: tuple[DutyRow, ...]
    count: Count


def _lines(viewer: Viewer, rows: Sequence[CaseDuty]) -> Sequence[DutyRow]:
    return _rows(cases_of(viewer.session, rows), viewer.once(load_catalogue), rows, viewer.on)


LIST = ListView(
    base="/duties",
    source=DUTIES,
    lines=_lines,
    controls=(
        controls.select("state", N_("状态"), STATE_NAMES, blank=N_("待办"), auto=True),
        controls.select("by", N_("由谁办理"), BY_NAMES, auto=True),
        controls.select("programme", N_("通道"), programmes, auto=True, wide=True),
        controls.select("officer", N_("经办人"), leading_officers, auto=True, words=officer_words),
    ),
)


@dataclass(frozen=True)
class DutiesPage:
    """The list."""

    list: Listed[CaseDuty, DutyRow]


@router.get("", action=actions.LIST)
def list_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """The duties that the officer sees, filtered by the address."""
    return call.render("web/cases/duties.html", DutiesPage(LIST.listed(query, call.viewer)))


def panel(session: Session, actor: Actor, firm: FirmRead, now: datetime) -> Panel | None:
    """The card of a firm's page; None where nothing waits or the actor may not see it."""
    if not can(actor, actions.LIST, place_of(firm.enterprise)):
        return None
    viewer, wanted = Viewer(session, actor, today(now)), DutyFilter(enterprise_id=firm.enterprise.id)
    found = DUTIES.page(viewer, wanted, limit=PANEL_SIZE)
    if not found.items:
        return None
    rows = _rows({case.id: case for case in firm.cases}, firm.catalogue, found.items, viewer.on)
    return Panel("web/cases/_firm_duties.html", FirmDuties(rows, DUTIES.count(viewer, wanted)), "side")


def _rows(
    cases: Mapping[int, CaseFile], catalogue: Catalogue, duties: Sequence[CaseDuty], on: date
) -> tuple[DutyRow, ...]:
    return tuple(
        DutyRow(
            line=duty_line(cases[duty.case_id], duty, on),
            firm=cases[duty.case_id].enterprise.name,
            uscc=cases[duty.case_id].enterprise.uscc,
            number=cases[duty.case_id].number,
            programme=str(
                catalogue.get(cases[duty.case_id].programme_code, cases[duty.case_id].programme_version).title
            ),
        )
        for duty in duties
    )
