"""Columns of whole numbers: amounts in 分, counts, days by their ordinal, yes 1 and no 0; nothing is rounded on the way."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

NOT_KNOWN = -(2**63)
"""No amount, count or day is so low."""


def ordinal(day: date | None) -> int:
    """A day as such a number."""
    return NOT_KNOWN if day is None else day.toordinal()
