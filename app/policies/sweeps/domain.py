"""What a sweep is, without a database: how a firm may stand, which rules a firm is decided by, what is counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from app.kit.i18n import Bilingual
from app.policies.domain.facts.catalogue import FactKey
from app.policies.domain.language.policy import Policy
from app.policies.domain.values.knowledge import Known

JOB_KIND = "sweep"
BATCH = 2_000
"""Firms decided and committed together: a second or two of work, so that progress moves and a stop is soon obeyed; SQLite's writers
wait half a second for so many lines."""

KEPT_SWEEPS = 4
"""Of so many finished sweeps of a region the lines are kept: four quarters' reports stay open, older ones keep only
their counts. A line holds what changed against the sweep before, so nothing else needs the older lines."""

EXPLAINED_UP_TO = 2
"""A firm with so many unmet conditions is told by how much it misses each."""


class SweepStatus(StrEnum):
    """How a firm stands under a policy, as lists are narrowed; several may hold at once."""

    PASSES = "passes"
    DEPENDS = "depends"
    ONE_SHORT = "one"
    ONLY_ONE = "only"
    FAILS = "fails"
    LAPSES = "lapses"
    CHANGED = "changed"
    GAINED = "gained"
    LOST = "lost"


@dataclass(frozen=True, eq=False)
class Rule:
    """A policy version with what the bureau has set for it in one place."""

    policy: Policy
    settings: Mapping[FactKey, Known]


class FirmDecision(NamedTuple):
    """How one firm stands under one policy. `open_clauses` are those not met; `missing` fact codes."""

    outcome: str
    unmet: int
    unknown: int
    score_low: int | None = None
    score_high: int | None = None
    open_clauses: tuple[Mapping[str, Any], ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class SweptPolicy:
    """A policy as one sweep applied it: versions by jurisdiction, the names of its conditions and of the facts it reads."""

    code: str
    title: Bilingual
    versions: Mapping[str, str] = field(default_factory=dict)
    clauses: Mapping[str, Bilingual] = field(default_factory=dict)
    facts: Mapping[str, Bilingual] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As kept with the sweep."""
        return {
            "title": self.title.model_dump(),
            "versions": dict(self.versions),
            "clauses": {clause: title.model_dump() for clause, title in self.clauses.items()},
            "facts": {fact: label.model_dump() for fact, label in self.facts.items()},
        }


def swept_policy(code: str, kept: Mapping[str, Any]) -> SweptPolicy:
    """The inverse of `SweptPolicy.to_json`."""
    clauses, facts = ({name: Bilingual(**words) for name, words in kept[part].items()} for part in ("clauses", "facts"))
    return SweptPolicy(code, Bilingual(**kept["title"]), kept["versions"], clauses, facts)


def in_a_year(day: date) -> date:
    """The same day of the next year; of 29 February the 28th."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)
