"""Numbers of which only bounds may be known, as linear forms.

A sum keeps its unknowns apart (2·x − x is x, not an interval twice as wide), so that a condition such as
`domestic / all ≥ 60 %` is decided whenever the bounds of its facts decide it.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

Number = int | Fraction
End = Number | None
Bounds = tuple[End, End]
"""The least and the greatest value of a quantity, None where it has none."""


@dataclass(frozen=True, slots=True)
class LinearTerm:
    """One unknown of a form: its coefficient (never 0) and the bounds of the unknown."""

    coefficient: Number
    low: End
    high: End


@dataclass(frozen=True, slots=True)
class Linear:
    """`constant + Σ coefficient · unknown`."""

    constant: Number
    terms: Mapping[Hashable, LinearTerm]

    def __add__(self, other: "Linear") -> "Linear":
        if not other.terms and not other.constant:
            return self
        return Linear(self.constant + other.constant, _merged(self.terms, other.terms))

    def __sub__(self, other: "Linear") -> "Linear":
        return self + other.times(-1)

    def times(self, factor: Number) -> "Linear":
        """The form multiplied by a known number."""
        if factor == 0:
            return constant(0)
        scaled = {key: LinearTerm(term.coefficient * factor, term.low, term.high) for key, term in self.terms.items()}
        return Linear(self.constant * factor, scaled)

    @property
    def exact(self) -> bool:
        """Whether its value is known exactly."""
        return not self.terms

    @property
    def bounds(self) -> Bounds:
        """Its tightest bounds."""
        return self.low, self.high

    @property
    def low(self) -> End:
        """Its greatest lower bound, None when it has none."""
        return _end(self, lambda term: term.low if term.coefficient > 0 else term.high)

    @property
    def high(self) -> End:
        """Its least upper bound, None when it has none."""
        return _end(self, lambda term: term.high if term.coefficient > 0 else term.low)

    def where_highest(self) -> dict[Hashable, End]:
        """The unknowns' values at which the form is highest."""
        return {key: term.high if term.coefficient > 0 else term.low for key, term in self.terms.items()}

    def at(self, values: Mapping[Hashable, End]) -> "Linear":
        """The form with some unknowns fixed; an unknown fixed at an open end stays open."""
        fixed = {key: value for key, value in values.items() if value is not None and key in self.terms}
        total = sum((self.terms[key].coefficient * value for key, value in fixed.items()), self.constant)
        return Linear(total, {key: term for key, term in self.terms.items() if key not in fixed})


def constant(value: Number) -> Linear:
    """A number that is known."""
    return Linear(value, {})


def unknown(key: Hashable, low: End, high: End) -> Linear:
    """The unknown `key` between its bounds; a known number when they meet."""
    if low is not None and low == high:
        return constant(low)
    return Linear(0, {key: LinearTerm(1, low, high)})


def total(forms: Iterable[Linear]) -> Linear:
    """The sum of `forms`."""
    result = constant(0)
    for form in forms:
        result = result + form
    return result


def product(left: Linear, right: Linear, key: Hashable) -> Linear:
    """The product; where both sides are uncertain, a new unknown `key` with the product's bounds."""
    if left.exact:
        return right.times(left.constant)
    if right.exact:
        return left.times(right.constant)
    corners = [_corner(a, b) for a in _extended(left) for b in _extended(right)]
    return unknown(key, _finite(min(corners)), _finite(max(corners)))


def least(left: Linear, right: Linear, key: Hashable) -> Linear:
    """The smaller of two; a new unknown `key` when it is open which one that is."""
    difference = left - right
    if difference.high is not None and difference.high <= 0:
        return left
    if difference.low is not None and difference.low >= 0:
        return right
    low = None if left.low is None or right.low is None else min(left.low, right.low)
    highs = [end for end in (left.high, right.high) if end is not None]
    return unknown(key, low, min(highs) if highs else None)


def greatest(left: Linear, right: Linear, key: Hashable) -> Linear:
    """The greater of two."""
    return least(left.times(-1), right.times(-1), key).times(-1)


# -- inside -----------------------------------------------------------------------------------------------------------


def _merged(left: Mapping[Hashable, LinearTerm], right: Mapping[Hashable, LinearTerm]) -> Mapping[Hashable, LinearTerm]:
    if not right:
        return left
    merged = dict(left)
    for key, term in right.items():
        known = merged.get(key)
        if known is None:
            merged[key] = term
        elif known.coefficient + term.coefficient == 0:
            del merged[key]
        else:
            merged[key] = LinearTerm(known.coefficient + term.coefficient, term.low, term.high)
    return merged


def _end(form: Linear, choose: Callable[[LinearTerm], End]) -> End:
    if not form.terms:
        return form.constant
    ends = [(term.coefficient, choose(term)) for term in form.terms.values()]
    result = form.constant
    if any(end is None for _, end in ends):
        return None
    for coefficient, end in ends:
        if end:  # most unknowns end at 0
            result += coefficient * end
    return result


Extended = tuple[int, Number]
"""(-1, 0) below every number, (0, n) the number n, (1, 0) above every number: ordered as tuples."""


def _extended(form: Linear) -> tuple[Extended, Extended]:
    low, high = form.low, form.high
    return ((-1, 0) if low is None else (0, low)), ((1, 0) if high is None else (0, high))


def _corner(left: Extended, right: Extended) -> Extended:
    """One corner of a product of intervals; 0 times an open end is 0, as everywhere near that corner."""
    if left == (0, 0) or right == (0, 0):
        return 0, 0
    if left[0] == right[0] == 0:
        return 0, left[1] * right[1]
    return _sign(left) * _sign(right), 0


def _sign(value: Extended) -> int:
    if value[0]:
        return value[0]
    return 1 if value[1] > 0 else -1


def _finite(value: Extended) -> End:
    return value[1] if value[0] == 0 else None
