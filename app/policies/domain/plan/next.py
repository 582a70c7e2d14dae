"""The next chance: the application of the following year, for which the fiscal year that is still open counts.

The firm is taken as it stands: figures of the open year that are not known yet are taken to equal those of the year
before, everything else is unchanged. What is asked for is what the open year would have to show.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.policies.domain.facts.catalogue import FactKey, Facts
from app.policies.domain.language.assumptions import FISCAL_YEARS
from app.policies.domain.language.policy import Condition
from app.policies.domain.plan.alone import Aim, aims, changed, keys, waiting
from app.policies.domain.plan.changes import Change, Changeability, Why, number
from app.policies.domain.plan.together import together
from app.policies.domain.plan.trials import ExhaustedError, Trials, with_facts
from app.policies.domain.plan.ways import Direction, Ways
from app.policies.domain.values.knowledge import Knowledge, Known

LAST_YEAR = 2099


@dataclass(frozen=True)
class Next:
    """The application on `on`, the first one for which `open_year` counts.

    `years` may count then, `dropped` no longer do. `facts` are what it was calculated with, of which `assumed` were
    carried over from the year before. `changes` together pass (none are needed where `changes` is empty and nothing is
    `unsolved`). `floors` say, for each figure of the open year, what it must at least (or most) be for its goal.
    """

    on: date
    open_year: int
    years: tuple[int, ...]
    dropped: tuple[int, ...]
    facts: Facts
    assumed: tuple[FactKey, ...]
    changes: tuple[Change, ...]
    floors: tuple[Change, ...]
    unsolved: tuple[Condition, ...]


def next_application(trials: Trials, facts: Facts, missing: list[Aim]) -> Next | None:
    """The next chance; None where no goal that is missing reads the figures of a fiscal year, or waits for a day."""
    try:
        day = _first_day(trials, facts, missing)
        return None if day is None else _next(trials.later(day), facts, {aim.goal.id for aim in missing})
    except ExhaustedError:
        return None


def _first_day(trials: Trials, facts: Facts, missing: list[Aim]) -> date | None:
    """New Year's Day, or the day until which a goal has to wait if that is later."""
    days = [
        change.after for aim in missing if (change := waiting(trials, aim, facts)) and isinstance(change.after, date)
    ]
    yearly = any(key.year is not None for aim in missing for key in aim.ways[aim.goal.id])
    based = any(facts.catalogue[key.code].basis is not None for aim in missing for key in aim.ways[aim.goal.id])
    late = [day for day in days if day.year > trials.on.year]
    if not (yearly or based or late) or trials.on.year >= LAST_YEAR:
        return None
    day = max([date(trials.on.year + 1, 1, 1), *late])
    return day if day.year <= LAST_YEAR else None


def _next(trials: Trials, facts: Facts, missing: set[str]) -> Next:
    now, then = trials.today.year, trials.on.year
    assumed = dict(_carried(trials, facts))
    here = with_facts(facts, assumed)
    open_aims = aims(trials, here)
    combination = together(trials, here, _possible, {})
    return Next(
        on=trials.on,
        open_year=now,
        years=tuple(range(then - FISCAL_YEARS, then)),
        dropped=tuple(range(now - FISCAL_YEARS, then - FISCAL_YEARS)),
        facts=here,
        assumed=tuple(sorted(assumed, key=_place)),
        changes=combination.changes if open_aims else (),
        floors=tuple(_floors(trials, here, missing)),
        unsolved=combination.unsolved if open_aims else (),
    )


def _place(key: FactKey) -> tuple[str, int, int]:
    """The same order however the facts came: a kept verdict is explained again word for word."""
    return key.code, key.year or 0, key.part or 0


def _possible(until: Changeability) -> bool:
    """What a firm can still do until then: years that are over stay as they are."""
    return until.why is not Why.YEAR_OVER


def _carried(trials: Trials, facts: Facts) -> Iterator[tuple[FactKey, Knowledge]]:
    """The figures of open years that are not known, as large as those of the year before."""
    known = {key: value for key, value in facts.known.items() if key.year is not None and isinstance(value, Known)}
    for year in range(trials.today.year, trials.on.year):
        for key, value in list(known.items()):
            later = key._replace(year=year)
            if key.year == year - 1 and not isinstance(facts.of(later), Known):
                known[later] = value
                yield later, value


def _floors(trials: Trials, facts: Facts, missing: set[str]) -> Iterator[Change]:
    """For each figure of the open year, its limit for the goals that are missing now, all other figures as they stand.

    Of a figure made of parts the first part stands for any of them.
    """
    found = {goal.id: trials.ways(goal, facts) for goal in trials.goals}
    clauses = {clause.condition.id: clause for clause in trials.clauses(facts)}
    for goal in trials.goals:
        if goal.id in missing:
            aim = Aim(goal, clauses[goal.id], (), found)
            for key in _open_figures(trials, aim, found[goal.id]):
                unknown = {known: value for known, value in facts.known.items() if known != key}
                floor = changed(trials, aim, Facts(facts.catalogue, unknown), key)
                if floor is not None and number(floor.after) != (facts.catalogue[key.code].lowest or 0):
                    yield floor


def _open_figures(trials: Trials, aim: Aim, ways: Ways) -> Iterator[FactKey]:
    seen: set[str] = set()
    for key in keys(trials, aim):
        if key.year == trials.today.year and ways[key] is Direction.UP and key.code not in seen:
            seen.add(key.code)
            yield key
