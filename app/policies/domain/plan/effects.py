"""What is not known, by how much each of it could change the outcome."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.policies.domain.facts.catalogue import FactKey, Facts
from app.policies.domain.language.calculator import OUTSIDE
from app.policies.domain.language.policy import Condition, Policy
from app.policies.domain.language.verdict import Clause, Evaluation
from app.policies.domain.plan.alone import lists_of
from app.policies.domain.plan.ladders import ladder
from app.policies.domain.plan.trials import ExhaustedError, Trials, reads_score, with_facts
from app.policies.domain.plan.ways import Direction
from app.policies.domain.values.knowledge import Exact, Known
from app.policies.domain.values.outcome import Outcome
from app.policies.domain.values.units import Unit


@dataclass(frozen=True)
class ValueEffect:
    """What one missing value could do: the points between its worst and its best, and the goals that it alone, all else
    being as little known as now, could make met or unmet. `waiting` are the goals that wait for it.
    """

    key: FactKey
    points: int
    could_meet: tuple[Condition, ...]
    could_fail: tuple[Condition, ...]
    waiting: tuple[Condition, ...]

    @property
    def size(self) -> tuple[int, int, int]:
        """The greatest effect first: what could fail a goal, then what could meet one, then by points."""
        return -len(self.could_fail), -len(self.could_meet), -self.points


def effects(policy: Policy, facts: Facts, on: date) -> tuple[ValueEffect, ...]:
    """Every missing value, the one with the greatest effect first; as far as the trials reach. Never raises."""
    trials = Trials(policy, on, on)
    waiting: dict[FactKey, list[Clause]] = {}
    for clause in trials.clauses(facts):
        for key in clause.finding.missing:
            waiting.setdefault(key, []).append(clause)
    found: list[ValueEffect] = []
    try:
        for key, clauses in waiting.items():
            found.append(_effect(trials, facts, key, tuple(clause.condition for clause in clauses)))
    except ExhaustedError:
        pass
    return tuple(sorted(found, key=lambda effect: effect.size))


def _effect(trials: Trials, facts: Facts, key: FactKey, goals: tuple[Condition, ...]) -> ValueEffect:
    way = Direction.NONE
    for goal in goals:
        way |= trials.ways(goal, facts).get(key, Direction.NONE)
    stated = [with_facts(facts, {key: Known(value)}) for value in _ends(goals, facts, key, way)]
    seen = {goal.id: [trials.ask(goal, here) for here in stated] for goal in goals}
    met = tuple(goal for goal in goals if any(found.outcome is Outcome.MET for found in seen[goal.id]))
    unmet = tuple(goal for goal in goals if any(found.outcome is Outcome.UNMET for found in seen[goal.id]))
    return ValueEffect(
        key, max((_swing(seen[goal.id]) for goal in goals if reads_score(goal)), default=0), met, unmet, goals
    )


def _ends(goals: tuple[Condition, ...], facts: Facts, key: FactKey, way: Direction) -> Iterator[Exact]:
    """The values between which all others lie; where less helps, also one step above nothing, which may be no value."""
    definition, now = facts.catalogue[key.code], facts.of(key)
    if definition.unit is Unit.YES_NO:
        yield from (False, True)
        return
    if definition.unit is Unit.CODE:
        yield from {min(listed.codes) for goal in goals for listed in lists_of(goal, key.code)} | {OUTSIDE}
        return
    steps = ladder(definition, now, upwards=True)
    if steps is not None:
        rungs = {steps.first, steps.last} | ({min(1, steps.last)} if way & Direction.DOWN else set())
        yield from (steps.value(rung) for rung in sorted(rungs))


def _swing(seen: list[Evaluation]) -> int:
    """The points between the worst and the best value: of the least score, or of the greatest if that moves more."""
    scores = [found.score for found in seen if found.score is not None]
    if not scores:
        return 0
    lows, highs = [score.low for score in scores], [score.high for score in scores]
    return max(max(lows) - min(lows), max(highs) - min(highs))
