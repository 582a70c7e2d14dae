"""Forms as straight-line arithmetic over whole numbers, the same for one subject and for columns of subjects.

Thresholds are fractions and figures are whole, so every form is multiplied by the least number that makes all its
coefficients whole, and is kept together with that number (`ScaledValue.scale`). Nothing is rounded and no fraction is needed.
A `Tape` holds each step once: formulas that share a part reckon it once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from math import gcd, lcm
from typing import Any

from app.policies.domain.forms.forms import Atom, ChosenBand, Form, FormProduct, Growing, Least, Slot
from app.policies.domain.language import tree
from app.policies.domain.values.linear import Number


class Unsuited(Exception):
    """A fast interpreter cannot decide this form; the explaining one can."""


class Corner(Enum):
    """Where a form is calculated: at exact figures, or where it is lowest or highest over the bounds of its figures."""

    EXACT = "exact"
    LOW = "low"
    HIGH = "high"

    @property
    def opposite(self) -> "Corner":
        """The corner for what is subtracted."""
        return {Corner.EXACT: Corner.EXACT, Corner.LOW: Corner.HIGH, Corner.HIGH: Corner.LOW}[self]


class Op(Enum):
    """What a step does with its arguments; `data` is the number or the slot it needs besides."""

    LOAD = "load"
    CONSTANT = "constant"
    ADD = "+"
    SUBTRACT = "-"
    TIMES = "* data"
    PLUS = "+ data"
    MULTIPLY = "*"
    LEAST = "min"
    GREATEST = "max"
    LEAST_PRODUCT = "least product"
    GREATEST_PRODUCT = "greatest product"
    SELECT = "select"


@dataclass(frozen=True)
class FormStep:
    """One step; `arguments` are places of earlier steps."""

    op: Op
    arguments: tuple[int, ...] = ()
    data: Any = None


@dataclass(frozen=True)
class ScaledValue:
    """The result of a step, to be divided by `scale`."""

    place: int
    scale: int


@dataclass
class Tape:
    """Steps in order, each once. `stored` says by what a slot's figures are multiplied already."""

    stored: Callable[[Slot], int] = lambda slot: 1
    steps: list[FormStep] = field(default_factory=list)
    _places: dict[FormStep, int] = field(default_factory=dict)

    def emit(self, op: Op, *arguments: int, data: Any = None) -> int:
        """The place of this step, added if it is new."""
        step = FormStep(op, arguments, data)
        place = self._places.get(step)
        if place is None:
            place = self._places[step] = len(self.steps)
            self.steps.append(step)
        return place

    # -- forms ------------------------------------------------------------------------------------------------------------

    def value(self, form: Form, corner: Corner) -> ScaledValue:
        """`form` at a corner."""
        parts = [
            (self._atom(atom, corner if coefficient > 0 else corner.opposite), coefficient)
            for atom, coefficient in form.terms.items()
        ]
        return self._sum(Fraction(form.constant), [(part, Fraction(coefficient)) for part, coefficient in parts])

    def minus(self, left: ScaledValue, right: ScaledValue, weight: Number = 1) -> ScaledValue:
        """`left − weight · right`."""
        return self._sum(
            Fraction(0), [(left, Fraction(1)), (right, -Fraction(weight))] if weight else [(left, Fraction(1))]
        )

    def times(self, left: ScaledValue, right: ScaledValue) -> ScaledValue:
        """The product of two values that are known exactly."""
        return ScaledValue(self.emit(Op.MULTIPLY, left.place, right.place), left.scale * right.scale)

    def _sum(self, constant: Fraction, parts: list[tuple[ScaledValue, Fraction]]) -> ScaledValue:
        """A sum of values with coefficients, over one scale; equal coefficients are multiplied once."""
        weights = [(value.place, coefficient / value.scale) for value, coefficient in parts]
        scale = lcm(constant.denominator, *(weight.denominator for _, weight in weights))
        grouped: dict[int, list[int]] = {}
        for place, weight in weights:
            grouped.setdefault(int(weight * scale), []).append(place)
        shared = gcd(int(constant * scale), *grouped) if grouped else 1
        if scale % shared == 0 and shared > 1:
            scale //= shared
            grouped = {weight // shared: places for weight, places in grouped.items()}
        return ScaledValue(self._added(int(constant * scale), grouped), scale)

    def _added(self, constant: int, grouped: dict[int, list[int]]) -> int:
        total: int | None = None
        for weight in sorted(grouped, reverse=True):  # what is added comes first, so that nothing starts below zero
            first, *others = grouped[weight]
            part = first
            for other in others:
                part = self.emit(Op.ADD, part, other)
            if total is not None and weight < 0:
                total = self.emit(Op.SUBTRACT, total, self._weighted(part, -weight))
                continue
            part = self._weighted(part, weight)
            total = part if total is None else self.emit(Op.ADD, total, part)
        if total is None:
            return self.emit(Op.CONSTANT, data=constant)
        return self.emit(Op.PLUS, total, data=constant) if constant else total

    def _weighted(self, place: int, weight: int) -> int:
        return place if weight == 1 else self.emit(Op.TIMES, place, data=weight)

    # -- atoms ------------------------------------------------------------------------------------------------------------

    def _atom(self, atom: Atom, corner: Corner) -> ScaledValue:
        match atom:
            case Slot():
                return ScaledValue(self.emit(Op.LOAD, data=(atom, corner)), self.stored(atom))
            case Least():
                return self._extreme(atom, corner)
            case FormProduct():
                return self._product(atom, corner)
            case ChosenBand():
                return self._chosen(atom)
            case Growing():
                raise Unsuited("a growth is compared, not added")

    def _extreme(self, atom: Least, corner: Corner) -> ScaledValue:
        values = [self.value(option, corner) for option in atom.options]
        scale = lcm(*(value.scale for value in values))
        first, *others = (self._weighted(value.place, scale // value.scale) for value in values)
        for other in others:
            first = self.emit(Op.LEAST if atom.least else Op.GREATEST, first, other)
        return ScaledValue(first, scale)

    def _product(self, atom: FormProduct, corner: Corner) -> ScaledValue:
        if corner is Corner.EXACT:
            return self.times(self.value(atom.left, corner), self.value(atom.right, corner))
        op = Op.LEAST_PRODUCT if corner is Corner.LOW else Op.GREATEST_PRODUCT
        ends = [self.value(form, end) for form in (atom.left, atom.right) for end in (Corner.LOW, Corner.HIGH)]
        scales = [lcm(ends[0].scale, ends[1].scale), lcm(ends[2].scale, ends[3].scale)]
        places = [self._weighted(end.place, scales[n // 2] // end.scale) for n, end in enumerate(ends)]
        return ScaledValue(self.emit(op, *places), scales[0] * scales[1])

    def _chosen(self, atom: ChosenBand) -> ScaledValue:
        subject = self.value(atom.subject, Corner.EXACT)
        ends = tuple((_scaled(band.high, subject.scale), band.high_included) for band in atom.bands[:-1])
        values = [Fraction(band.value.value) for band in atom.bands]
        scale = lcm(*(value.denominator for value in values))
        select = (ends, tuple(int(value * scale) for value in values))
        return ScaledValue(self.emit(Op.SELECT, subject.place, data=select), scale)


def _scaled(end: Number | None, scale: int) -> Fraction | int:
    value = Fraction(end or 0) * scale
    return value.numerator if value.denominator == 1 else value


def relation_holds(relation: tree.Relation, excess: Any) -> Any:
    """Whether an exact excess of the left side over the right satisfies `relation`; of numbers and of columns."""
    match relation:
        case tree.Relation.AT_LEAST:
            return excess >= 0
        case tree.Relation.MORE:
            return excess > 0
        case tree.Relation.AT_MOST:
            return excess <= 0
        case tree.Relation.LESS:
            return excess < 0
        case tree.Relation.EQUAL:
            return excess == 0
