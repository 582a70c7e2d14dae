"""The values that one fact may be changed to, as the rungs of a ladder: each rung one step farther from where it stands.

The step is the smallest that means anything: one 分, one item, one point, one day, 0.01 % of a share, 0.01 square metre.
People are counted as averages of the months; there a step is one person employed the whole year, who raises the
average by one.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import Any

from app.kit.money import MAX_FEN
from app.policies.domain.explain.fact_input import FIRST_YEAR, LAST_YEAR, MOST_COUNTED
from app.policies.domain.facts.catalogue import FactDefinition
from app.policies.domain.values.knowledge import Exact, Knowledge, Known, between, ends
from app.policies.domain.values.units import Unit, plain

STEPS = {Unit.SHARE: Fraction(1, 10_000), Unit.SQUARE_METRES: Fraction(1, 100)}
_ENUMERATED = frozenset({Unit.YES_NO, Unit.CODE})


@dataclass(frozen=True)
class Ladder:
    """`start` is where the fact stands, or its worst value where that is not known; rung n lies n steps beyond.

    `first` is the first rung that would be a change: 1, or 0 where the fact is not known.
    """

    start: int | Fraction
    step: int | Fraction
    first: int
    last: int
    dated: bool = False

    def value(self, rung: int) -> Exact:
        """The value on a rung."""
        number = plain(Fraction(self.start + self.step * rung))
        return date.fromordinal(int(number)) if self.dated else number

    def span(self, first: int, last: int) -> Knowledge:
        """That the fact lies between two rungs."""
        one, other = self.value(first), self.value(last)
        low, high = (one, other) if self.step > 0 else (other, one)
        return between(low, high)

    def rungs(self, distance: int | Fraction) -> int:
        """How many steps are needed to cover a distance."""
        step = Fraction(self.step)
        return ceil(Fraction(distance) / abs(step))


def ladder(definition: FactDefinition, now: Knowledge, *, upwards: bool) -> Ladder | None:
    """The rungs from what is known `now`; None where there are none. A known date is history and does not change."""
    if definition.unit in _ENUMERATED or (definition.unit is Unit.DATE and isinstance(now, Known)):
        return None
    step = STEPS.get(definition.unit, 1)
    least, most = _limits(definition, now)
    if isinstance(now, Known):
        start = _aligned(definition.unit, now.value, step, upwards=upwards)
        first = 1
    else:
        start, first = (least if upwards else most), 0
    last = floor(Fraction((most - start) if upwards else (start - least)) / step)
    return (
        Ladder(start, step if upwards else -step, first, last, definition.unit is Unit.DATE) if last >= first else None
    )


def _limits(definition: FactDefinition, now: Knowledge) -> tuple[Any, Any]:
    """The least and the greatest value that the fact can have (of one known within bounds: within them)."""
    low, high = (None, None) if isinstance(now, Known) else map(_number, ends(now))
    widest = _widest(definition.unit)
    least = definition.lowest if low is None else low
    most = definition.highest if high is None else high
    return -widest[1] if least is None and widest[0] == 0 else _or(least, widest[0]), _or(most, widest[1])


def _or(value: Any, otherwise: Any) -> Any:
    return otherwise if value is None else value


def _widest(unit: Unit) -> tuple[int, int]:
    if unit is Unit.DATE:
        return date(FIRST_YEAR, 1, 1).toordinal(), date(LAST_YEAR, 12, 31).toordinal()
    return 0, MAX_FEN if unit is Unit.YUAN else MOST_COUNTED


def _number(value: Any) -> Any:
    return value.toordinal() if isinstance(value, date) else value


def _aligned(unit: Unit, value: Any, step: int | Fraction, *, upwards: bool) -> Any:
    """The rung on which the known value stands, or the last one behind it; people step from where they are."""
    if unit is Unit.PEOPLE:
        return value
    steps = Fraction(value) / step
    return (floor(steps) if upwards else ceil(steps)) * step
