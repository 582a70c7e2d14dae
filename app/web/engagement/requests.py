"""Every request made of firms: the list with its filters in the address, its export; the period that the bureau sets."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.accounts.queries import list_active_officers
from app.doors.call import Call
from app.doors.downloads import TableFormat, download_table, stream_table
from app.doors.forms import Bound, attempt, bind, empty
from app.doors.parameters import PageQuery
from app.doors.router import GuardedRouter
from app.engagement import actions
from app.engagement.domain.requests import RequestKind
from app.engagement.models import RequestPeriod
from app.engagement.queries.periods import list_periods
from app.engagement.queries.requests import RequestFilter, count_visible_to, page_visible_to, stream_visible_to
from app.engagement.schemas import SetPeriod
from app.engagement.service.periods import BUREAU, set_period
from app.enterprises.models import Enterprise
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.db import read_scope
from app.kit.i18n import _
from app.kit.paging import Count, Page
from app.kit.permissions import READERS, can
from app.web.engagement.firm_visits import day_of, firm_id_of
from app.web.shared.engagement_words import (
    KINDS,
    STATES,
    RequestLine,
    Vocabulary,
    pairs,
    request_line,
    vocabulary,
)
from app.web.shared.enterprise_words import Choices

router = GuardedRouter(door="web", prefix="/requests")

PAGE_SIZE = 50


class RequestsQuery(PageQuery):
    """The filters of the list, as they stand in the address; what is none of the choices narrows nothing."""

    state: str = ""
    department: str = ""
    kind: str = ""
    officer: str = ""
    since: str = ""
    until: str = ""
    firm: str = ""
    q: str = ""
    cursor: str = ""

    def wanted(self, session: Session, actor: Actor, on: date) -> RequestFilter:
        """As a filter; `firm` is a code."""
        return RequestFilter(
            on=on,
            state=self.state,
            department=self.department,
            kind=self.kind if self.kind in set(RequestKind) else "",
            asked_by=int(self.officer)
            if self.officer.isascii() and self.officer.isdigit() and len(self.officer) < 10
            else None,
            since=day_of(self.since),
            until=day_of(self.until),
            enterprise_id=firm_id_of(session, actor, self.firm),
            q=self.q,
        )

    def address(self, base: str = "/requests", **changes: str) -> str:
        """The list's address with some filters changed; empty ones are left out."""
        given = {name: value for name, value in (self.model_dump(exclude={"cursor"}) | changes).items() if value}
        return f"{base}?{urlencode(given)}" if given else base


ListQuery = Annotated[RequestsQuery, Query()]


@dataclass(frozen=True)
class RequestsPage:
    """The requests."""

    query: RequestsQuery
    lines: tuple[tuple[RequestLine, Enterprise], ...]
    page: Page[Any]
    count: Count
    url: str
    chips: tuple[tuple[str, str], ...]
    states: Choices
    kinds: Choices
    departments: Choices
    officers: Choices
    export: tuple[str, str]
    may_ask: bool


@dataclass(frozen=True)
class PeriodPage:
    """Within how many months asking again needs a reason; what was set before."""

    form: Bound[Any]
    periods: tuple[RequestPeriod, ...]
    bureau: str
    may_set: bool


@router.get("", action=actions.READ)
def requests_page(call: Call, query: ListQuery) -> Response:
    """The list."""
    on, words = today(call.now), vocabulary(call.session)
    wanted = query.wanted(call.session, call.actor, on)
    found = page_visible_to(call.session, call.actor, wanted, cursor=query.cursor or None, limit=PAGE_SIZE)
    officers = tuple((str(one.id), one.name) for one in list_active_officers(call.session, READERS))
    page = RequestsPage(
        query=query,
        lines=tuple((request_line(row, words, on), firm) for row, firm in found.items),
        page=found,
        count=count_visible_to(call.session, call.actor, wanted),
        url=query.address(),
        chips=_chips(query, words, dict(officers)),
        states=pairs(STATES),
        kinds=pairs({str(kind): label for kind, label in KINDS.items()}),
        departments=tuple(words.departments.items()),
        officers=officers,
        export=(query.address("/requests/export.xlsx"), query.address("/requests/export.csv")),
        may_ask=can(call.actor, actions.ASK),
    )
    return call.render("web/engagement/requests.html", page)


@router.get("/export.{extension}", action=actions.EXPORT)
def export(call: Call, query: ListQuery, extension: TableFormat) -> Response:
    """Exactly what the list shows, all pages of it."""
    header = [
        _("企业名称"),
        _("统一社会信用代码"),
        _("要什么"),
        _("类别"),
        _("年度"),
        _("部门"),
        _("提出日期"),
        _("提出人"),
        _("答复期限"),
        _("状态"),
        _("了结日期"),
        _("理由"),
        _("受理编号"),
    ]
    name = f"{_('对企业的请求')}-{today(call.now)}"
    if extension == "xlsx":
        return download_table(call.request, name, extension, _cells(call.session, call.actor, query, call.now), header)
    return stream_table(call.request, name, _cells_from(call, query), header)


def _cells_from(call: Call, query: RequestsQuery) -> Generator[list[Any]]:
    with read_scope(call.database) as session:
        yield from _cells(session, call.actor, query, call.now)


def _cells(session: Session, actor: Actor, query: RequestsQuery, now: datetime) -> Iterator[list[Any]]:
    on, words = today(now), vocabulary(session)
    for batch in stream_visible_to(session, actor, query.wanted(session, actor, on)):
        for row, firm in batch:
            line = request_line(row, words, on)
            yield [
                firm.name,
                firm.uscc,
                line.title,
                line.kind,
                row.year,
                line.department,
                row.asked_on,
                row.asked_by_name,
                row.due_on,
                line.badge[1],
                row.settled_on,
                row.reason,
                row.case_number or "",
            ]


def _chips(query: RequestsQuery, words: Vocabulary, officers: dict[str, str]) -> tuple[tuple[str, str], ...]:
    texts = {
        "q": f"“{query.q}”" if query.q.strip() else "",
        "firm": query.firm,
        "state": _(STATES[query.state]) if query.state in STATES else "",
        "department": words.departments.get(query.department, ""),
        "kind": _(KINDS[query.kind]) if query.kind in KINDS else "",
        "officer": officers.get(query.officer, ""),
        "since": _("自 %(day)s") % {"day": query.since} if day_of(query.since) else "",
        "until": _("至 %(day)s") % {"day": query.until} if day_of(query.until) else "",
    }
    return tuple((text, query.address(**{name: ""})) for name, text in texts.items() if text)


# -- the period ----------------------------------------------------------------------------------------------------------


@router.get("/period", action=actions.READ)
def period_page(call: Call) -> Response:
    """What is set, and the form for section heads."""
    return _period(call, empty())


@router.post("/period", action=actions.SET_PERIOD)
def change_period(call: Call) -> Response:
    """Set another period."""
    bound = bind(SetPeriod, call.form)
    row = attempt(
        call.session, bound, lambda given: set_period(call.session, actor=call.actor, now=call.now, given=given)
    )
    if row is None:
        return _period(call, bound, status=422)
    return call.redirect("/requests/period", good=_("期限已设为 %(n)s 个月，即日起适用。") % {"n": row.months})


def _period(call: Call, form: Bound[Any], status: int = 200) -> Response:
    page = PeriodPage(form, tuple(list_periods(call.session)), BUREAU, can(call.actor, actions.SET_PERIOD))
    return call.render("web/engagement/period.html", page, status=status)
