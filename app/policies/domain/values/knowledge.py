"""What is known about one value: exactly, within bounds, or not at all. Exact types only, never a float."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

Exact = int | Fraction | date | bool | str
"""A value without rounding: counts and 分 as int, averages and shares as Fraction, days, yes or no, codes."""


@dataclass(frozen=True, slots=True)
class Known:
    """Known exactly."""

    value: Exact


@dataclass(frozen=True, slots=True)
class Between:
    """Known to lie from `low` to `high`, both included; a missing end is open. At least one end stands."""

    low: Exact | None
    high: Exact | None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing is known."""


UNKNOWN = Unknown()
Knowledge = Known | Between | Unknown


def between(low: Exact | None, high: Exact | None) -> Knowledge:
    """The knowledge that a value lies from `low` to `high`, in its simplest form."""
    if low is None and high is None:
        return UNKNOWN
    if low is not None and low == high:
        return Known(low)
    return Between(low, high)


def ends(knowledge: Knowledge) -> tuple[Any, Any]:
    """The lowest and the highest value that `knowledge` allows; None where there is no such end."""
    if isinstance(knowledge, Known):
        return knowledge.value, knowledge.value
    return (knowledge.low, knowledge.high) if isinstance(knowledge, Between) else (None, None)


def within(narrow: Knowledge, wide: Knowledge) -> bool:
    """Whether every value that `narrow` allows is also allowed by `wide`."""
    (low, high), (lowest, highest) = ends(narrow), ends(wide)
    above = lowest is None or (low is not None and low >= lowest)
    below = highest is None or (high is not None and high <= highest)
    return above and below


def narrowed(knowledge: Knowledge, low: Exact | None, high: Exact | None) -> Knowledge | None:
    """What `knowledge` leaves between `low` and `high`; None when nothing is left."""
    known_low, known_high = ends(knowledge)
    lows: list[Any] = [end for end in (known_low, low) if end is not None]
    highs: list[Any] = [end for end in (known_high, high) if end is not None]
    new_low, new_high = (max(lows) if lows else None), (min(highs) if highs else None)
    if new_low is not None and new_high is not None and new_low > new_high:
        return None
    return between(new_low, new_high)
