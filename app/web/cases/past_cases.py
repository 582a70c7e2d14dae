"""历年申报: what firms applied for in earlier years, as the bureau's ledgers tell it. History only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from starlette.responses import Response

from app.cases import actions
from app.cases.past_cases.fields import PAST_CASE, RESULT
from app.cases.past_cases.lists import PAST_CASES, PastCaseRow
from app.doors.calls.call import Call
from app.doors.calls.downloads import TableFormat
from app.doors.calls.router import GuardedRouter
from app.doors.lists import controls
from app.doors.lists.columns import TableColumn
from app.doors.lists.controls import Choices
from app.doors.lists.export import export_list
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
from app.web.shared.enterprise_words import words
from app.web.shared.past_case_lines import PastCaseLine, past_case_line

router = GuardedRouter(door="web", prefix="/cases/past")


def _lines(viewer: Viewer, rows: Sequence[PastCaseRow]) -> Sequence[PastCaseLine]:
    known = viewer.once(words)
    return [past_case_line(row, known, firm) for row, firm in rows]


def _programmes(viewer: Viewer, _query: ListQuery) -> Choices:
    return viewer.once(words).programmes


def _results(viewer: Viewer, _query: ListQuery) -> Choices:
    return viewer.once(words).choices(RESULT)


Column = TableColumn[PastCaseLine]
LIST = ListView(
    base="/cases/past",
    source=PAST_CASES,
    lines=_lines,
    title=N_("历年申报"),
    sort="-year",
    file=lambda viewer: f"{_('历年申报')}-{viewer.on}",
    controls=(
        controls.search("q", N_("企业"), wide=True),
        controls.select("programme", N_("通道"), _programmes),
        controls.text("year", N_("年度"), maxlength=4),
        controls.select("result", N_("结果"), _results),
        controls.hidden("firm"),
    ),
    columns=(
        Column(N_("企业名称"), lambda line: line.firm, sort="name", link=lambda line: line.url, note=lambda line: line.uscc),
        Column(N_("统一社会信用代码"), lambda line: line.uscc, on_page=False),
        Column(PAST_CASE["programme_code"].label, lambda line: line.programme),
        Column(PAST_CASE["year"].label, lambda line: line.row.year, sort="-year"),
        Column(PAST_CASE["round"].label, lambda line: line.row.round),
        Column(PAST_CASE["number"].label, lambda line: line.row.number),
        Column(PAST_CASE["result"].label, lambda line: line.result, shown=lambda line: line.badge),
        Column(PAST_CASE["stage"].label, lambda line: line.row.stage),
        Column(PAST_CASE["decided_on"].label, lambda line: line.row.decided_on),
        Column(PAST_CASE["note"].label, lambda line: line.row.note),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class PastCasesPage:
    """The list."""

    list: Listed[PastCaseRow, PastCaseLine]


@router.get("", action=actions.LIST)
def past_cases_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """The applications of earlier years of the firms that the officer sees."""
    return call.render("web/cases/past_cases.html", PastCasesPage(LIST.listed(query, call.viewer)))


@router.get("/export.{extension}", action=actions.EXPORT)
def export(call: Call, query: Annotated[ListQuery, LIST.asked], extension: TableFormat) -> Response:
    """Exactly the rows of the list, in its order."""
    return export_list(call, LIST, query, extension)
