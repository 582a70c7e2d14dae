"""数据交换 → 待处理: records given up after too many tries, and records that the partner refused, each with what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from starlette.responses import Response

from app.accounts.queries import officer_names
from app.cases.models import CaseFile
from app.cases.queries import list_by_ids as list_cases
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists import controls
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.exchange.actions import HAND_OVER, SEE
from app.exchange.handovers.listed import find_mended, list_batches, list_items_visible_to
from app.exchange.handovers.models import HandoverItem
from app.exchange.handovers.service.steering import retry_items
from app.exchange.lists import PARKED_ITEMS, REFUSED_ITEMS
from app.exchange.partners.models import Partner
from app.exchange.partners.queries import list_partners
from app.exchange.records import BATCH
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count
from app.kit.templates import show_count
from app.web.exchange.handover_steps import again_words
from app.web.exchange.handovers import partners
from app.web.exchange.lines import ItemLine, item_lines, may_hand_over
from app.web.exchange.tabs import ExchangeTab, exchange_tabs

router = GuardedRouter(door="web", prefix="/exchange/waiting")

ADDRESS = "/exchange/waiting"
PARKED, REFUSED = "parked", "refused"
LONGEST_ID = 19


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
class PartnerWaitingPage:
    """One kind of waiting records."""

    tabs: tuple[ExchangeTab, ...]
    kinds: tuple[KindTab, ...]
    refused: bool
    list: Listed[HandoverItem, WaitingLine]
    several: bool
    may_act: bool


def _kinds(query: ListQuery, kind: str, counts: Mapping[str, Count]) -> tuple[KindTab, ...]:
    labels = {PARKED: _("已搁置"), REFUSED: _("被退回")}
    return tuple(
        KindTab(label, query.address(kind=code), code == kind, show_count(counts[code]))
        for code, label in labels.items()
    )


def _lines(viewer: Viewer, items: Sequence[HandoverItem]) -> Sequence[WaitingLine]:
    session, by_id = viewer.session, {partner.id: partner for partner in viewer.once(list_partners)}
    lines = item_lines(session, items, by_id, list_batches(session, {item.handover_id for item in items}))
    cases = list_cases(session, {item.row_id for item in items if item.resource == "cases" and item.row_id})
    officers = officer_names(session, {case.officer_id for case in cases.values() if case.officer_id is not None})
    mended = find_mended(session, items)
    return [
        WaitingLine(
            item=line,
            officer=_officer(item, cases, officers),
            at=item.settled_at or item.sent_at,
            mended=item.id in mended,
            may_act=may_hand_over(viewer.actor, by_id[item.partner_id]),
        )
        for line, item in zip(lines, items, strict=True)
    ]


def _officer(item: HandoverItem, cases: Mapping[int, CaseFile], officers: Mapping[int, str]) -> str:
    case = cases.get(item.row_id or 0) if item.resource == "cases" else None
    return officers.get(case.officer_id or 0, "") if case else ""


LIST = ListView(
    base=ADDRESS,
    source=PARKED_ITEMS,
    lines=_lines,
    controls=(
        controls.hidden("kind", chip=False),
        controls.select("partner", N_("对方"), partners, wide=True, auto=True),
    ),
    also=("kind",),
)
_REFUSED_LIST = replace(LIST, source=REFUSED_ITEMS)


@router.get("", action=SEE)
def list_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """The records given up, or those refused."""
    viewer = call.viewer
    wanted, known = LIST.wanted(query, viewer), viewer.once(list_partners)
    counts = {PARKED: PARKED_ITEMS.count(viewer, wanted), REFUSED: REFUSED_ITEMS.count(viewer, wanted)}
    kind = query["kind"]
    if kind not in counts:
        kind = REFUSED if counts[REFUSED].n and not counts[PARKED].n else PARKED
    view = _REFUSED_LIST if kind == REFUSED else LIST
    query = query.changed(kind=kind)
    page = PartnerWaitingPage(
        tabs=exchange_tabs("waiting"),
        kinds=_kinds(query, kind, counts),
        refused=kind == REFUSED,
        list=view.around(query, viewer, wanted, view.found(query, viewer, wanted), counts[kind]),
        several=len(known) > 1,
        may_act=any(may_hand_over(call.actor, partner) for partner in known),
    )
    return call.render("web/exchange/waiting.html", page)


# -- again ---------------------------------------------------------------------------------------------------------------


@router.post("/again", action=HAND_OVER)
def again(call: Call) -> Response:
    """Try what was given up, or send what was refused, again: the ticked records, or all that the list shows."""
    query = LIST.query(kind=str(call.form.get("kind") or ""), partner=str(call.form.get("partner") or ""))
    chosen = _chosen(call, query)
    if not chosen:
        return call.redirect(query.address(), bad=_("请先勾选记录。"))
    return call.act(lambda: _again(call, chosen), query.address(), good=str)


def _chosen(call: Call, query: ListQuery) -> list[HandoverItem]:
    if call.form.get("which") != "all":
        given = [str(value) for value in call.form.getlist("item")]
        ids = [int(value) for value in given if value.isdecimal() and len(value) < LONGEST_ID]
        return list_items_visible_to(call.session, call.actor, ids[:BATCH])
    source = REFUSED_ITEMS if query["kind"] == REFUSED else PARKED_ITEMS
    return source.page(call.viewer, LIST.wanted(query, call.viewer), "first", limit=BATCH).items


def _again(call: Call, items: Sequence[HandoverItem]) -> str:
    """Partner by partner; what is said of each in one text."""
    reported = []
    for partner_id in sorted({item.partner_id for item in items}):
        ids = [item.id for item in items if item.partner_id == partner_id]
        partner = call.session.get_one(Partner, partner_id)
        reported.append(again_words(retry_items(call.session, **call.by, partner=partner, item_ids=ids)))
    return "".join(dict.fromkeys(reported))
