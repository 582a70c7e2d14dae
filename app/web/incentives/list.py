"""政策奖补: who may enjoy what, what is on file, and the steps of one incentive."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.downloads import TableFormat, download_table
from app.doors.calls.router import GuardedRouter
from app.doors.lists.query import ListQuery, asked, list_query
from app.enterprises.models import Enterprise
from app.enterprises.queries import get_by_uscc_visible_to
from app.incentives import actions
from app.incentives.domain.steps import STATE_LABELS, IncentiveState
from app.incentives.queries import awards, clawback, entitlements, schemes
from app.incentives.queries.awards import AwardFilter
from app.incentives.queries.entitlements import EntitlementScope
from app.incentives.queries.schemes import SchemeFamily
from app.kit.actor import Actor
from app.kit.i18n import _
from app.kit.paging import Count, Page
from app.kit.permissions import Place, can
from app.web.incentives.clawback import WarningLine, warning_lines
from app.web.incentives.lines import IncentiveLine, advisory, award_line, firm_lines, list_lines

router = GuardedRouter(door="web", prefix="/incentives")

PAGE_SIZE = 50
WARNINGS_SHOWN = 5
YEARS = frozenset(str(year) for year in range(2000, 2101))


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
    lines: tuple[IncentiveLine, ...]
    page: Page[Any]
    count: Count
    state: IncentiveState
    scheme: str
    year: int | None
    schemes: tuple[tuple[str, str], ...]
    url: str
    export: tuple[str, str]
    may_recommend: bool


@dataclass(frozen=True)
class EnterpriseIncentivesPage:
    """Everything one enterprise may enjoy or has enjoyed."""

    advisory: str
    enterprise: Enterprise
    lines: tuple[IncentiveLine, ...]
    may_recommend: bool


# -- lists -------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to: a state, a scheme, the year of the facts."""

    state: IncentiveState
    scheme: str = ""
    year: int | None = None


QUERY = list_query("/incentives", ("state", "scheme", "year"), usual={"state": IncentiveState.ELIGIBLE})


def _wanted(query: ListQuery) -> Wanted:
    """What an address asks for; what is no state or year narrows nothing."""
    state = IncentiveState(query["state"]) if query["state"] in set(IncentiveState) else IncentiveState.ELIGIBLE
    return Wanted(state, query["scheme"], int(query["year"]) if query["year"] in YEARS else None)


@router.get("", action=actions.LIST)
def incentives_page(call: Call, query: Annotated[ListQuery, asked(QUERY)]) -> Response:
    wanted = _wanted(query)
    families = schemes.list_families(call.session, call.actor.region_prefix)
    asked = [family for family in families if wanted.scheme in ("", family.code)]
    found, lines = _page_of(call.session, call.actor, families, asked, wanted, query.cursor or None)
    counts = _counts(call.session, call.actor, asked, wanted)
    warnings = warning_lines(clawback.list_warnings(call.session, call.actor, families, call.on))
    page = IncentivesPage(
        advisory=advisory(),
        warnings=tuple(warnings[:WARNINGS_SHOWN]),
        more_warnings=max(0, len(warnings) - WARNINGS_SHOWN),
        tabs=tuple(_tab(item, query, wanted, counts[item]) for item in IncentiveState),
        lines=tuple(lines),
        page=found,
        count=counts[wanted.state],
        state=wanted.state,
        scheme=wanted.scheme,
        year=wanted.year,
        schemes=tuple((family.code, str(family.versions[0].scheme.name)) for family in families),
        url=query.address(),
        export=(query.address("/incentives/export.xlsx"), query.address("/incentives/export.csv")),
        may_recommend=can(call.actor, actions.RECOMMEND),
    )
    return call.render("web/incentives/list.html", page)


def _page_of(
    session: Session,
    actor: Actor,
    families: Sequence[SchemeFamily],
    asked: Sequence[SchemeFamily],
    wanted: Wanted,
    cursor: str | None,
    limit: int = PAGE_SIZE,
) -> tuple[Page[Any], list[IncentiveLine]]:
    if wanted.state is IncentiveState.ELIGIBLE:
        scope = EntitlementScope(actor.region_prefix, year=wanted.year)
        eligible = entitlements.page_entitlements(session, asked, scope, cursor, limit)
        return eligible, list_lines(session, eligible.items)
    narrowed = AwardFilter(wanted.state, wanted.scheme, wanted.year)
    found = awards.page_visible_to(session, actor, narrowed, cursor, limit)
    by_code = {family.code: family for family in families}
    return found, [award_line(item, by_code) for item in found.items]


def _counts(
    session: Session, actor: Actor, asked: Sequence[SchemeFamily], wanted: Wanted
) -> dict[IncentiveState, Count]:
    codes = {family.code for family in asked}
    on_file = awards.count_by_state(session, actor, wanted.year)
    counts = {
        state: Count(sum(n for (code, held), n in on_file.items() if held is state and code in codes))
        for state in IncentiveState
    }
    scope = EntitlementScope(actor.region_prefix, year=wanted.year)
    counts[IncentiveState.ELIGIBLE] = entitlements.count_entitlements(session, asked, scope)
    return counts


def _tab(state: IncentiveState, query: ListQuery, wanted: Wanted, count: Count) -> IncentiveStateTab:
    text = f"{count.n:,}+" if count.more else f"{count.n:,}"
    return IncentiveStateTab(_(STATE_LABELS[state]), query.address(state=state), state is wanted.state, text)


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
def export_incentives(call: Call, query: Annotated[ListQuery, asked(QUERY)], extension: TableFormat) -> Response:
    wanted = _wanted(query)
    families = schemes.list_families(call.session, call.actor.region_prefix)
    asked = [family for family in families if wanted.scheme in ("", family.code)]
    lines: list[IncentiveLine] = []
    cursor: str | None = None
    while True:
        found, more = _page_of(call.session, call.actor, families, asked, wanted, cursor, 1_000)
        lines += more
        cursor = found.next
        if cursor is None:
            break
    header = [
        _("企业"),
        _("统一社会信用代码"),
        _("政策"),
        _("事由"),
        _("事由日期"),
        _("金额（元）"),
        _("进度"),
        _("说明"),
    ]
    rows = [
        [item.enterprise.name, item.enterprise.uscc, item.scheme_name, item.fact, item.triggered_on,
         item.exported_amount, item.state_text, advisory() if item.state is IncentiveState.ELIGIBLE else item.note]
        for item in lines
    ]  # fmt: skip
    return download_table(call.request, _("政策奖补"), extension, rows, header)


@router.get("/enterprises/{uscc}", action=actions.LIST)
def enterprise_incentives_page(call: Call, uscc: str) -> Response:
    enterprise = get_by_uscc_visible_to(call.session, call.actor, uscc)
    page = EnterpriseIncentivesPage(
        advisory=advisory(),
        enterprise=enterprise,
        lines=enterprise_lines(call.session, enterprise),
        may_recommend=can(call.actor, actions.RECOMMEND, Place(enterprise.region_code, enterprise.id)),
    )
    return call.render("web/incentives/enterprise.html", page)


def enterprise_lines(session: Session, enterprise: Enterprise) -> tuple[IncentiveLine, ...]:
    """What one enterprise may enjoy, then what is on file."""
    return firm_lines(session, enterprise, schemes.list_families(session, enterprise.region_code))
