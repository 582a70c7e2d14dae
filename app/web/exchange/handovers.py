"""数据交换 → 报送批次: every batch that was made, by partner, state, kind of record and period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists import controls
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.exchange.actions import SEE
from app.exchange.handovers.domain import BASIS_LABELS, HANDOVER_LABELS, ITEM_LABELS, BatchBasis, ItemState
from app.exchange.handovers.listed import count_states
from app.exchange.handovers.models import Handover
from app.exchange.lists import HANDOVERS
from app.exchange.partners.models import Partner
from app.exchange.partners.queries import list_partners
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
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


def _lines(viewer: Viewer, rows: Sequence[Handover]) -> Sequence[HandoverLine]:
    counts = count_states(viewer.session, viewer.actor, [row.id for row in rows])
    by_id = {partner.id: partner for partner in viewer.once(list_partners)}
    return [handover_line(row, by_id[row.partner_id], counts.get(row.id, {})) for row in rows]


def partners(viewer: Viewer, _query: ListQuery) -> Choices:
    """The partners, for the control of a list."""
    return partner_choices(viewer.once(list_partners))


def _resources(viewer: Viewer, _query: ListQuery) -> Choices:
    return resource_choices(viewer.once(list_partners))


LIST = ListView(
    base=ADDRESS,
    source=HANDOVERS,
    lines=_lines,
    controls=(
        controls.select("partner", N_("对方"), partners, wide=True),
        controls.select("state", N_("状态"), HANDOVER_LABELS),
        controls.select("resource", N_("记录"), _resources),
        controls.day("since", N_("生成日期从"), N_("%(day)s 起")),
        controls.day("until", N_("到"), N_("至 %(day)s")),
    ),
)


@dataclass(frozen=True)
class HandoversPage:
    """The list with its filter."""

    tabs: tuple[ExchangeTab, ...]
    list: Listed[Handover, HandoverLine]
    partners: int
    may_hand_over: bool


@router.get("", action=SEE)
def list_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """The batches, the newest first."""
    viewer = call.viewer
    known = viewer.once(list_partners)
    page = HandoversPage(
        tabs=exchange_tabs("handovers"),
        list=LIST.listed(query, viewer),
        partners=len(known),
        may_hand_over=any(may_hand_over(call.actor, partner) for partner in known),
    )
    return call.render("web/exchange/handovers.html", page)


def handover_line(row: Handover, partner: Partner, counts: Mapping[ItemState, int]) -> HandoverLine:
    """A batch as a line of a list."""
    return HandoverLine(
        number=row.number,
        url=f"{ADDRESS}/{row.number}",
        partner=partner.name,
        resource=resource_title(partner, row.resource, row.definition_version),
        basis=_(BASIS_LABELS[BatchBasis(row.basis)]),
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
