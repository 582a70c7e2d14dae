"""Growth within bounds as whole-number quotients: `growing.mean_growth` without reckoning a fraction.

A growth lies between the least of `lows` and the greatest of `highs`, each a quotient (numerator, denominator) with a
denominator of at least 0; (1, 0) is above all numbers and (-1, 0) below. Comparing with a threshold is a
multiplication. None where a value may be negative: growth has no meaning then.
"""

from collections.abc import Callable
from fractions import Fraction
from math import floor, inf, isqrt
from typing import Any

from app.policies.domain import tree
from app.policies.domain.growing import BEYOND, Span, mean_growth
from app.policies.domain.linear import Bounds
from app.policies.domain.units import divided

Ratio = tuple[Any, Any]
Growth = tuple[list[Ratio], list[Ratio]] | None
End = Any

_NOTHING: Ratio = (0, 1)
_ABOVE_ALL, _BELOW_ALL = (1, 0), (-1, 0)
_TWO = 2


def growth_between(*ends: End) -> Growth:
    """The growth of whole numbers over one to three years, oldest first; `ends` are low and high of each."""
    if min(ends[::2]) < 0:
        return None
    lows: list[Ratio] = []
    highs: list[Ratio] = []
    _ways(ends, lows, highs)
    return lows, highs


def _ways(ends: tuple[End, ...], lows: list[Ratio], highs: list[Ratio]) -> None:
    """Each case: the first year zero or not, the second zero or not."""
    if len(ends) == _TWO:
        lows.append(_NOTHING)
        highs.append(_NOTHING)
        return
    first_low, first_high, second_low, second_high, *third = ends
    if first_low == 0:
        _ways(ends[2:], lows, highs)
        if first_high == 0:
            return
        first_low = 1
    if not third:
        lows.append((-1, 1) if first_high == inf else (second_low - first_high, first_high))
        highs.append(_ABOVE_ALL if second_high == inf else (second_high - first_low, first_low))
        return
    if second_low == 0:
        lows.append(_NOTHING)
        highs.append(_NOTHING)
        second_low = 1
    if second_high:
        _least(first_high, second_low, second_high, third[0], lows)
        highs.extend(_mean(first_low, second, third[1]) for second in (second_low, second_high))


def _least(first: End, second_low: End, second_high: End, third: End, lows: list[Ratio]) -> None:
    if first == inf:  # the least is only approached: a very great first year stays as far above it
        first = BEYOND
    root = isqrt(floor(first * third))
    lows.extend(_mean(first, min(max(middle, second_low), second_high), third) for middle in (root, root + 1))


def _mean(first: End, second: End, third: End) -> Ratio:
    """½ · (second / first + third / second) − 1 over one denominator."""
    if inf in {second, third}:
        return _ABOVE_ALL
    twice = 2 * first * second
    return second * second + third * first - twice, twice


def bounds_of(growth: Growth) -> Bounds:
    """The bounds that the quotients give."""
    if growth is None:
        return None, None
    low, *lows = growth[0]
    for each in lows:
        low = each if each[0] * low[1] < low[0] * each[1] else low
    high, *highs = growth[1]
    for each in highs:
        high = each if each[0] * high[1] > high[0] * each[1] else high
    return _quotient(*low), _quotient(*high)


def _quotient(numerator: Any, denominator: Any) -> End:
    return divided(numerator, denominator) if denominator else None


def growth_of_fractions(scale: int, *ends: End, whole_numbers: bool) -> Growth:
    """The same for numbers that are not whole, or are multiplied by `scale`."""
    spans = [Span(_exact(low, scale), _exact(high, scale)) for low, high in zip(ends[::2], ends[1::2], strict=True)]
    if any(span.may_be_negative for span in spans):
        return None
    low, high = mean_growth(spans, whole_numbers)
    return [_ratio(low, _BELOW_ALL)], [_ratio(high, _ABOVE_ALL)]


def _exact(end: End, scale: int) -> Any:
    return None if end in {inf, -inf} else Fraction(end) / scale


def _ratio(end: Any, otherwise: Ratio) -> Ratio:
    return otherwise if end is None else (Fraction(end).numerator, Fraction(end).denominator)


# -- comparing --------------------------------------------------------------------------------------------------------


def _at_least(growth: Growth, scale: int, low: End, high: End) -> int:
    if growth is None:
        return 1
    if all(n * scale >= d * high for n, d in growth[0]):
        return 2
    return 0 if all(n * scale < d * low for n, d in growth[1]) else 1


def _more(growth: Growth, scale: int, low: End, high: End) -> int:
    if growth is None:
        return 1
    if all(n * scale > d * high for n, d in growth[0]):
        return 2
    return 0 if all(n * scale <= d * low for n, d in growth[1]) else 1


def _equal(growth: Growth, scale: int, low: End, high: End) -> int:
    if growth is None:
        return 1
    if low == high and all(n * scale == d * low for side in growth for n, d in side):
        return 2
    above = all(n * scale > d * high for n, d in growth[0])
    return 0 if above or all(n * scale < d * low for n, d in growth[1]) else 1


#: The outcome of a growth compared with a right side between `low` and `high`, to be divided by `scale`.
GROWN: dict[tree.Relation, Callable[[Growth, int, End, End], int]] = {
    tree.Relation.AT_LEAST: _at_least,
    tree.Relation.MORE: _more,
    tree.Relation.AT_MOST: lambda *asked: 2 - _more(*asked),
    tree.Relation.LESS: lambda *asked: 2 - _at_least(*asked),
    tree.Relation.EQUAL: _equal,
}
