"""Tests judged over columns in one scene: for rows whose figures are known exactly, or within their bounds.

Outcomes are small numbers, so that all-of is the least and any-of the greatest: 0 unmet, 1 unknown, 2 met.

Float64 holds whole numbers up to 2⁵³ exactly; steps over whole figures that stay below it are exact calculation. Whatever
else comes within a relative 1e-9 of a boundary is marked `near`, and decided by an interpreter of single subjects.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from app.policies.domain.facts.columns import LARGEST_WHOLE, Floats, Rows
from app.policies.domain.forms.forms import Scene, Slot
from app.policies.domain.forms.steps import Corner, Op, ScaledValue, Tape, Unsuited, relation_holds
from app.policies.domain.forms.tests import Compared, Ends, Grown, Lowering
from app.policies.domain.language import tree
from app.policies.domain.language.constants import whole
from app.policies.domain.sweep.excess import Excess, in_parts
from app.policies.domain.sweep.growth import Growths, exact_growth, growth_bounds
from app.policies.domain.sweep.reader import Codes, ColumnReader, Flags, Pair
from app.policies.domain.sweep.tape import magnitudes, run
from app.policies.domain.values.outcome import Outcome

UNMET, UNKNOWN, MET = 0, 1, 2
OUTCOMES = (Outcome.UNMET, Outcome.UNKNOWN, Outcome.MET)
NEAR = 1e-9


@dataclass(frozen=True)
class RowOutcomes:
    """How rows stand: `outcome`, what the left side has over the right, and who is too near a boundary to say."""

    outcome: Codes
    excess: Excess | None = None
    near: Flags | None = None


@dataclass(eq=False)
class RowScope:
    """Some rows (all where `rows` is None) in one scene; `narrowed` are ends that a band leaves of a slot's own."""

    reading: ColumnReader
    lowering: Lowering
    scene: Scene
    rows: Rows | None
    exact: bool
    narrowed: Mapping[Slot, Pair] = field(default_factory=dict)
    _loaded: dict[Slot, Pair] = field(default_factory=dict)
    _growths: dict[tree.Growth, Growths] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many rows there are."""
        return self.reading.size if self.rows is None else int(self.rows.size)

    # -- conditions -------------------------------------------------------------------------------------------------------

    def judge(self, test: tree.Node) -> RowOutcomes:
        """How the rows stand. At exact figures only rows of which all is known have a meaning. Raises `Unsuited`."""
        match test:
            case tree.Comparison() | tree.RatioComparison():
                return self._compared(test)
            case tree.Fact():
                return RowOutcomes(self._yes_no(test))
            case tree.ListedIn():
                codes = self.reading.accepted(test)
                return RowOutcomes(codes if self.rows is None else codes[self.rows])
            case tree.AllOf(parts=parts):
                return _together([self.judge(part) for part in parts], np.minimum)
            case tree.AnyOf(parts=parts):
                return _together([self.judge(part) for part in parts], np.maximum)
            case tree.Opposite(part=part):
                judged = self.judge(part)
                return RowOutcomes((MET - judged.outcome).astype(np.int8), None, judged.near)
            case tree.Named(body=body):
                return self.judge(body)
            case tree.IfStated(code=code, then=then, otherwise=otherwise):
                return self.judge(then if (code, None) in self.scene.stated else otherwise)
            case _:
                return RowOutcomes(np.full(self.size, _fixed(test), np.int8))

    def _yes_no(self, test: tree.Fact) -> Codes:
        slot = Slot(test.code)
        if self.exact:
            exact: Codes = (self.reading.exact(slot, self.rows) == 1).astype(np.int8) * np.int8(MET)
            return exact
        low, high = self._load(slot, Corner.LOW), self._load(slot, Corner.HIGH)
        codes: Codes = np.where(low == 1, MET, np.where(high == 0, UNMET, UNKNOWN)).astype(np.int8)
        return codes

    def _compared(self, test: tree.Comparison | tree.RatioComparison) -> RowOutcomes:
        lowered = self.lowering.compared(test, self.scene, exact=self.exact)
        if isinstance(lowered, Grown):
            return self._grown(lowered)
        return self._exactly(lowered) if self.exact else self._between(lowered)

    def _exactly(self, test: Compared) -> RowOutcomes:
        places = [test.excess.low.place, *([test.bottom.low.place] if test.bottom else [])]
        excess, *bottom = self._run(test.tape, places)
        met = relation_holds(test.relation, excess)
        if bottom:
            met &= bottom[0] > 0
        natural = excess / test.excess.low.scale if test.excess.low.scale != 1 else excess
        near = self._near(test, [(test.excess.low, excess)])
        found = in_parts(natural, natural, *([test.excess.low.scale] if near is None else []))
        return RowOutcomes(met.astype(np.int8) * np.int8(MET), found.without(bottom[0] <= 0) if bottom else found, near)

    def _between(self, test: Compared) -> RowOutcomes:
        ends = [test.excess, *([test.bottom] if test.bottom else [])]
        low, high, *bottom = self._run(test.tape, [end.place for pair in ends for end in (pair.low, pair.high)])
        outcome = _codes(test.relation, low, high)
        near = self._near(test, [(test.excess.low, low), (test.excess.high, high)])
        scales = [test.excess.low.scale, test.excess.high.scale] if near is None and self._narrowed_to_whole() else []
        if bottom:
            outcome = np.minimum(outcome, _codes(tree.Relation.MORE, *bottom))
            if test.relation is tree.Relation.AT_LEAST:  # reached at one corner only: the denominator there decides
                near = either(near, (high == 0) & (bottom[0] <= 0) & (bottom[1] > 0))
        natural = low / test.excess.low.scale, high / test.excess.high.scale
        for end in natural if bottom else ():
            end[bottom[1] <= 0] = np.nan
        return RowOutcomes(outcome, in_parts(*natural, *scales), near)

    # -- growth -----------------------------------------------------------------------------------------------------------

    def _grown(self, test: Grown) -> RowOutcomes:
        growth = self._growth(test)
        low, high = growth.low, growth.high
        right_low, right_high = self._pair(test.tape, test.right)
        excess = low - right_high, high - right_low
        near = growth.rough
        for quotient in growth.rounded:
            near = either(near, _close_to(quotient, right_low))
            near = near if right_high is right_low else either(near, _close_to(quotient, right_high))
        if self.exact and low is high and right_low is right_high:
            met = relation_holds(test.relation, excess[0])
            return RowOutcomes(met.astype(np.int8) * np.int8(MET), in_parts(*excess), near)
        return RowOutcomes(_codes(test.relation, *excess), in_parts(*excess), near)

    def _growth(self, test: Grown) -> Growths:
        """The bounds of a growth; each is calculated once, whatever it is compared with."""
        if test.node not in self._growths:
            values = [self._pair(test.tape, ends) for ends in test.values]
            self._growths[test.node] = (
                exact_growth([low for low, _ in values]) if self.exact else growth_bounds(values, whole(test.node.body))
            )
        return self._growths[test.node]

    def _pair(self, tape: Tape, ends: Ends) -> Pair:
        if ends.high == ends.low:
            (value,) = self._run(tape, [ends.low.place])
            value = value / ends.low.scale
            return value, value
        low, high = self._run(tape, [ends.low.place, ends.high.place])
        return low / ends.low.scale, high / ends.high.scale

    # -- bands ------------------------------------------------------------------------------------------------------------

    def among(self, inside: Rows, node: tree.Banded, band: tree.Band, narrowed: Mapping[Slot, Pair]) -> "RowScope":
        """Some of the rows, in one band."""
        rows = inside if self.rows is None else self.rows[inside]
        return RowScope(self.reading, self.lowering, self.scene.with_band(node, band), rows, self.exact, narrowed)

    def own_slot(self, node: tree.Node) -> Slot | None:
        """The one value of a fact that a quantity is, if it is nothing else."""
        form = self.lowering.value(node, self.scene, exact=False)[1].form
        if form.constant != 0 or len(form.terms) != 1:
            return None
        ((atom, coefficient),) = form.terms.items()
        single = isinstance(atom, Slot) and atom.first == atom.last and coefficient == 1
        return atom if single and isinstance(atom, Slot) else None

    def is_exact(self, node: tree.Node) -> bool:
        """Whether float64 calculates the bounds of a quantity without rounding."""
        tape, ends = self.lowering.value(node, self.scene, exact=False)
        return self._is_exact(ends.form.slots, magnitudes(tape), [ends.low.place, ends.high.place])

    # -- numbers ----------------------------------------------------------------------------------------------------------

    def bounds_of(self, node: tree.Node) -> Pair:
        """The ends of a quantity. Raises `Unsuited`."""
        tape, ends = self.lowering.value(node, self.scene, exact=self.exact)
        return self._pair(tape, ends)

    def bounds(self, slot: Slot) -> Pair:
        """The ends of one value, also where the scope is about exact figures."""
        if slot in self.narrowed:
            return self.narrowed[slot]
        if slot not in self._loaded:
            rows = self.reading.everybody if self.rows is None else self.rows
            self._loaded[slot] = self.reading.bounds(slot, rows)
        return self._loaded[slot]

    def _run(self, tape: Tape, places: Sequence[int]) -> list[Floats]:
        return run(tape, places, self._load, self.size)

    def _load(self, slot: Slot, corner: Corner) -> Floats:
        if corner is Corner.EXACT:
            return self.reading.exact(slot, self.rows)
        low, high = self.bounds(slot)
        return low if corner is Corner.LOW else high

    def _near(self, test: Compared, ends: Sequence[tuple[ScaledValue, Floats]]) -> Flags | None:
        """Who is too near the boundary for numbers that may have been rounded; None where nothing was rounded."""
        sizes = magnitudes(test.tape)
        if self._is_exact(test.slots, sizes, [value.place for value, _ in ends]):
            return None
        near = np.zeros(self.size, bool)
        for value, number in ends:
            near |= self._close(sizes, value.place, number)
        for step in test.tape.steps:
            if step.op is Op.SELECT:
                (subject,) = self._run(test.tape, step.arguments)
                for end, _ in step.data[0]:
                    near |= self._close(sizes, step.arguments[0], subject - float(end))
        return near

    def _is_exact(self, slots: Iterable[Slot], sizes: Tape, places: Sequence[int]) -> bool:
        """Whether float64 calculates the steps without rounding: whole numbers that stay small enough."""
        if not all(self.reading.whole(slot) for slot in slots):
            return False
        largest = run(sizes, places, lambda slot, corner: np.array([self.reading.largest(slot)]), 1)
        return all(bool(number[0] < LARGEST_WHOLE) for number in largest)

    def _narrowed_to_whole(self) -> bool:
        """Whether what bands leave of slots' own bounds are whole numbers again."""
        ends = (end for pair in self.narrowed.values() for end in pair)
        return all(bool((np.rint(end) == end).all()) for end in ends)

    def _close(self, sizes: Tape, place: int, number: Floats) -> Flags:
        (size,) = run(sizes, [place], lambda slot, corner: np.abs(self._load(slot, corner)), self.size)
        close: Flags = np.isfinite(number) & (np.abs(number) <= NEAR * size)
        return close


# -- outcomes ---------------------------------------------------------------------------------------------------------


def _fixed(test: tree.Node) -> int:
    match test:
        case tree.Always(value=value):
            return MET if value else UNMET
        case tree.Judged():
            return UNKNOWN
        case _:
            raise Unsuited(type(test).__name__)


def _close_to(growth: Floats, boundary: Floats) -> Flags:
    """Whose growth is too near a boundary for a rounded quotient; 1 is what a growth of nothing is calculated from."""
    close: Flags = np.isfinite(growth) & (np.abs(growth - boundary) <= NEAR * (1 + np.abs(boundary)))
    return close


def _codes(relation: tree.Relation, low: Floats, high: Floats) -> Codes:
    """How rows stand of whose excess only the ends are known."""
    match relation:
        case tree.Relation.AT_LEAST:
            met, unmet = low >= 0, high < 0
        case tree.Relation.MORE:
            met, unmet = low > 0, high <= 0
        case tree.Relation.AT_MOST:
            met, unmet = high <= 0, low > 0
        case tree.Relation.LESS:
            met, unmet = high < 0, low >= 0
        case tree.Relation.EQUAL:
            met, unmet = (low == 0) & (high == 0), (low > 0) | (high < 0)
    codes: Codes = np.int8(UNKNOWN) + met.astype(np.int8) - unmet.astype(np.int8)
    return codes


def _together(parts: Sequence[RowOutcomes], choose: np.ufunc) -> RowOutcomes:
    near: Flags | None = None
    for part in parts:
        near = either(near, part.near)
    return RowOutcomes(choose.reduce([part.outcome for part in parts]), None, near)


def either(left: Flags | None, right: Flags | None) -> Flags | None:
    """Rows of one or the other; None stands for no row."""
    if left is None or right is None:
        return right if left is None else left
    return left | right
