"""Batches, their records, what waits for somebody, receipts, answers, calls and reconciliations, as lists: within what an officer may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from sqlalchemy import ColumnElement, and_, or_, select

from app.exchange.comparison.domain import LineKind
from app.exchange.comparison.models import Reconciliation, ReconciliationLine
from app.exchange.handovers.domain import HandoverState, ItemState, Note, ReceiptOutcome
from app.exchange.handovers.listed import items_visible_to, receipts_visible_to, refused_items
from app.exchange.handovers.models import Handover, HandoverItem, Receipt
from app.exchange.partners.models import Partner, PartnerCall
from app.exchange.partners.queries import list_partners
from app.exchange.sheets.domain import REGISTERED, JudgedRow, RowFinding
from app.kit.clock import end_of_day, start_of_day
from app.kit.lists import filters
from app.kit.lists.found import computed
from app.kit.lists.source import ListSource, both_ways, earliest, newest
from app.kit.lists.viewer import Viewer
from app.kit.permissions import within_region


def _partner(code: str, viewer: Viewer) -> int | None:
    return {partner.code: partner.id for partner in viewer.once(list_partners)}.get(code)


# -- batches -------------------------------------------------------------------------------------------------------------


def _made_since(day: date, _viewer: Viewer) -> ColumnElement[bool]:
    return Handover.made_at >= start_of_day(day)


def _made_until(day: date, _viewer: Viewer) -> ColumnElement[bool]:
    return Handover.made_at < end_of_day(day)


@dataclass(frozen=True)
class HandoverFilter:
    """Which batches; what says nothing does not narrow. `since` and `until` are days on which they were made."""

    partner: Annotated[int | None, filters.Filter(_partner, filters.equal(Handover.partner_id))] = None
    state: Annotated[str, filters.Filter(filters.among(HandoverState), filters.equal(Handover.state))] = ""
    resource: Annotated[str, filters.equals(Handover.resource)] = ""
    since: Annotated[date | None, filters.Filter(filters.day, _made_since)] = None
    until: Annotated[date | None, filters.Filter(filters.day, _made_until)] = None


HANDOVERS: ListSource[Handover, HandoverFilter] = ListSource(
    kind=HandoverFilter, visible=lambda _viewer: select(Handover), id=Handover.id, orders=newest(Handover.id)
)


# -- records of a batch ----------------------------------------------------------------------------------------------------


def _named(said: str, _viewer: Viewer) -> ColumnElement[bool]:
    return or_(HandoverItem.label.contains(said, autoescape=True), HandoverItem.key.contains(said, autoescape=True))


@dataclass(frozen=True)
class ItemFilter:
    """Which records of batches; what says nothing does not narrow."""

    state: Annotated[str, filters.Filter(filters.among(ItemState), filters.equal(HandoverItem.state))] = ""
    q: Annotated[str, filters.Filter(filters.text, _named)] = ""
    handover_id: Annotated[int | None, filters.inner(HandoverItem.handover_id)] = None


ITEMS: ListSource[HandoverItem, ItemFilter] = ListSource(
    kind=ItemFilter,
    visible=lambda viewer: select(HandoverItem).where(items_visible_to(viewer.actor)),
    id=HandoverItem.id,
    orders=earliest(HandoverItem.id),
)


# -- what waits for somebody -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WaitingFilter:
    """Whose records wait: of one partner, or of all."""

    partner: Annotated[int | None, filters.Filter(_partner, filters.equal(HandoverItem.partner_id))] = None


#: Records given up after too many tries, and records that a partner refused.
PARKED_ITEMS: ListSource[HandoverItem, WaitingFilter] = ListSource(
    kind=WaitingFilter,
    visible=lambda viewer: select(HandoverItem).where(
        items_visible_to(viewer.actor), HandoverItem.state == ItemState.PARKED
    ),
    id=HandoverItem.id,
    orders=both_ways("first", HandoverItem.id),
)
REFUSED_ITEMS: ListSource[HandoverItem, WaitingFilter] = ListSource(
    kind=WaitingFilter,
    visible=lambda viewer: refused_items().where(items_visible_to(viewer.actor)),
    id=HandoverItem.id,
    orders=both_ways("first", HandoverItem.id),
    usual=lambda _wanted: "-first",
)


# -- receipts --------------------------------------------------------------------------------------------------------------

NO_EFFECT = "none"


def _without_effect(effect: str, _viewer: Viewer) -> ColumnElement[bool]:
    """Those that changed nothing, for any reason or for one."""
    unapplied = Receipt.applied.is_(False)
    return unapplied if effect == NO_EFFECT else and_(unapplied, Receipt.note == effect)


def _about(said: str, _viewer: Viewer) -> ColumnElement[bool]:
    return Receipt.subject.contains(said, autoescape=True)


@dataclass(frozen=True)
class ReceiptFilter:
    """Which receipts; `effect` asks for those that changed nothing (`none`), or for one reason why."""

    partner: Annotated[int | None, filters.Filter(_partner, filters.equal(Receipt.partner_id))] = None
    effect: Annotated[str, filters.Filter(filters.among((NO_EFFECT, *Note)), _without_effect)] = ""
    outcome: Annotated[
        str, filters.Filter(filters.among((*ReceiptOutcome, "requested")), filters.equal(Receipt.outcome))
    ] = ""
    q: Annotated[str, filters.Filter(filters.text, _about)] = ""


RECEIPTS: ListSource[Receipt, ReceiptFilter] = ListSource(
    kind=ReceiptFilter,
    visible=lambda viewer: select(Receipt).where(receipts_visible_to(viewer.actor)),
    id=Receipt.id,
    orders=newest(Receipt.id),
)


# -- an answer that was handed in: its rows, read from its file --------------------------------------------------------------

READY = "ready"


@dataclass(frozen=True)
class AnswerFilter:
    """Which of the `rows` of an answer: of one finding, or all that would be registered (`ready`)."""

    only: Annotated[str, filters.Filter(filters.among((READY, *RowFinding)))] = ""
    rows: Sequence[JudgedRow] = ()


def _of_finding(_viewer: Viewer, wanted: AnswerFilter) -> Sequence[JudgedRow]:
    findings = REGISTERED if wanted.only == READY else (wanted.only,)
    return [row for row in wanted.rows if row.finding in findings] if wanted.only else wanted.rows


ANSWERS = computed(AnswerFilter, _of_finding)


# -- calls to a partner ----------------------------------------------------------------------------------------------------

_FIRST_BAD_STATUS = 300


def _without_result(_viewer: Viewer) -> ColumnElement[bool]:
    return or_(PartnerCall.error != "", PartnerCall.status >= _FIRST_BAD_STATUS)


@dataclass(frozen=True)
class PartnerCallFilter:
    """Which calls to a partner; `failed`: only those that brought nothing."""

    failed: Annotated[bool, filters.flag(_without_result)] = False
    partner_id: Annotated[int | None, filters.inner(PartnerCall.partner_id)] = None


PARTNER_CALLS: ListSource[PartnerCall, PartnerCallFilter] = ListSource(
    kind=PartnerCallFilter,
    visible=lambda _viewer: select(PartnerCall),
    id=PartnerCall.id,
    orders=newest(PartnerCall.at, PartnerCall.id),
)


# -- reconciliations -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReconciliationFilter:
    """Which runs; what says nothing does not narrow."""

    partner: Annotated[str, filters.equals(Partner.code)] = ""


RECONCILIATIONS: ListSource[Reconciliation, ReconciliationFilter] = ListSource(
    kind=ReconciliationFilter,
    visible=lambda viewer: (
        select(Reconciliation)
        .join(Partner, Partner.id == Reconciliation.partner_id)
        .where(within_region(Partner.region_prefix, viewer.actor.region_prefix))
    ),
    id=Reconciliation.id,
    orders=newest(Reconciliation.id),
)


def _differs_in(name: str, _viewer: Viewer) -> ColumnElement[bool]:
    said = ReconciliationLine.fields[name].as_string().is_not(None)
    return and_(ReconciliationLine.kind == LineKind.DIFFERING, said)


def _line_named(said: str, _viewer: Viewer) -> ColumnElement[bool]:
    key, label = ReconciliationLine.key, ReconciliationLine.label
    return or_(key.icontains(said, autoescape=True), label.icontains(said, autoescape=True))


@dataclass(frozen=True)
class ReconciliationLineFilter:
    """Which lines of a run: of a kind, that differ in a field, whose key or name holds a text."""

    kind: Annotated[str, filters.Filter(filters.among(LineKind), filters.equal(ReconciliationLine.kind))] = ""
    field: Annotated[str, filters.Filter(filters.text, _differs_in)] = ""
    q: Annotated[str, filters.Filter(filters.text, _line_named)] = ""
    run: Annotated[int | None, filters.inner(ReconciliationLine.reconciliation_id)] = None


RECONCILIATION_LINES: ListSource[ReconciliationLine, ReconciliationLineFilter] = ListSource(
    kind=ReconciliationLineFilter,
    visible=lambda _viewer: select(ReconciliationLine),
    id=ReconciliationLine.id,
    orders=earliest(ReconciliationLine.id),
)
