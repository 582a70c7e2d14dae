"""What the left sides of comparisons have over the right ones, and where float64 says that to the last digit."""

from dataclasses import dataclass
from math import lcm

import numpy as np
from numpy.typing import NDArray

from app.policies.domain.facts.columns import Floats, Rows

Flags = NDArray[np.bool_]
Parts = NDArray[np.int64]

MOST_PARTS = 2**20
LARGEST_COUNT = 2.0**50
"""What is counted in parts of a unit up to here comes back whole from the rounded quotient."""


@dataclass(frozen=True, eq=False)
class Excess:
    """Of everybody the ends of an excess: −inf and inf where open, NaN where a ratio has no denominator.

    `parts`: the ends are whole numbers of such parts of the unit, rounded; 0 where that is not so.
    """

    low: Floats
    high: Floats
    parts: Parts

    def put(self, rows: Rows, other: "Excess") -> "Excess":
        """The same with what `other` says of some rows."""
        low, high, parts = self.low.copy(), self.high.copy(), self.parts.copy()
        low[rows], high[rows], parts[rows] = other.low, other.high, other.parts
        return Excess(low, high, parts)

    def widen(self, rows: Rows, other: "Excess") -> None:
        """Take in what is so of some rows under one more assumption."""
        self.low[rows] = np.minimum(self.low[rows], other.low)
        self.high[rows] = np.maximum(self.high[rows], other.high)
        parts = np.lcm(self.parts[rows], other.parts)
        self.parts[rows] = np.where(parts > MOST_PARTS, 0, parts)

    def without(self, rows: Flags) -> "Excess":
        """The same, saying nothing to the last digit of some rows."""
        return Excess(self.low, self.high, np.where(rows, 0, self.parts))


def nothing_yet(size: int) -> Excess:
    """Ends that hold nothing, to be widened."""
    return Excess(np.full(size, np.inf), np.full(size, -np.inf), np.ones(size, np.int64))


def in_parts(low: Floats, high: Floats, *scales: int) -> Excess:
    """Ends that were divided by these scales; none where they may not be whole before."""
    parts = lcm(*scales) if scales else 0
    return Excess(low, high, np.broadcast_to(np.int64(parts if parts <= MOST_PARTS else 0), low.shape))
