"""The mean yearly growth of a quantity of which only bounds may be known, as tight as its bounds allow.

Of three years v1, v2, v3 it is f = ½ · (v2 / v1 + v3 / v2) − 1, which falls in v1, rises in v3 and is convex in v2: the
least lies where v2 = √(v1 · v3), between two whole numbers for a quantity of whole ones, and the greatest at an end.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor, isqrt

from app.policies.domain.values.linear import End, Number
from app.policies.domain.values.units import plain

_TWO = 2
_FINE = 10**12
"""How finely a root is bounded where the quantity need not be whole."""

BEYOND = 10**40
"""Above every figure."""


@dataclass(frozen=True)
class YearBounds:
    """The bounds of one year's value; None is an open end."""

    low: End
    high: End

    @property
    def may_be_negative(self) -> bool:
        """Whether the value may lie below nothing, where growth has no meaning."""
        return self.low is None or self.low < 0

    @property
    def negative(self) -> bool:
        """Whether the value lies below nothing for certain."""
        return self.high is not None and self.high < 0


def mean_growth(yearly: Sequence[YearBounds], whole_numbers: bool) -> tuple[End, End]:
    """Bounds of the growth over one to three years, oldest first; open on both sides where a value may be negative."""
    if any(value.may_be_negative for value in yearly):
        return None, None
    ways = list(_ways(list(yearly), 1 if whole_numbers else 0))
    lows, highs = [low for low, _ in ways], [high for _, high in ways]
    least = min((low for low in lows if low is not None), default=None)
    return least, None if None in highs else max(high for high in highs if high is not None)


def least_is_reached(yearly: Sequence[YearBounds], whole_numbers: bool) -> bool:
    """Whether the least growth can be had: where a year has no upper bound it may only be approached."""
    capped = [replace(value, high=BEYOND) if value.high is None else value for value in yearly]
    return mean_growth(capped, whole_numbers)[0] == mean_growth(yearly, whole_numbers)[0]


def _ways(yearly: list[YearBounds], unit: int) -> Iterator[tuple[End, End]]:
    """The bounds in each case: the first year zero or not, the second zero or not. `unit` is the least above zero."""
    if len(yearly) < _TWO:
        yield 0, 0
        return
    first, second, *rest = yearly
    if first.low == 0:
        yield from _ways([second, *rest], unit)
    if first.high == 0:
        return
    if not rest:
        yield _over_two(_above_zero(first, unit), second)
        return
    if second.low == 0:
        yield 0, 0
    if second.high != 0:
        yield _over_three(_above_zero(first, unit), _above_zero(second, unit), rest[0], unit)


def _above_zero(value: YearBounds, unit: int) -> YearBounds:
    """A value that is not zero; with `unit` 0 it comes as near to zero as you like."""
    return replace(value, low=unit) if value.low == 0 else value


def _over_two(first: YearBounds, second: YearBounds) -> tuple[End, End]:
    least, most = _quotient(second.low, first.high), _quotient(second.high, first.low)
    return None if least is None else least - 1, None if most is None else most - 1


def _over_three(first: YearBounds, second: YearBounds, third: YearBounds, unit: int) -> tuple[End, End]:
    greatest = [_sum(_quotient(end, first.low), _quotient(third.high, end)) for end in (second.low, second.high)]
    highest = [_mean(total) for total in greatest if total is not None]
    return _mean(_least_sum(first.high, second, third.low, unit)), max(highest) if None not in greatest else None


def _mean(total: Number) -> Number:
    return plain(Fraction(total) / 2 - 1)


def _least_sum(first: End, second: YearBounds, third: End, unit: int) -> Number:
    """The least of v2 / `first` + `third` / v2 for v2 within `second`."""
    if first is None:
        return _quotient(third, second.high) or 0

    def total(middle: End) -> Number:
        return _sum(_quotient(middle, first), _quotient(third, middle)) or 0

    square = first * (third or 0)
    if unit:
        root = isqrt(floor(square))
        return min(total(_within(second, root)), total(_within(second, root + unit)))
    below = Fraction(isqrt(floor(square * _FINE**2)), _FINE)
    if second.low == second.high or (second.low or 0) >= below + Fraction(1, _FINE):
        return total(second.low)
    if second.high is not None and second.high <= below:
        return total(second.high)
    return 2 * below / first


def _within(value: YearBounds, number: Number) -> Number:
    """The number of `value` nearest to `number`."""
    raised = max(number, value.low or 0)
    return raised if value.high is None else min(raised, value.high)


def _sum(left: End, right: End) -> End:
    return None if left is None or right is None else left + right


def _quotient(top: End, bottom: End) -> End:
    """`top / bottom` for numbers not below 0: above all bounds for an open top, nothing over an open bottom."""
    if top is None:
        return None
    if bottom is None or top == 0:
        return 0
    return None if bottom == 0 else plain(Fraction(top) / bottom)
