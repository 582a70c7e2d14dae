"""Growth within bounds as whole-number quotients: `growth.mean_growth` without calculation a fraction.

A growth lies between two quotients (numerator, denominator) with a denominator of at least 0; (1, 0) is above all
numbers and (-1, 0) below. Comparing with a threshold is a multiplication. None where a value may be negative: growth
has no meaning then.
"""

from fractions import Fraction
from math import floor, inf, isqrt
from typing import Any

from app.policies.domain.language.growth import BEYOND, YearBounds, mean_growth
from app.policies.domain.values.linear import Bounds
from app.policies.domain.values.units import divided

Ratio = tuple[Any, Any]
Growth = tuple[Ratio, Ratio] | None
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
    low, high = lows[0], highs[0]
    for each in lows[1:]:
        if each[0] * low[1] < low[0] * each[1]:
            low = each
    for each in highs[1:]:
        if each[0] * high[1] > high[0] * each[1]:
            high = each
    return low, high


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
    return (None, None) if growth is None else (_quotient(*growth[0]), _quotient(*growth[1]))


def _quotient(numerator: Any, denominator: Any) -> End:
    return divided(numerator, denominator) if denominator else None


def growth_of_fractions(scale: int, *ends: End, whole_numbers: bool) -> Growth:
    """The same for numbers that are not whole, or are multiplied by `scale`."""
    spans = [
        YearBounds(_exact(low, scale), _exact(high, scale)) for low, high in zip(ends[::2], ends[1::2], strict=True)
    ]
    if any(span.may_be_negative for span in spans):
        return None
    low, high = mean_growth(spans, whole_numbers)
    return _ratio(low, _BELOW_ALL), _ratio(high, _ABOVE_ALL)


def _exact(end: End, scale: int) -> Any:
    return None if end in {inf, -inf} else Fraction(end) / scale


def _ratio(end: Any, otherwise: Ratio) -> Ratio:
    return otherwise if end is None else (Fraction(end).numerator, Fraction(end).denominator)
