"""Quantities as sums over facts, in a scene.

`Scene` says what fixes a formula before any figure is looked at: how many fiscal years count, which facts were stated
and, where figures are uncertain, which band holds. In a scene a quantity is a `Form`: constant + Σ coefficient · atom. An atom is a `Slot` (one
value of one fact) or something that is not linear: the least of forms, a product, a growth, the value of a band.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from app.policies.domain.facts.catalogue import FactKey
from app.policies.domain.language import tree
from app.policies.domain.values.linear import Number
from app.policies.domain.values.units import plain

APPLICATION_DAY = "application_day"


class Slot(NamedTuple):
    """One value of one fact: `offset` years from the application year, and some parts of it, first to last."""

    code: str
    offset: int | None = None
    first: int | None = None
    last: int | None = None

    def keys(self, application_year: int) -> list[FactKey]:
        """The values that it is the sum of."""
        year = None if self.offset is None else application_year + self.offset
        if self.first is None or self.last is None:
            return [FactKey(self.code, year)]
        return [FactKey(self.code, year, part) for part in range(self.first, self.last + 1)]


ON = Slot(APPLICATION_DAY)
"""The application day, as if it were a fact: known of everybody."""
SCORE = Slot("score")
"""The score, as if it were a fact: it is reckoned before the conditions that compare it."""


@dataclass(frozen=True)
class Scene:
    """What fixes the shape of a formula. `years` are offsets from the application year; `stated` what was told."""

    years: tuple[int, ...] = ()
    stated: frozenset[tuple[str, int | None]] = frozenset()
    bands: tuple[tuple[tree.Banded, tree.Band], ...] = ()

    def band_of(self, node: tree.Banded) -> tree.Band | None:
        """The band that holds, if that is fixed."""
        return next((band for banded, band in self.bands if banded is node), None)

    def with_band(self, node: tree.Banded, band: tree.Band) -> "Scene":
        """This scene, with `node` in `band`."""
        return replace(self, bands=(*self.bands, (node, band)))


@dataclass(frozen=True)
class Least:
    """The least, or else the greatest, of some forms; `place` (node and year) is its identity."""

    place: tuple[tree.Node, int | None]
    least: bool = field(compare=False)
    options: tuple["Form", ...] = field(compare=False)


@dataclass(frozen=True)
class FormProduct:
    """The product of two forms, neither of which is a number."""

    place: tuple[tree.Node, int | None]
    left: "Form" = field(compare=False)
    right: "Form" = field(compare=False)


@dataclass(frozen=True)
class Growing:
    """The growth over the forms of the years that count, oldest first."""

    place: tuple[tree.Node, int | None]
    values: tuple["Form", ...] = field(compare=False)


@dataclass(frozen=True)
class ChosenBand:
    """The value of the band in which a form lies; only where its figures are known exactly."""

    place: tuple[tree.Node, int | None]
    subject: "Form" = field(compare=False)
    bands: tuple[tree.Band, ...] = field(compare=False)


Atom = Slot | Least | FormProduct | Growing | ChosenBand


@dataclass(frozen=True, eq=False)
class Form:
    """`constant + Σ coefficient · atom`; no coefficient is 0."""

    constant: Number
    terms: Mapping[Atom, Number]

    def __add__(self, other: "Form") -> "Form":
        merged = dict(self.terms)
        for atom, coefficient in other.terms.items():
            total = merged.get(atom, 0) + coefficient
            merged[atom] = plain(Fraction(total))
        return Form(plain(Fraction(self.constant + other.constant)), {a: c for a, c in merged.items() if c})

    def __sub__(self, other: "Form") -> "Form":
        return self + other.times(-1)

    def times(self, factor: Number) -> "Form":
        """The form multiplied by a known number."""
        if factor == 0:
            return number(0)
        terms = {atom: plain(Fraction(coefficient * factor)) for atom, coefficient in self.terms.items()}
        return Form(plain(Fraction(self.constant * factor)), terms)

    @property
    def known(self) -> bool:
        """Whether it is a number."""
        return not self.terms

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """The facts that it reads, each once."""
        return tuple(dict.fromkeys(slot for atom in self.terms for slot in slots_of(atom)))


def number(value: Number) -> Form:
    """A known number as a form."""
    return Form(value, {})


def slots_of(atom: Atom) -> Iterator[Slot]:
    """The facts that an atom reads."""
    if isinstance(atom, Slot):
        yield atom
    else:
        for inner in inner_forms(atom):
            for below in inner.terms:
                yield from slots_of(below)


def inner_forms(atom: Least | FormProduct | Growing | ChosenBand) -> tuple[Form, ...]:
    """The forms that an atom is made of."""
    match atom:
        case Least(options=options):
            return options
        case FormProduct(left=left, right=right):
            return (left, right)
        case Growing(values=values):
            return values
        case ChosenBand(subject=subject):
            return (subject,)


def multiplied(left: Form, right: Form, place: tuple[tree.Node, int | None]) -> Form:
    """The product of two forms."""
    if left.known:
        return right.times(left.constant)
    if right.known:
        return left.times(right.constant)
    return Form(0, {FormProduct(place, left, right): 1})


def counted_offsets(count: int) -> tuple[int, ...]:
    """The fiscal years that count, as offsets from the application year, oldest first."""
    return tuple(range(-count, 0))
