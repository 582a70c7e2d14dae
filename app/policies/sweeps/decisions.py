"""Deciding a batch of firms under its rules: what a sweep keeps of each.

The sweeping interpreter decides; firms near to passing are told by how much they miss each condition (`shortfalls`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.policies.domain.facts.columns import Columns, alike_lines, same_for_all
from app.policies.domain.language.policy import Condition
from app.policies.domain.sweep.interpreter import MET, OUTCOMES, UNKNOWN, UNMET, Swept, sweep
from app.policies.sweeps.domain import EXPLAINED_UP_TO, FirmDecision, Rule
from app.policies.sweeps.open_facts import missing_facts
from app.policies.sweeps.shortfalls import Words, shortfalls

OpenClauses = tuple[Mapping[str, Any], ...]
"""The conditions that are not met, each with what was said about it."""


class FirmBatch:
    """Some firms' columns on a day; `ids` rise."""

    def __init__(self, ids: NDArray[np.int64], columns: Columns, on: date) -> None:
        self._ids, self._columns, self._on = ids, columns, on

    def decide(self, rule: Rule, keys: Sequence[int]) -> Iterator[tuple[int, FirmDecision]]:
        """How each of these firms stands under the rule, by its id; all is reckoned before the first is handed out."""
        columns = replace(self._columns_of(keys), catalogue=rule.policy.catalogue)
        for setting, known in rule.settings.items():
            definition = rule.policy.catalogue[setting.code]
            columns = columns.with_column(setting, same_for_all(definition, known.value, columns.size))
        swept = sweep(rule.policy, columns, self._on)
        outcomes = [OUTCOMES[outcome].value for outcome in swept.outcome.tolist()]
        numbers = (swept.number(outcome).tolist() for outcome in (UNMET, UNKNOWN))
        decided = map(
            FirmDecision, outcomes, *numbers, *_scores(swept), _open_clauses(rule, swept), missing_facts(swept)
        )
        return zip(keys, decided, strict=True)

    def _columns_of(self, keys: Sequence[int]) -> Columns:
        if len(keys) == len(self._ids):
            return self._columns
        return self._columns.taken(np.searchsorted(self._ids, keys))


def _scores(swept: Swept) -> tuple[Sequence[int | None], Sequence[int | None]]:
    """The lowest and the highest score of each firm."""
    if swept.score is None:
        return [None] * swept.columns.size, [None] * swept.columns.size
    return swept.score.low.tolist(), swept.score.high.tolist()


def _open_clauses(rule: Rule, swept: Swept) -> list[OpenClauses]:
    """Of each firm; firms that stand alike on every condition, and lack the same, share theirs."""
    conditions = rule.policy.conditions
    table = np.stack([swept.statuses[one.id].outcome for one in conditions], axis=1)
    unmet = table == UNMET
    told = unmet & (unmet.sum(axis=1, keepdims=True) <= EXPLAINED_UP_TO)
    words = [
        shortfalls(rule, swept, one, np.flatnonzero(of_one)) for one, of_one in zip(conditions, told.T, strict=True)
    ]
    first, which = alike_lines(table)
    kinds = [_Kind(conditions, outcomes, words) for outcomes in table[first].tolist()]
    return [kinds[kind].of(row) for row, kind in enumerate(which.tolist())]


class _Kind:
    """Firms that stand alike on every condition; `words` say by row how much is lacking of each, where that is told."""

    def __init__(
        self, conditions: Sequence[Condition], outcomes: Sequence[int], words: Sequence[Mapping[int, Words]]
    ) -> None:
        standing = list(zip(conditions, outcomes, strict=True))
        self._open = [(one.id, OUTCOMES[outcome].value) for one, outcome in standing if outcome != MET]
        self._words = [of_one for of_one, outcome in zip(words, outcomes, strict=True) if outcome != MET]
        self._told = [of_one for of_one, outcome in zip(words, outcomes, strict=True) if outcome == UNMET and of_one]
        self._made: dict[tuple[int, ...], OpenClauses] = {}

    def of(self, row: int) -> OpenClauses:
        """What is kept of one of them."""
        key = tuple([id(of_one.get(row)) for of_one in self._told])  # the same words are the same object
        found = self._made.get(key)
        if found is None:
            each = zip(self._open, self._words, strict=True)
            found = tuple({"id": name, "outcome": outcome, **words.get(row, {})} for (name, outcome), words in each)
            self._made[key] = found
        return found
