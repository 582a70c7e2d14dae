"""How everybody stands on one condition, and by how much."""

from dataclasses import dataclass

import numpy as np

from app.policies.domain.language import tree
from app.policies.domain.language.constants import whole
from app.policies.domain.language.policy import Condition
from app.policies.domain.language.verdict import Finding
from app.policies.domain.sweep.judgements import Judgement
from app.policies.domain.sweep.reader import Codes, ColumnReader, Flags, Pair
from app.policies.domain.sweep.tests import MET, OUTCOMES, UNKNOWN
from app.policies.domain.values.units import Unit

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

    `excess` are the bounds of what the left side has over the right where the condition compares: −inf and inf where
    open, NaN where a ratio has no denominator. What it is a quantity of may depend on what was told: `unit_of`.
    """

    condition: Condition
    outcome: Codes
    branches: tuple[Branch, ...] = ()
    excess: Pair | None = None

    def unit_of(self, row: int) -> Unit | None:
        """What the amount that one subject lacks is a quantity of."""
        return next((branch.unit for branch in self.branches if branch.whose[row]), None)

    def lacking(self) -> Pair | None:
        """Between which amounts everybody falls short, as `Finding.gap`; NaN where it is met or cannot be told."""
        if self.excess is None:
            return None
        least, most = np.full(self.outcome.size, np.nan), np.full(self.outcome.size, np.nan)
        for branch in self.branches:
            rows = branch.whose & (self.outcome != MET)
            ends = [branch.direction * end[rows] + branch.step for end in self.excess]
            least[rows], most[rows] = np.maximum(0.0, ends if branch.direction > 0 else ends[::-1])
        return least, most

    def put(self, row: int, finding: Finding) -> None:
        """Take over how one subject stands from an interpreter of single subjects."""
        self.outcome[row] = OUTCOMES.index(finding.outcome)
        branch = next((branch for branch in self.branches if branch.whose[row]), None)
        if self.excess is None or branch is None:
            return
        low, high = (np.nan, np.nan)
        if finding.gap is not None:
            low, high = (_number(finding.gap.low, -np.inf), _number(finding.gap.high, np.inf))
        ends = sorted(branch.direction * (end - branch.step) for end in (low, high))
        self.excess[0][row], self.excess[1][row] = ends


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
    if excess is not None and excess[0] is excess[1] and found.left is not None:
        excess = excess[0], excess[1].copy()
    return ConditionResults(condition, outcome, branches, excess)


def _number(end: object, otherwise: float) -> float:
    return otherwise if end is None else float(end)  # type: ignore[arg-type]
