"""后续事项 of all cases: the list by day, narrowed by state, programme, officer and who does them; and a firm's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.accounts.queries import list_officers
from app.cases.duties import actions
from app.cases.duties.models import CaseDuty
from app.cases.duties.queries import STATES, DutyFilter, cases_of, count_visible_to, page_visible_to
from app.cases.models import CaseFile
from app.cases.service.loading import place_of
from app.doors.call import Call
from app.doors.parameters import PageQuery
from app.doors.router import GuardedRouter
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.i18n import N_, _
from app.kit.paging import Count, Page
from app.kit.permissions import can
from app.programmes.queries import Catalogue, load_catalogue
from app.web.cases.duty_panel import DutyLine, duty_line
from app.web.cases.list import ME, Choices, officer_filter, programme_choices
from app.web.shared.enterprise_panels import FirmRead, Panel

router = GuardedRouter(door="web", prefix="/duties")

PAGE_SIZE = 50
PANEL_SIZE = 8
STATE_NAMES = {
    "missed": N_("已逾期"), "present": N_("现在要办"), "coming": N_("以后"), "done": N_("已完成"), "waived": N_("已免除"),
}  # fmt: skip
BY_NAMES = {"enterprise": N_("企业"), "bureau": N_("市局")}


class DutiesQuery(PageQuery):
    """What the address of the list says; anything it does not understand narrows nothing."""

    state: str = ""
    by: str = ""
    programme: str = ""
    officer: str = ""
    cursor: str = ""

    def wanted(self, actor: Actor, on: date) -> DutyFilter:
        """As a filter of the slice."""
        officer = str(actor.id) if self.officer == ME else self.officer
        return DutyFilter(
            on=on,
            state=self.state if self.state in STATES else "",
            by=self.by if self.by in BY_NAMES else "",
            programme=self.programme,
            officer_id=int(officer) if officer.isascii() and officer.isdigit() and len(officer) < 10 else None,
        )

    def address(self) -> str:
        """The list's address without its cursor."""
        given = [f"{name}={value}" for name, value in self.model_dump(exclude={"cursor"}).items() if value]
        return "/duties" + ("?" + "&".join(given) if given else "")


@dataclass(frozen=True)
class DutyRow:
    """A duty in a list of many cases."""

    line: DutyLine
    firm: str
    uscc: str
    number: str
    programme: str


@dataclass(frozen=True)
class DutiesPage:
    """The list with its filter."""

    query: DutiesQuery
    rows: tuple[DutyRow, ...]
    page: Page[CaseDuty]
    count: Count
    states: Choices
    people: Choices
    programmes: Choices
    officers: Choices
    url: str


@dataclass(frozen=True)
class FirmDuties:
    """A firm's duties that wait now, and how many there are."""

    rows: tuple[DutyRow, ...]
    count: Count


@router.get("", action=actions.LIST)
def list_page(call: Call, query: Annotated[DutiesQuery, Query()]) -> Response:
    """The duties that the officer sees, filtered by the address."""
    on, catalogue = today(call.now), load_catalogue(call.session)
    wanted = query.wanted(call.actor, on)
    found = page_visible_to(call.session, call.actor, wanted, cursor=query.cursor or None, limit=PAGE_SIZE)
    page = DutiesPage(
        query=query,
        rows=_rows(cases_of(call.session, found.items), catalogue, found, on),
        page=found,
        count=count_visible_to(call.session, call.actor, wanted),
        states=tuple((state, _(name)) for state, name in STATE_NAMES.items()),
        people=tuple((by, _(name)) for by, name in BY_NAMES.items()),
        programmes=programme_choices(catalogue),
        officers=officer_filter(list_officers(call.session), call.actor)[:-1],
        url=query.address(),
    )
    return call.render("web/cases/duties.html", page)


def panel(session: Session, actor: Actor, firm: FirmRead, now: datetime) -> Panel | None:
    """The card of a firm's page; None where nothing waits or the actor may not see it."""
    if not can(actor, actions.LIST, place_of(firm.enterprise)):
        return None
    on = today(now)
    wanted = DutyFilter(on=on, enterprise_id=firm.enterprise.id)
    found = page_visible_to(session, actor, wanted, cursor=None, limit=PANEL_SIZE)
    if not found.items:
        return None
    rows = _rows({case.id: case for case in firm.cases}, firm.catalogue, found, on)
    return Panel("web/cases/_firm_duties.html", FirmDuties(rows, count_visible_to(session, actor, wanted)), "side")


def _rows(cases: Mapping[int, CaseFile], catalogue: Catalogue, found: Page[CaseDuty], on: date) -> tuple[DutyRow, ...]:
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
        for duty in found.items
    )
