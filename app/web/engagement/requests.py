"""Every request made of firms: the list with its filters in the address, its export; the period that the bureau sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from starlette.responses import Response

from app.accounts.queries import list_active_officers
from app.doors.calls.call import Call
from app.doors.calls.downloads import TableFormat
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.doors.lists import controls
from app.doors.lists.columns import TableColumn
from app.doors.lists.controls import Choices
from app.doors.lists.export import export_list
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.engagement import actions
from app.engagement.lists import REQUESTS, RequestRow
from app.engagement.models import RequestPeriod
from app.engagement.queries.periods import list_periods
from app.engagement.schemas import SetPeriod
from app.engagement.service.periods import BUREAU, set_period
from app.enterprises.models import Enterprise
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
from app.kit.permissions import READERS, can
from app.web.shared.engagement_words import (
    KINDS,
    STATES,
    RequestLine,
    request_line,
    vocabulary,
)

router = GuardedRouter(door="web", prefix="/requests")


def _lines(viewer: Viewer, rows: Sequence[RequestRow]) -> Sequence[tuple[RequestLine, Enterprise]]:
    words = viewer.once(vocabulary)
    return [(request_line(row, words, viewer.on), firm) for row, firm in rows]


def _departments(viewer: Viewer, _query: ListQuery) -> Choices:
    return tuple(viewer.once(vocabulary).departments.items())


def _officers(viewer: Viewer, _query: ListQuery) -> Choices:
    return tuple((str(one.id), one.name) for one in list_active_officers(viewer.session, READERS))


Column = TableColumn[tuple[RequestLine, Enterprise]]
LIST = ListView(
    base="/requests",
    source=REQUESTS,
    lines=_lines,
    file=lambda viewer: f"{_('对企业的请求')}-{viewer.on}",
    controls=(
        controls.search("q", N_("企业"), maxlength=60),
        controls.select("state", N_("状态"), STATES),
        controls.select("kind", N_("类别"), KINDS),
        controls.select("department", N_("部门"), _departments),
        controls.select("officer", N_("提出人"), _officers),
        controls.day("since", N_("自"), N_("自 %(day)s")),
        controls.day("until", N_("至"), N_("至 %(day)s")),
        controls.hidden("firm"),
    ),
    columns=(
        Column(N_("企业名称"), lambda line: line[1].name),
        Column(N_("统一社会信用代码"), lambda line: line[1].uscc),
        Column(N_("要什么"), lambda line: line[0].title),
        Column(N_("类别"), lambda line: line[0].kind),
        Column(N_("年度"), lambda line: line[0].row.year),
        Column(N_("部门"), lambda line: line[0].department),
        Column(N_("提出日期"), lambda line: line[0].row.asked_on),
        Column(N_("提出人"), lambda line: line[0].row.asked_by_name),
        Column(N_("答复期限"), lambda line: line[0].row.due_on),
        Column(N_("状态"), lambda line: line[0].badge[1]),
        Column(N_("了结日期"), lambda line: line[0].row.settled_on),
        Column(N_("理由"), lambda line: line[0].row.reason),
        Column(N_("受理编号"), lambda line: line[0].row.case_number or ""),
    ),
)


@dataclass(frozen=True)
class RequestsPage:
    """The requests."""

    list: Listed[RequestRow, tuple[RequestLine, Enterprise]]
    may_ask: bool


@dataclass(frozen=True)
class PeriodPage:
    """Within how many months asking again needs a reason; what was set before."""

    form: Bound[Any]
    periods: tuple[RequestPeriod, ...]
    bureau: str
    may_set: bool


@router.get("", action=actions.READ)
def requests_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """The list."""
    page = RequestsPage(LIST.listed(query, call.viewer), can(call.actor, actions.ASK))
    return call.render("web/engagement/requests.html", page)


@router.get("/export.{extension}", action=actions.EXPORT)
def export(call: Call, query: Annotated[ListQuery, LIST.asked], extension: TableFormat) -> Response:
    """Exactly what the list shows, all pages of it."""
    return export_list(call, LIST, query, extension)


# -- the period ----------------------------------------------------------------------------------------------------------


@router.get("/period", action=actions.READ)
def period_page(call: Call) -> Response:
    """What is set, and the form for section heads."""
    return _period(call, empty())


@router.post("/period", action=actions.SET_PERIOD)
def change_period(call: Call) -> Response:
    """Set another period."""
    return call.submit(
        SetPeriod,
        lambda given: set_period(call.session, **call.by, given=given),
        done=lambda row: call.redirect(
            "/requests/period", good=_("期限已设为 %(n)s 个月，即日起适用。") % {"n": row.months}
        ),
        again=lambda bound: _period(call, bound),
    )


def _period(call: Call, form: Bound[Any]) -> Response:
    page = PeriodPage(form, tuple(list_periods(call.session)), BUREAU, can(call.actor, actions.SET_PERIOD))
    return call.render("web/engagement/period.html", page)
