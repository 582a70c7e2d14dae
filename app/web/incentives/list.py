"""政策奖补: who may enjoy what, what is on file, and the steps of one incentive."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from sqlalchemy.orm import Session
from starlette.responses import Response

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
from app.enterprises.models import Enterprise
from app.enterprises.queries import get_by_uscc_visible_to
from app.incentives import actions
from app.incentives.domain.steps import STATE_LABELS, IncentiveState
from app.incentives.lists import INCENTIVES, count_by_state, families_of
from app.incentives.models import Incentive
from app.incentives.queries import awards, clawback, schemes
from app.incentives.queries.entitlements import Entitlement
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count
from app.kit.permissions import Place, can
from app.web.incentives.clawback import WarningLine, warning_lines
from app.web.incentives.lines import (
    IncentiveLine,
    PastAwardLine,
    advisory,
    award_line,
    firm_lines,
    list_lines,
    past_line,
)
from app.web.shared.gone_firms import GoneFirms, gone_firms

router = GuardedRouter(door="web", prefix="/incentives")

WARNINGS_SHOWN = 5


@dataclass(frozen=True)
class IncentiveStateTab:
    """One state as a tab, with how many stand in it."""

    label: str
    url: str
    active: bool
    count: str


@dataclass(frozen=True)
class IncentivesPage:
    """Entitlements, or incentives on file in one state."""

    advisory: str
    warnings: tuple[WarningLine, ...]
    more_warnings: int
    tabs: tuple[IncentiveStateTab, ...]
    list: Listed[Entitlement | Incentive, IncentiveLine]
    state: IncentiveState
    may_recommend: bool
    gone: GoneFirms


@dataclass(frozen=True)
class EnterpriseIncentivesPage:
    """Everything one enterprise may enjoy or has enjoyed."""

    advisory: str
    enterprise: Enterprise
    lines: tuple[IncentiveLine, ...]
    past: tuple[PastAwardLine, ...]
    may_recommend: bool


# -- lists -------------------------------------------------------------------------------------------------------------------


def _lines(viewer: Viewer, rows: Sequence[Entitlement | Incentive]) -> Sequence[IncentiveLine]:
    by_code = {family.code: family for family in viewer.own(families_of)}
    eligible = list_lines(viewer.session, [row for row in rows if isinstance(row, Entitlement)])
    return [*eligible, *(award_line(row, by_code) for row in rows if isinstance(row, Incentive))]


def _schemes(viewer: Viewer, _query: ListQuery) -> Choices:
    return tuple((family.code, str(family.versions[0].scheme.name)) for family in viewer.own(families_of))


LIST = ListView(
    base="/incentives",
    source=INCENTIVES,
    lines=_lines,
    title=N_("政策奖补"),
    usual={"state": IncentiveState.ELIGIBLE},
    controls=(
        controls.hidden("state", chip=False),
        controls.select("scheme", N_("政策"), _schemes, wide=True, chip=False),
        controls.text("year", N_("事由年度"), maxlength=4, chip=False),
    ),
    columns=(
        TableColumn[IncentiveLine](N_("企业"), lambda line: line.enterprise.name),
        TableColumn[IncentiveLine](N_("统一社会信用代码"), lambda line: line.enterprise.uscc),
        TableColumn[IncentiveLine](N_("政策"), lambda line: line.scheme_name),
        TableColumn[IncentiveLine](N_("事由"), lambda line: line.fact),
        TableColumn[IncentiveLine](N_("事由日期"), lambda line: line.triggered_on),
        TableColumn[IncentiveLine](N_("金额（元）"), lambda line: line.exported_amount),
        TableColumn[IncentiveLine](N_("进度"), lambda line: line.state_text),
        TableColumn[IncentiveLine](
            N_("说明"), lambda line: advisory() if line.state is IncentiveState.ELIGIBLE else line.note
        ),
    ),
)


@router.get("", action=actions.LIST)
def incentives_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    viewer, wanted = call.viewer, LIST.wanted(query, call.viewer)
    counts = count_by_state(viewer, wanted)
    warnings = warning_lines(clawback.list_warnings(call.session, call.actor, viewer.own(families_of), call.on))
    page = IncentivesPage(
        advisory=advisory(),
        warnings=tuple(warnings[:WARNINGS_SHOWN]),
        more_warnings=max(0, len(warnings) - WARNINGS_SHOWN),
        tabs=tuple(_tab(item, query, wanted.state, counts[item]) for item in IncentiveState),
        list=LIST.around(query, viewer, wanted, LIST.found(query, viewer, wanted), counts[wanted.state]),
        state=wanted.state,
        may_recommend=can(call.actor, actions.RECOMMEND),
        gone=gone_firms(call.session, call.actor, ""),
    )
    return call.render("web/incentives/list.html", page)


def _tab(state: IncentiveState, query: ListQuery, active: IncentiveState, count: Count) -> IncentiveStateTab:
    text = f"{count.n:,}+" if count.more else f"{count.n:,}"
    return IncentiveStateTab(_(STATE_LABELS[state]), query.address(state=state), state is active, text)


@dataclass(frozen=True)
class ClawbackPage:
    """Everything that may have to be taken back."""

    warnings: tuple[WarningLine, ...]


@router.get("/clawback", action=actions.LIST)
def clawback_page(call: Call) -> Response:
    families = schemes.list_families(call.session, call.actor.region_prefix)
    warnings = warning_lines(clawback.list_warnings(call.session, call.actor, families, call.on))
    return call.render("web/incentives/clawback.html", ClawbackPage(tuple(warnings)))


@router.get("/export.{extension}", action=actions.EXPORT)
def export_incentives(call: Call, query: Annotated[ListQuery, LIST.asked], extension: TableFormat) -> Response:
    return export_list(call, LIST, query, extension)


@router.get("/enterprises/{uscc}", action=actions.LIST)
def enterprise_incentives_page(call: Call, uscc: str) -> Response:
    enterprise = get_by_uscc_visible_to(call.session, call.actor, uscc)
    page = EnterpriseIncentivesPage(
        advisory=advisory(),
        enterprise=enterprise,
        lines=enterprise_lines(call.session, enterprise),
        past=tuple(past_line(row) for row in awards.list_past(call.session, enterprise.id)),
        may_recommend=can(call.actor, actions.RECOMMEND, Place(enterprise.region_code, enterprise.id)),
    )
    return call.render("web/incentives/enterprise.html", page)


def enterprise_lines(session: Session, enterprise: Enterprise) -> tuple[IncentiveLine, ...]:
    """What one enterprise may enjoy, then what is on file."""
    return firm_lines(session, enterprise, schemes.list_families(session, enterprise.region_code))
