"""Batches, records and partners of the exchange as lines: names, badges, where each record is shown and mended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.enterprises.queries import list_by_ids as list_firms
from app.exchange.actions import HAND_OVER
from app.exchange.delivery.reasons import reason
from app.exchange.handovers.domain import HANDOVER_LABELS, ITEM_LABELS, HandoverState, ItemState
from app.exchange.handovers.models import Handover, HandoverItem
from app.exchange.partners.models import Partner
from app.exchange.plans import plans_of
from app.exchange.signatures import SignatureScheme
from app.kit.actor import Actor
from app.kit.i18n import N_, _
from app.kit.permissions import Place, can

Badge = tuple[str, str]
SCHEMES = {SignatureScheme.SM3_HMAC: N_("共享密钥（SM3-HMAC）"), SignatureScheme.SM2: N_("证书（SM2）")}
Choices = tuple[tuple[str, str], ...]

_HANDOVER_BADGES = {
    HandoverState.PREPARING: "info",
    HandoverState.PREPARED: "wait",
    HandoverState.SENT: "info",
    HandoverState.ACKNOWLEDGED: "good",
    HandoverState.RECONCILED: "good",
    HandoverState.CANCELLED: "idle",
}
ITEM_BADGES = {
    ItemState.WAITING: "info",
    ItemState.PENDING: "info",
    ItemState.ACCEPTED: "good",
    ItemState.REJECTED: "late",
    ItemState.PARKED: "wait",
    ItemState.SUPERSEDED: "idle",
    ItemState.CANCELLED: "idle",
}
#: Resources that have a page of their own under their key; the others are shown with their firm.
_OWN_PAGES = {"enterprises": "/enterprises", "cases": "/cases", "commissioners": "/commissioners"}
#: Where on the firm's record the rows of a resource stand.
_FIRM_PAGES = {"figures": "/figures", "properties": "/properties"}


def handover_badge(row: Handover) -> Badge:
    """The state of a batch, as a badge; one that was released and has not begun to go out says so."""
    known = HandoverState(row.state)
    if known is HandoverState.PREPARED and row.released_at is not None:
        return "info", _("排队推送")
    return _HANDOVER_BADGES[known], _(HANDOVER_LABELS[known])


def item_badge(state: str) -> Badge:
    """The state of a record in a batch, as a badge."""
    known = ItemState(state)
    return ITEM_BADGES[known], _(ITEM_LABELS[known])


def resource_title(partner: Partner, resource: str, version: str = "") -> str:
    """What the partner's definition calls a resource."""
    plan = plans_of(partner.definition, version or partner.definition_version).get(resource)
    return str(plan.definition.title) if plan else resource


def resource_choices(partners: Sequence[Partner]) -> Choices:
    """Every resource that one of the partners gets, once."""
    found = {name: resource_title(partner, name) for partner in partners for name in partner.resources}
    return tuple(found.items())


def partner_choices(partners: Sequence[Partner]) -> Choices:
    """The partners by their code, for a filter."""
    return tuple((partner.code, partner.name) for partner in partners)


def may_hand_over(actor: Actor, partner: Partner) -> bool:
    """Whether `actor` may hand records over to `partner`: its region must hold the partner's."""
    return can(actor, HAND_OVER, Place(partner.region_prefix))


def record_url(resource: str, key: str, firm: Enterprise | None) -> str:
    """Where the bureau shows a record, and mends it; "" for nowhere."""
    base = _OWN_PAGES.get(resource)
    if base:
        return f"{base}/{quote(key)}"
    return f"/enterprises/{firm.uscc}{_FIRM_PAGES.get(resource, '')}" if firm else ""


@dataclass(frozen=True)
class ItemLine:
    """One record of a batch."""

    id: int
    label: str
    key: str
    url: str
    resource: str
    firm_url: str
    badge: Badge
    state: str
    retired: bool
    reason: str
    attempts: int
    sent_at: datetime | None
    settled_at: datetime | None
    partner: str
    number: str


@dataclass(frozen=True)
class RecordLineContext:
    """What the lines of a page of records are made from, loaded for all of them at once."""

    partners: Mapping[int, Partner]
    firms: Mapping[int, Enterprise]
    batches: Mapping[int, Handover]


def item_lines(
    session: Session,
    items: Sequence[HandoverItem],
    partners: Mapping[int, Partner],
    batches: Mapping[int, Handover],
) -> tuple[ItemLine, ...]:
    """Records of batches as lines; the number of queries does not depend on how many there are."""
    firms = list_firms(session, {item.enterprise_id for item in items if item.enterprise_id is not None})
    around = RecordLineContext(partners, firms, batches)
    return tuple(_item_line(item, around) for item in items)


def _item_line(item: HandoverItem, around: RecordLineContext) -> ItemLine:
    firm, batch = around.firms.get(item.enterprise_id or 0), around.batches[item.handover_id]
    partner = around.partners[item.partner_id]
    return ItemLine(
        id=item.id,
        label=item.label or item.key,
        key=item.key,
        url="" if item.retired else record_url(item.resource, item.key, firm),
        resource=resource_title(partner, item.resource, batch.definition_version),
        firm_url=f"/enterprises/{firm.uscc}" if firm else "",
        badge=item_badge(item.state),
        state=item.state,
        retired=item.retired,
        reason=why(item),
        attempts=item.attempts,
        sent_at=item.sent_at,
        settled_at=item.settled_at,
        partner=partner.name,
        number=batch.number,
    )


def why(item: HandoverItem) -> str:
    """Why a record was refused or is not through yet, in words."""
    if item.state == ItemState.REJECTED:
        return refusal(item.reason_code, item.reason)
    return reason(item.error) if item.state in (ItemState.WAITING, ItemState.PARKED) else item.reason


def refusal(code: str, reason: str) -> str:
    """What a partner says of a record that it refused: its own words, with its code."""
    if reason and code:
        return _("%(reason)s（%(code)s）") % {"reason": reason, "code": code}
    return reason or code
