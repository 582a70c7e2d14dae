"""数据交换 → 回执: everything that partners told us, by answer, polling, callback or workbook; what changed nothing says why."""

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
from app.exchange.handovers.listed import find_items, get_receipt_visible_to
from app.exchange.handovers.models import Handover, HandoverItem, Receipt
from app.exchange.lists import NO_EFFECT, RECEIPTS
from app.exchange.partners.models import Partner
from app.exchange.partners.queries import list_partners
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
from app.web.exchange.handovers import partners
from app.web.exchange.lines import Badge, Choices, record_url, refusal
from app.web.exchange.tabs import ExchangeTab, exchange_tabs

router = GuardedRouter(door="web", prefix="/exchange/receipts")

ADDRESS = "/exchange/receipts"

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
    list: Listed[Receipt, ReceiptLine]


@dataclass(frozen=True)
class PartnerReceiptPage:
    """One receipt in full."""

    tabs: tuple[ExchangeTab, ...]
    line: ReceiptLine
    why: str
    number: str
    content: Choices


def _lines(viewer: Viewer, rows: Sequence[Receipt]) -> Sequence[ReceiptLine]:
    by_id = {partner.id: partner for partner in viewer.once(list_partners)}
    items = find_items(viewer.session, rows)
    return [_line(row, by_id, items.get((row.partner_id, row.subject))) for row in rows]


def _effects(_viewer: Viewer, _query: ListQuery) -> Choices:
    return ((NO_EFFECT, _("未生效")), *((code, f"{_('未生效')} · {_(label)}") for code, label in NOTES.items()))


LIST = ListView(
    base=ADDRESS,
    source=RECEIPTS,
    lines=_lines,
    controls=(
        controls.search("q", N_("记录编号"), wide=True),
        controls.select("partner", N_("对方"), partners, wide=True),
        controls.select("outcome", N_("答复"), {code: label for code, (_badge, label) in _OUTCOMES.items()}),
        controls.select("effect", N_("是否生效"), _effects, wide=True),
    ),
)


@router.get("", action=SEE)
def list_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """The receipts, the latest first."""
    page = ReceiptsPage(exchange_tabs("receipts"), LIST.listed(query, call.viewer))
    return call.render("web/exchange/receipts.html", page)


@router.get("/{receipt_id:int}", action=SEE)
def receipt_page(call: Call, receipt_id: int) -> Response:
    """One receipt as it came."""
    row = get_receipt_visible_to(call.session, call.actor, receipt_id)
    item = find_items(call.session, [row]).get((row.partner_id, row.subject))
    line = _line(row, {row.partner_id: call.session.get_one(Partner, row.partner_id)}, item)
    page = PartnerReceiptPage(
        tabs=exchange_tabs("receipts"),
        line=line,
        why=_(_WHY[row.note]) if row.note in _WHY else "",
        number=call.session.get_one(Handover, item.handover_id).number if item else "",
        content=tuple((name, str(value)) for name, value in row.content.items()),
    )
    return call.render("web/exchange/receipt.html", page)


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
