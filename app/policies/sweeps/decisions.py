"""Deciding a batch of firms under its rules: what a sweep keeps of each.

The sweeping interpreter decides; the compiled one says by how much the firms near to passing miss each condition.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.policies.domain.compile.interpreter import evaluate
from app.policies.domain.facts.catalogue import Catalogue
from app.policies.domain.facts.columns import Columns, alike_lines, same_for_all
from app.policies.domain.forms.forms import SCORE
from app.policies.domain.language import tree
from app.policies.domain.language.policy import Condition, Policy
from app.policies.domain.language.settable import gap_known
from app.policies.domain.language.verdict import Clause, Measure
from app.policies.domain.sweep.interpreter import MET, OUTCOMES, UNKNOWN, UNMET, Swept, sweep
from app.policies.domain.sweep.reuse import codes_read
from app.policies.sweeps.domain import EXPLAINED_UP_TO, FirmDecision, Rule
from app.policies.sweeps.open_facts import missing_facts
from app.policies.words import both_languages, finding_text, gap_text

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
    """Of each firm; firms that stand alike on every condition share theirs, unless they are near enough to be told by how much."""
    conditions = rule.policy.conditions
    table = np.stack([swept.statuses[one.id].outcome for one in conditions], axis=1)
    first, which = alike_lines(table)
    clauses: list[OpenClauses] = [()] * swept.columns.size
    for kind, outcomes in enumerate(table[first].tolist()):
        rows = np.flatnonzero(which == kind)
        found = [(one.id, outcome) for one, outcome in zip(conditions, outcomes, strict=True) if outcome != MET]
        if 0 < outcomes.count(UNMET) <= EXPLAINED_UP_TO:
            told = [_open(found, words) for words in _shortfalls(rule, swept, rows, found)]
        else:
            told = [_open(found, {})] * rows.size
        for row, open_clauses in zip(rows.tolist(), told, strict=True):
            clauses[row] = open_clauses
    return clauses


def _open(found: Sequence[tuple[str, int]], words: Mapping[str, Mapping[str, str]]) -> OpenClauses:
    return tuple({"id": name, "outcome": OUTCOMES[outcome].value, **words.get(name, {})} for name, outcome in found)


def _shortfalls(
    rule: Rule, swept: Swept, rows: NDArray[np.int64], found: Sequence[tuple[str, int]]
) -> list[dict[str, Mapping[str, str]]]:
    """By how much each of these firms misses each unmet condition, in both languages.

    Firms of whom the same is known about all that these conditions read are told the same.
    """
    only = _only(rule.policy, tuple(name for name, outcome in found if outcome == UNMET))
    codes = set(only.uses) if only.scoring else {code for test in _tests(only) for code in codes_read(test)}
    read = swept.columns.only(codes).taken(rows)
    first, which = read.only(codes - {setting.code for setting in rule.settings}).alike()
    told = []
    for facts in read.taken(first).rows():
        evaluation = evaluate(only, facts, swept.on)
        words = (_words(clause, rule.policy.catalogue) for clause in evaluation.clauses)
        told.append(dict(zip((one.id for one in only.conditions), words, strict=True)))
    return [told[kind] for kind in which.tolist()]


def shortfall(clause: Clause, catalogue: Catalogue) -> str:
    """`还差 38.2 万元`; where nothing is to be measured, how it stands."""
    return _gap_text(gap_known(clause.condition, clause.finding, catalogue)) or finding_text(clause.finding)


def _words(clause: Clause, catalogue: Catalogue) -> Mapping[str, str]:
    """The same in both languages."""
    gap = gap_known(clause.condition, clause.finding, catalogue)
    return (
        _gap_words(gap) if gap is not None and _gap_text(gap) else both_languages(partial(finding_text, clause.finding))
    )


def _gap_text(gap: Measure | None) -> str:
    return gap_text(gap) if gap else ""


@lru_cache(maxsize=20_000)
def _gap_words(gap: Measure) -> Mapping[str, str]:
    """Many firms lack the same: one person, two rights."""
    return both_languages(partial(gap_text, gap))


def _only(policy: Policy, ids: tuple[str, ...]) -> Policy:
    """The policy with these conditions alone; without its score unless they compare it."""
    conditions = tuple(condition for condition in policy.conditions if condition.id in ids)
    scoring = policy.scoring if any(map(_compares_score, conditions)) else None
    return replace(policy, conditions=conditions, scoring=scoring)


def _compares_score(condition: Condition) -> bool:
    return any(SCORE.code in codes_read(leaf.test) for leaf in condition.leaves() if leaf.test is not None)


def _tests(policy: Policy) -> Iterator[tree.Node]:
    return (leaf.test for leaf in policy.leaves() if leaf.test is not None)
