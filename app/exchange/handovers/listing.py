"""Batches, their records and receipts as lists show them: filtered, counted and paged, within what an officer may see."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.queries import scope as cases_scope
from app.commissioners.queries import visible_to as commissioners_visible_to
from app.enterprises.models import Enterprise
from app.enterprises.queries import visible_to as enterprises_visible_to
from app.exchange.handovers.domain import Held, ItemState
from app.exchange.handovers.models import Handover, HandoverItem, PartnerRecord, Receipt
from app.exchange.partners.models import Partner
from app.exchange.sources.indicators import visible as values_of_region
from app.kit.actor import Actor
from app.kit.clock import start_of_day
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.paging import Count, Keyset, Page, count_up_to, page
from app.kit.permissions import within_region
from app.targets.models import IndicatorValue

PAGE_SIZE = 50


@dataclass(frozen=True)
class HandoverFilter:
    """Which batches; an empty field narrows nothing. `since` and `until` are days on which they were made."""

    partner_id: int | None = None
    state: str = ""
    resource: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class ItemFilter:
    """Which records of batches; an empty field narrows nothing."""

    handover_id: int | None = None
    partner_id: int | None = None
    state: str = ""
    q: str = ""


@dataclass(frozen=True)
class ReceiptFilter:
    """Which receipts; `without_effect` those that changed nothing, `note` one reason why."""

    partner_id: int | None = None
    without_effect: bool = False
    note: str = ""
    outcome: str = ""
    subject: str = ""


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


def page_handovers(session: Session, wanted: HandoverFilter, cursor: str | None) -> Page[Handover]:
    """Batches, the newest first."""
    return page(session, _handovers(wanted), Keyset([(Handover.id, "desc")]), cursor, PAGE_SIZE)


def count_handovers(session: Session, wanted: HandoverFilter) -> Count:
    """How many batches."""
    return count_up_to(session, _handovers(wanted))


def list_batches(session: Session, ids: Collection[int]) -> dict[int, Handover]:
    """These batches by id."""
    return {row.id: row for row in session.scalars(select(Handover).where(Handover.id.in_(ids)))}


def _handovers(wanted: HandoverFilter) -> Select[Handover]:
    statement = select(Handover)
    if wanted.partner_id is not None:
        statement = statement.where(Handover.partner_id == wanted.partner_id)
    if wanted.state:
        statement = statement.where(Handover.state == wanted.state)
    if wanted.resource:
        statement = statement.where(Handover.resource == wanted.resource)
    if wanted.since is not None:
        statement = statement.where(Handover.made_at >= start_of_day(wanted.since))
    if wanted.until is not None:
        statement = statement.where(Handover.made_at < start_of_day(wanted.until + timedelta(days=1)))
    return statement


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


def page_items_visible_to(session: Session, actor: Actor, wanted: ItemFilter, cursor: str | None) -> Page[HandoverItem]:
    """Records of batches in the order in which they go out."""
    return page(session, _items(actor, wanted), Keyset([(HandoverItem.id, "asc")]), cursor, PAGE_SIZE)


def count_items_visible_to(session: Session, actor: Actor, wanted: ItemFilter) -> Count:
    """How many records."""
    return count_up_to(session, _items(actor, wanted))


def list_item_ids(session: Session, handover_id: int, state: ItemState, limit: int) -> list[int]:
    """The first records of a batch that are in a state."""
    statement = select(HandoverItem.id).where(HandoverItem.handover_id == handover_id, HandoverItem.state == state)
    return list(session.scalars(statement.order_by(HandoverItem.id).limit(limit)))


def _items(actor: Actor, wanted: ItemFilter) -> Select[HandoverItem]:
    statement = select(HandoverItem).where(items_visible_to(actor))
    if wanted.handover_id is not None:
        statement = statement.where(HandoverItem.handover_id == wanted.handover_id)
    if wanted.partner_id is not None:
        statement = statement.where(HandoverItem.partner_id == wanted.partner_id)
    if wanted.state:
        statement = statement.where(HandoverItem.state == wanted.state)
    if wanted.q:
        text = wanted.q.strip()
        named = HandoverItem.label.contains(text, autoescape=True)
        statement = statement.where(or_(named, HandoverItem.key.contains(text, autoescape=True)))
    return statement


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


def page_refused_visible_to(
    session: Session, actor: Actor, partner_id: int | None, cursor: str | None
) -> Page[HandoverItem]:
    """Those records, the latest first."""
    return page(session, _refused(actor, partner_id), Keyset([(HandoverItem.id, "desc")]), cursor, PAGE_SIZE)


def count_refused_visible_to(session: Session, actor: Actor, partner_id: int | None = None) -> Count:
    """How many of them."""
    return count_up_to(session, _refused(actor, partner_id))


def list_items_visible_to(session: Session, actor: Actor, ids: Collection[int]) -> list[HandoverItem]:
    """Those of these records that the actor sees."""
    statement = select(HandoverItem).where(HandoverItem.id.in_(ids), items_visible_to(actor))
    return list(session.scalars(statement.order_by(HandoverItem.id)))


def list_refused_visible_to(session: Session, actor: Actor, partner_id: int | None, limit: int) -> list[HandoverItem]:
    """The first refused records."""
    return list(session.scalars(_refused(actor, partner_id).order_by(HandoverItem.id).limit(limit)))


def list_parked_visible_to(session: Session, actor: Actor, partner_id: int | None, limit: int) -> list[HandoverItem]:
    """The first records that were given up."""
    wanted = ItemFilter(partner_id=partner_id, state=ItemState.PARKED)
    return list(session.scalars(_items(actor, wanted).order_by(HandoverItem.id).limit(limit)))


def find_mended(session: Session, items: Collection[HandoverItem]) -> set[int]:
    """Which of these refused records have changed here since, by the item's id; one statement."""
    rows = select(PartnerRecord.item_id).where(
        PartnerRecord.partner_id.in_({item.partner_id for item in items}),
        PartnerRecord.resource.in_({item.resource for item in items}),
        PartnerRecord.key.in_({item.key for item in items}),
        PartnerRecord.item_id.in_({item.id for item in items}),
        PartnerRecord.state == Held.CHANGED,
    )
    return {found for found in session.scalars(rows) if found is not None}


def _refused(actor: Actor, partner_id: int | None) -> Select[HandoverItem]:
    statement = refused_items().where(items_visible_to(actor))
    return statement if partner_id is None else statement.where(HandoverItem.partner_id == partner_id)


# -- receipts --------------------------------------------------------------------------------------------------------------


def page_receipts_visible_to(
    session: Session, actor: Actor, wanted: ReceiptFilter, cursor: str | None
) -> Page[Receipt]:
    """Receipts, the latest first."""
    return page(session, _receipts(actor, wanted), Keyset([(Receipt.id, "desc")]), cursor, PAGE_SIZE)


def count_receipts_visible_to(session: Session, actor: Actor, wanted: ReceiptFilter) -> Count:
    """How many receipts."""
    return count_up_to(session, _receipts(actor, wanted))


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


def _receipts(actor: Actor, wanted: ReceiptFilter) -> Select[Any]:
    statement = select(Receipt).where(receipts_visible_to(actor))
    if wanted.partner_id is not None:
        statement = statement.where(Receipt.partner_id == wanted.partner_id)
    if wanted.without_effect:
        statement = statement.where(Receipt.applied.is_(False))
    if wanted.note:
        statement = statement.where(Receipt.note == wanted.note)
    if wanted.outcome:
        statement = statement.where(Receipt.outcome == wanted.outcome)
    if wanted.subject:
        statement = statement.where(Receipt.subject.contains(wanted.subject, autoescape=True))
    return statement
