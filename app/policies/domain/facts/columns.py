"""What is known about many subjects, in columns: what the sweeping interpreter (`sweeping`) reads.

A column holds one value of one fact (one `FactKey`) for every subject, as float64 **in stored units**:

    amounts   分                 people   ten-thousandths of a person (as the register keeps them)
    items, points, days  as they are      shares   as they are (0.65)      areas   hundredths of a square metre
    dates     `date.toordinal()`           yes/no   1 or 0
    codes     the place of the code in `Columns.codes[fact code]`

`NaN` says that the value is not known exactly. A value known within bounds has its row in `rows`, with its ends in
`lows` and `highs` (−inf and inf where an end is open). A key without a column is unknown of every subject. Whole
numbers below 2⁵³ are exact in float64; a value that float64 cannot hold exactly is kept beside the column in `exact`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.kit.facts.values import FactTable, FactValues
from app.kit.facts.whole_numbers import NOT_KNOWN
from app.policies.domain.facts.catalogue import Catalogue, FactDefinition, FactKey, Facts
from app.policies.domain.values.knowledge import Exact, Knowledge, Known, between, ends
from app.policies.domain.values.units import Unit, divided

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

LARGEST_WHOLE = 2.0**53
"""Up to here float64 holds every whole number."""

_SCALES = {Unit.PEOPLE: 10_000, Unit.SQUARE_METRES: 100}
_NO_ROWS: Rows = np.empty(0, np.int64)
_NO_ENDS: Floats = np.empty(0, np.float64)


def scale_of(unit: Unit) -> int:
    """By what a value is multiplied when it is stored."""
    return _SCALES.get(unit, 1)


@dataclass(frozen=True, eq=False)
class FactColumn:
    """One value of one fact for every subject; `rows` rise, and `values` is NaN there."""

    values: Floats
    rows: Rows = field(default_factory=lambda: _NO_ROWS)
    lows: Floats = field(default_factory=lambda: _NO_ENDS)
    highs: Floats = field(default_factory=lambda: _NO_ENDS)
    exact: Mapping[int, Knowledge] = field(default_factory=dict)

    @cached_property
    def unsure(self) -> NDArray[np.bool_]:
        """For which subjects it is not known exactly."""
        return np.isnan(self.values)

    @cached_property
    def complete(self) -> bool:
        """Whether it is known exactly for every subject."""
        return not self.unsure.any()

    @cached_property
    def largest(self) -> float:
        """The largest absolute value or end."""
        parts = [np.abs(part[np.isfinite(part)]) for part in (self.values, self.lows, self.highs)]
        return max((float(part.max()) for part in parts if part.size), default=0.0)

    @cached_property
    def whole(self) -> bool:
        """Whether all its numbers are whole and held exactly."""
        parts = [part[np.isfinite(part)] for part in (self.values, self.lows, self.highs)]
        return not self.exact and self.largest < LARGEST_WHOLE and all(bool((np.rint(p) == p).all()) for p in parts)

    def stated(self) -> NDArray[np.bool_]:
        """For which subjects anything was told."""
        stated = ~self.unsure
        stated[self.rows] = True
        return stated

    def bounds(self, rows: Rows, lowest: float, highest: float) -> tuple[Floats, Floats]:
        """The ends for `rows`; those of the catalogue, `lowest` and `highest`, where nothing nearer is known."""
        values = self.values.take(rows)
        if self.complete:
            return values, values
        open_ = np.isnan(values)
        lows, highs = np.where(open_, lowest, values), np.where(open_, highest, values)
        if self.rows.size:
            places = np.minimum(np.searchsorted(self.rows, rows), self.rows.size - 1)
            found = np.flatnonzero(self.rows[places] == rows)
            stated = places[found]
            lows[found] = np.where(np.isinf(self.lows[stated]), lowest, self.lows[stated])
            highs[found] = np.where(np.isinf(self.highs[stated]), highest, self.highs[stated])
        return lows, highs

    def told_of(self, rows: Rows) -> Floats:
        """All that is known of some subjects, a line each; lines are equal only where that is the same."""
        beside = [row if row in self.exact else -1 for row in rows.tolist()] if self.exact else np.full(rows.size, -1)
        return np.column_stack([self.values[rows], *self.bounds(rows, -np.inf, np.inf), beside])

    def taken(self, places: Rows) -> "FactColumn":
        """The column of some subjects, in rising order of their places."""
        moved = {int(place): at for at, place in enumerate(places)} if self.exact else {}
        exact = {moved[place]: known for place, known in self.exact.items() if place in moved}
        chosen = np.isin(self.rows, places, assume_unique=True)
        rows = np.searchsorted(places, self.rows[chosen])
        return FactColumn(self.values[places], rows, self.lows[chosen], self.highs[chosen], exact)

    def scaled(self, factor: Fraction) -> "FactColumn":
        """The column with every value multiplied by `factor`, rounded to whole stored units."""
        by = float(factor)
        return FactColumn(np.rint(self.values * by), self.rows, np.rint(self.lows * by), np.rint(self.highs * by))


def same_for_all(definition: FactDefinition, value: Exact, size: int) -> FactColumn:
    """A column of one value, such as a setting of the bureau; it takes no room. What float64 cannot hold stands exactly beside it."""
    number = Fraction(_number(value)) * scale_of(definition.unit)
    exact: Mapping[int, Knowledge] = {} if _held(number) else _Everywhere(Known(value), size)
    return FactColumn(np.broadcast_to(np.float64(float(number)), (size,)), exact=exact)


class _Everywhere(Mapping[int, Knowledge]):
    """The same for every row."""

    def __init__(self, known: Knowledge, size: int) -> None:
        self._known, self._size = known, size

    def __getitem__(self, row: int) -> Knowledge:
        return self._known

    def __iter__(self) -> Iterator[int]:
        return iter(range(self._size))

    def __len__(self) -> int:
        return self._size


@dataclass(frozen=True, eq=False)
class Columns:
    """What is known about `size` subjects. Loaders fill `known` from their tables; tests use `columns_of`."""

    catalogue: Catalogue
    size: int
    known: Mapping[FactKey, FactColumn]
    codes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    _sums: dict[tuple[FactKey, ...], tuple[tuple[FactColumn | None, ...], Floats]] = field(default_factory=dict)

    def sum_of(self, keys: tuple[FactKey, ...]) -> Floats:
        """The sum of several columns, NaN where one is not known exactly; calculated once, also for changed copies."""
        columns = tuple(self.known.get(key) for key in keys)
        kept = self._sums.get(keys)
        if kept is None or any(a is not b for a, b in zip(kept[0], columns, strict=True)):
            missing = np.full(self.size, np.nan)
            kept = self._sums[keys] = columns, np.sum([missing if c is None else c.values for c in columns], axis=0)
        return kept[1]

    def row(self, place: int, catalogue: Catalogue | None = None, *, only: Collection[str] | None = None) -> Facts:
        """One subject's facts, exactly, for an interpreter of single subjects; of `only` these codes if they are given."""
        catalogue = catalogue or self.catalogue
        codes = catalogue if only is None else only
        wanted = ((key, column) for key, column in self.known.items() if key.code in codes)
        found = ((key, self._knowledge(key, column, place)) for key, column in wanted)
        return Facts(catalogue, {key: known for key, known in found if known is not None})

    def rows(self) -> list[Facts]:
        """Every subject's facts, exactly."""
        known: list[dict[FactKey, Knowledge]] = [{} for _ in range(self.size)]
        for key, column in self.known.items():
            for place in np.flatnonzero(column.stated()).tolist():
                if (found := self._knowledge(key, column, place)) is not None:
                    known[place][key] = found
        return [Facts(self.catalogue, of_one) for of_one in known]

    def taken(self, places: Rows) -> "Columns":
        """Of some subjects, in rising order of their places, the same columns."""
        columns = {key: column.taken(places) for key, column in self.known.items()}
        return Columns(self.catalogue, len(places), columns, self.codes)

    def only(self, codes: Collection[str]) -> "Columns":
        """The columns of these facts."""
        return replace(self, known={key: column for key, column in self.known.items() if key.code in codes})

    def alike(self) -> tuple[Rows, Rows]:
        """Of subjects of whom all the same is known the place of the first; and for each subject which of these it is like."""
        told = [column.told_of(np.arange(self.size)) for column in self.known.values()]
        return alike_lines(np.concatenate([np.zeros((self.size, 1)), *told], axis=1))

    def with_column(self, key: FactKey, column: FactColumn) -> "Columns":
        """These columns, one of them another."""
        return replace(self, known={**self.known, key: column})

    def grown(self, code: str, year: int, factor: Fraction) -> "Columns":
        """These columns with one year's figures of a fact multiplied by `factor`, to whole stored units."""
        changed = {key: c.scaled(factor) for key, c in self.known.items() if key.code == code and key.year == year}
        return replace(self, known={**self.known, **changed})

    def _knowledge(self, key: FactKey, column: FactColumn, place: int) -> Knowledge | None:
        stated = column.exact.get(place)
        if stated is not None:
            return stated
        value = column.values[place]
        if not np.isnan(value):
            return Known(self._exact(key, float(value)))
        at = int(np.searchsorted(column.rows, place))
        if at == column.rows.size or column.rows[at] != place:
            return None
        low, high = (None if np.isinf(end) else self._exact(key, float(end)) for end in _ends_at(column, at))
        return between(low, high)

    def _exact(self, key: FactKey, number: float) -> Exact:
        unit = self.catalogue[key.code].unit
        if unit is Unit.DATE:
            return date.fromordinal(int(number))
        if unit is Unit.YES_NO:
            return bool(number)
        if unit is Unit.CODE:
            return self.codes[key.code][int(number)]
        return divided(int(number) if number.is_integer() else Fraction(number), scale_of(unit))


@dataclass(frozen=True, eq=False)
class StatedValues:
    """What was told of one value: of the subjects at `places`, rising, each time one of `values`, by its place."""

    places: Rows
    which: Rows
    values: Sequence[Knowledge]


def alike_lines(table: NDArray[Any]) -> tuple[Rows, Rows]:
    """Of equal lines of a table the place of the first; and for each line which of these it is like."""
    text, width = np.ascontiguousarray(table).tobytes(), table.itemsize * table.shape[1]
    kinds: dict[bytes, int] = {}
    which = [kinds.setdefault(text[at : at + width], len(kinds)) for at in range(0, len(text), width)]
    _kinds, first = np.unique(which, return_index=True)
    return first, np.array(which, np.int64)


def columns_of(catalogue: Catalogue, subjects: Iterable[Facts]) -> Columns:
    """The columns of some subjects' facts."""
    subjects = list(subjects)
    told: dict[FactKey, dict[int, Knowledge]] = defaultdict(dict)
    for place, facts in enumerate(subjects):
        for key, known in facts.known.items():
            told[key][place] = known
    values = {
        key: StatedValues(np.array(list(of_key)), np.arange(len(of_key)), list(of_key.values()))
        for key, of_key in told.items()
    }
    return columns_from(catalogue, len(subjects), {}, values)


def columns_from(
    catalogue: Catalogue, size: int, table: FactTable, told: Mapping[FactKey, StatedValues] = MappingProxyType({})
) -> Columns:
    """The columns of what the slices' tables tell about `size` subjects, and of what was told beside it where they know nothing."""
    codes: dict[str, list[str]] = defaultdict(list)
    columns: dict[FactKey, FactColumn] = {}
    for name, values in table.items():
        key = FactKey(*name)
        if key.code in catalogue and (column := _from_table(catalogue[key.code], values)) is not None:
            columns[key] = column
            if values.words:
                codes[key.code] = list(values.words)
    for key, stated in told.items():
        column = columns.get(key) or FactColumn(np.full(size, np.nan))
        columns[key] = _with_told(catalogue[key.code], column, stated, codes)
    return Columns(catalogue, size, columns, codes)


def _from_table(definition: FactDefinition, values: FactValues) -> FactColumn | None:
    """The column of one value as a table knows it; None where it knows it of nobody."""
    numbers = values.numbers
    unknown = numbers == NOT_KNOWN
    if unknown.all():
        return None
    stored = numbers.astype(np.float64)
    stored[unknown] = np.nan
    large = np.flatnonzero(~unknown & (np.abs(numbers) >= LARGEST_WHOLE))
    scale = scale_of(definition.unit)
    exact = {int(place): Known(divided(int(numbers[place]), scale)) for place in large}
    return FactColumn(stored, exact=exact)


def _with_told(
    definition: FactDefinition, column: FactColumn, told: StatedValues, codes: Mapping[str, list[str]]
) -> FactColumn:
    kept = [_kept(definition, knowledge, codes) for knowledge in told.values]
    low, high = (np.array([each.ends[side] for each in kept], float)[told.which] for side in (0, 1))
    open_ = ~np.array([each.known for each in kept], bool)[told.which]
    values = column.values.copy()
    values[told.places] = np.where(open_, np.nan, low)
    beside = np.flatnonzero(~np.array([each.held for each in kept], bool)[told.which])
    exact = {int(told.places[at]): told.values[told.which[at]] for at in beside}
    return FactColumn(values, told.places[open_], low[open_], high[open_], {**column.exact, **exact})


@dataclass(frozen=True)
class _StoredKnowledge:
    """Knowledge as columns keep it: its ends, whether it is exact, and whether float64 holds it."""

    ends: tuple[float, float]
    known: bool
    held: bool


def _kept(definition: FactDefinition, knowledge: Knowledge, codes: Mapping[str, list[str]]) -> _StoredKnowledge:
    low, high = (_stored(definition, end, codes) for end in ends(knowledge))
    held = (low is None or _held(low)) and (high is None or _held(high))
    between_ends = (-np.inf if low is None else float(low), np.inf if high is None else float(high))
    return _StoredKnowledge(between_ends, isinstance(knowledge, Known), held)


def _held(number: Fraction | int) -> bool:
    """Whether float64 holds it exactly."""
    return (isinstance(number, int) and abs(number) < LARGEST_WHOLE) or Fraction(float(number)) == number


def _stored(definition: FactDefinition, value: Exact | None, codes: Mapping[str, list[str]]) -> Fraction | int | None:
    if value is None:
        return None
    if isinstance(value, str):
        table = codes[definition.code]
        if value not in table:
            table.append(value)
        return table.index(value)
    return _number(value) * scale_of(definition.unit)


def _number(value: Any) -> Fraction | int:
    if isinstance(value, date):
        return value.toordinal()
    return int(value) if isinstance(value, bool) else value


def _ends_at(column: FactColumn, at: int) -> tuple[float, float]:
    return float(column.lows[at]), float(column.highs[at])
