"""企业负担: how often firms were asked, by department and kind, in a period; every number opens its rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from starlette.responses import Response

from app.cases.burden import (
    FIRMS_ASKED,
    THINGS_ASKED,
    BurdenCount,
    BurdenFilter,
    BurdenRow,
    FirmCount,
    days_asked,
    list_tallies_visible_to,
)
from app.doors.calls.call import Call
from app.doors.calls.downloads import TableFormat
from app.doors.calls.router import GuardedRouter
from app.doors.lists import controls
from app.doors.lists.columns import TableColumn
from app.doors.lists.controls import Choices, Control
from app.doors.lists.export import export_list
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.engagement import actions
from app.enterprises.models import Enterprise
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
from app.web.shared.engagement_words import BURDEN_KINDS, vocabulary
from app.web.shared.list_controls import regions

router = GuardedRouter(door="web", prefix="/requests/burden")

#: How often a firm was asked by a department, by its name, for a kind of thing.
FirmPart = tuple[Enterprise, str, BurdenCount]


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

    kinds: tuple[str, ...]
    matrix: tuple[MatrixLine, ...]
    departments: tuple[str, ...]
    list: Listed[FirmCount, FirmBurdenLine]


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

    list: Listed[BurdenRow, BurdenRowLine]
    report_url: str


def _row_lines(viewer: Viewer, rows: Sequence[BurdenRow]) -> Sequence[BurdenRowLine]:
    names = viewer.once(vocabulary).departments
    return [_row_line(row, names) for row in rows]


def _parts(viewer: Viewer, firms: Sequence[FirmCount]) -> Sequence[FirmPart]:
    names = viewer.once(vocabulary).departments
    return [(firm.enterprise, names.get(part.department, ""), part) for firm in firms for part in firm.tallies]


def _days(query: ListQuery, viewer: Viewer) -> dict[str, Any]:
    return days_asked(query["since"], query["until"], viewer.on)


def _iso(query: ListQuery, viewer: Viewer, name: str) -> str:
    return str(_days(query, viewer)[name])


def _departments(viewer: Viewer, _query: ListQuery) -> Choices:
    return tuple(viewer.once(vocabulary).departments.items())


#: The report's firms, whose address the whole report shares; the rows behind its numbers; a row of its file for each firm, department and kind.
LIST: ListView[FirmCount, BurdenFilter, FirmBurdenLine] = ListView(
    base="/requests/burden",
    source=FIRMS_ASKED,
    lines=lambda _viewer, _rows: (),
    controls=(
        Control("since", "day", N_("自"), chip=False, initial=lambda viewer, query: _iso(query, viewer, "since")),
        Control("until", "day", N_("至"), chip=False, initial=lambda viewer, query: _iso(query, viewer, "until")),
        controls.select("department", N_("部门"), _departments, chip=False),
        controls.select("kind", N_("类别"), BURDEN_KINDS, chip=False),
        controls.select("region", N_("区域"), regions, chip=False),
        controls.search("q", N_("企业"), maxlength=60, chip=False),
    ),
)
_ROWS = ListView(
    base="/requests/burden/rows",
    source=THINGS_ASKED,
    lines=_row_lines,
    controls=(
        controls.hidden("department", lambda code, viewer, _query: viewer.once(vocabulary).departments.get(code, "")),
        controls.hidden("kind", lambda code, _viewer, _query: _(BURDEN_KINDS[code])),
        controls.search("q", N_("企业")),
        controls.hidden("firm"),
    ),
)
_EXPORT = ListView(
    base="/requests/burden",
    source=FIRMS_ASKED,
    lines=_parts,
    columns=(
        TableColumn[FirmPart](N_("企业名称"), lambda line: line[0].name),
        TableColumn[FirmPart](N_("统一社会信用代码"), lambda line: line[0].uscc),
        TableColumn[FirmPart](N_("部门"), lambda line: line[1]),
        TableColumn[FirmPart](N_("类别"), lambda line: _(BURDEN_KINDS[line[2].kind])),
        TableColumn[FirmPart](N_("次数"), lambda line: line[2].n),
    ),
    file=lambda viewer: f"{_('企业负担')}-{viewer.on}",
)


@router.get("", action=actions.READ)
def burden_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """The report: departments by kind, firms by department."""
    viewer, names = call.viewer, vocabulary(call.session).departments
    wanted = LIST.wanted(query, viewer, **_days(query, viewer))
    tallies = list_tallies_visible_to(call.session, call.actor, wanted)
    kinds, departments = _present(tallies, "kind", BURDEN_KINDS), _present(tallies, "department", names)
    view = replace(LIST, lines=lambda _viewer, firms: [_firm_line(query, firm, departments) for firm in firms])
    page = BurdenPage(
        kinds=tuple(_(BURDEN_KINDS[kind]) for kind in kinds),
        matrix=_matrix(query, tallies, kinds, departments, names),
        departments=tuple(names.get(code, code) for code in departments),
        list=view.around(query, viewer, wanted, view.found(query, viewer, wanted), FIRMS_ASKED.count(viewer, wanted)),
    )
    return call.render("web/engagement/burden.html", page)


@router.get("/rows", action=actions.READ)
def rows_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """The rows behind a number of the report."""
    viewer = call.viewer
    page = BurdenRowsPage(_ROWS.listed(query, viewer, **_days(query, viewer)), report_url=query.address())
    return call.render("web/engagement/burden_rows.html", page)


@router.get("/export.{extension}", action=actions.EXPORT)
def export(call: Call, query: Annotated[ListQuery, LIST.asked], extension: TableFormat) -> Response:
    """A row for each firm, department and kind, in the order of the report."""
    return export_list(call, _EXPORT, query, extension, **_days(query, call.viewer))


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


def _firm_line(query: ListQuery, asked: FirmCount, departments: list[str]) -> FirmBurdenLine:
    firm = asked.enterprise

    def cell(department: str = "") -> BurdenCell:
        n = sum(one.n for one in asked.tallies if not department or one.department == department)
        return BurdenCell(
            n, query.address("/requests/burden/rows", firm=firm.uscc, department=department or query["department"])
        )

    return FirmBurdenLine(firm, tuple(cell(code) for code in departments), cell())


def _row_line(row: BurdenRow, names: dict[str, str]) -> BurdenRowLine:
    url = f"/cases/{row.case_number}" if row.case_number else f"/enterprises/{row.enterprise.uscc}/requests"
    return BurdenRowLine(row, names.get(row.department, row.department), _(BURDEN_KINDS.get(row.kind, row.kind)), url)
