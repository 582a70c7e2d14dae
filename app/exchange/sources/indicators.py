"""Indicator values as the exchange reads them: what the plans' indicators counted when they were last calculated."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from app.exchange.sources.base import RecordSource, Touch, of_model
from app.exchange.sources.touches import named
from app.journal.models import JournalEvent
from app.kit.permissions import within_region
from app.targets.models import IndicatorValue, Plan, PlanItem
from app.targets.queries import is_current


def visible(statement: Select[Any], region_prefix: str) -> Select[Any]:
    """The values of plans of places within the region, as the newest revision of each words them."""
    return (
        statement.join(PlanItem, PlanItem.id == IndicatorValue.plan_item_id)
        .join(Plan, Plan.id == PlanItem.plan_id)
        .where(within_region(Plan.jurisdiction, region_prefix), is_current())
    )


def touches(session: Session, events: Sequence[JournalEvent]) -> Iterator[Touch]:
    """The value that an event names."""
    yield from named(session, events, IndicatorValue.key, IndicatorValue.id)


SOURCE = RecordSource(
    resource="indicators",
    id=IndicatorValue.id,
    key=IndicatorValue.key,
    columns={
        "plan": Plan.code,
        "region_code": Plan.jurisdiction,
        "year": Plan.year,
        "code": PlanItem.code,
        "clause": PlanItem.clause,
        "name": PlanItem.name["zh"].as_string(),
        "unit": PlanItem.unit["zh"].as_string(),
        "operator": PlanItem.operator,
        "target_tenthousandths": PlanItem.target_tenthousandths,
        **of_model(IndicatorValue, ("key", "value", "counted_on", "updated_at")),
    },
    visible=visible,
    follows=frozenset({"indicator"}),
    touches=touches,
)
