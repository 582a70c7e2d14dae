"""企业库: the list with its filters in the address, and its export."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.lists import FIRMS
from app.doors.calls.downloads import TableFormat
from app.doors.calls.past import ListCall
from app.doors.calls.router import GuardedRouter
from app.doors.lists import controls
from app.doors.lists.bulk import BulkButton, BulkForm
from app.doors.lists.controls import Choices, Choose
from app.doors.lists.export import export_list
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.engagement.actions import ASK
from app.enterprises import actions
from app.enterprises.lists import ANY_GONE
from app.enterprises.models import Enterprise
from app.enterprises.queries import count_unplaced_visible_to
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
from app.kit.permissions import can
from app.programmes.queries import load_catalogue
from app.reference.published import kept
from app.reference.queries import find_industry
from app.web.enterprises.columns import COLUMNS, EnterpriseRow, rows_of
from app.web.shared.enterprise_words import in_one_county, words
from app.web.shared.list_controls import FIRM, REGION
from app.web.shared.message_links import message_address

router = GuardedRouter(door="web", prefix="/enterprises")

_SCALES = {"yes": N_("规上"), "no": N_("规下")}


def _lines(viewer: Viewer, rows: Sequence[Enterprise]) -> Sequence[EnterpriseRow]:
    return rows_of(viewer.session, rows, viewer.once(words), viewer.on)


def _coded(vocabulary: str) -> Choose:
    return lambda viewer, _query: viewer.once(words).choices_of(vocabulary)


def _industry_words(code: str, viewer: Viewer, _query: ListQuery) -> str:
    row = find_industry(viewer.session, code)
    return f"{row.code} {row.name}" if row else code


def _statuses(viewer: Viewer, _query: ListQuery) -> Choices:
    return (*viewer.once(words).choices_of("business_status"), (ANY_GONE, _("注销、吊销或迁出")))


@kept
def _stages(session: Session) -> Choices:
    """Every stage of every programme that is known, as `programme/stage`."""
    return tuple(
        (f"{programme.code}/{stage.code}", f"{programme.title} · {stage.name}")
        for programme in load_catalogue(session).known().values()
        for stage in programme.stages
    )


LIST = ListView(
    base="/enterprises",
    source=FIRMS,
    lines=_lines,
    title=N_("企业库"),
    sort="name",
    dated=True,
    saved=True,
    always=2,
    columns=COLUMNS,
    file=lambda viewer: f"{_('企业库')}-{viewer.on.isoformat()}",
    returns=("firm", "uscc"),
    controls=(
        FIRM,
        REGION,
        controls.select(
            "field",
            N_("技术领域"),
            _coded("field"),
            words=lambda code, viewer, _query: viewer.once(words).field_label(code),
        ),
        controls.select("tag", N_("标签"), _coded("tag")),
        controls.select("certificate", N_("有效证书"), _coded("certificate_kind")),
        controls.select("stage", N_("培育环节"), lambda viewer, _query: viewer.once(_stages)),
        controls.select("park", N_("园区"), _coded("park"), more=True),
        controls.picker(
            "industry", N_("行业"), "/enterprises/suggest/industries", _industry_words, N_("代码或名称"), more=True
        ),
        controls.select("scale", N_("规模"), _coded("scale"), more=True),
        controls.select("status", N_("经营状态"), _statuses, more=True),
        controls.select("above_scale", N_("规上"), _SCALES, more=True),
        controls.tick("unconfirmed", N_("只看代码待确认"), N_("代码待确认"), more=True),
        controls.tick("retired", N_("只看已停用"), N_("已停用"), more=True),
    ),
)


BULK_FORM = BulkForm(
    "/requests/bulk",
    "firms",
    N_("勾选后批量提出请求或安排走访，先预览再写入"),
    (
        BulkButton(N_("批量请求")),
        BulkButton(N_("全部 %(n)s 家批量请求"), every=True),
        BulkButton(N_("安排走访"), "/visits/rounds/new"),
    ),
)


@dataclass(frozen=True)
class EnterprisesPage:
    """The list of firms with where it leads."""

    list: Listed[Enterprise, EnterpriseRow]
    bulk: BulkForm
    one_county: bool
    may_create: bool
    may_import: bool
    message_url: str
    records_url: str
    may_ask: bool
    unplaced: int


@router.get("", action=actions.LIST)
def enterprises_page(call: ListCall, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """The firms that the officer sees, filtered by the address; as of a past day where it names one."""
    page = EnterprisesPage(
        list=LIST.listed(query, call.viewer),
        bulk=BULK_FORM,
        one_county=in_one_county(call.actor),
        may_create=can(call.actor, actions.CREATE),
        may_import=can(call.actor, actions.IMPORT),
        message_url=message_address(call.actor, query.address()),
        records_url=query.address("/enterprises/records"),
        may_ask=not call.as_of.past and can(call.actor, ASK),
        unplaced=count_unplaced_visible_to(call.session, call.actor),
    )
    return call.render("web/enterprises/list.html", page)


@router.get("/export.{extension}", action=actions.EXPORT)
def export_enterprises(call: ListCall, query: Annotated[ListQuery, LIST.asked], extension: TableFormat) -> Response:
    """Exactly what the list shows, all pages of it."""
    return export_list(call, LIST, query, extension)
