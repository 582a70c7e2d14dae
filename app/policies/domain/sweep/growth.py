"""The mean yearly growth over columns: `growth.mean_growth` in float64, rule by rule.

The quotients are rounded; whoever comes near a boundary with one is decided by an interpreter of single subjects. A
growth that is 0 by a rule is exact.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from app.policies.domain.facts.columns import Floats
from app.policies.domain.sweep.reader import Flags, Pair

_TWO = 2


@dataclass(frozen=True)
class Growths:
    """Bounds of growths: −inf to inf where a value may be negative, as growth has no meaning then.

    `rounded` are the quotients that they come from, NaN where a rule decides instead. `rough` marks years that may come
    as near to zero as you like.
    """

    low: Floats
    high: Floats
    rounded: tuple[Floats, ...]
    rough: Flags | None = None


# -- years known exactly ----------------------------------------------------------------------------------------------


def exact_growth(years: Sequence[Floats]) -> Growths:
    """The growth over one to three years, oldest first; NaN where a year is not known."""
    before, last = years[-2:] if len(years) >= _TWO else (years[0] * 0.0, years[0])
    growth = last / before - 1
    alike = last == before
    if len(years) > _TWO:
        first = years[0]
        growth = np.where(first == 0, growth, ((growth + 1) + before / first) / 2 - 1)
        alike &= first == before
    nothing = (before == 0) | alike
    growth = np.where(nothing, last * 0.0, growth)
    negative = np.minimum.reduce(years) < 0
    low, high = growth, growth
    if negative.any():
        low, high = np.where(negative, -np.inf, growth), np.where(negative, np.inf, growth)
    return Growths(low, high, (np.where(nothing, np.nan, growth),))


# -- years known within bounds ----------------------------------------------------------------------------------------


def growth_bounds(yearly: Sequence[Pair], whole_numbers: bool) -> Growths:
    """The bounds of the growth over one to three years, oldest first."""
    low, high, rounded = _WAYS[len(yearly)](*yearly, unit=1.0 if whole_numbers else 0.0)
    negative = np.minimum.reduce([lowest for lowest, _ in yearly]) < 0
    rough = None if whole_numbers else _open_below(yearly) & ~negative
    return Growths(np.where(negative, -np.inf, low), np.where(negative, np.inf, high), rounded, rough)


def _open_below(yearly: Sequence[Pair]) -> Flags:
    """Who has a year that may come as near to zero as you like."""
    open_below: Flags = np.logical_or.reduce([(low == 0) & (high > 0) for low, high in yearly])
    return open_below


Bounds = tuple[Floats, Floats, tuple[Floats, ...]]


def _one(only: Pair, *, unit: float) -> Bounds:
    nothing = np.zeros(only[0].size)
    return nothing, nothing, ()


def _two(first: Pair, second: Pair, *, unit: float) -> Bounds:
    low = _quotient(second[0], first[1]) - 1
    high = _quotient(second[1], _above_zero(first[0], unit)) - 1
    return *_unless_zero(first, (low, high)), _where(first[1] != 0, low, high)


def _three(first: Pair, second: Pair, third: Pair, *, unit: float) -> Bounds:
    mean = _mean_of_three(first, second, third, unit)
    low, high = _unless_zero(second, mean)
    later_low, later_high, rounded = _two(second, third, unit=unit)
    may_be, must_be = first[0] == 0, first[1] == 0
    low = np.where(may_be, np.minimum(low, later_low), low)
    high = np.where(may_be, np.maximum(high, later_high), high)
    quotients = (*_where(~must_be & (second[1] != 0), *mean), *_where(may_be, *rounded))
    return np.where(must_be, later_low, low), np.where(must_be, later_high, high), quotients


def _mean_of_three(first: Pair, second: Pair, third: Pair, unit: float) -> Pair:
    """Where the first two are above zero: falling in the first, rising in the third, convex in the second."""
    lowest, middle = _above_zero(first[0], unit), (_above_zero(second[0], unit), second[1])
    tops = [_quotient(end, lowest) + _quotient(third[1], end) for end in middle]
    return _least_sum(first[1], middle, third[0], unit) / 2 - 1, np.maximum(*tops) / 2 - 1


def _least_sum(first: Floats, second: Pair, third: Floats, unit: float) -> Floats:
    """The least of v2 / `first` + `third` / v2 for v2 within `second`."""
    root = np.nan_to_num(np.sqrt(first * third), posinf=np.inf)
    roots = (np.floor(root), np.floor(root) + unit) if unit else (root,)
    sums = []
    for candidate in roots:
        middle = np.clip(candidate, second[0], second[1])
        sums.append(_quotient(middle, first) + _quotient(third, middle))
    return np.where(np.isinf(first), _quotient(third, second[1]), np.minimum.reduce(sums))


def _unless_zero(first: Pair, other: Pair) -> Pair:
    """`other`, or no growth at all where the first year is zero; both where it may be."""
    may_be, must_be = first[0] == 0, first[1] == 0
    low = np.where(may_be, np.minimum(other[0], 0.0), other[0])
    high = np.where(may_be, np.maximum(other[1], 0.0), other[1])
    return np.where(must_be, 0.0, low), np.where(must_be, 0.0, high)


def _where(whose: Flags, *numbers: Floats) -> tuple[Floats, ...]:
    return tuple(np.where(whose, number, np.nan) for number in numbers)


def _above_zero(low: Floats, unit: float) -> Floats:
    return np.where(low == 0, unit, low)


def _quotient(top: Floats, bottom: Floats) -> Floats:
    """`top / bottom` for numbers not below 0: nothing over an open bottom, above all bounds for an open top."""
    result: Floats = np.where(np.isinf(top), np.inf, np.where(np.isinf(bottom) | (top == 0), 0.0, top / bottom))
    return result


_WAYS: dict[int, Callable[..., Bounds]] = {1: _one, 2: _two, 3: _three}
