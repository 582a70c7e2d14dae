"""What is known about a firm for an application on a day: from the slices' tables, then from statements."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import numpy as np
from sqlalchemy.orm import Session

from app.kit.db import composition_of
from app.kit.fact_providers import FACTS, FactProvider
from app.kit.facts import FactName, FactTable, FactValues
from app.kit.i18n import N_
from app.kit.owners import Owners
from app.kit.whole_numbers import NOT_KNOWN
from app.policies.checks import CheckDays
from app.policies.domain.explain.fact_input import read_single
from app.policies.domain.facts.catalogue import Catalogue, FactDefinition, FactKey, Facts
from app.policies.domain.facts.columns import Columns, columns_from
from app.policies.domain.values.knowledge import Knowledge
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


def gather_many(
    session: Session, catalogue: Catalogue, enterprise_ids: Collection[int], on: date
) -> dict[int, Gathered]:
    """The same of many firms, with no more queries than for one."""
    if not enterprise_ids:
        return {}
    firms = Owners(enterprise_ids)
    columns, said = _read(session, catalogue, firms, on)
    places = {code: place for provider in _providers(session) for code, place in provider.codes.items()}
    return {
        key: Gathered(facts, _sources(facts, places, said, at), said.lapsed_of(at))
        for at, (key, facts) in enumerate(zip(firms.ids.tolist(), columns.rows(), strict=True))
    }


def read_columns(session: Session, catalogue: Catalogue, firms: Owners, on: date) -> Columns:
    """All that is known of many firms, in columns, without where it comes from."""
    return _read(session, catalogue, firms, on)[0]


def _read(session: Session, catalogue: Catalogue, firms: Owners, on: date) -> tuple[Columns, "_Said"]:
    table: dict[FactName, FactValues] = {}
    for provider in _providers(session):
        table.update(provider.provide(session, firms, on))
    said = _Said(catalogue, table, on, CheckDays(session, on))
    stated = list_statements_about(session, firms, on)
    places = firms.places(np.array([statement.enterprise_id for statement in stated], np.int64))
    for at, statement in zip(places.tolist(), stated, strict=True):
        said.take(at, statement)
    told = {key: {at: known for at, (known, _by) in of_key.items()} for key, of_key in said.known.items()}
    return columns_from(catalogue, len(firms), table, told), said


def _providers(session: Session) -> Sequence[FactProvider]:
    return composition_of(session).of(FACTS)


def _sources(facts: Facts, places: Mapping[str, str], said: "_Said", at: int) -> dict[FactKey, Provenance]:
    sources = {}
    for key in facts.known:
        stated = said.known.get(key, {}).get(at)
        sources[key] = _in_table(places[key.code]) if stated is None else _stated_by(stated[1])
    return sources


@lru_cache(maxsize=64)
def _in_table(place: str) -> Provenance:
    return Provenance(place)


def _stated_by(statement: Stated) -> Provenance:
    return Provenance(STATED, statement.actor_name, statement.stated_on, statement.source)


# -- statements ---------------------------------------------------------------------------------------------------------


class _Said:
    """What was stated about firms, by key and by the firm's place: of what no table knows, the newest that speaks of the day."""

    def __init__(self, catalogue: Catalogue, table: FactTable, on: date, checks: CheckDays) -> None:
        self._catalogue, self._table, self._on, self._checks = catalogue, table, on, checks
        self.known: dict[FactKey, dict[int, tuple[Knowledge, Stated]]] = {}
        self._lapsed: dict[FactKey, dict[int, Stated]] = {}

    def take(self, at: int, statement: Stated) -> None:
        """Take in the next statement; they come oldest first."""
        definition = self._catalogue.get(statement.fact_code)
        if definition is None:
            return
        if not self._is_over(definition, statement):
            for key, value in read_single(definition, statement.year, statement.value, statement.fact_code).items():
                self._state(at, key, value, statement)
        elif statement.value is False:
            self._lapse(at, FactKey(statement.fact_code, statement.year), statement)

    def lapsed_of(self, at: int) -> dict[FactKey, Provenance]:
        """Of one firm what was denied too long before the day, and by whom."""
        return {key: _stated_by(of_key[at]) for key, of_key in self._lapsed.items() if at in of_key}

    def _is_over(self, definition: FactDefinition, statement: Stated) -> bool:
        """Whether a statement about a window of days says nothing about an application on the day.

        What has happened stays so as long as it may lie in the window; that nothing has says nothing about the days since,
        but for as many as the bureau has set.
        """
        if definition.window_days is None:
            return False
        days: int = (self._on - statement.stated_on).days
        if statement.value is not False:
            return days >= definition.window_days
        return days > 0 and days > self._checks.of(statement.region_code)

    def _state(self, at: int, key: FactKey, value: Knowledge, statement: Stated) -> None:
        if not self._in_a_table(at, key):
            self.known.setdefault(key, {})[at] = value, statement
        self._lapsed.get(key, {}).pop(at, None)

    def _lapse(self, at: int, key: FactKey, statement: Stated) -> None:
        """A denial that is over takes away what was stated before it, and says nothing itself."""
        if not self._in_a_table(at, key):
            self.known.get(key, {}).pop(at, None)
            self._lapsed.setdefault(key, {})[at] = statement

    def _in_a_table(self, at: int, key: FactKey) -> bool:
        found = self._table.get(key)
        return found is not None and bool(found.numbers[at] != NOT_KNOWN)
