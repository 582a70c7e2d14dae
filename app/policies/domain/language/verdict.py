"""What an evaluation says: the outcome of the whole and, for every clause, why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from app.kit.i18n import Bilingual
from app.policies.domain.facts.catalogue import FactKey, Facts
from app.policies.domain.language import tree
from app.policies.domain.language.policy import Condition, Policy, ScoredBlock, ScoredItem, Scoring
from app.policies.domain.values.knowledge import Exact
from app.policies.domain.values.outcome import Outcome
from app.policies.domain.values.units import Unit


class ClauseReason(StrEnum):
    """Why a clause stands as it does, where the figures alone do not say it."""

    ZERO_DENOMINATOR = "zero_denominator"
    NO_FISCAL_YEAR = "no_fiscal_year"
    JUDGED_BY_PEOPLE = "judged_by_people"
    WAITS_FOR_EXPERTS = "waits_for_experts"
    MANUAL_REVIEW = "manual_review"


class Measure(NamedTuple):
    """A value with its unit, or its bounds: amounts in 分, shares as exact fractions, dates, yes or no, codes."""

    unit: Unit
    low: Exact | None
    high: Exact | None

    @property
    def exact(self) -> bool:
        """Whether it is one value."""
        return self.low is not None and self.low == self.high

    @property
    def open(self) -> bool:
        """Whether nothing bounds it."""
        return self.low is None and self.high is None


def measure(unit: Unit, value: Exact) -> Measure:
    """One exact value."""
    return Measure(unit, value, value)


class Requirement(NamedTuple):
    """What a clause asks of its actual value: `relation` to a value, or to be in a list."""

    relation: str
    value: Measure | None
    list_name: str | None = None


class IntermediateValue(NamedTuple):
    """An intermediate value that a clause rests on, and the formula it comes from."""

    node: tree.Node
    value: Measure


class Finding(NamedTuple):
    """How one test stands, and why."""

    outcome: Outcome
    required: Requirement | None = None
    actual: Measure | None = None
    gap: Measure | None = None
    basis: tuple[IntermediateValue, ...] = ()
    reason: ClauseReason | None = None
    missing: tuple[FactKey, ...] = ()


@dataclass(frozen=True)
class Clause:
    """How one condition stands. One made of parts shows the finding of the part that decides it."""

    condition: Condition
    finding: Finding
    children: tuple["Clause", ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Met, unmet or unknown."""
        return self.finding.outcome

    def leaves(self) -> Iterator["Clause"]:
        """The clauses without parts, in order."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


class ItemFinding(NamedTuple):
    """An item of the score: between which points it lies, and why.

    `gradings` are the places of those that may hold, from the top; one when it is decided which. `actual` is what its
    bands measure, `course` the yearly values of a growth, oldest first. `missing` are the facts that would narrow it.
    """

    item: ScoredItem
    low: int
    high: int
    gradings: tuple[int, ...] = ()
    actual: Measure | None = None
    basis: tuple[IntermediateValue, ...] = ()
    course: tuple[Measure, ...] = ()
    grade: Measure | None = None
    reason: ClauseReason | None = None
    missing: tuple[FactKey, ...] = ()
    options: tuple["ItemFinding", ...] = ()

    @property
    def label(self) -> Bilingual | None:
        """What the one grading that holds is called, or the one level in which the grade lies."""
        if len(self.gradings) != 1:
            return None
        if self.grade is not None:
            inside = (level for level in self.item.levels if level.low <= self.low and self.high <= level.high)
            return next((level.label for level in inside), None)
        return self.item.labels[self.gradings[0]]


class BlockFinding(NamedTuple):
    """A block of the score: the sum of its items, capped."""

    block: ScoredBlock
    low: int
    high: int
    items: tuple[ItemFinding, ...]

    @property
    def missing(self) -> tuple[FactKey, ...]:
        """The facts that would narrow it."""
        return () if self.low == self.high else _unique(key for item in self.items for key in item.missing)


class ScoreFinding(NamedTuple):
    """The score: the tightest bounds that what is known allows, block by block."""

    scoring: Scoring
    low: int
    high: int
    blocks: tuple[BlockFinding, ...]

    @property
    def missing(self) -> tuple[FactKey, ...]:
        """The facts that would narrow it."""
        open_ = [block for block in self.blocks if block.low != block.high]
        return _unique([key for block in open_ for item in block.items for key in item.missing])


@dataclass(frozen=True)
class Evaluation:
    """A policy applied to what is known of one subject for an application on `on`; `score` where the policy has one."""

    policy: Policy
    facts: Facts
    on: date
    outcome: Outcome
    clauses: tuple[Clause, ...]
    score: ScoreFinding | None = None

    @property
    def missing(self) -> tuple[FactKey, ...]:
        """The facts that the outcome waits for, each once."""
        return _unique(key for clause in self.clauses for key in clause.finding.missing)

    def count(self, outcome: Outcome) -> int:
        """How many clauses stand so."""
        return sum(clause.outcome is outcome for clause in self.clauses)


def _unique(keys: Iterable[FactKey]) -> tuple[FactKey, ...]:
    return tuple(dict.fromkeys(keys))
