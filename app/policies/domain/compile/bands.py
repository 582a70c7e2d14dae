"""A comparison whose right side is a band's value, for figures known within bounds: looked at in every band in reach."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any

from app.policies.domain.forms.forms import Form, Scene, Slot, number
from app.policies.domain.forms.signs import is_definite
from app.policies.domain.forms.steps import Corner, ScaledValue, Tape, Unsuited
from app.policies.domain.forms.tests import Lowering
from app.policies.domain.language import tree
from app.policies.domain.language.assumptions import band_limits
from app.policies.domain.language.constants import WHOLE
from app.policies.domain.values.linear import Number

End = Any
Pair = tuple[End, End]
AGAIN = -1
"""What a test says that its corners do not decide."""


@dataclass(frozen=True)
class _Band:
    """A band: its ends and whether they belong to it, the ends of the values inside, and the value that holds in it, as
    what the bottom is multiplied by while the left is multiplied by `times`.
    """

    band: tree.Band
    low: End
    low_included: bool
    high: End
    high_included: bool
    least: End
    most: End
    value: int
    times: int

    def reaches(self, low: End, high: End) -> bool:
        """Whether a subject between `low` and `high` may lie in it."""
        above = high >= self.low if self.low_included else high > self.low
        below = low <= self.high if self.high_included else low < self.high
        return bool(above and below)


@dataclass(frozen=True)
class BandedTest:
    """`left ≥ band(subject)` or `top / bottom ≥ band(subject)`, where left, bottom and subject share no fact, but that
    the bottom may contain the subject when that is one fact: a band then narrows the bottom too, which is `times` the
    rest of it and `share` times the subject.
    """

    relation: tree.Relation
    subject: tree.Node
    bands: tuple[_Band, ...]
    values: tuple[ScaledValue, ...]
    times: int
    share: int
    is_fact: bool
    is_ratio: bool

    @property
    def places(self) -> list[int]:
        """The steps whose results `decide` takes: the ends of left, bottom without the subject, and subject."""
        return [value.place for value in self.values]

    @classmethod
    def of(cls, test: tree.Node, lowering: Lowering, tape: Tape, scene: Scene) -> "BandedTest":
        """The test on a tape. Raises `Unsuited` where it is of another kind."""
        if not isinstance(test, tree.Comparison | tree.RatioComparison):
            raise Unsuited
        banded = _unnamed(test.right)
        is_ratio = isinstance(test, tree.RatioComparison)
        left = lowering.form(test.numerator if isinstance(test, tree.RatioComparison) else test.left, scene)
        bottom = lowering.form(test.denominator, scene) if isinstance(test, tree.RatioComparison) else number(1)
        subject = lowering.form(banded.subject, scene)
        own = _only_slot(subject)
        share = Fraction(bottom.terms.get(own, 0)) if own is not None else Fraction(0)
        rest = bottom - subject.times(share) if own is not None else bottom
        _check_apart(left, rest, subject)
        if share < 0 or any(band.value.value < 0 for band in banded.bands):
            raise Unsuited
        ends = [tape.value(form, end) for form in (left, rest, subject) for end in (Corner.LOW, Corner.HIGH)]
        weight = share * ends[2].scale / ends[4].scale  # of the subject in the bottom, in the bottom's scale
        scales = ends[0].scale, ends[2].scale * weight.denominator, ends[4].scale
        bands = tuple(_band(band, banded, scales) for band in banded.bands)
        whole = weight.denominator, weight.numerator
        return cls(test.relation, banded.subject, bands, tuple(ends), *whole, own is not None, is_ratio)

    def decide(self, *ends: End) -> int:
        """The outcome; what each band in reach says, where all say the same."""
        found = {self._in_band(band, *sides) for band, sides, _ in self._in_reach(ends)}
        if AGAIN in found:
            return AGAIN
        return found.pop() if len(found) == 1 else 1

    def stated(
        self, *ends: End
    ) -> Iterator[tuple[int, Number, tuple[Pair, Pair, Pair, Pair], tuple[int, int, int, int]]]:
        """What each band in reach says: the outcome, the value that holds in it; the ends of left, bottom, excess and
        subject; and what those are to be divided by.
        """
        scale = self.values[0].scale
        for band, sides, subject in self._in_reach(ends):
            scales = scale, self.values[2].scale * self.times, scale * band.times, self.values[4].scale
            yield self._in_band(band, *sides), band.band.value.value, (*sides, subject), scales

    def _in_reach(self, ends: Sequence[End]) -> Iterator[tuple[_Band, tuple[Pair, Pair, Pair], Pair]]:
        """The bands that the subject may reach, with the ends of left, bottom and excess in them, and of the subject."""
        left_low, left_high, rest_low, rest_high, low, high = ends
        for band in self.bands:
            least, most = (max(low, band.least), min(high, band.most)) if self.is_fact else (low, high)
            if least > most or not band.reaches(low, high):
                continue
            bottom_low, bottom_high = rest_low, rest_high
            if self.share:
                bottom_low = rest_low * self.times + least * self.share
                bottom_high = rest_high * self.times + most * self.share
            threshold = band.value
            excess_low = left_low * band.times - (bottom_high * threshold if threshold else 0)
            excess_high = left_high * band.times - (bottom_low * threshold if threshold else 0)
            yield band, ((left_low, left_high), (bottom_low, bottom_high), (excess_low, excess_high)), (least, most)

    def _in_band(self, band: _Band, left: Pair, bottom: Pair, excess: Pair) -> int:
        (low, high), (bottom_low, bottom_high) = excess, bottom
        code = _OUTCOMES[self.relation](low, high)
        if not self.is_ratio:
            return code
        if self.relation is tree.Relation.AT_LEAST and high == 0 and bottom_low <= 0 < bottom_high:
            return AGAIN
        return min(code, 2 if bottom_low > 0 else 0 if bottom_high <= 0 else 1)


def _unnamed(node: tree.Node) -> tree.Banded:
    while isinstance(node, tree.Named):
        node = node.body
    if not isinstance(node, tree.Banded):
        raise Unsuited
    return node


def _only_slot(form: Form) -> Slot | None:
    """The one value of a fact that a form is, if it is nothing else."""
    if form.constant != 0 or len(form.terms) != 1:
        return None
    ((atom, coefficient),) = form.terms.items()
    return atom if isinstance(atom, Slot) and atom.first == atom.last and coefficient == 1 else None


def _check_apart(*forms: Form) -> None:
    slots = [slot for form in forms for slot in form.slots]
    if len(set(slots)) < len(slots) or not all(is_definite(form) for form in forms):
        raise Unsuited


def _band(band: tree.Band, banded: tree.Banded, scales: tuple[int, int, int]) -> _Band:
    left, bottom, scale = scales
    value = Fraction(band.value.value) * left / bottom
    least, most = band_limits(band, whole=banded.subject.unit in WHOLE)
    low, high, least, most = (None if end is None else end * scale for end in (band.low, band.high, least, most))
    return _Band(
        band,
        -inf if low is None else low,
        band.low_included or low is None,
        inf if high is None else high,
        band.high_included or high is None,
        -inf if least is None else least,
        inf if most is None else most,
        value.numerator,
        value.denominator,
    )


def _at_least(low: End, high: End) -> int:
    return 2 if low >= 0 else 0 if high < 0 else 1


def _more(low: End, high: End) -> int:
    return 2 if low > 0 else 0 if high <= 0 else 1


_OUTCOMES: dict[tree.Relation, Callable[[End, End], int]] = {
    tree.Relation.AT_LEAST: _at_least,
    tree.Relation.MORE: _more,
    tree.Relation.AT_MOST: lambda low, high: 2 - _more(low, high),
    tree.Relation.LESS: lambda low, high: 2 - _at_least(low, high),
    tree.Relation.EQUAL: lambda low, high: 2 if low == high == 0 else 0 if low > 0 or high < 0 else 1,
}
