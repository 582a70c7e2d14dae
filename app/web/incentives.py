"""政策奖补: who may enjoy what, what is on file, and the steps of one incentive."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.deps import CurrentActor, DbSession
from app.doors.downloads import TableFormat, download_table
from app.doors.pages import render
from app.doors.router import GuardedRouter
from app.enterprises.models import Enterprise
from app.enterprises.queries import get_by_uscc_visible_to
from app.incentives import actions
from app.incentives.domain.steps import STATE_LABELS, State
from app.incentives.queries import awards, entitlements, schemes
from app.incentives.queries.awards import AwardFilter
from app.incentives.queries.entitlements import Scope
from app.incentives.queries.schemes import SchemeFamily
from app.kit.actor import Actor
from app.kit.i18n import _
from app.kit.paging import Count, Page
from app.kit.permissions import Place, can
from app.web.incentive_lines import IncentiveLine, advisory, award_line, entitlement_line

router = GuardedRouter(door="web", prefix="/incentives")

PAGE_SIZE = 50


@dataclass(frozen=True)
class StateTab:
    """One state as a tab, with how many stand in it."""

    label: str
    url: str
    active: bool
    count: str


@dataclass(frozen=True)
class IncentivesPage:
    """Entitlements, or incentives on file in one state."""

    advisory: str
    tabs: tuple[StateTab, ...]
    lines: tuple[IncentiveLine, ...]
    page: Page[Any]
    count: Count
    state: State
    scheme: str
    schemes: tuple[tuple[str, str], ...]
    url: str
    export_query: str
    may_recommend: bool


@dataclass(frozen=True)
class EnterpriseIncentivesPage:
    """Everything one enterprise may enjoy or has enjoyed."""

    advisory: str
    enterprise: Enterprise
    lines: tuple[IncentiveLine, ...]
    may_recommend: bool


# -- lists -------------------------------------------------------------------------------------------------------------------


@router.get("", action=actions.LIST)
def incentives_page(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    state: str = "eligible",
    scheme: str = "",
    cursor: str | None = None,
) -> Response:
    chosen = _state(state)
    families = schemes.list_families(session, actor.region_prefix)
    wanted = [family for family in families if not scheme or family.code == scheme]
    found, lines = _page_of(session, actor, families, wanted, chosen, scheme, cursor)
    counts = _counts(session, actor, wanted)
    query = urlencode({"state": chosen.value} | ({"scheme": scheme} if scheme else {}))
    page = IncentivesPage(
        advisory=advisory(),
        tabs=tuple(_tab(item, chosen, scheme, counts[item]) for item in State),
        lines=tuple(lines),
        page=found,
        count=counts[chosen],
        state=chosen,
        scheme=scheme,
        schemes=tuple((family.code, str(family.versions[0].scheme.name)) for family in families),
        url=f"/incentives?{query}",
        export_query=query,
        may_recommend=can(actor, actions.RECOMMEND),
    )
    return render(request, "web/incentives/list.html", page)


def _page_of(
    session: Session,
    actor: Actor,
    families: Sequence[SchemeFamily],
    wanted: Sequence[SchemeFamily],
    state: State,
    scheme: str,
    cursor: str | None,
    limit: int = PAGE_SIZE,
) -> tuple[Page[Any], list[IncentiveLine]]:
    if state is State.ELIGIBLE:
        eligible = entitlements.page_entitlements(session, wanted, Scope(actor.region_prefix), cursor, limit)
        return eligible, [entitlement_line(item) for item in eligible.items]
    found = awards.page_visible_to(session, actor, AwardFilter(state, scheme), cursor, limit)
    by_code = {family.code: family for family in families}
    return found, [award_line(item, by_code) for item in found.items]


def _counts(session: Session, actor: Actor, wanted: Sequence[SchemeFamily]) -> dict[State, Count]:
    codes = {family.code for family in wanted}
    on_file = awards.count_by_state(session, actor)
    counts = {
        state: Count(sum(n for (code, held), n in on_file.items() if held is state and code in codes))
        for state in State
    }
    counts[State.ELIGIBLE] = entitlements.count_entitlements(session, wanted, Scope(actor.region_prefix))
    return counts


def _tab(state: State, chosen: State, scheme: str, count: Count) -> StateTab:
    query = urlencode({"state": state.value} | ({"scheme": scheme} if scheme else {}))
    text = f"{count.n:,}+" if count.more else f"{count.n:,}"
    return StateTab(_(STATE_LABELS[state]), f"/incentives?{query}", state is chosen, text)


@router.get("/export.{extension}", action=actions.EXPORT)
def export_incentives(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    extension: TableFormat,
    state: str = "eligible",
    scheme: str = "",
) -> Response:
    chosen = _state(state)
    families = schemes.list_families(session, actor.region_prefix)
    wanted = [family for family in families if not scheme or family.code == scheme]
    lines: list[IncentiveLine] = []
    cursor: str | None = None
    while True:
        found, more = _page_of(session, actor, families, wanted, chosen, scheme, cursor, 1_000)
        lines += more
        cursor = found.next
        if cursor is None:
            break
    header = [_("企业"), _("统一社会信用代码"), _("政策"), _("事由"), _("事由日期"), _("金额"), _("进度"), _("说明")]
    rows = [
        [item.enterprise.name, item.enterprise.uscc, item.scheme_name, item.fact, item.triggered_on, item.amount,
         item.state_text, advisory() if item.state is State.ELIGIBLE else item.note]
        for item in lines
    ]  # fmt: skip
    return download_table(request, _("政策奖补"), extension, rows, header)


@router.get("/enterprises/{uscc}", action=actions.LIST)
def enterprise_incentives_page(request: Request, session: DbSession, actor: CurrentActor, uscc: str) -> Response:
    enterprise = get_by_uscc_visible_to(session, actor, uscc)
    page = EnterpriseIncentivesPage(
        advisory=advisory(),
        enterprise=enterprise,
        lines=enterprise_lines(session, enterprise),
        may_recommend=can(actor, actions.RECOMMEND, Place(enterprise.region_code, enterprise.id)),
    )
    return render(request, "web/incentives/enterprise.html", page)


def enterprise_lines(session: Session, enterprise: Enterprise) -> tuple[IncentiveLine, ...]:
    """What one enterprise may enjoy, then what is on file."""
    families = schemes.list_families(session, enterprise.region_code)
    open_ones = entitlements.list_entitlements(session, families, Scope(enterprise_id=enterprise.id))
    by_code = {family.code: family for family in families}
    on_file = awards.list_of_enterprise(session, enterprise.id)
    return (*(entitlement_line(item) for item in open_ones), *(award_line(item, by_code) for item in on_file))


def _state(text: str) -> State:
    return State(text) if text in set(State) else State.ELIGIBLE
