"""数据交换 → 概况: with whom we exchange, how each is doing, what waits for somebody, what was settled lately."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.exchange.actions import MANAGE_PARTNERS, SEE
from app.exchange.handovers.listed import count_states
from app.exchange.handovers.tallies import Waiting, settled_by, waiting_by_partner
from app.exchange.lists import HANDOVERS, HandoverFilter
from app.exchange.partners.domain import TRANSPORT_LABELS, Transport
from app.exchange.partners.models import Partner
from app.exchange.partners.queries import list_partners
from app.kit.i18n import _
from app.kit.permissions import can
from app.web.exchange.chart import PERIODS, Chart, chart_of
from app.web.exchange.handovers import HandoverLine, handover_line
from app.web.exchange.health import PartnerStatus, age_words, partner_status
from app.web.exchange.lines import may_hand_over
from app.web.exchange.tabs import ExchangeTab, exchange_tabs

router = GuardedRouter(door="web", prefix="/exchange")

LATEST = 5


@dataclass(frozen=True)
class LinkedNumber:
    """A number that opens its rows."""

    n: int
    url: str


@dataclass(frozen=True)
class PartnerLine:
    """One partner: how it stands and what waits there."""

    name: str
    url: str
    transport: str
    push: bool
    status: PartnerStatus
    queued: int
    age: str
    changed: LinkedNumber
    parked: LinkedNumber
    refused: LinkedNumber
    last_success_at: datetime | None


@dataclass(frozen=True)
class ExchangeOverviewPage:
    """The page."""

    tabs: tuple[ExchangeTab, ...]
    partners: tuple[PartnerLine, ...]
    latest: tuple[HandoverLine, ...]
    chart: Chart
    periods: tuple[ExchangeTab, ...]
    may_manage: bool
    may_hand_over: bool


@router.get("", action=SEE)
def overview(call: Call, period: str = "") -> Response:
    """Partners, the chart, the latest batches."""
    chosen = period if period in PERIODS else "day"
    seconds, stretches, _every = PERIODS[chosen]
    partners, waiting = list_partners(call.session), waiting_by_partner(call.session, call.actor)
    by_id = {partner.id: partner for partner in partners}
    latest = HANDOVERS.page(call.viewer, HandoverFilter(), limit=LATEST).items
    counts = count_states(call.session, call.actor, [row.id for row in latest])
    refused = sum(one.refused for one in waiting.values())
    parked = sum(one.parked for one in waiting.values())
    page = ExchangeOverviewPage(
        tabs=exchange_tabs("overview", **({"waiting": f"{refused + parked:,}"} if refused + parked else {})),
        partners=tuple(
            _line(partner, waiting, call.now, may=may_hand_over(call.actor, partner)) for partner in partners
        ),
        latest=tuple(handover_line(row, by_id[row.partner_id], counts.get(row.id, {})) for row in latest),
        chart=chart_of(
            settled_by(call.session, call.actor, now=call.now, seconds=seconds, stretches=stretches), chosen
        ),
        periods=(
            ExchangeTab(_("24 小时"), "/exchange#throughput", chosen == "day"),
            ExchangeTab(_("30 天"), "/exchange?period=month#throughput", chosen == "month"),
        ),
        may_manage=can(call.actor, MANAGE_PARTNERS),
        may_hand_over=any(one.disabled_on is None and may_hand_over(call.actor, one) for one in partners),
    )
    return call.render("web/exchange/index.html", page)


def _line(partner: Partner, waiting: Mapping[int, Waiting], now: datetime, *, may: bool) -> PartnerLine:
    found = waiting.get(partner.id, Waiting())
    to_settle = f"/exchange/waiting?partner={partner.code}&kind="
    new = f"/exchange/handovers/new?partner={partner.code}" if may and partner.disabled_on is None else ""
    return PartnerLine(
        name=partner.name,
        url=f"/exchange/partners/{partner.code}",
        transport=_(TRANSPORT_LABELS[Transport(partner.transport)]),
        push=partner.transport == Transport.PUSH,
        status=partner_status(partner, now),
        queued=found.queued,
        age=age_words(found.oldest_at, now),
        changed=LinkedNumber(found.changed, new),
        parked=LinkedNumber(found.parked, to_settle + "parked"),
        refused=LinkedNumber(found.refused, to_settle + "refused"),
        last_success_at=partner.last_success_at,
    )
