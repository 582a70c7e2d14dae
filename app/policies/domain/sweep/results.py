"""How everybody stands on one condition, and by how much."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isinf

import numpy as np

from app.policies.domain.facts.columns import Rows
from app.policies.domain.language import tree
from app.policies.domain.language.constants import whole
from app.policies.domain.language.policy import Condition
from app.policies.domain.language.verdict import Measure
from app.policies.domain.sweep.excess import LARGEST_COUNT, Excess
from app.policies.domain.sweep.judgements import Judgement
from app.policies.domain.sweep.reader import Codes, ColumnReader, Flags
from app.policies.domain.sweep.tests import OUTCOMES, UNKNOWN
from app.policies.domain.values.outcome import Outcome
from app.policies.domain.values.units import Unit, divided

Compared = tree.Comparison | tree.RatioComparison
_DOWNWARDS = frozenset({tree.Relation.AT_MOST, tree.Relation.LESS})


@dataclass(frozen=True, eq=False)
class Branch:
    """What a condition compares, and for whom, by what was told."""

    test: Compared
    whose: Flags

    @property
    def unit(self) -> Unit:
        """What is lacking is a quantity of this: 分, persons, a share, days."""
        left = self.test.numerator if isinstance(self.test, tree.RatioComparison) else self.test.left
        return Unit.DAYS if left.unit is Unit.DATE else left.unit

    @property
    def step(self) -> int:
        """What lies between a boundary that does not count and the next value that does: above 70 begins at 71."""
        test = self.test
        if isinstance(test, tree.RatioComparison) or test.relation not in {tree.Relation.MORE, tree.Relation.LESS}:
            return 0
        return 1 if whole(test.left) and whole(test.right) else 0

    @property
    def direction(self) -> int:
        """What an excess has to be multiplied by to be what is lacking."""
        return 1 if self.test.relation in _DOWNWARDS else -1


@dataclass(frozen=True, eq=False)
class ConditionResults:
    """How everybody stands on one condition: `outcome` is 0 unmet, 1 unknown, 2 met.

    `excess` is what the left side has over the right where the condition compares. What it is a quantity of may depend
    on what was told: `branches` say of whom which.
    """

    condition: Condition
    outcome: Codes
    branches: tuple[Branch, ...] = ()
    excess: Excess | None = None

    def gaps(self, rows: Rows) -> list[Measure | None]:
        """By how much each of some subjects who do not meet it falls short, as `Finding.gap`; None where only an interpreter
        of single subjects can tell.
        """
        found: list[Measure | None] = [None] * rows.size
        if self.excess is None:
            return found
        for branch in self.branches:
            places = np.flatnonzero(branch.whose[rows])
            for place, gap in zip(places.tolist(), _lacking(branch, self.excess, rows[places]), strict=True):
                found[place] = gap
        return found

    def put(self, row: int, outcome: Outcome) -> None:
        """Take over how one subject stands from an interpreter of single subjects."""
        self.outcome[row] = OUTCOMES.index(outcome)


def _lacking(branch: Branch, excess: Excess, rows: Rows) -> Iterator[Measure | None]:
    """Between which amounts some subjects fall short; None where the numbers do not say it to the last digit."""
    parts = excess.parts[rows]
    with np.errstate(invalid="ignore"):
        counts = [branch.direction * np.rint(end[rows] * parts) for end in (excess.low, excess.high)]
    least, most = (np.maximum(0.0, count + branch.step * parts) for count in counts[:: branch.direction])
    told = (parts > 0) & (least < LARGEST_COUNT) & ((most < LARGEST_COUNT) | np.isinf(most))
    for known, low, high, of in zip(told.tolist(), least.tolist(), most.tolist(), parts.tolist(), strict=True):
        ends = (divided(int(low), of), None if isinf(high) else divided(int(high), of)) if known else ()
        yield Measure(branch.unit, *ends) if ends else None


def branches_of(test: tree.Node, reading: ColumnReader, whose: Flags | None = None) -> tuple[Branch, ...]:
    """What a test compares, by what was told; empty where it does not compare."""
    whose = np.ones(reading.size, bool) if whose is None else whose
    match test:
        case tree.IfStated(code=code, then=then, otherwise=otherwise):
            stated = reading.stated(code, None)
            return branches_of(then, reading, whose & stated) + branches_of(otherwise, reading, whose & ~stated)
        case tree.Comparison() | tree.RatioComparison():
            return (Branch(test, whose),)
        case _:
            return ()


def results_of(condition: Condition, branches: tuple[Branch, ...], found: Judgement) -> ConditionResults:
    """What a judgement says about a condition."""
    ((low, high),) = found.pairs
    outcome = low.astype(np.int8, copy=False)
    if high is not low:
        outcome = np.where(low == high, outcome, np.int8(UNKNOWN))
    excess = found.excess
    if excess is not None and found.left is not None:
        excess = excess.without(found.left)
    return ConditionResults(condition, outcome, branches, excess)
