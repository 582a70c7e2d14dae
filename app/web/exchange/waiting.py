"""数据交换 → 待处理: records given up after too many tries, and records that the partner refused, each with what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.accounts.queries import officer_names
from app.cases.models import CaseFile
from app.cases.queries import list_by_ids as list_cases
from app.doors.call import Call
from app.doors.parameters import PageQuery
from app.doors.router import GuardedRouter
from app.exchange.actions import HAND_OVER, SEE
from app.exchange.handovers.domain import ItemState
from app.exchange.handovers.listing import (
    ItemFilter,
    count_items_visible_to,
    count_refused_visible_to,
    find_mended,
    list_batches,
    list_items_visible_to,
    list_parked_visible_to,
    list_refused_visible_to,
    page_items_visible_to,
    page_refused_visible_to,
)
from app.exchange.handovers.models import HandoverItem
from app.exchange.handovers.service.steering import retry_items
from app.exchange.partners.models import Partner
from app.exchange.partners.queries import find_partner, list_partners
from app.exchange.records import BATCH
from app.kit.actor import Actor
from app.kit.errors import DomainError
from app.kit.i18n import _
from app.kit.paging import Count, Page
from app.kit.templating import show_count
from app.web.exchange.handover_steps import again_words
from app.web.exchange.lines import Choices, ItemLine, item_lines, may_hand_over, partner_choices
from app.web.exchange.tabs import ExchangeTab, exchange_tabs

router = GuardedRouter(door="web", prefix="/exchange/waiting")

ADDRESS = "/exchange/waiting"
PARKED, REFUSED = "parked", "refused"
LONGEST_ID = 19


class WaitingQuery(PageQuery):
    """What the address says; anything it does not understand narrows nothing."""

    kind: str = ""
    partner: str = ""
    cursor: str = ""

    def address(self, **changes: str) -> str:
        """The list's address with some parameters changed; empty ones are left out."""
        values = self.model_dump(exclude={"cursor"}) | changes
        given = {name: value for name, value in values.items() if value}
        return f"{ADDRESS}?{urlencode(given)}" if given else ADDRESS


@dataclass(frozen=True)
class WaitingLine:
    """One record that waits for somebody: who leads its case, when it stopped, whether it changed since."""

    item: ItemLine
    officer: str
    at: datetime | None
    mended: bool
    may_act: bool


@dataclass(frozen=True)
class KindTab:
    """Records given up, or records refused."""

    label: str
    url: str
    active: bool
    count: str


@dataclass(frozen=True)
class WaitingPage:
    """One kind of waiting records."""

    tabs: tuple[ExchangeTab, ...]
    kinds: tuple[KindTab, ...]
    query: WaitingQuery
    refused: bool
    lines: tuple[WaitingLine, ...]
    rows: Page[HandoverItem]
    count: Count
    partners: Choices
    chips: Choices
    url: str
    may_act: bool


@router.get("", action=SEE)
def list_page(call: Call, query: Annotated[WaitingQuery, Query()]) -> Response:
    """The records given up, or those refused."""
    partners = list_partners(call.session)
    partner_id = {partner.code: partner.id for partner in partners}.get(query.partner)
    parked = ItemFilter(partner_id=partner_id, state=ItemState.PARKED)
    counts = {
        PARKED: count_items_visible_to(call.session, call.actor, parked),
        REFUSED: count_refused_visible_to(call.session, call.actor, partner_id),
    }
    kind = query.kind if query.kind in counts else REFUSED if counts[REFUSED].n and not counts[PARKED].n else PARKED
    cursor = query.cursor or None
    rows = (
        page_refused_visible_to(call.session, call.actor, partner_id, cursor)
        if kind == REFUSED
        else page_items_visible_to(call.session, call.actor, parked, cursor)
    )
    names = dict(partner_choices(partners))
    page = WaitingPage(
        tabs=exchange_tabs("waiting"),
        kinds=_kinds(query, kind, counts),
        query=query,
        refused=kind == REFUSED,
        lines=_lines(call.session, call.actor, partners, rows.items),
        rows=rows,
        count=counts[kind],
        partners=partner_choices(partners),
        chips=((names.get(query.partner, query.partner), query.address(partner="")),) if query.partner else (),
        url=query.address(kind=kind),
        may_act=any(may_hand_over(call.actor, partner) for partner in partners),
    )
    return call.render("web/exchange/waiting.html", page)


def _kinds(query: WaitingQuery, kind: str, counts: Mapping[str, Count]) -> tuple[KindTab, ...]:
    labels = {PARKED: _("已搁置"), REFUSED: _("被退回")}
    return tuple(
        KindTab(label, query.address(kind=code), code == kind, show_count(counts[code]))
        for code, label in labels.items()
    )


def _lines(
    session: Session, actor: Actor, partners: Sequence[Partner], items: Sequence[HandoverItem]
) -> tuple[WaitingLine, ...]:
    by_id = {partner.id: partner for partner in partners}
    lines = item_lines(session, items, by_id, list_batches(session, {item.handover_id for item in items}))
    cases = list_cases(session, {item.row_id for item in items if item.resource == "cases" and item.row_id})
    officers = officer_names(session, {case.officer_id for case in cases.values() if case.officer_id is not None})
    mended = find_mended(session, items)
    return tuple(
        WaitingLine(
            item=line,
            officer=_officer(item, cases, officers),
            at=item.settled_at or item.sent_at,
            mended=item.id in mended,
            may_act=may_hand_over(actor, by_id[item.partner_id]),
        )
        for line, item in zip(lines, items, strict=True)
    )


def _officer(item: HandoverItem, cases: Mapping[int, CaseFile], officers: Mapping[int, str]) -> str:
    case = cases.get(item.row_id or 0) if item.resource == "cases" else None
    return officers.get(case.officer_id or 0, "") if case else ""


# -- again ---------------------------------------------------------------------------------------------------------------


@router.post("/again", action=HAND_OVER)
def again(call: Call) -> Response:
    """Try what was given up, or send what was refused, again: the ticked records, or all that the list shows."""
    query = WaitingQuery(kind=str(call.form.get("kind") or ""), partner=str(call.form.get("partner") or ""))
    chosen = _chosen(call, query)
    if not chosen:
        return call.redirect(query.address(), bad=_("请先勾选记录。"))
    try:
        with call.session.begin_nested():
            told = _again(call, chosen)
    except DomainError as error:
        return call.redirect(query.address(), bad=error.message)
    return call.redirect(query.address(), good=told)


def _chosen(call: Call, query: WaitingQuery) -> list[HandoverItem]:
    if call.form.get("which") != "all":
        given = [str(value) for value in call.form.getlist("item")]
        ids = [int(value) for value in given if value.isdecimal() and len(value) < LONGEST_ID]
        return list_items_visible_to(call.session, call.actor, ids[:BATCH])
    partner = find_partner(call.session, query.partner) if query.partner else None
    partner_id = partner.id if partner else None
    if query.kind == REFUSED:
        return list_refused_visible_to(call.session, call.actor, partner_id, limit=BATCH)
    return list_parked_visible_to(call.session, call.actor, partner_id, limit=BATCH)


def _again(call: Call, items: Sequence[HandoverItem]) -> str:
    """Partner by partner; what is said of each in one text."""
    told = []
    for partner_id in sorted({item.partner_id for item in items}):
        ids = [item.id for item in items if item.partner_id == partner_id]
        partner = call.session.get_one(Partner, partner_id)
        told.append(again_words(retry_items(call.session, **call.by, partner=partner, item_ids=ids)))
    return "".join(dict.fromkeys(told))
