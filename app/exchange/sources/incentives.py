"""Incentives as the exchange reads them: one record per firm and scheme.

The first row of a firm and scheme gives the record its identifier; later triggers stand in its entitlements.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from app.enterprises.models import Enterprise
from app.exchange.sources.base import Children, RecordSource, Touch, of_model
from app.exchange.sources.touches import ENTERPRISE, carried_along, left_behind, numbered, of_kind
from app.incentives.domain.steps import IDS
from app.incentives.events import CROSSED
from app.incentives.models import Incentive
from app.journal.models import JournalEvent
from app.kit.membership import one_of
from app.kit.permissions import within_region

_PLAIN = ("scheme_code", "created_at")
_ENTITLEMENT = ("trigger_key", "trigger_label", "triggered_on", "state", "amount_fen")

_earlier = aliased(Incentive)
_later = aliased(Incentive)
_sibling = aliased(Incentive)


def _same_record(other: Any) -> Any:
    return and_(other.enterprise_id == Incentive.enterprise_id, other.scheme_code == Incentive.scheme_code)


def visible(statement: Select[Any], region_prefix: str) -> Select[Any]:
    """The first row of each firm and scheme, for the region's firms."""
    return statement.join(Enterprise, Enterprise.id == Incentive.enterprise_id).where(
        within_region(Enterprise.region_code, region_prefix),
        ~exists().where(_same_record(_earlier), _earlier.id < Incentive.id),
    )


def _newest(column: Any) -> Any:
    """`column` of the newest trigger of the same firm and scheme."""
    return (
        select(column)
        .where(_same_record(_later))
        .order_by(_later.triggered_on.desc(), _later.id.desc())
        .limit(1)
        .correlate(Incentive)
        .scalar_subquery()
    )


def _latest_change() -> Any:
    changed_at = func.max(_later.updated_at)
    return select(changed_at).where(_same_record(_later)).correlate(Incentive).scalar_subquery()


def _with_siblings(statement: Select[Any], _region_prefix: str) -> Select[Any]:
    return statement.join(_sibling, _same_record(_sibling))


def hanging_on(enterprise_ids: Sequence[int]) -> Select[int, int]:
    """The records of these firms."""
    return (
        select(Incentive.enterprise_id, func.min(Incentive.id))
        .where(one_of(Incentive.enterprise_id, enterprise_ids))
        .group_by(Incentive.enterprise_id, Incentive.scheme_code)
    )


def touches(session: Session, events: Sequence[JournalEvent]) -> Iterator[Touch]:
    """Events name one trigger; the record is that of its firm and scheme. And those of a firm that changed its code or place."""
    own = list(numbered(of_kind(events, "incentive"), IDS))
    heads = _heads(session, {touch.row_id for touch in own})
    yield from (Touch(touch.position, heads[touch.row_id]) for touch in own if touch.row_id in heads)
    # What crossed over to a firm that has the scheme already is part of its record, and no record of its own any more.
    yield from left_behind(of_kind(events, "incentive"), CROSSED, lambda event: event.subject_id)
    yield from carried_along(session, events, hanging_on)


def _heads(session: Session, ids: Collection[int | None]) -> Mapping[int | None, int]:
    """The row that gives its record the identifier, by the row of any trigger."""
    if not ids:
        return {}
    first = select(func.min(_sibling.id)).where(_same_record(_sibling)).correlate(Incentive).scalar_subquery()
    return dict(session.execute(select(Incentive.id, first).where(one_of(Incentive.id, ids))).all())


SOURCE = RecordSource(
    resource="incentives",
    id=Incentive.id,
    key=Incentive.id,
    key_value=IDS.row_id,
    firm=Incentive.enterprise_id,
    columns={
        "public_id": Incentive.id.label("public_id"),
        "uscc": Enterprise.uscc,
        "state": _newest(_later.state),
        "updated_at": _latest_change(),
        **of_model(Incentive, _PLAIN),
    },
    derive={"public_id": IDS.of},
    visible=visible,
    follows=frozenset({"incentive", ENTERPRISE}),
    touches=touches,
    children={
        "entitlements": Children(
            parent=Incentive.id,
            columns={"public_id": _sibling.id, **of_model(_sibling, _ENTITLEMENT)},
            order=(_sibling.triggered_on, _sibling.id),
            derive={"public_id": IDS.of},
            join=_with_siblings,
        )
    },
)
