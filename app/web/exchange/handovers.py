"""数据交换 → 报送批次: every batch that was made, by partner, state, kind of record and period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from starlette.responses import Response

from app.doors.call import Call
from app.doors.parameters import PageQuery
from app.doors.router import GuardedRouter
from app.exchange.actions import SEE
from app.exchange.handovers.domain import BASIS_LABELS, HANDOVER_LABELS, ITEM_LABELS, Basis, HandoverState, ItemState
from app.exchange.handovers.listing import HandoverFilter, count_handovers, count_states, page_handovers
from app.exchange.handovers.models import Handover
from app.exchange.partners.models import Partner
from app.exchange.partners.queries import list_partners
from app.kit.i18n import _
from app.kit.paging import Count, Page
from app.web.exchange.lines import (
    ITEM_BADGES,
    Badge,
    Choices,
    handover_badge,
    may_hand_over,
    partner_choices,
    resource_choices,
    resource_title,
)
from app.web.exchange.tabs import ExchangeTab, exchange_tabs

router = GuardedRouter(door="web", prefix="/exchange/handovers")

ADDRESS = "/exchange/handovers"


class HandoversQuery(PageQuery):
    """What the address of the list says; anything it does not understand narrows nothing."""

    partner: str = ""
    state: str = ""
    resource: str = ""
    since: str = ""
    until: str = ""
    cursor: str = ""

    def wanted(self, partners: Sequence[Partner]) -> HandoverFilter:
        """As a filter of the slice."""
        ids = {partner.code: partner.id for partner in partners}
        return HandoverFilter(
            partner_id=ids.get(self.partner),
            state=self.state if self.state in set(HandoverState) else "",
            resource=self.resource,
            since=_day(self.since),
            until=_day(self.until),
        )

    def address(self, **changes: str) -> str:
        """The list's address with some parameters changed; empty ones are left out."""
        values = self.model_dump(exclude={"cursor"}) | changes
        given = {name: value for name, value in values.items() if value}
        return f"{ADDRESS}?{urlencode(given)}" if given else ADDRESS


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class CountBadge:
    """How many records of a batch are in one state."""

    badge: str
    text: str


@dataclass(frozen=True)
class HandoverLine:
    """One batch."""

    number: str
    url: str
    partner: str
    resource: str
    basis: str
    count: int
    state: Badge
    counts: tuple[CountBadge, ...]
    made_by: str
    made_at: datetime


@dataclass(frozen=True)
class HandoversPage:
    """The list with its filter."""

    tabs: tuple[ExchangeTab, ...]
    query: HandoversQuery
    lines: tuple[HandoverLine, ...]
    rows: Page[Handover]
    count: Count
    chips: Choices
    partners: Choices
    states: Choices
    resources: Choices
    url: str
    may_hand_over: bool


@router.get("", action=SEE)
def list_page(call: Call, query: Annotated[HandoversQuery, Query()]) -> Response:
    """The batches, the newest first."""
    partners = list_partners(call.session)
    wanted = query.wanted(partners)
    rows = page_handovers(call.session, wanted, query.cursor or None)
    counts = count_states(call.session, call.actor, [row.id for row in rows.items])
    by_id = {partner.id: partner for partner in partners}
    page = HandoversPage(
        tabs=exchange_tabs("handovers"),
        query=query,
        lines=tuple(handover_line(row, by_id[row.partner_id], counts.get(row.id, {})) for row in rows.items),
        rows=rows,
        count=count_handovers(call.session, wanted),
        chips=_chips(query, partners),
        partners=partner_choices(partners),
        states=tuple((state.value, _(label)) for state, label in HANDOVER_LABELS.items()),
        resources=resource_choices(partners),
        url=query.address(),
        may_hand_over=any(may_hand_over(call.actor, partner) for partner in partners),
    )
    return call.render("web/exchange/handovers.html", page)


def handover_line(row: Handover, partner: Partner, counts: Mapping[ItemState, int]) -> HandoverLine:
    """A batch as a line of a list."""
    return HandoverLine(
        number=row.number,
        url=f"{ADDRESS}/{row.number}",
        partner=partner.name,
        resource=resource_title(partner, row.resource, row.definition_version),
        basis=_(BASIS_LABELS[Basis(row.basis)]),
        count=row.count,
        state=handover_badge(row),
        counts=count_badges(counts),
        made_by=row.made_by,
        made_at=row.made_at,
    )


def count_badges(counts: Mapping[ItemState, int]) -> tuple[CountBadge, ...]:
    """How the records of a batch divide, in the order of their way."""
    return tuple(
        CountBadge(ITEM_BADGES[state], f"{_(label)} {counts[state]:,}")
        for state, label in ITEM_LABELS.items()
        if counts.get(state)
    )


def _chips(query: HandoversQuery, partners: Sequence[Partner]) -> Choices:
    """The conditions that narrow the list, each with the address without it."""
    states = {state.value: _(label) for state, label in HANDOVER_LABELS.items()}
    texts = {
        "partner": dict(partner_choices(partners)).get(query.partner, query.partner),
        "state": states.get(query.state, query.state),
        "resource": dict(resource_choices(partners)).get(query.resource, query.resource),
        "since": _("%(day)s 起") % {"day": query.since} if query.since else "",
        "until": _("至 %(day)s") % {"day": query.until} if query.until else "",
    }
    return tuple((text, query.address(**{name: ""})) for name, text in texts.items() if text)
