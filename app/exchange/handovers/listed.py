"""Batches, their records and receipts: whose they are, and what lies with them. As lists they stand in `exchange.lists`."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.queries import scope as cases_scope
from app.commissioners.queries import visible_to as commissioners_visible_to
from app.enterprises.models import Enterprise
from app.enterprises.queries import visible_to as enterprises_visible_to
from app.exchange.handovers.domain import ItemState, RecordStatus
from app.exchange.handovers.models import Handover, HandoverItem, PartnerRecord, Receipt
from app.exchange.partners.models import Partner
from app.exchange.sources.indicators import visible as values_of_region
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.permissions import within_region
from app.targets.models import IndicatorValue

# -- scope ---------------------------------------------------------------------------------------------------------------


def items_visible_to(actor: Actor) -> ColumnElement[bool]:
    """The records of batches that `actor` may see: of its region's firms, the experts of its region's offices, its plans' values.

    A tombstone is of nothing that we have, so of no region: it is seen by whoever sees the partner's whole region.
    """
    if not actor.region_prefix:
        return true()
    firms = select(Enterprise.id).where(Enterprise.id == HandoverItem.enterprise_id, enterprises_visible_to(actor))
    people = commissioners_visible_to(actor).subquery()
    values = values_of_region(
        select(IndicatorValue.id).where(IndicatorValue.id == HandoverItem.row_id), actor.region_prefix
    )
    whole = select(Partner.id).where(within_region(Partner.region_prefix, actor.region_prefix))
    return or_(
        firms.exists(),
        and_(
            HandoverItem.resource == "commissioners",
            select(people.c.id).where(people.c.id == HandoverItem.row_id).exists(),
        ),
        and_(HandoverItem.resource == "indicators", values.exists()),
        and_(HandoverItem.retired.is_(True), HandoverItem.partner_id.in_(whole)),
    )


def receipts_visible_to(actor: Actor) -> ColumnElement[bool]:
    """The receipts about what `actor` may see, and those about nothing that we know."""
    if not actor.region_prefix:
        return true()
    item = and_(HandoverItem.partner_id == Receipt.partner_id, HandoverItem.idempotency_key == Receipt.subject)
    case = CaseFile.number == Receipt.subject
    return and_(
        or_(
            ~select(HandoverItem.id).where(item).exists(),
            select(HandoverItem.id).where(item, items_visible_to(actor)).exists(),
        ),
        or_(
            ~select(CaseFile.id).where(case).exists(),
            select(CaseFile.id).join(CaseFile.enterprise).where(case, cases_scope(actor)).exists(),
        ),
    )


# -- batches -------------------------------------------------------------------------------------------------------------


def get_handover(session: Session, number: str) -> Handover:
    """The batch of this number; raises NotFound."""
    found = session.scalar(select(Handover).where(Handover.number == number))
    if found is None:
        raise NotFound("handover.unknown", _("没有这个报送批次。"))
    return found


def list_batches(session: Session, ids: Collection[int]) -> dict[int, Handover]:
    """These batches by id."""
    return {row.id: row for row in session.scalars(select(Handover).where(Handover.id.in_(ids)))}


# -- records of batches ----------------------------------------------------------------------------------------------------


def count_states(
    session: Session, actor: Actor, handover_ids: Collection[int]
) -> Mapping[int, Mapping[ItemState, int]]:
    """How many records of each of these batches are in each state, by the batch's id; one statement."""
    counts: defaultdict[int, dict[ItemState, int]] = defaultdict(dict)
    statement = (
        select(HandoverItem.handover_id, HandoverItem.state, func.count())
        .where(HandoverItem.handover_id.in_(handover_ids), items_visible_to(actor))
        .group_by(HandoverItem.handover_id, HandoverItem.state)
    )
    for handover_id, state, n in session.execute(statement):
        counts[handover_id][ItemState(state)] = n
    return counts


def list_item_ids(session: Session, handover_id: int, state: ItemState, limit: int) -> list[int]:
    """The first records of a batch that are in a state."""
    statement = select(HandoverItem.id).where(HandoverItem.handover_id == handover_id, HandoverItem.state == state)
    return list(session.scalars(statement.order_by(HandoverItem.id).limit(limit)))


# -- what waits for somebody ----------------------------------------------------------------------------------------------


def refused_items() -> Select[HandoverItem]:
    """The records that a partner refused and that have not gone out again since, changed here or not."""
    return (
        select(HandoverItem)
        .join(
            PartnerRecord,
            and_(
                PartnerRecord.partner_id == HandoverItem.partner_id,
                PartnerRecord.resource == HandoverItem.resource,
                PartnerRecord.key == HandoverItem.key,
                PartnerRecord.item_id == HandoverItem.id,
            ),
        )
        .where(HandoverItem.partner_id.in_(select(Partner.id)), HandoverItem.state == ItemState.REJECTED)
    )


def list_items_visible_to(session: Session, actor: Actor, ids: Collection[int]) -> list[HandoverItem]:
    """Those of these records that the actor sees."""
    statement = select(HandoverItem).where(HandoverItem.id.in_(ids), items_visible_to(actor))
    return list(session.scalars(statement.order_by(HandoverItem.id)))


def find_mended(session: Session, items: Collection[HandoverItem]) -> set[int]:
    """Which of these refused records have changed here since, by the item's id; one statement."""
    rows = select(PartnerRecord.item_id).where(
        PartnerRecord.partner_id.in_({item.partner_id for item in items}),
        PartnerRecord.resource.in_({item.resource for item in items}),
        PartnerRecord.key.in_({item.key for item in items}),
        PartnerRecord.item_id.in_({item.id for item in items}),
        PartnerRecord.state == RecordStatus.CHANGED,
    )
    return {found for found in session.scalars(rows) if found is not None}


# -- receipts --------------------------------------------------------------------------------------------------------------


def get_receipt_visible_to(session: Session, actor: Actor, receipt_id: int) -> Receipt:
    """One receipt; raises NotFound."""
    found = session.scalar(select(Receipt).where(Receipt.id == receipt_id, receipts_visible_to(actor)))
    if found is None:
        raise NotFound("receipt.unknown", _("没有这条回执。"))
    return found


def find_items(session: Session, receipts: Collection[Receipt]) -> dict[tuple[int, str], HandoverItem]:
    """The records that receipts speak of, by partner and idempotency key; one statement."""
    subjects = {receipt.subject for receipt in receipts if receipt.kind == "record"}
    found = session.scalars(select(HandoverItem).where(HandoverItem.idempotency_key.in_(subjects)))
    return {(item.partner_id, item.idempotency_key): item for item in found}
