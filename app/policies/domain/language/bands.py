"""Bands from a file: each subject value falls into exactly one of them."""

from collections.abc import Sequence
from itertools import pairwise

from app.policies.domain.language import binder, tree
from app.policies.domain.language.files import BandEntry, ParameterEntry, PointsBandEntry
from app.policies.domain.language.names import Names
from app.policies.domain.language.tokens import FormulaError
from app.policies.domain.values.linear import Number
from app.policies.domain.values.units import NAMES, Unit


class BandsError(Exception):
    """The band with this index is wrong: at `key`, or as a whole where that is empty."""

    def __init__(self, index: int, key: str, message: str) -> None:
        super().__init__(message)
        self.place: tuple[str | int, ...] = (index, key) if key else (index,)
        self.message = message


def banded(entry: ParameterEntry, names: Names) -> tree.Banded:
    """The bands of a parameter; raises `FormulaError` for its `by`, `BandsError` for a band, a hole or an overlap."""
    subject = binder.quantity(entry.by or "", names)
    values = [_literal(index, "value", band.value, names) for index, band in enumerate(entry.bands)]
    bands = _bands(entry.bands, values, subject.unit, names)
    if len({value.unit for value in values}) > 1:
        raise BandsError(0, "value", "the values of the bands have different units; give all of them one unit")
    return tree.Banded(values[0].unit, subject, bands)


def point_bands(entries: Sequence[PointsBandEntry], unit: Unit, names: Names) -> tuple[tree.Band, ...]:
    """The bands of an item's measure, lowest first, each with its most points; raises `BandsError`."""
    return _bands(entries, [tree.Literal(Unit.GRADE, entry.points[1]) for entry in entries], unit, names)


def _bands(
    entries: Sequence[BandEntry | PointsBandEntry], values: Sequence[tree.Literal], unit: Unit, names: Names
) -> tuple[tree.Band, ...]:
    pairs = zip(entries, values, strict=True)
    bands = tuple(_band(index, entry, value, unit, names) for index, (entry, value) in enumerate(pairs))
    _check_ends(bands)
    _check_joints(bands)
    return bands


def _band(index: int, entry: BandEntry | PointsBandEntry, value: tree.Literal, unit: Unit, names: Names) -> tree.Band:
    low = _end(index, "over" if entry.over else "at_least", entry.over or entry.at_least, unit, names)
    high = _end(index, "below" if entry.below else "up_to", entry.below or entry.up_to, unit, names)
    if low is not None and high is not None and (high < low or (high == low and (entry.over or entry.below))):
        raise BandsError(index, "", "the band is empty: its upper end lies below its lower end")
    return tree.Band(low, entry.over is None, high, entry.below is None, value)


def _end(index: int, key: str, text: str | None, unit: Unit, names: Names) -> Number | None:
    if text is None:
        return None
    literal = _literal(index, key, text, names)
    if literal.unit is not unit and not (literal.unit is Unit.NUMBER and unit.is_counted):
        message = f"'{text}' is {NAMES[literal.unit]}, and 'by' is {NAMES[unit]}; write both in one unit"
        raise BandsError(index, key, message)
    return literal.value


def _literal(index: int, key: str, text: str, names: Names) -> tree.Literal:
    try:
        return binder.literal(text, names)
    except FormulaError as error:
        raise BandsError(index, key, f"'{text}': {error.message}; {error.hint}") from None


def _check_ends(bands: tuple[tree.Band, ...]) -> None:
    if bands[0].low is not None:
        raise BandsError(0, "", "values below the first band have none; leave its lower end out")
    if bands[-1].high is not None:
        raise BandsError(len(bands) - 1, "", "values above the last band have none; leave its upper end out")


def _check_joints(bands: tuple[tree.Band, ...]) -> None:
    for index, (lower, upper) in enumerate(pairwise(bands), start=1):
        if lower.high is None or upper.low is None:
            raise BandsError(index, "", "this band overlaps the one before it; only the outermost ends are open")
        if upper.low > lower.high or (upper.low == lower.high and not (lower.high_included or upper.low_included)):
            message = "there is a hole between this band and the one before it; begin where that one ends"
            raise BandsError(index, "", message)
        if upper.low < lower.high or (lower.high_included and upper.low_included):
            message = (
                "this band overlaps the one before it; the common end belongs to one of them ('up_to' then 'over')"
            )
            raise BandsError(index, "", message)
