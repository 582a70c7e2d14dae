"""Which records a batch is about: chosen ones, what has changed, everything, what differs at the partner. In chunks, by key."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, null, select
from sqlalchemy.orm import Session

from app.exchange.comparison.domain import QUEUEABLE
from app.exchange.comparison.models import ReconciliationLine
from app.exchange.handovers.domain import TO_SEND, BatchBasis
from app.exchange.handovers.models import PartnerRecord
from app.exchange.partners.models import Partner
from app.exchange.records import BATCH, RecordPlan, count_records

PROGRAMME = "programme_code"


@dataclass(frozen=True)
class RecordSelection:
    """One resource as one partner gets it, perhaps of one programme only. `keys` and `reconciliation` as an officer gave them."""

    partner: Partner
    plan: RecordPlan
    programme: str = ""
    keys: Sequence[str] = ()
    reconciliation: int | None = None

    @property
    def region_prefix(self) -> str:
        """What the partner may get."""
        return self.partner.region_prefix

    def records(self) -> ColumnElement[bool]:
        """What is known of this resource's records at the partner."""
        return and_(PartnerRecord.partner_id == self.partner.id, PartnerRecord.resource == self.plan.resource)

    def visible(self, *columns: Any) -> Select[Any]:
        """Columns of the records that the partner may get, of the programme if one is named."""
        statement = self.plan.source.visible(select(*columns), self.region_prefix)
        if self.programme:
            statement = statement.where(self.plan.source.columns[PROGRAMME] == self.programme)
        return statement


def rows_with_keys(session: Session, scope: RecordSelection, keys: Sequence[str]) -> dict[int, Row[Any]]:
    """Row id, what the key holds, firm's id and name of the visible records of these keys, by row id."""
    source = scope.plan.source
    firm = null() if source.firm is None else source.firm
    columns = (source.id.label("id"), source.key.label("key"), firm.label("firm"))
    statement = scope.visible(*columns, source.columns.get("name", null()).label("name"))
    return {row.id: row for row in session.execute(statement.where(source.holding(keys)))}


def present_keys(session: Session, scope: RecordSelection, keys: Sequence[str]) -> set[str]:
    """Those of `keys` that a visible record bears."""
    return {scope.plan.key_of(row.key) for row in rows_with_keys(session, scope, keys).values()}


def missing_keys(session: Session, scope: RecordSelection, keys: Sequence[str]) -> list[str]:
    """Those of `keys` that no visible record bears and that the partner never got."""
    missing: list[str] = []
    for start in range(0, len(keys), BATCH):
        some = keys[start : start + BATCH]
        had = select(PartnerRecord.key).where(
            scope.records(), PartnerRecord.key.in_(some), PartnerRecord.sent_position > 0
        )
        seen = present_keys(session, scope, some)
        seen |= set() if scope.programme else set(session.scalars(had))
        missing += [key for key in some if key not in seen]
    return missing


# -- chunks --------------------------------------------------------------------------------------------------------------

Chunk = tuple[Sequence[str], Any]
Step = Callable[[Session, RecordSelection, Any], Chunk]
"""Keys of the next records after a mark (None: from the beginning), and the mark to go on from; None when that was all."""


def _chosen(_session: Session, scope: RecordSelection, after: Any) -> Chunk:
    start = after or 0
    end = start + BATCH
    return scope.keys[start:end], end if end < len(scope.keys) else None


def _changed(session: Session, scope: RecordSelection, after: Any) -> Chunk:
    return _keys_known(session, scope, after, PartnerRecord.state.in_(TO_SEND))


def _visible(session: Session, scope: RecordSelection, after: Any) -> Chunk:
    """Everything visible, by row id."""
    source = scope.plan.source
    statement = scope.visible(source.id.label("id"), source.key.label("key")).where(source.id > (after or 0))
    rows = session.execute(statement.order_by(source.id).limit(BATCH)).all()
    return [scope.plan.key_of(row.key) for row in rows], rows[-1].id if len(rows) == BATCH else None


def _gone(session: Session, scope: RecordSelection, after: Any) -> Chunk:
    """What the partner got and is out of sight now."""
    if scope.programme:
        return (), None
    keys, mark = _keys_known(session, scope, after, PartnerRecord.sent_position > 0)
    seen = present_keys(session, scope, keys)
    return [key for key in keys if key not in seen], mark


def _differing(session: Session, scope: RecordSelection, after: Any) -> Chunk:
    line = ReconciliationLine
    statement = select(line.id, line.key).where(_to_queue(scope), line.id > (after or 0))
    rows = session.execute(statement.order_by(line.id).limit(BATCH)).all()
    return [row.key for row in rows], rows[-1].id if len(rows) == BATCH else None


def _to_queue(scope: RecordSelection) -> ColumnElement[bool]:
    line = ReconciliationLine
    return and_(line.reconciliation_id == scope.reconciliation, line.kind.in_(QUEUEABLE), line.handover_id.is_(None))


def _keys_known(session: Session, scope: RecordSelection, after: Any, wanted: ColumnElement[bool]) -> Chunk:
    statement = select(PartnerRecord.key).where(scope.records(), wanted, PartnerRecord.key > (after or ""))
    keys = list(session.scalars(statement.order_by(PartnerRecord.key).limit(BATCH)))
    return keys, keys[-1] if len(keys) == BATCH else None


STEPS: Mapping[BatchBasis, Sequence[Step]] = {
    BatchBasis.CHOSEN: (_chosen,),
    BatchBasis.CHANGED: (_changed,),
    BatchBasis.ALL: (_visible, _gone),
    BatchBasis.DIFFERING: (_differing,),
}


def count_candidates(session: Session, scope: RecordSelection, basis: BatchBasis) -> int:
    """How many records will be looked at, about: for the progress of the work."""
    if basis is BatchBasis.ALL:
        return count_records(session, scope.plan, scope.region_prefix)
    if basis is BatchBasis.CHOSEN:
        return len(scope.keys)
    rows: Select[Any] = select(PartnerRecord.key).where(scope.records(), PartnerRecord.state.in_(TO_SEND))
    if basis is BatchBasis.DIFFERING:
        rows = select(ReconciliationLine.id).where(_to_queue(scope))
    return session.scalar(select(func.count()).select_from(rows.subquery())) or 0
