"""What is known about a firm for an application on a day: from the slices' tables, then from statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from sqlalchemy.orm import Session

from app.kit.facts import FactValue
from app.kit.i18n import N_
from app.policies.domain.facts import Catalogue, FactDefinition, FactKey, Facts, entries
from app.policies.domain.knowledge import Knowledge, Known
from app.policies.domain.telling import read_single
from app.policies.facts_port import installed
from app.policies.queries import Stated, list_statements_about

STATED = N_("情况说明")


@dataclass(frozen=True)
class Source:
    """Where a value comes from: `place` is a gettext message; of a statement, who stated it, when, on what grounds."""

    place: str
    stated_by: str = ""
    stated_on: date | None = None
    grounds: str = ""


@dataclass
class Gathered:
    """What is known about a firm, and for each known value where it comes from."""

    facts: Facts
    sources: Mapping[FactKey, Source] = field(default_factory=dict)


def gather(session: Session, catalogue: Catalogue, enterprise_id: int, on: date) -> Gathered:
    """All that is known of one firm; a table's exact value stands before a statement, a statement before nothing."""
    return gather_many(session, catalogue, [enterprise_id], on)[enterprise_id]


def gather_many(session: Session, catalogue: Catalogue, enterprise_ids: Sequence[int], on: date) -> dict[int, Gathered]:
    """The same of many firms, with no more queries than for one."""
    told = [provider.provide(session, enterprise_ids, on) for provider in installed()]
    stated: dict[int, list[Stated]] = {}
    for statement in list_statements_about(session, enterprise_ids, on):
        stated.setdefault(statement.enterprise_id, []).append(statement)
    return {
        key: _put_together(catalogue, [values[key] for values in told], stated.get(key, ()), on)
        for key in enterprise_ids
    }


def _put_together(
    catalogue: Catalogue,
    told: Iterable[Mapping[str, FactValue]],
    stated: Iterable[Stated],
    on: date,
) -> Gathered:
    """What the tables tell of one firm, then what was stated about it, oldest first."""
    known: dict[FactKey, Knowledge] = {}
    sources: dict[FactKey, Source] = {}
    for values in told:
        for code, fact in values.items():
            if code in catalogue:
                found = entries(catalogue[code], fact.value)
                known.update(found)
                sources.update(dict.fromkeys(found, _in_table(fact.source)))
    for statement in stated:
        definition = catalogue.get(statement.fact_code)
        if definition is not None and _speaks_of(definition, statement.stated_on, on):
            _state(known, sources, definition, statement)
    return Gathered(Facts(catalogue, known), sources)


@lru_cache(maxsize=64)
def _in_table(place: str) -> Source:
    return Source(place)


def _speaks_of(definition: FactDefinition, stated_on: date, on: date) -> bool:
    """A statement about a window of days says nothing about an application whose window begins after it."""
    return definition.window_days is None or stated_on > on - timedelta(days=definition.window_days)


def _state(
    known: dict[FactKey, Knowledge],
    sources: dict[FactKey, Source],
    definition: FactDefinition,
    statement: Stated,
) -> None:
    source = Source(STATED, statement.actor_name, statement.stated_on, statement.source)
    stated = read_single(definition, statement.year, statement.value, statement.fact_code)
    for key, value in stated.items():
        from_table = key in sources and sources[key].stated_on is None
        if not (from_table and isinstance(known[key], Known)):
            known[key], sources[key] = value, source
