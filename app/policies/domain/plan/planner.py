"""The gap plan of a subject that does not pass, or not yet for certain: what would have to change, and until when.

The evaluator decides everything here; a plan is a series of questions to it, at most `MOST_TRIALS` of them. Whatever a
plan lists has been tried: with the change the goal is met, with one step less it is not.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from app.policies.domain.facts.catalogue import FactKey, Facts
from app.policies.domain.language.policy import Condition, Policy
from app.policies.domain.plan.alone import Aim, aims, alone, awaits_setting, keys
from app.policies.domain.plan.changes import Change, Changeability, Why, changeability_of
from app.policies.domain.plan.next import Next, next_application
from app.policies.domain.plan.together import Combination, together
from app.policies.domain.plan.trials import ExhaustedError, Trials, reads_score
from app.policies.domain.plan.ways import Direction
from app.policies.domain.values.knowledge import Known
from app.policies.domain.values.outcome import Outcome


@dataclass(frozen=True)
class Fixed:
    """A figure that a goal reads and that cannot be changed any more for this application."""

    goal: Condition
    key: FactKey
    changeability: Changeability


@dataclass(frozen=True)
class GapPlan:
    """What would have to change. `each` meets its goal alone. `cheapest` together make the whole pass for certain; where
    that is out of reach (`unsolved` goals), `cheapest` is empty and `partly` meet the other goals. `needed` are the least
    changes after which nothing is unmet any more: the rest then depends on what is not known, on experts above all.
    `fixed` cannot be changed any more; `next` is the next chance. `awaiting` goals, among the unsolved ones, ask for what
    the bureau has yet to set: no figure is said for them.
    """

    each: tuple[Change, ...]
    needed: tuple[Change, ...]
    cheapest: tuple[Change, ...]
    partly: tuple[Change, ...]
    unsolved: tuple[Condition, ...]
    fixed: tuple[Fixed, ...]
    next: Next | None
    awaiting: tuple[Condition, ...] = ()


def plan(policy: Policy, facts: Facts, on: date) -> GapPlan | None:
    """How the subject could pass an application on `on`; None when it does. Never raises."""
    trials = Trials(policy, on, on)
    missing = aims(trials, facts)
    if not missing:
        return None
    awaiting = tuple(aim.goal for aim in missing if awaits_setting(aim, facts))
    calculated = trials.without(awaiting)
    open_aims = [aim for aim in missing if aim.goal.id not in calculated.left_out]
    each = _each(calculated, open_aims, facts)
    by_goal = {aim.goal.id: tuple(change for change in each if change.goal is aim.goal) for aim in open_aims}
    certain = _together(calculated, facts, by_goal)
    unsolved = (*certain.unsolved, *awaiting)
    chance = next_application(calculated, facts, open_aims)
    return GapPlan(
        each=each,
        needed=_needed(trials, facts, missing, by_goal, calculated.left_out),
        cheapest=() if unsolved else certain.changes,
        partly=certain.changes if unsolved else (),
        unsolved=unsolved,
        fixed=tuple(_fixed(trials, missing, facts)),
        next=replace(chance, unsolved=(*chance.unsolved, *awaiting)) if chance else None,
        awaiting=awaiting,
    )


def _each(trials: Trials, missing: list[Aim], facts: Facts) -> tuple[Change, ...]:
    """Every single change that meets its goal, as far as the trials reach."""
    found: list[Change] = []
    try:
        for aim in missing:
            for change in alone(trials, aim, facts):
                found.append(change)
    except ExhaustedError:
        pass
    return tuple(found)


def _together(trials: Trials, facts: Facts, by_goal: Mapping[str, tuple[Change, ...]]) -> Combination:
    try:
        return together(trials, facts, partial(_this_year, trials), by_goal)
    except ExhaustedError:
        return Combination((), trials.goals)


def _needed(
    trials: Trials,
    facts: Facts,
    missing: list[Aim],
    by_goal: Mapping[str, tuple[Change, ...]],
    awaiting: Collection[str],
) -> tuple[Change, ...]:
    """The least changes after which no goal is unmet; none where none is, or where nothing would do (or can be said)."""
    unmet = {aim.goal.id for aim in missing if aim.clause.outcome is Outcome.UNMET}
    if not unmet or not unmet.isdisjoint(awaiting):
        return ()
    settled = {aim.goal.id: by_goal[aim.goal.id] for aim in missing if _is_settled(aim, facts)}
    try:
        hopeful = together(trials.hopeful(), facts, partial(_this_year, trials), settled)
    except ExhaustedError:
        return ()
    stated = any(change.goal.id in awaiting for change in hopeful.changes)
    return () if hopeful.unsolved or stated else hopeful.changes


def _is_settled(aim: Aim, facts: Facts) -> bool:
    """Whether all is known that the goal reads: then a chance is a certainty."""
    return not reads_score(aim.goal) and all(isinstance(facts.of(key), Known) for key in aim.ways[aim.goal.id])


def _this_year(trials: Trials, until: Changeability) -> bool:
    """Whatever does not make the application wait for another year."""
    return until.by is None or until.by.year <= trials.on.year


def _fixed(trials: Trials, missing: list[Aim], facts: Facts) -> list[Fixed]:
    """The known figures of goals not met that cannot be changed any more, once each."""
    found: dict[FactKey, Fixed] = {}
    for aim in missing:
        for key in keys(trials, aim):
            until = changeability_of(facts.catalogue[key.code], key, trials.on, trials.today)
            decides = until.why is not Why.HISTORY or aim.way(key) is not Direction.BOTH
            if decides and not until.changeable and key not in found and isinstance(facts.of(key), Known):
                found[key] = Fixed(aim.goal, key, until)
    return list(found.values())
