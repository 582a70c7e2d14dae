"""What is known about a firm for an application on a day: from the slices' tables, then from statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from sqlalchemy.orm import Session

from app.kit.db import composition_of
from app.kit.fact_providers import FACTS
from app.kit.facts import FactValue
from app.kit.i18n import N_
from app.policies.checks import CheckDays
from app.policies.domain.explain.fact_input import read_single
from app.policies.domain.facts.catalogue import Catalogue, FactDefinition, FactKey, Facts, entries
from app.policies.domain.values.knowledge import Knowledge, Known
from app.policies.queries import Stated, list_statements_about

STATED = N_("情况说明")


@dataclass(frozen=True)
class Provenance:
    """Where a value comes from: `place` is a gettext message; of a statement, who stated it, when, on what grounds."""

    place: str
    stated_by: str = ""
    stated_on: date | None = None
    grounds: str = ""


@dataclass
class Gathered:
    """What is known about a firm, and for each known value where it comes from.

    `lapsed`: what was denied too long before the day to say anything about it, and by whom; it is unknown again.
    """

    facts: Facts
    sources: Mapping[FactKey, Provenance] = field(default_factory=dict)
    lapsed: Mapping[FactKey, Provenance] = field(default_factory=dict)


def gather(session: Session, catalogue: Catalogue, enterprise_id: int, on: date) -> Gathered:
    """All that is known of one firm; a table's exact value stands before a statement, a statement before nothing."""
    return gather_many(session, catalogue, [enterprise_id], on)[enterprise_id]


def gather_many(session: Session, catalogue: Catalogue, enterprise_ids: Sequence[int], on: date) -> dict[int, Gathered]:
    """The same of many firms, with no more queries than for one."""
    reported = [provider.provide(session, enterprise_ids, on) for provider in composition_of(session).of(FACTS)]
    stated: dict[int, list[Stated]] = {}
    for statement in list_statements_about(session, enterprise_ids, on):
        stated.setdefault(statement.enterprise_id, []).append(statement)
    checks = CheckDays(session, on)
    return {
        key: _put_together(catalogue, [values[key] for values in reported], stated.get(key, ()), on, checks)
        for key in enterprise_ids
    }


def _put_together(
    catalogue: Catalogue,
    reported: Iterable[Mapping[str, FactValue]],
    stated: Iterable[Stated],
    on: date,
    checks: CheckDays,
) -> Gathered:
    """What the tables tell of one firm, then what was stated about it, oldest first."""
    known: dict[FactKey, Knowledge] = {}
    sources: dict[FactKey, Provenance] = {}
    lapsed: dict[FactKey, Provenance] = {}
    for values in reported:
        for code, fact in values.items():
            if code in catalogue:
                found = entries(catalogue[code], fact.value)
                known.update(found)
                sources.update(dict.fromkeys(found, _in_table(fact.source)))
    for statement in stated:
        definition = catalogue.get(statement.fact_code)
        if definition is None:
            continue
        if not _is_over(definition, statement, on, checks):
            for key in _state(known, sources, definition, statement):
                lapsed.pop(key, None)
        elif statement.value is False:
            _lapse(known, sources, lapsed, statement)
    return Gathered(Facts(catalogue, known), sources, lapsed)


@lru_cache(maxsize=64)
def _in_table(place: str) -> Provenance:
    return Provenance(place)


def _is_over(definition: FactDefinition, statement: Stated, on: date, checks: CheckDays) -> bool:
    """Whether a statement about a window of days says nothing about an application on `on`.

    What has happened stays so as long as it may lie in the window; that nothing has says nothing about the days since,
    but for as many as the bureau has set.
    """
    if definition.window_days is None:
        return False
    days: int = (on - statement.stated_on).days
    if statement.value is not False:
        return days >= definition.window_days
    return days > 0 and days > checks.of(statement.region_code)


def _state(
    known: dict[FactKey, Knowledge],
    sources: dict[FactKey, Provenance],
    definition: FactDefinition,
    statement: Stated,
) -> Iterable[FactKey]:
    stated = read_single(definition, statement.year, statement.value, statement.fact_code)
    for key, value in stated.items():
        if not _in_a_table(key, known, sources):
            known[key], sources[key] = value, _stated_by(statement)
    return stated


def _lapse(
    known: dict[FactKey, Knowledge],
    sources: dict[FactKey, Provenance],
    lapsed: dict[FactKey, Provenance],
    statement: Stated,
) -> None:
    """A denial that is over takes away what was stated before it, and says nothing itself."""
    key = FactKey(statement.fact_code, statement.year)
    if not _in_a_table(key, known, sources):
        known.pop(key, None)
        sources.pop(key, None)
        lapsed[key] = _stated_by(statement)


def _in_a_table(key: FactKey, known: Mapping[FactKey, Knowledge], sources: Mapping[FactKey, Provenance]) -> bool:
    return key in sources and sources[key].stated_on is None and isinstance(known[key], Known)


def _stated_by(statement: Stated) -> Provenance:
    return Provenance(STATED, statement.actor_name, statement.stated_on, statement.source)
