"""Trying changes out: the evaluator as a black box, with an account of how often it was asked.

A *goal* is what has to be met apart from the others: a condition, or a part of one whose parts must all hold. The whole
policy is met when all goals are.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from app.policies.domain.compile.interpreter import evaluate
from app.policies.domain.facts.catalogue import FactKey, Facts
from app.policies.domain.language import tree
from app.policies.domain.language.assumptions import REGISTERED_ON
from app.policies.domain.language.policy import Condition, Policy
from app.policies.domain.language.verdict import Clause, Evaluation
from app.policies.domain.plan.ways import Ways, ways
from app.policies.domain.values.knowledge import Knowledge
from app.policies.domain.values.outcome import Outcome

MOST_TRIALS = 3_000
"""How often one plan may ask the evaluator; what is not found by then is not said."""


CERTAIN = frozenset({Outcome.MET})
HOPEFUL = frozenset({Outcome.MET, Outcome.UNKNOWN})


class ExhaustedError(Exception):
    """All trials are used up."""


def goals(conditions: Iterable[Condition]) -> Iterator[Condition]:
    """What has to be met, each apart: conditions of which all parts must hold are taken apart."""
    for condition in conditions:
        if condition.parts and not condition.any_part:
            yield from goals(condition.parts)
        else:
            yield condition


@dataclass
class TrialBudget:
    """How often the evaluator may still be asked; and which way every value pulls, as far as that was looked at."""

    left: int = MOST_TRIALS
    ways: dict[tuple[Hashable, ...], Ways] = field(default_factory=dict)


@dataclass
class Trials:
    """One policy for an application on `on`, asked again and again. `today` is the day on which the plan is made.

    `enough` are the outcomes with which the plan is content: met; or, of a hopeful one, whatever is not unmet.
    `left_out` are the ids of goals that nothing is calculated for.
    """

    policy: Policy
    on: date
    today: date
    enough: frozenset[Outcome] = CERTAIN
    account: TrialBudget = field(default_factory=TrialBudget)
    left_out: frozenset[str] = frozenset()

    @cached_property
    def goals(self) -> tuple[Condition, ...]:
        """All goals of the policy but those that are left out."""
        return tuple(goal for goal in goals(self.policy.conditions) if goal.id not in self.left_out)

    def ask(self, goal: Condition, facts: Facts, on: date | None = None) -> Evaluation:
        """How one goal stands. Raises `ExhaustedError`."""
        if self.account.left <= 0:
            raise ExhaustedError
        self.account.left -= 1
        return evaluate(_only(self.policy, goal), facts, on or self.on)

    def clauses(self, facts: Facts) -> tuple[Clause, ...]:
        """How every goal stands, explained. Raises `ExhaustedError`."""
        return tuple(self.ask(goal, facts).clauses[0] for goal in self.goals)

    def outcome(self, wanted: Iterable[Condition], facts: Facts, on: date | None = None) -> Outcome:
        """How some goals stand together. Raises `ExhaustedError`."""
        together = Outcome.MET
        for goal in wanted:
            found = self.ask(goal, facts, on).outcome
            if found is Outcome.UNMET:
                return found
            together = found if found is Outcome.UNKNOWN else together
        return together

    def passes(self, wanted: Iterable[Condition], facts: Facts, on: date | None = None) -> bool:
        """Whether some goals stand well enough together. Raises `ExhaustedError`."""
        return self.outcome(wanted, facts, on) in self.enough

    def hopeful(self) -> "Trials":
        """The same, content with a chance."""
        return replace(self, enough=HOPEFUL)

    def without(self, left_out: Iterable[Condition]) -> "Trials":
        """The same without some goals."""
        return replace(self, left_out=frozenset(goal.id for goal in left_out))

    def later(self, day: date) -> "Trials":
        """The same for an application on a later day; the account is one."""
        return replace(self, on=day)

    def ways(self, goal: Condition, facts: Facts) -> Ways:
        """What a goal reads, and the way each value pulls it; it changes only with what was told at all."""
        stated = frozenset((key.code, key.year) for key in facts.known)
        name = (goal.id, self.on, facts.of(REGISTERED_ON) if REGISTERED_ON.code in facts.catalogue else None, stated)
        if name not in self.account.ways:
            self.account.ways[name] = ways(goal, facts, self.on)
        return self.account.ways[name]


_MOST_KEPT = 1_024
_kept: dict[tuple[int, str], tuple[Policy, Policy]] = {}


def _only(policy: Policy, goal: Condition) -> Policy:
    """The policy with one goal only: what a change does not touch need not be asked, the score least of all. The last
    ones are kept, because the evaluator prepares each once.
    """
    name = (id(policy), goal.id)
    found = _kept.get(name)
    if found is None or found[0] is not policy:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        scoring = policy.scoring if reads_score(goal) else None
        found = _kept[name] = policy, replace(policy, conditions=(goal,), scoring=scoring)
    return found[1]


def reads_score(goal: Condition) -> bool:
    """Whether the goal rests on the score."""
    nodes = (node for leaf in goal.leaves() if leaf.test is not None for node in tree.walk(leaf.test, into_score=False))
    return any(isinstance(node, tree.Score) for node in nodes)


def with_facts(facts: Facts, more: Mapping[FactKey, Knowledge]) -> Facts:
    """The facts, some of them changed."""
    return replace(facts, known={**facts.known, **more})
