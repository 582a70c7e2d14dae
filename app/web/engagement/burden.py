"""企业负担: how often firms were asked, by department and kind, in a period; every number opens its rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.burden import (
    YEAR,
    BurdenCount,
    BurdenFilter,
    BurdenRow,
    count_firms_visible_to,
    count_rows_visible_to,
    list_tallies_visible_to,
    page_firms_visible_to,
    page_rows_visible_to,
)
from app.doors.calls.call import Call
from app.doors.calls.downloads import TableFormat, download_table
from app.doors.calls.router import GuardedRouter
from app.doors.lists.query import ListQuery, asked, list_query
from app.engagement import actions
from app.engagement.domain.requests import months_before
from app.enterprises.lists import firm_id_of
from app.enterprises.models import Enterprise
from app.kit.actor import Actor
from app.kit.i18n import _
from app.kit.lists import filters
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count, Page
from app.web.shared.engagement_words import BURDEN_KINDS, pairs, vocabulary
from app.web.shared.enterprise_words import Choices, region_choices

router = GuardedRouter(door="web", prefix="/requests/burden")

PAGE_SIZE = 50


QUERY = list_query("/requests/burden", ("since", "until", "department", "kind", "region", "firm", "q"))


def _wanted(query: ListQuery, viewer: Viewer) -> BurdenFilter:
    """As a filter; days that cannot be read are those of the last twelve months, `firm` is a code."""
    until = filters.day_in(query["until"]) or viewer.on
    return BurdenFilter(
        since=filters.day_in(query["since"]) or date.fromordinal(months_before(until, YEAR).toordinal() + 1),
        until=until,
        enterprise_id=firm_id_of(query["firm"], viewer),
        department=query["department"],
        kind=query["kind"] if query["kind"] in BURDEN_KINDS else "",
        region=query["region"],
        q=query["q"],
    )


ReportQuery = Annotated[ListQuery, asked(QUERY)]


@dataclass(frozen=True)
class BurdenCell:
    """A number and the rows behind it."""

    n: int
    url: str


@dataclass(frozen=True)
class MatrixLine:
    """A department with its numbers by kind, and together; or all departments together (then without a code)."""

    label: str
    cells: tuple[BurdenCell, ...]
    total: BurdenCell


@dataclass(frozen=True)
class FirmBurdenLine:
    """A firm with its numbers by department, and together."""

    enterprise: Enterprise
    cells: tuple[BurdenCell, ...]
    total: BurdenCell


@dataclass(frozen=True)
class BurdenPage:
    """The report."""

    query: ListQuery
    wanted: BurdenFilter
    kinds: tuple[str, ...]
    matrix: tuple[MatrixLine, ...]
    departments: tuple[str, ...]
    firms: tuple[FirmBurdenLine, ...]
    page: Page[Any]
    count: Count
    url: str
    export_url: str
    department_choices: Choices
    kind_choices: Choices
    regions: Choices


@dataclass(frozen=True)
class BurdenRowLine:
    """One thing asked, in words, and where it stands."""

    row: BurdenRow
    department: str
    kind: str
    url: str


@dataclass(frozen=True)
class BurdenRowsPage:
    """The rows behind a number."""

    query: ListQuery
    wanted: BurdenFilter
    chips: tuple[tuple[str, str], ...]
    lines: tuple[BurdenRowLine, ...]
    page: Page[BurdenRow]
    count: Count
    url: str
    report_url: str


@router.get("", action=actions.READ)
def burden_page(call: Call, query: ReportQuery) -> Response:
    """The report: departments by kind, firms by department."""
    wanted, names = _wanted(query, call.viewer), vocabulary(call.session).departments
    tallies = list_tallies_visible_to(call.session, call.actor, wanted)
    kinds, departments = _present(tallies, "kind", BURDEN_KINDS), _present(tallies, "department", names)
    found = page_firms_visible_to(call.session, call.actor, wanted, cursor=query.cursor or None, limit=PAGE_SIZE)
    page = BurdenPage(
        query=query,
        wanted=wanted,
        kinds=tuple(_(BURDEN_KINDS[kind]) for kind in kinds),
        matrix=_matrix(query, tallies, kinds, departments, names),
        departments=tuple(names.get(code, code) for code in departments),
        firms=tuple(_firm_line(query, one.enterprise, one.tallies, departments) for one in found.items),
        page=found,
        count=count_firms_visible_to(call.session, call.actor, wanted),
        url=query.address(),
        export_url=query.address("/requests/burden/export.xlsx"),
        department_choices=tuple(names.items()),
        kind_choices=pairs({str(kind): label for kind, label in BURDEN_KINDS.items()}),
        regions=region_choices(call.session, call.actor),
    )
    return call.render("web/engagement/burden.html", page)


@router.get("/rows", action=actions.READ)
def rows_page(call: Call, query: ReportQuery) -> Response:
    """The rows behind a number of the report."""
    wanted, names = _wanted(query, call.viewer), vocabulary(call.session).departments
    found = page_rows_visible_to(call.session, call.actor, wanted, cursor=query.cursor or None, limit=PAGE_SIZE)
    texts = {
        "department": names.get(query["department"], ""),
        "kind": _(BURDEN_KINDS[wanted.kind]) if wanted.kind else "",
        "q": f"“{query['q']}”" if query["q"].strip() else "",
        "firm": query["firm"],
    }
    base = "/requests/burden/rows"
    page = BurdenRowsPage(
        query=query,
        wanted=wanted,
        chips=tuple((text, query.address(base, **{name: ""})) for name, text in texts.items() if text),
        lines=tuple(_row_line(row, names) for row in found.items),
        page=found,
        count=count_rows_visible_to(call.session, call.actor, wanted),
        url=query.address(base),
        report_url=query.address(),
    )
    return call.render("web/engagement/burden_rows.html", page)


@router.get("/export.{extension}", action=actions.EXPORT)
def export(call: Call, query: ReportQuery, extension: TableFormat) -> Response:
    """A row for each firm, department and kind, in the order of the report."""
    header = [_("企业名称"), _("统一社会信用代码"), _("部门"), _("类别"), _("次数")]
    name = f"{_('企业负担')}-{call.on}"
    return download_table(
        call.request,
        name,
        extension,
        _cells(call.session, call.actor, _wanted(query, call.viewer)),
        header,
    )


def _cells(session: Session, actor: Actor, wanted: BurdenFilter) -> Iterator[list[Any]]:
    names, cursor = vocabulary(session).departments, ""
    while True:
        found = page_firms_visible_to(session, actor, wanted, cursor=cursor or None, limit=500)
        for one in found.items:
            for part in one.tallies:
                firm = one.enterprise
                yield [firm.name, firm.uscc, names.get(part.department, ""), _(BURDEN_KINDS[part.kind]), part.n]
        if found.next is None:
            return
        cursor = found.next


def _present(tallies: list[BurdenCount], name: str, order: dict[str, str]) -> list[str]:
    """The codes that occur, in the order of their vocabulary."""
    found = {getattr(one, name) for one in tallies}
    return [*(code for code in order if code in found), *sorted(found - set(order))]


def _matrix(
    query: ListQuery, tallies: list[BurdenCount], kinds: list[str], departments: list[str], names: dict[str, str]
) -> tuple[MatrixLine, ...]:
    def cell(department: str = "", kind: str = "") -> BurdenCell:
        n = sum(
            one.n
            for one in tallies
            if (not department or one.department == department) and (not kind or one.kind == kind)
        )
        return BurdenCell(
            n,
            query.address(
                "/requests/burden/rows", department=department or query["department"], kind=kind or query["kind"]
            ),
        )

    lines = [
        MatrixLine(names.get(code, code), tuple(cell(code, kind) for kind in kinds), cell(code)) for code in departments
    ]
    return (*lines, MatrixLine(_("合计"), tuple(cell(kind=kind) for kind in kinds), cell())) if lines else ()


def _firm_line(
    query: ListQuery, firm: Enterprise, tallies: tuple[BurdenCount, ...], departments: list[str]
) -> FirmBurdenLine:
    def cell(department: str = "") -> BurdenCell:
        n = sum(one.n for one in tallies if not department or one.department == department)
        return BurdenCell(
            n, query.address("/requests/burden/rows", firm=firm.uscc, department=department or query["department"])
        )

    return FirmBurdenLine(firm, tuple(cell(code) for code in departments), cell())


def _row_line(row: BurdenRow, names: dict[str, str]) -> BurdenRowLine:
    url = f"/cases/{row.case_number}" if row.case_number else f"/enterprises/{row.enterprise.uscc}/requests"
    return BurdenRowLine(row, names.get(row.department, row.department), _(BURDEN_KINDS.get(row.kind, row.kind)), url)
