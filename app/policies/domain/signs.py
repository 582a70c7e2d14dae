"""Quantities as sums over facts, and in which direction each fact moves them: found once, when a policy is loaded.

`Scene` says what fixes a formula before any figure is looked at: how many fiscal years count, which facts were told
and, where figures are uncertain, which band holds. In a scene a quantity unfolds into a `Form`: constant + Σ coefficient · atom. An atom is a `Slot` (one
value of one fact) or something that is not linear: the least of forms, a product, a growth, the value of a band.

Where every fact moves a form in one direction only, the form's tightest bounds over any box of facts are two
evaluations at opposite corners: `is_definite` says whether that holds. The few forms for which it does not are left to
the explaining interpreter, whose linear forms follow the figures.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from app.policies.domain import tree
from app.policies.domain.facts import Catalogue, FactKey
from app.policies.domain.linear import Number
from app.policies.domain.units import plain
from app.policies.domain.worlds import FISCAL_YEARS

APPLICATION_DAY = "application_day"
LATEST, PREVIOUS = -1, -2


Question = tuple[str, int | None]
"""A fact, and the year as an offset from the application year: was anything told of it?"""


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
    """What fixes the shape of a formula. `years` are offsets from the application year; `told` what was told."""

    years: tuple[int, ...] = ()
    told: frozenset[tuple[str, int | None]] = frozenset()
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
class Product:
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
class Chosen:
    """The value of the band in which a form lies; only where its figures are known exactly."""

    place: tuple[tree.Node, int | None]
    subject: "Form" = field(compare=False)
    bands: tuple[tree.Band, ...] = field(compare=False)


Atom = Slot | Least | Product | Growing | Chosen


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


def inner_forms(atom: Least | Product | Growing | Chosen) -> tuple[Form, ...]:
    """The forms that an atom is made of."""
    match atom:
        case Least(options=options):
            return options
        case Product(left=left, right=right):
            return (left, right)
        case Growing(values=values):
            return values
        case Chosen(subject=subject):
            return (subject,)


# -- what fixes a scene -----------------------------------------------------------------------------------------------


def counted_offsets(count: int) -> tuple[int, ...]:
    """The fiscal years that count, as offsets from the application year, oldest first."""
    return tuple(range(-count, 0))


@lru_cache(maxsize=1024)
def questions(node: tree.Node, *, into_score: bool = False) -> tuple[Question, ...]:
    """Of which facts, and of which years, it matters to `node` whether anything was told of them."""
    return tuple(dict.fromkeys(_asked(node, (None,), into_score)))


def _asked(node: tree.Node, offsets: tuple[int | None, ...], into_score: bool) -> Iterator[Question]:
    if isinstance(node, tree.IfTold):
        yield from ((node.code, offset) for offset in offsets)
    if isinstance(node, (tree.OverYears, tree.Growth)):
        offsets = counted_offsets(FISCAL_YEARS)
    if into_score or not isinstance(node, tree.Score):
        for part in tree.parts(node):
            yield from _asked(part, offsets, into_score)


# -- unfolding --------------------------------------------------------------------------------------------------------


class Unfolder:
    """Unfolds the quantities of one policy; `tests` are all its trees, which say which parts of facts belong together."""

    def __init__(self, catalogue: Catalogue, nodes: Iterator[tree.Node]) -> None:
        self._blocks = _blocks(catalogue, nodes)

    def form(self, node: tree.Node, scene: Scene, year: int | None = None) -> Form:
        """`node` in `scene`; `year` is the offset of the year inside a gathering."""
        match node:
            case tree.Literal(value=value):
                return number(value)
            case tree.Fact():
                return Form(0, dict.fromkeys(self._slots(node, year), 1))
            case tree.ApplicationDay():
                return Form(0, {ON: 1})
            case tree.Score():
                return Form(0, {SCORE: 1})
            case tree.YearsCounted():
                return number(len(scene.years))
            case tree.Named(body=body):
                return self.form(body, scene, year)
            case tree.DividedBy(body=body, divisor=divisor):
                return self.form(body, scene, year).times(1 / Fraction(divisor))
            case tree.Banded():
                return self._banded(node, scene)
            case tree.IfTold(code=code, then=then, otherwise=otherwise):
                return self.form(then if (code, year) in scene.told else otherwise, scene, year)
            case _:
                return self._composed(node, scene, year)

    def _composed(self, node: tree.Node, scene: Scene, year: int | None) -> Form:
        match node:
            case tree.Arithmetic():
                return self._arithmetic(node, scene, year)
            case tree.Extreme(least=least, options=options):
                forms = tuple(self.form(option, scene, year) for option in options)
                return Form(0, {Least((node, year), least, forms): 1})
            case tree.OverYears():
                return self._over_years(node, scene)
            case tree.DaysBetween(start=start, end=end):
                return self.form(end, scene, year) - self.form(start, scene, year)
            case tree.Growth(body=body):
                values = tuple(self.form(body, scene, each) for each in scene.years)
                return Form(0, {Growing((node, year), values): 1}) if values else number(0)
            case _:
                raise TypeError(f"{type(node).__name__} is not a quantity")

    def _arithmetic(self, node: tree.Arithmetic, scene: Scene, year: int | None) -> Form:
        left, right = self.form(node.left, scene, year), self.form(node.right, scene, year)
        if node.operator is tree.Operator.MULTIPLY:
            return multiplied(left, right, (node, year))
        return left + right if node.operator is tree.Operator.ADD else left - right

    def _over_years(self, node: tree.OverYears, scene: Scene) -> Form:
        match node.gathering:
            case tree.Gathering.LATEST:
                return self.form(node.body, scene, LATEST)
            case tree.Gathering.PREVIOUS:
                return self.form(node.body, scene, PREVIOUS)
        total = number(0)
        for year in scene.years:
            total = total + self.form(node.body, scene, year)
        average = node.gathering is tree.Gathering.AVERAGE and scene.years
        return total.times(Fraction(1, len(scene.years))) if average else total

    def _banded(self, node: tree.Banded, scene: Scene) -> Form:
        band = scene.band_of(node)
        if band is not None:
            return number(band.value.value)
        return Form(0, {Chosen((node, None), self.form(node.subject, scene), node.bands): 1})

    def _slots(self, node: tree.Fact, year: int | None) -> Iterator[Slot]:
        if node.parts is None:
            yield Slot(node.code, year)
            return
        first, last = node.parts
        for low, high in self._blocks[node.code]:
            if first <= low <= last:
                yield Slot(node.code, year, low, high)


def multiplied(left: Form, right: Form, place: tuple[tree.Node, int | None]) -> Form:
    """The product of two forms."""
    if left.known:
        return right.times(left.constant)
    if right.known:
        return left.times(right.constant)
    return Form(0, {Product(place, left, right): 1})


def _blocks(catalogue: Catalogue, nodes: Iterator[tree.Node]) -> dict[str, list[tuple[int, int]]]:
    """The parts of each fact that are always used together: `x[1..7]` and `x[7]` make 1 to 6, and 7."""
    cuts: dict[str, set[int]] = {}
    for node in nodes:
        if isinstance(node, tree.Fact) and node.parts is not None:
            first, last = node.parts
            cuts.setdefault(node.code, {1, len(catalogue[node.code].parts) + 1}).update({first, last + 1})
    ordered = {code: sorted(found) for code, found in cuts.items()}
    return {code: [(a, b - 1) for a, b in pairwise(found)] for code, found in ordered.items()}


# -- signs ------------------------------------------------------------------------------------------------------------


class Sign(Enum):
    """In which direction a fact moves a quantity."""

    RISING = 1
    FALLING = -1
    MIXED = 0

    def times(self, other: "Sign") -> "Sign":
        """The direction of a movement inside a movement."""
        return Sign(self.value * other.value)


def is_definite(form: Form) -> bool:
    """Whether two opposite corners give the tightest bounds: every fact rises or falls throughout, or stands once."""
    seen: dict[Slot, list[Sign]] = {}
    for atom, coefficient in form.terms.items():
        for slot, sign in _occurrences(atom, Sign.RISING if coefficient > 0 else Sign.FALLING):
            seen.setdefault(slot, []).append(sign)
    return all(len(signs) == 1 or (len(set(signs)) == 1 and signs[0] is not Sign.MIXED) for signs in seen.values())


def _occurrences(atom: Atom, sign: Sign) -> Iterator[tuple[Slot, Sign]]:
    match atom:
        case Slot():
            yield atom, sign
        case Least():
            for option in atom.options:
                yield from _inside(option, sign)
        case _:  # in a product, the other factor's sign decides; in a growth, the neighbouring years
            for inner in inner_forms(atom):
                yield from _inside(inner, Sign.MIXED)


def _inside(form: Form, sign: Sign) -> Iterator[tuple[Slot, Sign]]:
    for atom, coefficient in form.terms.items():
        yield from _occurrences(atom, sign.times(Sign.RISING if coefficient > 0 else Sign.FALLING))
