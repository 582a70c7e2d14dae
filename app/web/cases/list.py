"""培育通道: the list of cases, the board, the export, and opening a case with its receipt."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.accounts.models import Officer
from app.accounts.queries import list_officers
from app.cases import actions, queries
from app.cases.bulk.actions import BULK
from app.cases.loads import SOON_DAYS
from app.cases.models import CaseFile
from app.cases.queries import CaseFilter
from app.doors.downloads import TableFormat, download_table
from app.doors.parameters import PageQuery
from app.doors.past import ListCall
from app.doors.router import GuardedRouter
from app.kit.actor import Actor
from app.kit.i18n import N_, _
from app.kit.paging import Count, Page
from app.kit.permissions import EDITORS, can
from app.programmes.queries import Catalogue, load_catalogue
from app.web.shared.case_lines import STATES, CaseLine, case_lines, state_text
from app.web.shared.message_links import message_address
from app.web.shared.saved_views import Views, views_of

router = GuardedRouter(door="web", prefix="/cases")

PAGE_SIZE = 50
CARDS = 20
ME = "me"
NOBODY = "none"

Choices = tuple[tuple[str, str], ...]


class CasesQuery(PageQuery):
    """What the address of the list says; anything it does not understand narrows nothing."""

    programme: str = ""
    year: str = ""
    round: str = ""
    stage: str = ""
    state: str = ""
    officer: str = ""
    overdue: str = ""
    soon: str = ""
    marker: str = ""
    reached: str = ""
    q: str = ""
    as_of: str = ""
    sort: str = "-number"
    cursor: str = ""

    def wanted(self, actor: Actor, on: date) -> CaseFilter:
        """As a filter of the slice."""
        officer_id = actor.id if self.officer == ME else _number(self.officer)
        return CaseFilter(
            programme=self.programme,
            year=_number(self.year),
            round=self.round,
            stage=self.stage,
            state=self.state if self.state in set(STATES) else "",
            officer_id=officer_id,
            unassigned=self.officer == NOBODY,
            overdue_on=on if self.overdue else None,
            due_between=(on, on + timedelta(days=SOON_DAYS)) if self.soon else None,
            marker=self.marker,
            reached_in=_number(self.reached),
            q=self.q,
        )

    def address(self, base: str = "/cases", **changes: str) -> str:
        """The list's address with some parameters changed; empty ones are left out."""
        values = self.model_dump(exclude={"cursor"}) | changes
        if values.get("sort") == "-number":
            values.pop("sort")
        given = {name: value for name, value in values.items() if value}
        return f"{base}?{urlencode(given)}" if given else base


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@dataclass(frozen=True)
class Column:
    """A column's head, with the address that sorts by it."""

    label: str
    url: str = ""
    direction: str = ""
    hidden: bool = False


@dataclass(frozen=True)
class CasesPage:
    """The list with its filter."""

    query: CasesQuery
    lines: tuple[CaseLine, ...]
    rows: Page[CaseFile]
    count: Count
    columns: tuple[Column, ...]
    programmes: Choices
    years: Choices
    stages: Choices
    officers: Choices
    states: Choices
    chips: Choices
    url: str
    export: tuple[str, str]
    papers_url: str
    message_url: str
    board_url: str
    may_open: bool
    may_bulk: bool
    past: str
    views: Views


@router.get("", action=actions.LIST)
def list_page(call: ListCall, query: Annotated[CasesQuery, Query()]) -> Response:
    """The cases that the officer sees, filtered by the address; as of a past day where it names one."""
    on = call.as_of.on
    wanted = query.wanted(call.actor, on)
    catalogue = load_catalogue(call.session)
    may_bulk = not call.as_of.past and can(call.actor, BULK)
    rows = queries.page_visible_to(
        call.session, call.actor, wanted, sort=query.sort, cursor=query.cursor or None, limit=PAGE_SIZE
    )
    officers = list_officers(call.session)
    page = CasesPage(
        query=query,
        lines=tuple(case_lines(call.session, catalogue, rows.items, on)),
        rows=rows,
        count=queries.count_visible_to(call.session, call.actor, wanted),
        columns=(*((Column(_("勾选"), hidden=True),) if may_bulk else ()), *_columns(query)),
        programmes=programme_choices(catalogue),
        years=year_choices(on),
        stages=_stages(catalogue, query.programme),
        officers=officer_filter(officers, call.actor),
        states=tuple((state.value, _(label)) for state, label in STATES.items()),
        chips=_chips(query, catalogue, officers),
        url=query.address(),
        export=(query.address("/cases/export.xlsx"), query.address("/cases/export.csv")),
        papers_url=query.address("/cases/papers"),
        message_url=message_address(call.actor, query.address()),
        board_url=query.address("/cases/board", stage="", state="", sort="", as_of=""),
        may_open=can(call.actor, actions.OPEN),
        may_bulk=may_bulk,
        past=call.as_of.parameter,
        views=views_of(call.session, call.actor, query.address()),
    )
    return call.render("web/cases/list.html", page)


@router.get("/export.{extension}", action=actions.EXPORT)
def export(call: ListCall, extension: TableFormat, query: Annotated[CasesQuery, Query()]) -> Response:
    """Exactly the rows of the list, in its order."""
    header = [
        _("受理编号"), _("企业名称"), _("统一社会信用代码"), _("培育通道"), _("年度"), _("批次"), _("阶段"), _("办理状态"),
        _("进入本阶段"), _("经办人"), _("下一期限"), _("立案日期"), _("申报日期"), _("办结日期"),
    ]  # fmt: skip
    rows = _export_rows(call.session, call.actor, query, call.as_of.on)
    name = _("培育通道") + (f"-{call.as_of.parameter}" if call.as_of.past else "")
    return download_table(call.request, name, extension, rows, header)


def _export_rows(session: Session, actor: Actor, query: CasesQuery, on: date) -> Iterator[list[Any]]:
    catalogue = load_catalogue(session)
    for batch in queries.stream_visible_to(session, actor, query.wanted(actor, on), sort=query.sort):
        for case, line in zip(batch, case_lines(session, catalogue, batch, on), strict=True):
            yield [
                line.number, line.firm, line.uscc, line.programme, line.year, line.round, line.stage,
                state_text(case.state), line.stage_entered_on, line.officer, case.next_due_on, case.opened_on,
                case.submitted_on, case.closed_on,
            ]  # fmt: skip


def _columns(query: CasesQuery) -> tuple[Column, ...]:
    """Heads of the columns; a click on the present order turns it round where both ways make sense."""
    number = "number" if query.sort == "-number" else "-number"
    return (
        Column(_("受理编号"), query.address(sort=number), _direction(query.sort, "number", "-number")),
        Column(_("企业"), query.address(sort="name"), _direction(query.sort, "name")),
        Column(_("通道")),
        Column(_("阶段"), query.address(sort="-stage_entered_on"), _direction(query.sort, "", "-stage_entered_on")),
        Column(_("下一期限"), query.address(sort="due"), _direction(query.sort, "due")),
        Column(_("经办人")),
    )


def _direction(sort: str, up: str, down: str = "") -> str:
    return "asc" if up and sort == up else "desc" if down and sort == down else ""


def programme_choices(catalogue: Catalogue) -> Choices:
    return tuple((code, str(programme.title)) for code, programme in catalogue.known().items())


def year_choices(on: date) -> Choices:
    return tuple((str(year), str(year)) for year in range(on.year + 1, on.year - 6, -1))


def _stages(catalogue: Catalogue, programme: str) -> Choices:
    known = catalogue.known().get(programme)
    return tuple((stage.code, str(stage.name)) for stage in known.stages) if known else ()


def officer_filter(officers: list[Officer], actor: Actor) -> Choices:
    found = [(ME, _("我"))] if actor.traits.edits else []
    found += [(str(o.id), o.name) for o in officers if o.role in EDITORS and o.id != actor.id]
    return (*found, (NOBODY, _("未指定")))


def _chips(query: CasesQuery, catalogue: Catalogue, officers: list[Officer]) -> Choices:
    """The conditions that narrow the list, each with the address without it."""
    known = catalogue.known().get(query.programme)
    names = {str(officer.id): officer.name for officer in officers} | {ME: _("我经办"), NOBODY: _("未指定经办人")}
    stages = dict(_stages(catalogue, query.programme))
    texts = {
        "q": _("“%(text)s”") % {"text": query.q} if query.q else "",
        "programme": str(known.title) if known else query.programme,
        "year": _("%(year)s 年度") % {"year": query.year} if query.year else "",
        "round": query.round,
        "stage": stages.get(query.stage, query.stage),
        "state": state_text(query.state) if query.state in set(STATES) else "",
        "officer": names.get(query.officer, query.officer),
        "overdue": _("有逾期节点") if query.overdue else "",
        "soon": _("%(n)s 天内到期") % {"n": SOON_DAYS} if query.soon else "",
        "as_of": _("截至 %(day)s") % {"day": query.as_of} if query.as_of else "",
        "marker": _marker_text(query),
    }
    return tuple((text, _without(query, name)) for name, text in texts.items() if text)


_MARKED = {
    "submitted": N_("已申报"),
    "recommended": N_("已推荐"),
    "accepted": N_("已通过"),
    "certified": N_("已发证"),
}


def _marker_text(query: CasesQuery) -> str:
    if query.marker not in _MARKED:
        return query.marker
    text = _(_MARKED[query.marker])
    return _("%(year)s 年%(what)s") % {"year": query.reached, "what": text} if query.reached else text


def _without(query: CasesQuery, name: str) -> str:
    dropped = {"programme": {"programme": "", "stage": ""}, "marker": {"marker": "", "reached": ""}}
    return query.address(**dropped.get(name, {name: ""}))
