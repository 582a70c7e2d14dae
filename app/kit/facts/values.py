"""What the slices tell the policies about firms: each value of a fact as one column, a number for every firm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from app.kit.facts.whole_numbers import Numbers

FactName = tuple[str, int | None, int | None]
"""A fact's code, the fiscal year when it is told by year, the part (from 1) when it has parts."""


class ListNamed(NamedTuple):
    """A list that is complete: its kinds (codes), who issued it by which document, and its last day."""

    kinds: tuple[str, ...]
    issuer: str
    document: str
    until: date


@dataclass(frozen=True, eq=False)
class Absence:
    """Of which firms lists that are complete deny a fact, since they are on none of them.

    `until` is the last day of which these lists speak (its ordinal), `NOT_KNOWN` where none deny it; `which` is the place in
    `lists` of the lists of each firm. It says less than a row and than a statement: it counts where neither says anything.
    """

    until: Numbers
    which: Numbers
    lists: Sequence[tuple[ListNamed, ...]]


@dataclass(frozen=True, eq=False)
class FactValues:
    """One value of one fact for every firm asked about; `NOT_KNOWN` where its provider does not know it.

    By the unit of the catalogue: 元 → 分 · people → ten-thousandths of a person · items, grade, days → as they are ·
    date → its ordinal · yes_no → 1 or 0 · code → its place in `words`.
    """

    numbers: Numbers
    words: Sequence[str] = ()
    absence: Absence | None = None


FactTable = Mapping[FactName, FactValues]
