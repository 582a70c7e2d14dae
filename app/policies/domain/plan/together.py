"""The cheapest combination of changes: where several goals are not met, or no single change meets one.

Goal by goal the change with the least effort is taken (`Change.effort`). Where no single one is enough, what is still
to be told (experts' grades above all) is asked for in equal proportion; where even the best answers are not enough,
figures are raised besides, those that can still be changed first. In the end every change that is not needed is
dropped, the hardest first, and the others are made as small as they can be beside each other.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from app.policies.domain.facts.catalogue import FactKey, Facts
from app.policies.domain.language.policy import Condition
from app.policies.domain.plan.alone import Aim, Allowed, aims, alone, changed, keys, nearer
from app.policies.domain.plan.changes import Change, ChangeKind, applied, changeability_of, kind_of, number
from app.policies.domain.plan.ladders import ladder
from app.policies.domain.plan.trials import Trials
from app.policies.domain.plan.ways import Direction, Ways
from app.policies.domain.values.knowledge import Exact, Known, ends
from app.policies.domain.values.units import Unit

_PARTS = 100
"""In how many parts the way to the best answers is divided when all are asked for in proportion."""
_ROUNDS = 3


@dataclass(frozen=True)
class Combination:
    """Changes that together meet all goals but the `unsolved` ones."""

    changes: tuple[Change, ...]
    unsolved: tuple[Condition, ...]


def together(trials: Trials, facts: Facts, allowed: Allowed, known: Mapping[str, tuple[Change, ...]]) -> Combination:
    """The cheapest combination of allowed changes; `known` are the single changes already found, by goal."""
    found: dict[FactKey, Change] = {}
    unsolved: dict[str, Condition] = {}
    for _ in range(_ROUNDS):
        at = _day(trials, found)
        open_aims = aims(at, applied(facts, tuple(found.values())))
        for aim in open_aims:
            here = applied(facts, tuple(found.values()))
            singles = known.get(aim.goal.id) if not found else None
            steps = _for_goal(at, aim, here, allowed, singles)
            if not steps or not all(_is_possible(step, facts) for step in steps):
                unsolved[aim.goal.id] = aim.goal
                continue
            found |= {step.key: _since(step, facts) for step in steps}
        if not open_aims:
            return Combination(_smallest(trials, facts, tuple(found.values())), ())
    return Combination(tuple(found.values()), tuple(unsolved.values()))


def _day(trials: Trials, found: Mapping[FactKey, Change]) -> Trials:
    days = [change.after for change in found.values() if change.waits and isinstance(change.after, date)]
    return trials.later(max(days)) if days else trials


def _is_possible(step: Change, facts: Facts) -> bool:
    """Whether a value that is known within bounds stays inside them, whatever an earlier step took it for."""
    if step.waits or isinstance(facts.of(step.key), Known) or not step.unit.is_quantity:
        return True
    low, high = map(number, ends(facts.of(step.key)))
    value = number(step.after)
    return (low is None or value >= low) and (high is None or value <= high)


def _since(step: Change, facts: Facts) -> Change:
    """The change counted from where the value really stands, when an earlier step had changed it already."""
    return step if step.waits else replace(step, before=facts.of(step.key))


# -- one goal ---------------------------------------------------------------------------------------------------------


def _for_goal(
    trials: Trials, aim: Aim, facts: Facts, allowed: Allowed, singles: tuple[Change, ...] | None
) -> tuple[Change, ...]:
    """Changes that meet the goal; none where none were found."""
    if singles is None:
        singles = tuple(alone(trials, aim, facts, allowed))
    found = [change for change in singles if allowed(change.changeability)]
    if found:
        return _spread(trials, aim, facts, min(found, key=Change.effort), ())
    stated = tuple(_best_answers(trials, aim, facts))
    if stated and _meets(trials, aim, facts, stated):
        return _in_proportion(trials, aim, facts, stated, ())
    return _raised(trials, aim, facts, stated, allowed)


def _meets(trials: Trials, aim: Aim, facts: Facts, changes: tuple[Change, ...]) -> bool:
    touched = {goal.id: goal for change in changes for goal in aim.touched(change.key)}
    return trials.passes(touched.values(), applied(facts, changes))


def _best_answers(trials: Trials, aim: Aim, facts: Facts) -> Iterator[Change]:
    """What is not known and has a best answer, told at its best."""
    for key in keys(trials, aim):
        definition = facts.catalogue[key.code]
        bounded = definition.unit is Unit.YES_NO or (definition.lowest is not None and definition.highest is not None)
        if bounded and not isinstance(facts.of(key), Known):
            best = _at_best(trials, aim, facts, key)
            if best is not None:
                yield best


def _spread(trials: Trials, aim: Aim, facts: Facts, one: Change, stated: tuple[Change, ...]) -> tuple[Change, ...]:
    """An answer that one year would have to give, asked of all years of which nothing is known, in equal parts."""
    others = tuple(
        replace(one, key=key, before=facts.of(key))
        for key in keys(trials, aim)
        if (key.code, key.part) == (one.key.code, one.key.part) and key.year != one.key.year
        if not isinstance(facts.of(key), Known)
    )
    if one.kind is not ChangeKind.TELL or one.relation != ">=" or not others:
        return (one,)
    return _in_proportion(trials, aim, facts, (one, *others), stated)


def _in_proportion(
    trials: Trials, aim: Aim, facts: Facts, asked: tuple[Change, ...], besides: tuple[Change, ...]
) -> tuple[Change, ...]:
    """What is asked for no higher than needed, each the same part of its way; `besides` are the other changes made."""
    low, high, best = 0, _PARTS, asked
    while high - low > 1:
        middle = (low + high) // 2
        less = tuple(_part_of(facts, change, middle) for change in asked)
        if _meets(trials, aim, facts, (*besides, *less)):
            high, best = middle, less
        else:
            low = middle
    return best


def _part_of(facts: Facts, change: Change, part: int) -> Change:
    """A change that goes only some parts of its way; a yes or no is all or nothing."""
    steps = ladder(facts.catalogue[change.key.code], change.before, upwards=change.rises)
    if steps is None:
        return change
    distance = steps.rungs(abs(number(change.after) - steps.start))
    return replace(change, after=steps.value(max(steps.first, -(-distance * part // _PARTS))))


def _at_best(trials: Trials, aim: Aim, facts: Facts, key: FactKey) -> Change | None:
    """The value moved as far as it goes; None where more of it helps no more than less, or where it is at its best."""
    definition, now, way = facts.catalogue[key.code], facts.of(key), aim.way(key)
    if way not in {Direction.UP, Direction.DOWN} or definition.unit is Unit.CODE:
        return None
    upwards = way is Direction.UP
    value: Exact = upwards
    if definition.unit is not Unit.YES_NO:
        steps = ladder(definition, now, upwards=upwards)
        if steps is None:
            return None
        value = steps.value(steps.last)
    if now == Known(value):
        return None
    until = changeability_of(definition, key, trials.on, trials.today)
    relation = "=" if definition.unit is Unit.YES_NO or isinstance(now, Known) else ">=" if upwards else "<="
    return Change(aim.goal, key, definition.unit, now, value, relation, kind_of(now, until), until)


def _raised(trials: Trials, aim: Aim, facts: Facts, stated: tuple[Change, ...], allowed: Allowed) -> tuple[Change, ...]:
    """The best answers, and figures changed besides: one if one is enough, else more and more of them."""
    here = applied(facts, stated)
    singles = list(alone(trials, aim, here, allowed)) if stated else []
    if singles:
        one = min(singles, key=Change.effort)
        rest = tuple(change for change in stated if change.key != one.key)
        more = _spread(trials, aim, here, one, stated)
        return (*_in_proportion(trials, aim, facts, rest, more), *more) if rest else more
    taken = stated
    for change in _most(trials, aim, here, allowed):
        more = (*taken, change)
        if _keeps(trials, aim, facts, more, change):
            taken = more
            if _meets(trials, aim, facts, taken):
                return taken
    return ()


def _keeps(trials: Trials, aim: Aim, facts: Facts, changes: tuple[Change, ...], last: Change) -> bool:
    """Whether the last of the changes leaves alone the other goals that it touches."""
    others = tuple(goal for goal in aim.touched(last.key) if goal is not aim.goal)
    return not others or trials.passes(others, applied(facts, changes))


def _most(trials: Trials, aim: Aim, facts: Facts, allowed: Allowed) -> Iterable[Change]:
    """Every figure moved as far as it goes, those that can still be changed first."""
    moved = (_at_best(trials, aim, facts, key) for key in keys(trials, aim))
    found = [change for change in moved if change is not None and allowed(change.changeability)]
    return sorted(found, key=lambda change: change.effort()[:2])


# -- as small as can be -----------------------------------------------------------------------------------------------


def _smallest(trials: Trials, facts: Facts, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """The changes without those that are not needed, each as small as the others allow."""
    kept = _needed(trials, facts, list(changes))
    found = {goal.id: trials.ways(goal, applied(facts, tuple(kept))) for goal in trials.goals}
    for _ in range(_ROUNDS):
        before = list(kept)
        for place, change in enumerate(before):
            others = [other for other in kept if other.key != change.key]
            smaller = _smaller(trials, facts, others, change, found)
            if smaller != change and _all_met(trials, facts, [*others, smaller]):
                kept[place] = smaller
        kept = _needed(trials, facts, kept)
        if kept == before:
            break
    return tuple(kept)


def _needed(trials: Trials, facts: Facts, changes: list[Change]) -> list[Change]:
    """The changes that cannot be left out; the hardest are tried first."""
    kept = changes
    for change in sorted(changes, key=Change.effort, reverse=True):
        others = [other for other in kept if other is not change]
        if _all_met(trials, facts, others):
            kept = others
    return kept


def _all_met(trials: Trials, facts: Facts, changes: list[Change]) -> bool:
    at = _day(trials, {change.key: change for change in changes})
    return at.passes(at.goals, applied(facts, tuple(changes)))


def _smaller(trials: Trials, facts: Facts, others: list[Change], change: Change, found: dict[str, Ways]) -> Change:
    """The change as small as the others allow."""
    if change.waits:
        return change
    here = applied(facts, tuple(others))
    at = _day(trials, {other.key: other for other in others})
    rest = tuple(goal for goal in at.goals if goal.id != change.goal.id)
    aim = Aim(change.goal, at.ask(change.goal, here).clauses[0], rest, found)
    return changed(at, aim, here, change.key, _as_far(facts, change)) or nearer(at, aim, here, change)


def _as_far(facts: Facts, change: Change) -> dict[str, int]:
    """How many steps the change takes: where the search for a smaller one begins."""
    steps = ladder(facts.catalogue[change.key.code], change.before, upwards=change.rises)
    return {} if steps is None else {change.key.code: steps.rungs(abs(number(change.after) - steps.start))}
