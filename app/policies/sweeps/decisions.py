"""Deciding a batch of firms under its rules: what a sweep keeps of each.

The sweeping interpreter decides; the compiled one says by how much the firms near to passing miss each condition.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from app.policies.domain.compile.interpreter import evaluate
from app.policies.domain.facts.catalogue import Catalogue, Facts
from app.policies.domain.facts.columns import Columns, columns_of, same_for_all
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
    """Some firms' facts on a day; their columns are made once for all rules that concern the same firms."""

    def __init__(self, catalogue: Catalogue, firms: Mapping[int, Facts], on: date) -> None:
        self._catalogue, self._firms, self._on = catalogue, firms, on
        self._columns: dict[tuple[int, ...], Columns] = {}

    def decide(self, rule: Rule, keys: Sequence[int]) -> Iterator[tuple[int, FirmDecision]]:
        """How each of these firms stands under the rule, by its id."""
        columns = self._columns_of(tuple(keys))
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
            words = self._shortfalls(rule, key, found) if 0 < unmet <= EXPLAINED_UP_TO else {}
            yield key, _decided(swept, row, (unmet, unknown), _open(found, words), missing[row])

    def _columns_of(self, keys: tuple[int, ...]) -> Columns:
        if keys not in self._columns:
            self._columns[keys] = columns_of(self._catalogue, [self._firms[key] for key in keys])
        return self._columns[keys]

    def _shortfalls(self, rule: Rule, key: int, found: Sequence[tuple[str, int]]) -> dict[str, dict[str, str]]:
        """By how much a firm misses each unmet condition, in both languages."""
        wanted = tuple(name for name, outcome in found if outcome == UNMET)
        facts = Facts(rule.policy.catalogue, {**self._firms[key].known, **rule.settings})
        evaluation = evaluate(_only(rule.policy, wanted), facts, self._on)
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
