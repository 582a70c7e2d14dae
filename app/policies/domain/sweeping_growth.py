"""The bounds of a mean yearly growth, over columns: `growing.mean_growth` in float64, rule by rule.

The results are rounded; whoever comes near a boundary with them is decided by an interpreter of single subjects.
"""

from collections.abc import Callable, Sequence

import numpy as np

from app.policies.domain.columns import Floats
from app.policies.domain.sweeping_reading import Flags, Pair


def growth_bounds(yearly: Sequence[Pair], whole_numbers: bool) -> tuple[Pair, Flags]:
    """Bounds of the growth over one to three years, oldest first, and whose bounds are too rough to use.

    −inf to inf where a value may be negative, as growth has no meaning then.
    """
    unit = 1.0 if whole_numbers else 0.0
    low, high = _WAYS[len(yearly)](*yearly, unit=unit)
    negative = np.minimum.reduce([lowest for lowest, _ in yearly]) < 0
    rough = np.zeros(low.size, bool) if whole_numbers else _open_below(yearly)
    return (np.where(negative, -np.inf, low), np.where(negative, np.inf, high)), rough & ~negative


def _open_below(yearly: Sequence[Pair]) -> Flags:
    """Who has a year that may come as near to zero as you like."""
    open_below: Flags = np.logical_or.reduce([(low == 0) & (high > 0) for low, high in yearly])
    return open_below


def _one(only: Pair, *, unit: float) -> Pair:
    nothing = np.zeros(only[0].size)
    return nothing, nothing


def _two(first: Pair, second: Pair, *, unit: float) -> Pair:
    low = _quotient(second[0], first[1]) - 1
    high = _quotient(second[1], _above_zero(first[0], unit)) - 1
    return _unless_zero(first, (low, high))


def _unless_zero(first: Pair, other: Pair) -> Pair:
    """`other`, or no growth at all where the first year is zero; both where it may be."""
    may_be, must_be = first[0] == 0, first[1] == 0
    low = np.where(may_be, np.minimum(other[0], 0.0), other[0])
    high = np.where(may_be, np.maximum(other[1], 0.0), other[1])
    return np.where(must_be, 0.0, low), np.where(must_be, 0.0, high)


def _three(first: Pair, second: Pair, third: Pair, *, unit: float) -> Pair:
    later = _two(second, third, unit=unit)
    low, high = _unless_zero(second, _mean_of_three(first, second, third, unit))
    may_be, must_be = first[0] == 0, first[1] == 0
    low = np.where(may_be, np.minimum(low, later[0]), low)
    high = np.where(may_be, np.maximum(high, later[1]), high)
    return np.where(must_be, later[0], low), np.where(must_be, later[1], high)


def _mean_of_three(first: Pair, second: Pair, third: Pair, unit: float) -> Pair:
    """Where the first two are above zero: falling in the first, rising in the third, convex in the second."""
    lowest, middle = _above_zero(first[0], unit), (_above_zero(second[0], unit), second[1])
    tops = [_quotient(end, lowest) + _quotient(third[1], end) for end in middle]
    return _least_sum(first[1], middle, third[0], unit) / 2 - 1, np.maximum(*tops) / 2 - 1


def _least_sum(first: Floats, second: Pair, third: Floats, unit: float) -> Floats:
    """The least of v2 / `first` + `third` / v2 for v2 within `second`."""
    root = np.sqrt(first * third)
    roots = (np.floor(root), np.floor(root) + unit) if unit else (root,)
    sums = []
    for candidate in roots:
        middle = np.clip(np.nan_to_num(candidate, posinf=np.inf), second[0], second[1])
        sums.append(_quotient(middle, first) + _quotient(third, middle))
    return np.where(np.isinf(first), _quotient(third, second[1]), np.minimum.reduce(sums))


def _above_zero(low: Floats, unit: float) -> Floats:
    return np.where(low == 0, unit, low)


def _quotient(top: Floats, bottom: Floats) -> Floats:
    """`top / bottom` for numbers not below 0: nothing over an open bottom, above all bounds for an open top."""
    result: Floats = np.where(np.isinf(top), np.inf, np.where(np.isinf(bottom) | (top == 0), 0.0, top / bottom))
    return result


_WAYS: dict[int, Callable[..., Pair]] = {1: _one, 2: _two, 3: _three}
