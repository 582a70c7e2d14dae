"""What the slices tell the policies about firms: each value of a fact as one column, a number for every firm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.kit.facts.whole_numbers import Numbers

FactName = tuple[str, int | None, int | None]
"""A fact's code, the fiscal year when it is told by year, the part (from 1) when it has parts."""


@dataclass(frozen=True, eq=False)
class FactValues:
    """One value of one fact for every firm asked about; `NOT_KNOWN` where its provider does not know it.

    By the unit of the catalogue: 元 → 分 · people → ten-thousandths of a person · items, grade, days → as they are ·
    date → its ordinal · yes_no → 1 or 0 · code → its place in `words`.
    """

    numbers: Numbers
    words: Sequence[str] = ()


FactTable = Mapping[FactName, FactValues]
