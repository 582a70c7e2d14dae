"""The partners' resources: each mapping of `seeds/exchange/` fitted to its source, once."""

from functools import lru_cache

from app.exchange.catalogue import partner_definition
from app.exchange.domain import PartnerDefinition
from app.exchange.records import RecordPlan, plan_records
from app.exchange.sources import (
    agreements,
    cases,
    commissioners,
    enterprises,
    incentives,
    indicators,
    milestones,
    parts,
    verdicts,
)
from app.exchange.sources.base import RecordSource
from app.kit.errors import SeedError

SOURCES: dict[str, RecordSource] = {
    source.resource: source
    for source in (
        enterprises.SOURCE,
        cases.SOURCE,
        commissioners.SOURCE,
        incentives.SOURCE,
        parts.FIGURES,
        parts.PROPERTIES,
        milestones.SOURCE,
        agreements.SOURCE,
        verdicts.SOURCE,
        indicators.SOURCE,
        parts.PAST_CASES,
    )
}


def province_plans() -> dict[str, RecordPlan]:
    """The plans of API v1 by resource, in the order of the mapping."""
    return plans_of("province", "v1")


@lru_cache
def plans_of(definition: str, version: str) -> dict[str, RecordPlan]:
    """The plans of one partner's definition by resource; raises `SeedError` when there is none, or it is wrong."""
    return fit(partner_definition(definition, version))


def fit(definition: PartnerDefinition) -> dict[str, RecordPlan]:
    """A plan per resource of `definition`; raises `SeedError` for a resource or field that has no source."""
    unknown = [name for name in definition.resources if name not in SOURCES]
    if unknown:
        raise SeedError(f"exchange: there is no resource '{unknown[0]}'; known: {', '.join(SOURCES)}")
    return {name: plan_records(name, resource, SOURCES[name]) for name, resource in definition.resources.items()}
