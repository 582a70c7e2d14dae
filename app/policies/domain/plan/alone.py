"""What each figure alone can do for a goal: the smallest change of it with which the goal is met."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil

from app.policies.domain.facts.catalogue import FactDefinition, FactKey, Facts
from app.policies.domain.language import tree
from app.policies.domain.language.calculator import OUTSIDE
from app.policies.domain.language.policy import Condition
from app.policies.domain.language.settable import SETTING
from app.policies.domain.language.verdict import Clause, Measure
from app.policies.domain.plan.changes import (
    APPLICATION_DAY,
    Change,
    Changeability,
    ChangeKind,
    changeability_of,
    kind_of,
    number,
)
from app.policies.domain.plan.ladders import Ladder, ladder
from app.policies.domain.plan.search import Search, farthest, nearest
from app.policies.domain.plan.search import nearer as search_nearer
from app.policies.domain.plan.trials import Trials, with_facts
from app.policies.domain.plan.ways import Direction, Ways
from app.policies.domain.values.knowledge import Exact, Knowledge, Known
from app.policies.domain.values.outcome import Outcome
from app.policies.domain.values.units import Unit

Allowed = Callable[[Changeability], bool]
"""Which figures a plan may change."""


def anything(until: Changeability) -> bool:
    """Every figure, whether it can still be changed or not."""
    return True


@dataclass(frozen=True)
class Aim:
    """A goal to be met without losing the goals that are met already; how it stands, and what it and they read."""

    goal: Condition
    clause: Clause
    guarded: tuple[Condition, ...]
    ways: dict[str, Ways]

    def touched(self, key: FactKey) -> tuple[Condition, ...]:
        """The goals that a change of the value may touch."""
        return (self.goal, *(goal for goal in self.guarded if key in self.ways[goal.id]))

    def way(self, key: FactKey) -> Direction:
        """The way the value pulls the goal."""
        return self.ways[self.goal.id].get(key, Direction.NONE)


def aims(trials: Trials, facts: Facts) -> list[Aim]:
    """The goals that are not met, each with those that are."""
    clauses = trials.clauses(facts)
    found = {goal.id: trials.ways(goal, facts) for goal in trials.goals}
    well = tuple(clause.condition for clause in clauses if clause.outcome in trials.enough)
    return [Aim(clause.condition, clause, well, found) for clause in clauses if clause.outcome not in trials.enough]


def awaits_setting(aim: Aim, facts: Facts) -> bool:
    """Whether what the goal asks for is left to the bureau, which has not set it: then no figure can be calculated."""
    read = (key for key in aim.ways[aim.goal.id] if facts.catalogue[key.code].supplied_at == SETTING)
    return any(not isinstance(facts.of(key), Known) for key in read)


def alone(trials: Trials, aim: Aim, facts: Facts, allowed: Allowed = anything) -> Iterator[Change]:
    """For every value that the goal reads, the smallest change of it alone that meets the goal, where there is one."""
    later = waiting(trials, aim, facts)
    if later is not None and allowed(later.changeability):
        yield later
    hints: dict[str, int] = {}
    for key in keys(trials, aim):
        if allowed(changeability_of(facts.catalogue[key.code], key, trials.on, trials.today)):
            change = changed(trials, aim, facts, key, hints)
            if change is not None:
                yield change


def keys(trials: Trials, aim: Aim) -> list[FactKey]:
    """The values that the goal reads and that a firm has a say in, in the catalogue's order; the latest year first."""
    catalogue = trials.policy.catalogue
    order = {code: place for place, code in enumerate(catalogue)}
    found = [key for key in aim.ways[aim.goal.id] if catalogue[key.code].supplied_at != SETTING]
    return sorted(found, key=lambda key: (order[key.code], -(key.year or 0), key.part or 0))


def changed(trials: Trials, aim: Aim, facts: Facts, key: FactKey, hints: dict[str, int] | None = None) -> Change | None:
    """The smallest change of one value that meets the goal. `hints` keep what other years and parts of it needed."""
    definition, now = facts.catalogue[key.code], facts.of(key)
    search = _Single(trials, aim, facts, key, hints if hints is not None else {})
    found = search.chosen() if definition.unit in {Unit.YES_NO, Unit.CODE} else search.moved()
    if found is None:
        return None
    until = changeability_of(definition, key, trials.on, trials.today)
    return Change(
        aim.goal, key, definition.unit, now, found.value, found.relation, kind_of(now, until), until, found.of
    )


def nearer(trials: Trials, aim: Aim, facts: Facts, change: Change) -> Change:
    """A change that meets the goal, made so small that one step less does not; other values may do as well."""
    steps = ladder(facts.catalogue[change.key.code], change.before, upwards=change.rises)
    if steps is None:
        return change
    search = Search(_Single(trials, aim, facts, change.key, {}).all_touched, steps, trials.enough)
    rung = search_nearer(search, steps.rungs(abs(number(change.after) - steps.start)), steps.first - 1)
    relation = "=" if aim.way(change.key) is Direction.BOTH else change.relation
    return replace(change, after=steps.value(rung), relation=relation)


@dataclass(frozen=True)
class _Found:
    value: Exact
    relation: str
    of: str | None = None


@dataclass(frozen=True)
class _Single:
    """The search for the smallest change of one value."""

    trials: Trials
    aim: Aim
    facts: Facts
    key: FactKey
    hints: dict[str, int]

    @property
    def definition(self) -> FactDefinition:
        return self.facts.catalogue[self.key.code]

    @property
    def now(self) -> Knowledge:
        return self.facts.of(self.key)

    def goal(self, known: Knowledge) -> Outcome:
        """How the goal stands with the value known so."""
        return self.trials.outcome((self.aim.goal,), with_facts(self.facts, {self.key: known}))

    def all_touched(self, known: Knowledge) -> Outcome:
        """How the goal and all that the value touches besides stand."""
        return self.trials.outcome(self.aim.touched(self.key), with_facts(self.facts, {self.key: known}))

    # -- quantities and dates -----------------------------------------------------------------------------------------

    def moved(self) -> _Found | None:
        """The nearest rung of the ladders up and down."""
        way = self.aim.way(self.key)
        found: list[tuple[int, Ladder]] = []
        for one in (Direction.UP, Direction.DOWN):
            steps = ladder(self.definition, self.now, upwards=one is Direction.UP) if one & way else None
            rung = None if steps is None else self._rung(steps, one_way=way is one)
            if steps is not None and rung is not None:
                found.append((rung, steps))
        if not found:
            return None
        rung, steps = min(found, key=lambda pair: pair[0])
        if way is Direction.BOTH and rung <= 1 and not isinstance(self.now, Known):
            return self._limit(replace(steps, first=rung))
        self.hints[self.key.code] = rung
        return _Found(steps.value(rung), self._relation(steps, rung))

    def _limit(self, steps: Ladder) -> _Found | None:
        """How far a value that is not known may go, where the first one that it may have (above nothing) would do."""
        rung = farthest(Search(self.all_touched, steps, self.trials.enough))
        return None if rung is None else _Found(steps.value(rung), "<=" if steps.step > 0 else ">=")

    def _rung(self, steps: Ladder, *, one_way: bool) -> int | None:
        """The nearest rung: that of the goal alone if it harms nothing besides, else that of all that it touches."""
        hint = self.hints.get(self.key.code) or self._gap(steps)
        enough = self.trials.enough
        rung = nearest(Search(self.goal, steps, enough), one_way=one_way, hint=hint)
        if rung is None or len(self.aim.touched(self.key)) == 1:
            return rung
        if self.all_touched(steps.span(rung, rung)) in enough:
            return rung
        return nearest(Search(self.all_touched, replace(steps, first=rung), enough), one_way=False)

    def _gap(self, steps: Ladder) -> int | None:
        """The gap of the goal, when it is told in the value's own unit: nearly always the answer."""
        gap: Measure | None = self.aim.clause.finding.gap
        if gap is None or gap.unit is not self.definition.unit or not gap.exact or gap.low is None:
            return None
        return steps.rungs(ceil(gap.low)) or None  # type: ignore[arg-type]

    def _relation(self, steps: Ladder, rung: int) -> str:
        """Whether all values beyond would do too; of one that is known only the nearest value is said."""
        if isinstance(self.now, Known):
            return "="
        last = steps.last - 1 if steps.step < 0 and steps.last > rung else steps.last
        beyond = self.all_touched(steps.span(rung, last)) is Outcome.MET
        return (">=" if steps.step > 0 else "<=") if beyond else "="

    # -- yes or no, codes ---------------------------------------------------------------------------------------------

    def chosen(self) -> _Found | None:
        """The first of the other answers that will do."""
        for value, of in _choices(self.aim, self.definition, self.now):
            if self.all_touched(Known(value)) in self.trials.enough:
                return _Found(value, "=" if of is None else "in", of)
        return None


def _choices(aim: Aim, definition: FactDefinition, now: Knowledge) -> Iterator[tuple[Exact, str | None]]:
    """The other answers: of codes the one in each list that is most like the code told, then none."""
    present = now.value if isinstance(now, Known) else None
    if definition.unit is Unit.YES_NO:
        yield from ((answer, None) for answer in (True, False) if answer is not present)
        return
    for listed in lists_of(aim.goal, definition.code):
        yield min(listed.codes, key=lambda code: (-_alike(code, str(present or "")), code)), listed.list_name
    yield OUTSIDE, None


def lists_of(goal: Condition, code: str) -> list[tree.ListedIn]:
    """The lists with which a goal compares a code."""
    nodes = [node for leaf in goal.leaves() if leaf.test is not None for node in tree.walk(leaf.test)]
    return [node for node in nodes if isinstance(node, tree.ListedIn) and node.code == code and node.codes]


def _alike(one: str, other: str) -> int:
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


# -- waiting ----------------------------------------------------------------------------------------------------------


def waiting(trials: Trials, aim: Aim, facts: Facts) -> Change | None:
    """The first day on which the goal is met by the passing of time: where days up to the application are lacking."""
    gap = aim.clause.finding.gap
    if gap is None or gap.unit is not Unit.DAYS or not gap.exact or not _counts_days(aim.goal):
        return None
    try:
        day = trials.on + timedelta(days=ceil(gap.low))  # type: ignore[arg-type]
    except OverflowError:
        return None
    before = day - timedelta(days=1)
    if not trials.passes((aim.goal,), facts, day) or trials.passes((aim.goal,), facts, before):
        return None
    return Change(
        aim.goal, APPLICATION_DAY, Unit.DATE, Known(trials.on), day, ">=", ChangeKind.WAIT, Changeability(True, day)
    )


def _counts_days(goal: Condition) -> bool:
    return goal.test is not None and any(isinstance(node, tree.ApplicationDay) for node in tree.walk(goal.test))
