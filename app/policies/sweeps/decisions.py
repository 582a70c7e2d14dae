"""Deciding a batch of firms under its rules: what a sweep keeps of each.

The sweeping interpreter decides; the compiled one says by how much the firms near to passing miss each condition.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.policies.domain.compile.interpreter import evaluate
from app.policies.domain.facts.catalogue import Catalogue
from app.policies.domain.facts.columns import Columns, same_for_all
from app.policies.domain.forms.forms import SCORE
from app.policies.domain.language.policy import Condition, Policy
from app.policies.domain.language.settable import gap_known
from app.policies.domain.language.verdict import Clause
from app.policies.domain.sweep.interpreter import MET, OUTCOMES, UNKNOWN, UNMET, Swept, sweep
from app.policies.domain.sweep.reuse import codes_read
from app.policies.sweeps.domain import EXPLAINED_UP_TO, FirmDecision, Rule
from app.policies.sweeps.open_facts import missing_facts
from app.policies.words import both_languages, finding_text, gap_text


class FirmBatch:
    """Some firms' columns on a day; `ids` rise."""

    def __init__(self, ids: NDArray[np.int64], columns: Columns, on: date) -> None:
        self._ids, self._columns, self._on = ids, columns, on

    def decide(self, rule: Rule, keys: Sequence[int]) -> Iterator[tuple[int, FirmDecision]]:
        """How each of these firms stands under the rule, by its id."""
        columns = replace(self._columns_of(keys), catalogue=rule.policy.catalogue)
        for setting, known in rule.settings.items():
            definition = rule.policy.catalogue[setting.code]
            columns = columns.with_column(setting, same_for_all(definition, known.value, columns.size))
        swept = sweep(rule.policy, columns, self._on)
        missing = missing_facts(swept)
        numbers = [swept.number(outcome).tolist() for outcome in (UNMET, UNKNOWN)]
        outcomes = [(one.id, swept.statuses[one.id].outcome.tolist()) for one in rule.policy.conditions]
        for row, key in enumerate(keys):
            found = [(name, outcome[row]) for name, outcome in outcomes if outcome[row] != MET]
            unmet, unknown = (number[row] for number in numbers)
            words = self._shortfalls(rule, swept, row, found) if 0 < unmet <= EXPLAINED_UP_TO else {}
            yield key, _decided(swept, row, (unmet, unknown), _open(found, words), missing[row])

    def _columns_of(self, keys: Sequence[int]) -> Columns:
        if len(keys) == len(self._ids):
            return self._columns
        return self._columns.taken(np.searchsorted(self._ids, keys))

    def _shortfalls(
        self, rule: Rule, swept: Swept, row: int, found: Sequence[tuple[str, int]]
    ) -> dict[str, dict[str, str]]:
        """By how much a firm misses each unmet condition, in both languages."""
        wanted = tuple(name for name, outcome in found if outcome == UNMET)
        only = _only(rule.policy, wanted)
        evaluation = evaluate(only, swept.columns.row(row, only.catalogue, only=only.uses), self._on)
        return {
            clause.condition.id: both_languages(partial(shortfall, clause, rule.policy.catalogue))
            for clause in evaluation.clauses
        }


def shortfall(clause: Clause, catalogue: Catalogue) -> str:
    """`还差 38.2 万元`; where nothing is to be measured, how it stands."""
    gap = gap_known(clause.condition, clause.finding, catalogue)
    return (gap_text(gap) if gap else "") or finding_text(clause.finding)


def _decided(
    swept: Swept, row: int, numbers: tuple[int, int], clauses: tuple[Mapping[str, Any], ...], missing: Sequence[str]
) -> FirmDecision:
    score = swept.score
    return FirmDecision(
        outcome=OUTCOMES[int(swept.outcome[row])].value,
        unmet=numbers[0],
        unknown=numbers[1],
        score_low=int(score.low[row]) if score else None,
        score_high=int(score.high[row]) if score else None,
        open_clauses=clauses,
        missing=tuple(missing),
    )


def _open(found: Sequence[tuple[str, int]], words: Mapping[str, Mapping[str, str]]) -> tuple[Mapping[str, Any], ...]:
    """The conditions that are not met, each with what was said about it."""
    return tuple({"id": name, "outcome": OUTCOMES[outcome].value, **words.get(name, {})} for name, outcome in found)


def _only(policy: Policy, ids: tuple[str, ...]) -> Policy:
    """The policy with these conditions alone; without its score unless they compare it."""
    conditions = tuple(condition for condition in policy.conditions if condition.id in ids)
    scoring = policy.scoring if any(map(_compares_score, conditions)) else None
    return replace(policy, conditions=conditions, scoring=scoring)


def _compares_score(condition: Condition) -> bool:
    return any(leaf.test is not None and SCORE.code in codes_read(leaf.test) for leaf in condition.leaves())
