"""What batches say when a partner's connection is to change: what they were frozen for binds it."""

from collections.abc import Collection, Iterator

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.exchange.handovers.domain import HandoverState, ItemState
from app.exchange.handovers.models import Handover, HandoverItem
from app.exchange.partners.commitments import Fault
from app.exchange.partners.models import Partner
from app.exchange.partners.schemas import PartnerInput
from app.kit.i18n import _


def frozen_for(session: Session, present: Partner, given: PartnerInput) -> Iterator[Fault]:
    """What may not change for as long as something frozen by it has not gone out; the mapping not once anything was frozen."""
    frozen = select(Handover.id).where(Handover.partner_id == present.id).limit(1)
    if given.definition != present.definition and session.scalar(frozen) is not None:
        yield "definition", _("已向该对方生成过批次，不能换成另一种映射。请为它另行登记一个交换对方。")
    fewer = set(present.resources) - set(given.resources)
    narrowed = {
        "transport": given.transport != present.transport,
        "region_prefix": not present.region_prefix.startswith(given.region_prefix),
        "resources": bool(fewer),
    }
    for name, is_narrowed in narrowed.items():
        if is_narrowed and _is_unsent(session, present, fewer if name == "resources" else present.resources):
            yield name, _("还有按原设置生成、没有送出的批次。请先送完或撤销，再改这一项。")


def _is_unsent(session: Session, partner: Partner, resources: Collection[str]) -> bool:
    """Whether a batch of one of these resources is being made, or holds records that have still to go."""
    made = select(Handover.id).where(Handover.partner_id == partner.id, Handover.resource.in_(resources))
    open_items = select(HandoverItem.id).where(
        HandoverItem.partner_id == partner.id,
        HandoverItem.state.in_((ItemState.WAITING, ItemState.PARKED)),
        HandoverItem.resource.in_(resources),
    )
    either = or_(made.where(Handover.state == HandoverState.PREPARING).exists(), open_items.exists())
    return bool(session.scalar(select(either)))
