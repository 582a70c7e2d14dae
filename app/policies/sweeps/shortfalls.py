"""By how much firms miss a condition, in words: as the sweep's own numbers tell it; where those do not say it to the last digit,
as the compiled interpreter does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache, partial

import numpy as np

from app.policies.domain.compile.interpreter import evaluate
from app.policies.domain.facts.catalogue import Catalogue
from app.policies.domain.facts.columns import Rows
from app.policies.domain.forms.forms import SCORE
from app.policies.domain.language import tree
from app.policies.domain.language.policy import Condition, Policy
from app.policies.domain.language.settable import SETTING, awaits_bureau, gap_at_least, gap_known, reads_setting
from app.policies.domain.language.verdict import Clause, Measure
from app.policies.domain.sweep.interpreter import Swept
from app.policies.domain.sweep.reuse import codes_read
from app.policies.sweeps.domain import Rule
from app.policies.words import both_languages, finding_text, gap_text

Words = Mapping[str, str]
"""By how much a condition is missed, in both languages."""


def shortfalls(rule: Rule, swept: Swept, condition: Condition, rows: Rows) -> dict[int, Words]:
    """By how much each of these firms, who do not meet the condition, misses it: as the sweep's own numbers tell it, or else as
    an evaluation does.
    """
    if not rows.size:
        return {}
    unset = _unset(rule, swept, condition, rows)
    gaps = zip(rows.tolist(), swept.gaps(condition, rows), strict=True)
    known = ((row, _known(gap, unset)) for row, gap in gaps)
    told = {row: words for row, gap in known if gap is not None and (words := _gap_words(gap))["text"]}
    left = np.array([row for row in rows.tolist() if row not in told], np.int64)
    if left.size:
        clauses, which = _evaluated(rule, swept, condition, left)
        kinds = [_words(clause, rule.policy.catalogue) for clause in clauses]
        told |= {row: kinds[kind] for row, kind in zip(left.tolist(), which.tolist(), strict=True)}
    return told


def _unset(rule: Rule, swept: Swept, condition: Condition, rows: Rows) -> bool | None:
    """Whether what is asked of these firms is yet to be set, as `gap_known` has it; None where that is to be asked firm by firm."""
    catalogue, test = rule.policy.catalogue, condition.test
    if test is None or not reads_setting(condition, catalogue):
        return test is None and reads_setting(condition, catalogue)
    own = {code for code, definition in catalogue.items() if definition.supplied_at == SETTING}
    if not isinstance(test, tree.Comparison | tree.RatioComparison) or not codes_read(test.right) <= own:
        return None
    (clause,), _ = _evaluated(rule, swept, condition, rows[:1])  # the same is asked of everybody
    return awaits_bureau(condition, clause.finding, catalogue)


def _known(gap: Measure | None, unset: bool | None) -> Measure | None:
    """What is to be told of a gap."""
    if gap is None or gap.exact or unset is False:
        return gap
    return gap_at_least(gap) if unset else None


def _evaluated(rule: Rule, swept: Swept, condition: Condition, rows: Rows) -> tuple[list[Clause], Rows]:
    """How some firms stand on a condition, with the reason: once for all of whom the same is known about what it reads.

    For each of the firms also which of the clauses is its own.
    """
    only = _only(rule.policy, condition)
    codes = set(only.uses) if only.scoring else {code for test in _tests(only) for code in codes_read(test)}
    read = swept.columns.only(codes).taken(rows)
    first, which = read.only(codes - {setting.code for setting in rule.settings}).alike()
    return [evaluate(only, facts, swept.on).clauses[0] for facts in read.taken(first).rows()], which


def shortfall(clause: Clause, catalogue: Catalogue) -> str:
    """`还差 38.2 万元`; where nothing is to be measured, how it stands."""
    gap = gap_known(clause.condition, clause.finding, catalogue)
    return (gap_text(gap) if gap else "") or finding_text(clause.finding)


def _words(clause: Clause, catalogue: Catalogue) -> Words:
    return both_languages(partial(shortfall, clause, catalogue))


@lru_cache(maxsize=20_000)
def _gap_words(gap: Measure) -> Words:
    """Many firms lack the same: one person, two rights."""
    return both_languages(partial(gap_text, gap))


def _only(policy: Policy, condition: Condition) -> Policy:
    """The policy with this condition alone; without its score unless that is compared."""
    scoring = policy.scoring if _compares_score(condition) else None
    return replace(policy, conditions=(condition,), scoring=scoring)


def _compares_score(condition: Condition) -> bool:
    return any(SCORE.code in codes_read(leaf.test) for leaf in condition.leaves() if leaf.test is not None)


def _tests(policy: Policy) -> Iterator[tree.Node]:
    return (leaf.test for leaf in policy.leaves() if leaf.test is not None)
