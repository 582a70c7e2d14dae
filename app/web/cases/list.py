"""培育通道: the list of cases and its export."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from starlette.responses import Response

from app.accounts.models import Officer
from app.accounts.queries import list_officers
from app.cases import actions
from app.cases.bulk.actions import BULK
from app.cases.lists import CASES
from app.cases.loads import SOON_DAYS
from app.cases.models import CaseFile
from app.doors.calls.downloads import TableFormat
from app.doors.calls.past import ListCall
from app.doors.calls.router import GuardedRouter
from app.doors.lists import controls
from app.doors.lists.bulk import BulkButton, BulkForm
from app.doors.lists.columns import TableColumn
from app.doors.lists.controls import Choices
from app.doors.lists.export import export_list
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.kit.actor import Actor
from app.kit.i18n import N_, _
from app.kit.lists.filters import ME, NONE
from app.kit.lists.viewer import Viewer
from app.kit.permissions import EDITORS, can
from app.programmes.queries import Catalogue, load_catalogue
from app.web.shared.case_lines import STATES, CaseLine, case_lines, state_text
from app.web.shared.message_links import message_address

router = GuardedRouter(door="web", prefix="/cases")


# -- what is chosen from -------------------------------------------------------------------------------------------------


def programme_choices(catalogue: Catalogue) -> Choices:
    return tuple((code, str(programme.title)) for code, programme in catalogue.known().items())


def programmes(viewer: Viewer, _query: ListQuery) -> Choices:
    """The programmes, for the control of a list."""
    return programme_choices(viewer.once(load_catalogue))


def year_choices(on: date) -> Choices:
    return tuple((str(year), str(year)) for year in range(on.year + 1, on.year - 6, -1))


def years(viewer: Viewer, _query: ListQuery) -> Choices:
    """The years about now, for the control of a list."""
    return year_choices(viewer.on)


def officer_filter(officers: Sequence[Officer], actor: Actor) -> Choices:
    found = [(ME, _("我"))] if actor.traits.edits else []
    found += [(str(o.id), o.name) for o in officers if o.role in EDITORS and o.id != actor.id]
    return (*found, (NONE, _("未指定")))


def officers(viewer: Viewer, _query: ListQuery) -> Choices:
    """Those who lead cases and nobody, for the control of a list."""
    return officer_filter(viewer.once(list_officers), viewer.actor)


def leading_officers(viewer: Viewer, query: ListQuery) -> Choices:
    """Those who lead cases, for the control of a list."""
    return officers(viewer, query)[:-1]


def officer_words(text: str, viewer: Viewer, _query: ListQuery) -> str:
    """Whose the rows of a list are."""
    names = {str(officer.id): officer.name for officer in viewer.once(list_officers)}
    return {ME: _("我经办"), NONE: _("未指定经办人")}.get(text, names.get(text, text))


def _stages(viewer: Viewer, query: ListQuery) -> Choices:
    known = viewer.once(load_catalogue).known().get(query["programme"])
    return tuple((stage.code, str(stage.name)) for stage in known.stages) if known else ()


_MARKED = {
    "submitted": N_("已申报"),
    "recommended": N_("已推荐"),
    "accepted": N_("已通过"),
    "certified": N_("已发证"),
}


def _marker_words(marker: str, _viewer: Viewer, query: ListQuery) -> str:
    if marker not in _MARKED:
        return marker
    text, year = _(_MARKED[marker]), query["reached"]
    return _("%(year)s 年%(what)s") % {"year": year, "what": text} if year else text


# -- the list ------------------------------------------------------------------------------------------------------------


def _lines(viewer: Viewer, rows: Sequence[CaseFile]) -> Sequence[CaseLine]:
    return case_lines(viewer.session, viewer.once(load_catalogue), rows, viewer.on)


Column = TableColumn[CaseLine]
LIST = ListView(
    base="/cases",
    source=CASES,
    lines=_lines,
    title=N_("培育通道"),
    sort="-number",
    dated=True,
    saved=True,
    file=lambda viewer: _("培育通道") + (f"-{viewer.on.isoformat()}" if viewer.past else ""),
    controls=(
        controls.search("q", N_("企业或受理编号"), wide=True),
        controls.select("programme", N_("通道"), programmes, auto=True, drops=("stage",)),
        controls.select(
            "year", N_("年度"), years, words=lambda year, _viewer, _query: _("%(year)s 年度") % {"year": year}
        ),
        controls.hidden("round"),
        controls.select("stage", N_("阶段"), _stages),
        controls.select("state", N_("状态"), STATES),
        controls.select("officer", N_("经办人"), officers, words=officer_words),
        controls.tick("overdue", N_("有逾期节点")),
        controls.hidden("soon", lambda _text, _viewer, _query: _("%(n)s 天内到期") % {"n": SOON_DAYS}),
        controls.hidden("marker", _marker_words, drops=("reached",)),
        controls.hidden("reached", chip=False),
    ),
    columns=(
        Column(N_("受理编号"), lambda line: line.number, sort="-number"),
        Column(N_("企业"), lambda line: line.firm, sort="name", export_label=N_("企业名称")),
        Column(N_("统一社会信用代码"), lambda line: line.uscc, on_page=False),
        Column(N_("通道"), lambda line: line.programme, export_label=N_("培育通道")),
        Column(N_("年度"), lambda line: line.year, on_page=False),
        Column(N_("批次"), lambda line: line.round, on_page=False),
        Column(N_("阶段"), lambda line: line.stage, sort="-stage_entered_on"),
        Column(N_("办理状态"), lambda line: state_text(line.case.state), on_page=False),
        Column(N_("进入本阶段"), lambda line: line.stage_entered_on, on_page=False),
        Column(N_("下一期限"), lambda line: "", sort="due", exported=False),
        Column(N_("经办人"), lambda line: line.officer),
        Column(N_("下一期限"), lambda line: line.case.next_due_on, on_page=False),
        Column(N_("立案日期"), lambda line: line.case.opened_on, on_page=False),
        Column(N_("申报日期"), lambda line: line.case.submitted_on, on_page=False),
        Column(N_("办结日期"), lambda line: line.case.closed_on, on_page=False),
    ),
)


BULK_FORM = BulkForm(
    "/cases/bulk",
    "cases",
    N_("推进阶段、指定经办人、调整批次，先预览再办理"),
    (
        BulkButton(N_("批量办理勾选的")),
        BulkButton(N_("批量办理全部 %(n)s 件"), every=True),
        BulkButton(N_("批量请求"), "/requests/bulk"),
        BulkButton(N_("安排走访"), "/visits/rounds/new"),
        BulkButton(N_("报送"), "/exchange/handovers/cases"),
    ),
)


@dataclass(frozen=True)
class CasesPage:
    """The list with where it leads."""

    list: Listed[CaseFile, CaseLine]
    bulk: BulkForm
    papers_url: str
    message_url: str
    board_url: str
    may_open: bool
    may_bulk: bool


@router.get("", action=actions.LIST)
def list_page(call: ListCall, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """The cases that the officer sees, filtered by the address; as of a past day where it names one."""
    page = CasesPage(
        list=LIST.listed(query, call.viewer),
        bulk=BULK_FORM,
        papers_url=query.address("/cases/papers"),
        message_url=message_address(call.actor, query.address()),
        board_url=query.address("/cases/board", stage="", state="", sort="", as_of=""),
        may_open=can(call.actor, actions.OPEN),
        may_bulk=not call.as_of.past and can(call.actor, BULK),
    )
    return call.render("web/cases/list.html", page)


@router.get("/export.{extension}", action=actions.EXPORT)
def export(call: ListCall, query: Annotated[ListQuery, LIST.asked], extension: TableFormat) -> Response:
    """Exactly the rows of the list, in its order."""
    return export_list(call, LIST, query, extension)
