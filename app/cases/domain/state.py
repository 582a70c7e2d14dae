"""What a decision needs to know about a case."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class CaseState(StrEnum):
    """Whether a case is still led, and how it ended."""

    OPEN = "open"
    FINISHED = "finished"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Cutoffs:
    """The cut-offs of a case's round, empty where the bureau has not set them."""

    bureau_on: date | None = None
    province_on: date | None = None


@dataclass(frozen=True)
class MilestoneState:
    """One milestone of a case as it stands."""

    code: str
    ordinal: int
    due_on: date | None = None
    done_on: date | None = None
    lapsed_on: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still waits to be done."""
        return self.done_on is None and self.lapsed_on is None


@dataclass(frozen=True)
class CaseSnapshot:
    """A case as it stands before a step."""

    number: str
    state: CaseState
    stage: str
    stage_entered_on: date
    year: int
    opened_on: date
    submitted_on: date | None
    version: int
    markers: frozenset[str] = frozenset()
    milestones: tuple[MilestoneState, ...] = ()
    cutoffs: Cutoffs = Cutoffs()
