"""The sweeping interpreter: a policy applied to columns of subjects at once.

It decides the same as the explaining interpreter for every subject, unknowns and bounds included. Its arithmetic is
float64: exact while whole numbers stay below 2⁵³; whatever else comes within a relative 1e-9 of a boundary, and every
formula it has no form for, is decided row by row by the compiled interpreter, whose arithmetic is exact.

    before = sweep(policy, columns, on)                        # everybody
    after = sweep(changed_policy, columns, on, before=before)  # what-if: only what the change touches is calculated anew

`sweep` takes over from `before` whatever has the same formula and the same columns.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from app.policies.domain.compile.interpreter import evaluate
from app.policies.domain.explain.explainer import compares_score
from app.policies.domain.explain.item_scores import scored
from app.policies.domain.facts.columns import Columns, Rows
from app.policies.domain.forms.forms import SCORE
from app.policies.domain.forms.tests import Lowering
from app.policies.domain.language import tree
from app.policies.domain.language.policy import Condition, Policy, ScoredBlock, Scoring
from app.policies.domain.language.verdict import Measure
from app.policies.domain.sweep.judgements import Judgement, judged
from app.policies.domain.sweep.reader import Codes, ColumnReader, stored
from app.policies.domain.sweep.results import ConditionResults, branches_of, results_of
from app.policies.domain.sweep.reuse import codes_read, same_figures, signature
from app.policies.domain.sweep.scores import BlockJudge, Points
from app.policies.domain.sweep.tests import MET, OUTCOMES, UNKNOWN, UNMET, RowScope

__all__ = ["MET", "OUTCOMES", "UNKNOWN", "UNMET", "ConditionResults", "Swept", "SweptScore", "sweep"]

_KEPT = 64
PointsPair = tuple[Points, Points]


@dataclass(frozen=True, eq=False)
class SweptScore:
    """Everybody's score, and the bounds of each block and each item, by id."""

    low: Points
    high: Points
    blocks: Mapping[str, PointsPair]
    items: Mapping[str, PointsPair]


@dataclass(frozen=True, eq=False)
class Swept:
    """A policy applied to everybody for an application on `on`. `statuses` has every condition by its id."""

    policy: Policy
    columns: Columns
    on: date
    outcome: Codes
    statuses: Mapping[str, ConditionResults]
    score: SweptScore | None = None

    def count(self, outcome: int) -> int:
        """How many subjects stand so: `UNMET`, `UNKNOWN` or `MET`."""
        return int(np.count_nonzero(self.outcome == outcome))

    def leaves(self) -> Iterator[ConditionResults]:
        """The conditions that carry a test, in order."""
        return (self.statuses[leaf.id] for leaf in self.policy.leaves())

    def gaps(self, condition: Condition, rows: Rows) -> list[Measure | None]:
        """By how much each of some subjects who do not meet a condition falls short: what the first part says that is not met.

        None where only an interpreter of single subjects can tell.
        """
        if condition.test is not None:
            return self.statuses[condition.id].gaps(rows)
        found: list[Measure | None] = [None] * rows.size
        left = np.arange(rows.size)
        for part in condition.parts:
            unmet = self.statuses[part.id].outcome[rows[left]] == UNMET
            deciding, left = left[unmet], left[~unmet]
            for place, gap in zip(deciding.tolist(), self.gaps(part, rows[deciding]), strict=True):
                found[place] = gap
        return found

    def number(self, outcome: int) -> NDArray[np.int16]:
        """How many of the conditions at the top stand so, for everybody."""
        return _total(self.statuses[condition.id].outcome == outcome for condition in self.policy.conditions)


def sweep(policy: Policy, columns: Columns, on: date, *, before: Swept | None = None) -> Swept:
    """How everybody stands for an application on `on`; what is the same as in `before` is not calculated again."""
    sweeper = _Sweeper(policy, columns, on, before if before is not None and before.on == on else None)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):  # NaN is unknown here, and infinity open
        score = sweeper.score() if policy.scoring is not None else None
        statuses: dict[str, ConditionResults] = {}
        for condition in policy.conditions:
            sweeper.stand(condition, statuses)
    outcome = np.minimum.reduce([statuses[condition.id].outcome for condition in policy.conditions])
    return Swept(policy, columns, on, outcome, statuses, score)


@dataclass(frozen=True)
class _TestJudge:
    """A test to be judged: its outcome, and what one side has over the other where it compares."""

    node: tree.Node
    measures: bool
    width: int = 1

    def judge(self, scope: RowScope) -> Judgement:
        found = scope.judge(self.node)
        return Judgement([(found.outcome, found.outcome)], found.excess if self.measures else None, found.near)


_lowerings: dict[int, tuple[Policy, Lowering]] = {}
_keeping = Lock()


def _lowering(policy: Policy) -> Lowering:
    """The policy's formulas as steps over columns; those of the last few policies are kept."""
    kept = _lowerings.get(id(policy))
    if kept is None:
        kept = policy, Lowering(policy, partial(stored, policy.catalogue))
        with _keeping:
            while len(_lowerings) >= _KEPT:
                del _lowerings[next(iter(_lowerings))]
            _lowerings[id(policy)] = kept
    return kept[1]


class _Sweeper:
    def __init__(self, policy: Policy, columns: Columns, on: date, before: Swept | None) -> None:
        self._policy, self._columns, self._on, self._before = policy, columns, on, before
        self._reading = ColumnReader(columns, policy.catalogue, on)
        self._lowering = _lowering(policy)
        self._score_is_kept = False

    # -- conditions -------------------------------------------------------------------------------------------------------

    def stand(self, condition: Condition, statuses: dict[str, ConditionResults]) -> Codes:
        """Put down how everybody stands on `condition` and its parts."""
        if condition.test is not None:
            results = self._kept(condition) or self._tested(condition, condition.test)
        else:
            outcomes = [self.stand(part, statuses) for part in condition.parts]
            together = np.maximum if condition.any_part else np.minimum
            results = ConditionResults(condition, together.reduce(outcomes))
        statuses[condition.id] = results
        return results.outcome

    def _kept(self, condition: Condition) -> ConditionResults | None:
        """The results from before, when neither formula nor figures have changed."""
        old = self._before.statuses.get(condition.id) if self._before is not None else None
        if old is None or old.condition.test is None or condition.test is None:
            return None
        same = signature(old.condition.test) == signature(condition.test) and self._same_figures(condition.test)
        return replace(old, condition=condition) if same else None

    def _same_figures(self, node: tree.Node) -> bool:
        if SCORE.code in codes_read(node) and not self._score_is_kept:
            return False
        return self._before is not None and same_figures(node, self._before.columns, self._columns)

    def _tested(self, condition: Condition, test: tree.Node) -> ConditionResults:
        branches = branches_of(test, self._reading)
        found = judged(_TestJudge(test, bool(branches)), self._reading, self._lowering)
        results = results_of(condition, branches, found)
        if found.left is not None:
            scored_too = compares_score(test)
            scoring = self._policy.scoring if scored_too else None
            codes = self._policy.uses if scored_too else codes_read(test)
            alone = replace(self._policy, conditions=(condition,), scoring=scoring)
            for row in np.flatnonzero(found.left):
                facts = self._columns.row(int(row), self._policy.catalogue, only=codes)
                results.put(int(row), evaluate(alone, facts, self._on).clauses[0].outcome)
        return results

    # -- the score --------------------------------------------------------------------------------------------------------

    def score(self) -> SweptScore:
        """Everybody's score, for the conditions that compare it."""
        assert self._policy.scoring is not None
        found: dict[str, list[PointsPair]] = {}
        kept = [self._kept_block(block) for block in self._policy.scoring.blocks]
        for block, old in zip(self._policy.scoring.blocks, kept, strict=True):
            found[block.id] = old or self._block(block)
        self._score_is_kept = all(kept)
        low = _total(pairs[0][0] for pairs in found.values())
        high = _total(pairs[0][1] for pairs in found.values())
        self._reading.score = low.astype(float), high.astype(float)
        blocks = {name: pairs[0] for name, pairs in found.items()}
        items = {
            item.id: pair
            for block in self._policy.scoring.blocks
            for item, pair in zip(block.items, found[block.id][1:], strict=True)
        }
        return SweptScore(low, high, blocks, items)

    def _kept_block(self, block: ScoredBlock) -> list[PointsPair] | None:
        """The points from before, when neither the block nor the figures have changed."""
        before = self._before
        if before is None or before.score is None or before.policy.scoring is None:
            return None
        old = next((one for one in before.policy.scoring.blocks if one.id == block.id), None)
        if old is None or signature(old.node) != signature(block.node) or not self._same_figures(block.node):
            return None
        return [before.score.blocks[block.id], *(before.score.items[item.id] for item in block.items)]

    def _block(self, block: ScoredBlock) -> list[PointsPair]:
        found = judged(BlockJudge(block.node), self._reading, self._lowering)
        scoring = self._policy.scoring
        if found.left is not None and scoring is not None:
            for row in np.flatnonzero(found.left):
                self._decide(replace(scoring, blocks=(block,)), int(row), found)
        return found.pairs

    def _decide(self, scoring: Scoring, row: int, found: Judgement) -> None:
        """One subject's block, exactly."""
        facts = self._columns.row(row, self._policy.catalogue)
        (exact,) = scored(scoring, facts, self._on).blocks
        ends = [(exact.low, exact.high), *((item.low, item.high) for item in exact.items)]
        for (low, high), (least, most) in zip(found.pairs, ends, strict=True):
            low[row], high[row] = least, most


def _total(numbers: Iterable[NDArray[np.generic]]) -> NDArray[np.int16]:
    total: NDArray[np.int16] = np.sum(list(numbers), axis=0, dtype=np.int16)
    return total
