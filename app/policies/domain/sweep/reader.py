"""What the sweeping interpreter reads of columns: slots at a corner, what was told, which fiscal years count."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.policies.domain.facts.catalogue import Catalogue, FactKey
from app.policies.domain.facts.columns import Columns, FactColumn, Floats, Rows, scale_of
from app.policies.domain.forms.forms import ON, SCORE, Slot
from app.policies.domain.language import tree
from app.policies.domain.language.assumptions import FISCAL_YEARS, REGISTERED_ON
from app.policies.domain.language.calculator import listed

Flags = NDArray[np.bool_]
Codes = NDArray[np.int8]
Pair = tuple[Floats, Floats]


@dataclass(eq=False)
class ColumnReader:
    """Reads `columns` for an application on `on`; `catalogue` is the policy's. `score` are the bounds of the score."""

    columns: Columns
    catalogue: Catalogue
    on: date
    score: Pair | None = None

    @property
    def size(self) -> int:
        """How many subjects there are."""
        return self.columns.size

    def stored(self, slot: Slot) -> int:
        """By what the slot's numbers are multiplied."""
        return stored(self.catalogue, slot)

    # -- numbers ----------------------------------------------------------------------------------------------------------

    def exact(self, slot: Slot, rows: Rows | None = None) -> Floats:
        """The slot's number for some subjects, or all, NaN where it is not known exactly."""
        values = self._values(slot)
        return values if rows is None else values[rows]

    def _values(self, slot: Slot) -> Floats:
        if slot == ON:
            return np.broadcast_to(np.float64(self.on.toordinal()), (self.size,))
        if slot == SCORE:
            low, high = self._scored()
            return np.where(low == high, low, np.nan)
        keys = tuple(slot.keys(self.on.year))
        return self.column(keys[0]).values if len(keys) == 1 else self.columns.sum_of(keys)

    def bounds(self, slot: Slot, rows: Rows) -> Pair:
        """The ends of the slot's number for some subjects."""
        if slot == ON:
            day = np.full(rows.size, float(self.on.toordinal()))
            return day, day
        if slot == SCORE:
            low, high = self._scored()
            return low[rows], high[rows]
        lowest, highest = self._natural(slot)
        ends = [self.column(key).bounds(rows, lowest, highest) for key in slot.keys(self.on.year)]
        lows, highs = (list(side) for side in zip(*ends, strict=True))
        return (ends[0]) if len(ends) == 1 else (np.sum(lows, axis=0), np.sum(highs, axis=0))

    @cached_property
    def everybody(self) -> Rows:
        """All rows."""
        return np.arange(self.size)

    def column(self, key: FactKey) -> FactColumn:
        """The column of one value; one of which nothing is known where there is none."""
        found = self.columns.known.get(key)
        return found if found is not None else self._nothing

    @cached_property
    def _nothing(self) -> FactColumn:
        return FactColumn(np.broadcast_to(np.float64(np.nan), (self.size,)))

    def _natural(self, slot: Slot) -> tuple[float, float]:
        """Between which numbers a value lies of which nothing is known."""
        definition, scale = self.catalogue[slot.code], self.stored(slot)
        lowest, highest = definition.lowest, definition.highest
        return (
            -np.inf if lowest is None else float(lowest * scale),
            np.inf if highest is None else float(highest * scale),
        )

    def _scored(self) -> Pair:
        assert self.score is not None
        return self.score

    # -- how exact float64 is here ----------------------------------------------------------------------------------------

    def whole(self, slot: Slot) -> bool:
        """Whether float64 holds the slot's numbers as they are, and they are whole."""
        if slot in {ON, SCORE}:
            return True
        return all(self.column(key).whole for key in slot.keys(self.on.year))

    def largest(self, slot: Slot) -> float:
        """The slot's largest absolute number."""
        if slot in {ON, SCORE}:
            return float(self.on.toordinal())
        return sum((self.column(key).largest for key in slot.keys(self.on.year)), 0.0)

    # -- what is known ----------------------------------------------------------------------------------------------------

    def unsure(self, slots: Iterable[Slot], rows: Rows | None) -> Flags:
        """For whom one of the slots is not known exactly."""
        unsure = np.zeros(self.size, bool)
        for slot in slots:
            if slot == SCORE:
                low, high = self._scored()
                unsure |= low != high
            elif slot != ON:
                for column in (self.column(key) for key in slot.keys(self.on.year)):
                    if not column.complete:
                        unsure |= column.unsure
        return unsure if rows is None else unsure[rows]

    def stated(self, code: str, offset: int | None) -> Flags:
        """Of whom anything was told about a fact, for the year if one is given."""
        year = None if offset is None else self.on.year + offset
        stated = np.zeros(self.size, bool)
        for key in self.catalogue[code].keys(year):
            if key in self.columns.known:
                stated |= self.columns.known[key].stated()
        return stated

    def accepted(self, node: tree.ListedIn) -> Codes:
        """2 for whose code stands in the list, 1 where the code is not known, 0 otherwise."""
        table = self.columns.codes.get(node.code, ())
        answers = np.array([*(2 if listed(node, code) else 0 for code in table), 1], np.int8)
        values = self.column(FactKey(node.code)).values
        places = np.where(np.isnan(values), len(table), values).astype(np.int64)
        result: Codes = answers[places]
        return result

    # -- fiscal years -----------------------------------------------------------------------------------------------------

    @cached_property
    def fewest_years(self) -> Codes:
        """How many fiscal years count for certain."""
        return self._counted(self.bounds(Slot(REGISTERED_ON.code), self.everybody)[1])

    @cached_property
    def most_years(self) -> Codes:
        """How many fiscal years may count."""
        return self._counted(self.bounds(Slot(REGISTERED_ON.code), self.everybody)[0])

    def _counted(self, registered: Floats) -> Codes:
        ends = [date(self.on.year - back, 12, 31).toordinal() for back in range(1, FISCAL_YEARS + 1)]
        counted = np.zeros(self.size, np.int8)
        for end in ends:
            counted += registered <= end
        return counted


def stored(catalogue: Catalogue, slot: Slot) -> int:
    """By what a slot's numbers are multiplied in columns."""
    return 1 if slot in {ON, SCORE} else scale_of(catalogue[slot.code].unit)
