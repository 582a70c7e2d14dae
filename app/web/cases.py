"""培育通道: the list of cases, the board, the export, and opening a case with its receipt."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.accounts.models import Officer
from app.accounts.queries import list_officers
from app.cases import actions, queries
from app.cases.board import columns_visible_to
from app.cases.models import CaseFile
from app.cases.queries import CaseFilter
from app.cases.schemas import OpenCase
from app.cases.service import objections as _objections  # noqa: F401 - registers what casework objects to
from app.cases.service.opening import open_case
from app.doors.deps import CurrentActor, DbSession, Form, Now
from app.doors.downloads import TableFormat, download_table
from app.doors.forms import Bound, attempt, bind, empty
from app.doors.pages import render
from app.doors.router import GuardedRouter
from app.enterprises.models import Enterprise
from app.enterprises.queries import find_by_uscc_visible_to, search_visible_to
from app.kit.actor import Actor, ActorKind, Role
from app.kit.clock import today
from app.kit.i18n import N_, _
from app.kit.paging import Count, Page
from app.kit.permissions import can
from app.programmes.domain.definition import Programme
from app.programmes.models import ProgrammeRound
from app.programmes.queries import Catalogue, list_rounds, load_catalogue
from app.web.case_lines import STATES, CaseLine, case_lines, state_text
from app.web.case_receipt import receipt_page
from app.web.programmes import round_title

router = GuardedRouter(door="web", prefix="/cases")

PAGE_SIZE = 50
CARDS = 20
ME = "me"
NOBODY = "none"

Choices = tuple[tuple[str, str], ...]


class CasesQuery(BaseModel):
    """What the address of the list says; anything it does not understand narrows nothing."""

    programme: str = ""
    year: str = ""
    round: str = ""
    stage: str = ""
    state: str = ""
    officer: str = ""
    overdue: str = ""
    marker: str = ""
    reached: str = ""
    q: str = ""
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
    board_url: str
    may_open: bool


@dataclass(frozen=True)
class BoardCard:
    """One card; `step` is the address of its next step, with its name."""

    line: CaseLine
    step: tuple[str, str] | None


@dataclass(frozen=True)
class BoardColumn:
    """One stage with its cards."""

    title: str
    count: int
    cards: tuple[BoardCard, ...]
    url: str


@dataclass(frozen=True)
class BoardPage:
    """One programme's open cases by stage."""

    programme: Programme | None
    columns: tuple[BoardColumn, ...]
    query: CasesQuery
    programmes: Choices
    years: Choices
    officers: Choices
    list_url: str
    may_open: bool


class NewCaseForm(BaseModel):
    """A case as typed: the firm by its code."""

    uscc: str = Field(min_length=1, max_length=40)
    programme: str = Field(min_length=1, max_length=48)
    year: Annotated[int, Field(ge=2000, le=2100)]
    round: str = Field(default="", max_length=60)
    officer_id: int | None = None


@dataclass(frozen=True)
class NewCasePage:
    """The form that opens a case."""

    form: Bound[NewCaseForm]
    firm: Enterprise | None
    programmes: Choices
    rounds: Choices
    officers: Choices


@dataclass(frozen=True)
class FirmSuggestions:
    """Firms for the picker."""

    items: tuple[dict[str, str], ...]


# -- the list ----------------------------------------------------------------------------------------------------------


@router.get("", action=actions.LIST)
def list_page(
    request: Request, session: DbSession, actor: CurrentActor, now: Now, query: Annotated[CasesQuery, Query()]
) -> Response:
    """The cases that the officer sees, filtered by the address."""
    on = today(now)
    wanted = query.wanted(actor, on)
    catalogue = load_catalogue(session)
    rows = queries.page_visible_to(
        session, actor, wanted, sort=query.sort, cursor=query.cursor or None, limit=PAGE_SIZE
    )
    officers = list_officers(session)
    page = CasesPage(
        query=query,
        lines=tuple(case_lines(session, catalogue, rows.items, on)),
        rows=rows,
        count=queries.count_visible_to(session, actor, wanted),
        columns=_columns(query),
        programmes=_programmes(catalogue),
        years=_years(on),
        stages=_stages(catalogue, query.programme),
        officers=_officers(officers, actor),
        states=tuple((state.value, _(label)) for state, label in STATES.items()),
        chips=_chips(query, catalogue, officers),
        url=query.address(),
        export=(query.address("/cases/export.xlsx"), query.address("/cases/export.csv")),
        board_url=query.address("/cases/board", stage="", state="", sort=""),
        may_open=can(actor, actions.OPEN),
    )
    return render(request, "web/cases/list.html", page)


@router.get("/export.{extension}", action=actions.EXPORT)
def export(
    session: DbSession,
    actor: CurrentActor,
    now: Now,
    extension: TableFormat,
    query: Annotated[CasesQuery, Query()],
) -> Response:
    """Exactly the rows of the list, in its order."""
    header = [
        _("受理编号"), _("企业名称"), _("统一社会信用代码"), _("培育通道"), _("年度"), _("批次"), _("阶段"), _("办理状态"),
        _("进入本阶段"), _("经办人"), _("下一期限"), _("立案日期"), _("申报日期"), _("办结日期"),
    ]  # fmt: skip
    rows = _export_rows(session, actor, query, today(now))
    return download_table(_("培育通道"), extension, rows, header)


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


def _programmes(catalogue: Catalogue) -> Choices:
    return tuple((code, str(programme.title)) for code, programme in catalogue.known().items())


def _years(on: date) -> Choices:
    return tuple((str(year), str(year)) for year in range(on.year + 1, on.year - 6, -1))


def _stages(catalogue: Catalogue, programme: str) -> Choices:
    known = catalogue.known().get(programme)
    return tuple((stage.code, str(stage.name)) for stage in known.stages) if known else ()


def _officers(officers: list[Officer], actor: Actor) -> Choices:
    found = [(ME, _("我"))] if actor.kind is ActorKind.OFFICER and actor.role is not Role.LEADER else []
    found += [(str(o.id), o.name) for o in officers if o.role != Role.LEADER and o.id != actor.id]
    return tuple([*found, (NOBODY, _("未指定"))])


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


# -- the board ---------------------------------------------------------------------------------------------------------


@router.get("/board", action=actions.LIST)
def board_page(
    request: Request, session: DbSession, actor: CurrentActor, now: Now, query: Annotated[CasesQuery, Query()]
) -> Response:
    """One programme's open cases by stage; without a programme the first one."""
    on = today(now)
    catalogue = load_catalogue(session)
    known = catalogue.known()
    programme = known.get(query.programme) or next(iter(known.values()), None)
    query = query.model_copy(update={"programme": programme.code if programme else ""})
    page = BoardPage(
        programme=programme,
        columns=_board_columns(session, actor, catalogue, programme, query, on) if programme else (),
        query=query,
        programmes=_programmes(catalogue),
        years=_years(on),
        officers=_officers(list_officers(session), actor),
        list_url=query.address(state="open"),
        may_open=can(actor, actions.OPEN),
    )
    return render(request, "web/cases/board.html", page)


def _board_columns(
    session: Session, actor: Actor, catalogue: Catalogue, programme: Programme, query: CasesQuery, on: date
) -> tuple[BoardColumn, ...]:
    wanted = replace(query.wanted(actor, on), stage="", state="")
    columns = columns_visible_to(session, actor, wanted, CARDS)
    cards = [case for column in columns.values() for case in column.cards]
    lines = dict(zip((case.id for case in cards), case_lines(session, catalogue, cards, on), strict=True))
    stages = [stage for stage in programme.stages if not stage.is_final]
    earlier = [code for code in columns if code not in {stage.code for stage in stages}]
    titles = {stage.code: str(stage.name) for stage in stages} | {code: code for code in earlier}
    return tuple(
        BoardColumn(
            title=title,
            count=columns[code].count if code in columns else 0,
            cards=tuple(
                BoardCard(lines[case.id], _next_step(catalogue, case, actor))
                for case in (columns[code].cards if code in columns else ())
            ),
            url=query.address(stage=code, state="open"),
        )
        for code, title in titles.items()
    )


def _next_step(catalogue: Catalogue, case: CaseFile, actor: Actor) -> tuple[str, str] | None:
    """The main step that the officer may take with this card: its name and the address of its form."""
    programme = catalogue.get(case.programme_code, case.programme_version)
    for action in programme.actions_from(case.stage):
        if action.weight == "main" and actor.role in action.roles and can(actor, actions.STEP):
            return str(action.label), f"/cases/{case.number}/steps/{action.code}"
    return None


# -- opening -----------------------------------------------------------------------------------------------------------


@router.get("/new", action=actions.OPEN)
def new_page(
    request: Request, session: DbSession, actor: CurrentActor, now: Now, enterprise: str = "", programme: str = ""
) -> Response:
    """The form that opens a case, for a firm and a programme when the address names them."""
    raw = {"uscc": enterprise, "programme": programme, "year": today(now).year, "officer_id": actor.id}
    return render(request, "web/cases/new.html", _new_case_page(session, actor, now, empty(raw)))


@router.get("/new/firms", action=actions.OPEN)
def suggest_firms(request: Request, session: DbSession, actor: CurrentActor, q: str = "") -> Response:
    """Firms whose name, initials or code contain `q`, for the picker."""
    items = tuple(
        {"label": firm.name, "value": firm.uscc, "note": firm.uscc} for firm in search_visible_to(session, actor, q)
    )
    return render(request, "web/cases/_firms.html", FirmSuggestions(items))


@router.post("/new", action=actions.OPEN)
def open_route(request: Request, session: DbSession, actor: CurrentActor, now: Now, form: Form) -> Response:
    """Open the case and show its receipt, the only page that ever shows the query code."""
    bound = bind(NewCaseForm, form)
    firm = find_by_uscc_visible_to(session, actor, bound.model.uscc) if bound.model else None
    if bound.model and firm is None:
        bound.errors["uscc"] = [_("没有找到该企业，或它不在您的辖区内。")]
    opened = attempt(
        session,
        bound,
        lambda given: open_case(session, actor=actor, now=now, command=_command(given, firm)),
    )
    if opened is None:
        return render(request, "web/cases/new.html", _new_case_page(session, actor, now, bound), status=422)
    page = receipt_page(session, opened.row, now, query_code=opened.query_code)
    return render(request, "web/cases/receipt.html", page)


def _command(given: NewCaseForm, firm: Enterprise | None) -> OpenCase:
    year, _dot, code = given.round.partition("/")
    return OpenCase(
        enterprise_id=firm.id if firm else 0,
        programme=given.programme,
        year=given.year,
        round=(code if year == str(given.year) else given.round) or None,
        officer_id=given.officer_id,
    )


def _new_case_page(session: Session, actor: Actor, now: Now, form: Bound[NewCaseForm]) -> NewCasePage:
    on = today(now)
    in_force = load_catalogue(session).in_force(on)
    typed = str(form.raw.get("uscc") or "")
    rounds = [row for code in in_force for row in list_rounds(session, code) if row.year >= on.year - 1]
    officers = [officer for officer in list_officers(session) if officer.role != Role.LEADER]
    return NewCasePage(
        form=form,
        firm=find_by_uscc_visible_to(session, actor, typed) if typed else None,
        programmes=tuple((code, str(programme.title)) for code, programme in in_force.items()),
        rounds=tuple(_round_choice(row, in_force) for row in rounds),
        officers=tuple((str(officer.id), officer.name) for officer in officers if officer.disabled_on is None),
    )


def _round_choice(row: ProgrammeRound, in_force: dict[str, Programme]) -> tuple[str, str]:
    return f"{row.year}/{row.code}", f"{in_force[row.programme_code].title} · {round_title(row)}"
