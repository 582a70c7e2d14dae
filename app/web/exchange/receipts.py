"""数据交换 → 回执: everything that partners told us, by answer, polling, callback or workbook; what changed nothing says why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.call import Call
from app.doors.parameters import PageQuery
from app.doors.router import GuardedRouter
from app.exchange.actions import SEE
from app.exchange.handovers.listing import (
    ReceiptFilter,
    count_receipts_visible_to,
    find_items,
    get_receipt_visible_to,
    page_receipts_visible_to,
)
from app.exchange.handovers.models import Handover, HandoverItem, Receipt
from app.exchange.partners.models import Partner
from app.exchange.partners.queries import list_partners
from app.kit.i18n import N_, _
from app.kit.paging import Count, Page
from app.web.exchange.lines import Badge, Choices, partner_choices, record_url, refusal
from app.web.exchange.tabs import ExchangeTab, exchange_tabs

router = GuardedRouter(door="web", prefix="/exchange/receipts")

ADDRESS = "/exchange/receipts"
NO_EFFECT = "none"

_CHANNELS = {
    "answer": N_("推送时答复"),
    "polling": N_("定时取回"),
    "callback": N_("对方回调"),
    "workbook": N_("回执表"),
}
_OUTCOMES: dict[str, Badge] = {
    "accepted": ("good", N_("接收")),
    "rejected": ("late", N_("退回")),
    "pending": ("info", N_("处理中")),
    "requested": ("info", N_("已提请")),
}
NOTES = {
    "unknown": N_("没有送过这条记录"),
    "repeated": N_("重复的回执"),
    "late": N_("记录已有新版本或结论"),
    "refused": N_("不能照办"),
}
#: Why a receipt changed nothing, at length, and what can be done.
_WHY = {
    "unknown": N_("我方没有这条记录，或没有向这个对方送过它；请与对方核对编号。"),
    "repeated": N_("同一条答复已经登记过，这一条没有改动什么。"),
    "late": N_("送过这一版之后，记录又有了新版本，或这一版已有结论；以后来的为准。"),
    "refused": N_(
        "办件现在的阶段不等这项决定，或决定日期早于本阶段、晚于今天，或还缺对方没有带来的内容（如证书编号）。办件没有变动，请经办人打开办件核对、登记。"
    ),
}


class ReceiptsQuery(PageQuery):
    """What the address of the list says; anything it does not understand narrows nothing."""

    partner: str = ""
    effect: str = ""
    outcome: str = ""
    q: str = ""
    cursor: str = ""

    def wanted(self, partners: list[Partner]) -> ReceiptFilter:
        """As a filter of the slice."""
        ids = {partner.code: partner.id for partner in partners}
        return ReceiptFilter(
            partner_id=ids.get(self.partner),
            without_effect=self.effect == NO_EFFECT or self.effect in NOTES,
            note=self.effect if self.effect in NOTES else "",
            outcome=self.outcome if self.outcome in _OUTCOMES else "",
            subject=self.q.strip(),
        )

    def address(self, **changes: str) -> str:
        """The list's address with some parameters changed; empty ones are left out."""
        values = self.model_dump(exclude={"cursor"}) | changes
        given = {name: value for name, value in values.items() if value}
        return f"{ADDRESS}?{urlencode(given)}" if given else ADDRESS


@dataclass(frozen=True)
class ReceiptLine:
    """One receipt."""

    id: int
    receipt_id: str
    partner: str
    channel: str
    outcome: Badge
    subject: str
    label: str
    url: str
    reason: str
    effect: Badge
    note: str
    repeats: int
    received_at: datetime


@dataclass(frozen=True)
class ReceiptsPage:
    """The list with its filter."""

    tabs: tuple[ExchangeTab, ...]
    query: ReceiptsQuery
    lines: tuple[ReceiptLine, ...]
    rows: Page[Receipt]
    count: Count
    chips: Choices
    partners: Choices
    effects: Choices
    outcomes: Choices
    url: str


@dataclass(frozen=True)
class ReceiptPage:
    """One receipt in full."""

    tabs: tuple[ExchangeTab, ...]
    line: ReceiptLine
    why: str
    number: str
    content: Choices


@router.get("", action=SEE)
def list_page(call: Call, query: Annotated[ReceiptsQuery, Query()]) -> Response:
    """The receipts, the latest first."""
    partners = list_partners(call.session)
    wanted = query.wanted(partners)
    rows = page_receipts_visible_to(call.session, call.actor, wanted, query.cursor or None)
    page = ReceiptsPage(
        tabs=exchange_tabs("receipts"),
        query=query,
        lines=_lines(call.session, partners, rows.items),
        rows=rows,
        count=count_receipts_visible_to(call.session, call.actor, wanted),
        chips=_chips(query, partners),
        partners=partner_choices(partners),
        effects=_effects(),
        outcomes=tuple((code, _(label)) for code, (_badge, label) in _OUTCOMES.items()),
        url=query.address(),
    )
    return call.render("web/exchange/receipts.html", page)


@router.get("/{receipt_id:int}", action=SEE)
def receipt_page(call: Call, receipt_id: int) -> Response:
    """One receipt as it came."""
    row = get_receipt_visible_to(call.session, call.actor, receipt_id)
    item = find_items(call.session, [row]).get((row.partner_id, row.subject))
    line = _line(row, {row.partner_id: call.session.get_one(Partner, row.partner_id)}, item)
    page = ReceiptPage(
        tabs=exchange_tabs("receipts"),
        line=line,
        why=_(_WHY[row.note]) if row.note in _WHY else "",
        number=call.session.get_one(Handover, item.handover_id).number if item else "",
        content=tuple((name, str(value)) for name, value in row.content.items()),
    )
    return call.render("web/exchange/receipt.html", page)


def _lines(session: Session, partners: list[Partner], rows: list[Receipt]) -> tuple[ReceiptLine, ...]:
    by_id, items = {partner.id: partner for partner in partners}, find_items(session, rows)
    return tuple(_line(row, by_id, items.get((row.partner_id, row.subject))) for row in rows)


def _line(row: Receipt, partners: Mapping[int, Partner], item: HandoverItem | None) -> ReceiptLine:
    badge, label = _OUTCOMES.get(row.outcome, ("idle", row.outcome))
    return ReceiptLine(
        id=row.id,
        receipt_id=row.receipt_id,
        partner=partners[row.partner_id].name,
        channel=_(_CHANNELS.get(row.channel, row.channel)),
        outcome=(badge, _(label)),
        subject=row.subject,
        label=(item.label or item.key) if item else row.subject,
        url=_url(row, item),
        reason=refusal(row.reason_code, row.reason),
        effect=("good", _("已生效")) if row.applied else ("idle", _("未生效")),
        note=_(NOTES.get(row.note, row.note)) if row.note else "",
        repeats=row.repeats,
        received_at=row.received_at,
    )


def _url(row: Receipt, item: HandoverItem | None) -> str:
    if item is not None:
        return record_url(item.resource, item.key, None)
    known = row.kind == "decision" and row.note != "unknown"
    return f"/cases/{row.subject}" if known else ""


def _effects() -> Choices:
    return ((NO_EFFECT, _("未生效")), *((code, f"{_('未生效')} · {_(label)}") for code, label in NOTES.items()))


def _chips(query: ReceiptsQuery, partners: list[Partner]) -> Choices:
    texts = {
        "partner": dict(partner_choices(partners)).get(query.partner, query.partner),
        "effect": dict(_effects()).get(query.effect, query.effect),
        "outcome": _(_OUTCOMES[query.outcome][1]) if query.outcome in _OUTCOMES else query.outcome,
        "q": _("“%(text)s”") % {"text": query.q} if query.q else "",
    }
    return tuple((text, query.address(**{name: ""})) for name, text in texts.items() if text)
