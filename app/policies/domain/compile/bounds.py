"""The function that decides a whole policy for one subject of whom some figures are known within bounds only.

Like `compiling_exact`, with every form calculated at both corners. A test whose threshold depends on a band is looked at
in every band that its subject may reach. What the corners alone do not decide is named in `again`: the place of a test,
or −1 − the place of a block; the explaining interpreter decides it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from math import inf
from typing import Any, NamedTuple

from app.policies.domain.compile.bands import BandedTest
from app.policies.domain.compile.growth import growth_between, growth_of_fractions
from app.policies.domain.compile.items import Points, ScoreWriter, chain, places_of, totals
from app.policies.domain.compile.source import greatest_product, least_product, outcome_text
from app.policies.domain.compile.writer import (
    Comparing,
    Legend,
    Numbers,
    accepting,
    least,
    listing,
    shown_beside,
    together,
)
from app.policies.domain.facts.catalogue import FactKey
from app.policies.domain.forms.forms import ON, SCORE, Scene, Slot
from app.policies.domain.forms.steps import Corner, Unsuited
from app.policies.domain.forms.tests import Compared, Ends, Grown, Lowering
from app.policies.domain.language import tree
from app.policies.domain.language.constants import whole
from app.policies.domain.language.policy import Policy, ScoredBlock
from app.policies.domain.values.knowledge import Knowledge, Known, ends
from app.policies.domain.values.units import Unit


class Bounded(NamedTuple):
    """What the function gives: the whole's outcome, each test's, each block's bounds, what is to be decided again, and
    what explains them.
    """

    outcome: int
    codes: tuple[int, ...]
    blocks: tuple[Points, ...]
    again: list[int]
    numbers: tuple[Any, ...]
    items: tuple[Any, ...]


@dataclass
class BoundsProgram:
    """A policy in one scene, compiled."""

    decide: Callable[..., tuple[Any, ...]]
    slots: tuple[Slot, ...]
    legend: Legend
    _keys: dict[int, tuple[FactKey, ...]] = field(default_factory=dict)

    def run(self, known: Mapping[FactKey, Knowledge], on: date, score: Points | None = None) -> Bounded:
        """Decide; `score` are the bounds of the score where they are known already."""
        keys = self._keys.get(on.year)
        if keys is None:
            keys = self._keys[on.year] = tuple(key for slot in self.slots for key in slot.keys(on.year))
        return Bounded._make(self.decide(keys, known.get, on.toordinal(), score))


def bounded(policy: Policy, lowering: Lowering, scene: Scene) -> BoundsProgram:
    """The policy's function for `scene`."""
    return _BoundsWriter(policy, lowering, scene).program()


class _BoundsWriter(ScoreWriter):
    def __init__(self, policy: Policy, lowering: Lowering, scene: Scene) -> None:
        super().__init__(policy, lowering, scene)
        self._banded: dict[tree.Node, BandedTest] = {}
        self._space.update(inf=inf, Known=Known, chain=chain, limits=_limits)
        self._space.update(least_product=least_product, greatest_product=greatest_product)

    def program(self) -> BoundsProgram:
        self._lower()
        lines = self._source.lines
        lines.append("again = []")
        names, items = self._score()
        lines.append(f"low, high = score or ({totals(names)})")
        blocks = [f"({name}l, {name}h)" for name in names]
        codes: dict[str, str] = {}
        for place, leaf in enumerate(self._policy.leaves()):
            assert leaf.test is not None
            self._place, codes[leaf.id] = place, f"c{place}"
            lines.append(f"c{place} = {self._code(leaf.test)}")
            self._tell(place)
        outcome = least([together(condition, codes) for condition in self._policy.conditions])
        explained = f"({listing(self._numbers)}), ({listing(items)})"
        result = f"return {outcome}, ({listing(codes.values())}), ({listing(blocks)}), again, {explained}"
        decide = self._written("def decide(keys, get, on, score):", [*self._header(), *lines, result])
        return BoundsProgram(decide, tuple(self._slots), self._legend())

    def _lower(self) -> None:
        """Put every comparison that corners decide on the tape."""
        wanted: list[int] = []
        shown = self._explained()
        for test in self._comparisons():
            try:
                if any(isinstance(node, tree.Banded) for node in tree.walk(test, into_score=False)):
                    self._banded[test] = BandedTest.of(test, self._lowering, self._source.tape, self._scene)
                    wanted += self._banded[test].places
                else:
                    found = self._lowering.on_tape(self._source.tape, test, self._scene, exact=False)
                    self._lowered[test] = found
                    wanted += places_of(found, shown=test in shown)
            except Unsuited:
                continue
        self._source.expect(wanted)

    # -- reading ----------------------------------------------------------------------------------------------------------

    def _load(self, slot: Slot, corner: Corner) -> str:
        if slot == ON:
            return "on"
        if slot == SCORE:
            return "low" if corner is Corner.LOW else "high"
        return self._slot(slot) + ("l" if corner is Corner.LOW else "h")

    def _slot(self, slot: Slot) -> str:
        return self._slots.setdefault(slot, f"s{len(self._slots)}_")

    def _header(self) -> list[str]:
        lines: list[str] = []
        known: list[str] = []
        for slot, name in self._slots.items():
            count = len(slot.keys(0))
            parts = [name] if count == 1 else [f"p{len(known) + n}_" for n in range(count)]
            for part in parts:
                known.append(f"k{len(known)}")
                lines += self._read(slot, part, known[-1])
            if count > 1:
                lines += [f"{name}{end} = {' + '.join(part + end for part in parts)}" for end in "lh"]
        return [f"({listing(known)}) = map(get, keys)" if known else "pass", *lines]

    def _read(self, slot: Slot, name: str, known: str) -> list[str]:
        """Taking one value; what nothing is known of lies within the catalogue's bounds."""
        definition = self._policy.catalogue[slot.code]
        if definition.unit is Unit.CODE:
            return [f"{name} = {known}.value if {known}.__class__ is Known else None"]
        lowest = "-inf" if definition.lowest is None else str(definition.lowest)
        highest = "inf" if definition.highest is None else str(definition.highest)
        value = f"{known}.value.toordinal()" if definition.unit is Unit.DATE else f"{known}.value"
        return [
            f"if {known} is None: {name}l = {lowest}; {name}h = {highest}",
            f"elif {known}.__class__ is Known: {name}l = {name}h = {value}",
            f"else: {name}l, {name}h = limits({known}, {lowest}, {highest})",
        ]

    # -- conditions -------------------------------------------------------------------------------------------------------

    def _code(self, node: tree.Node) -> str:
        """The outcome of a condition as an expression."""
        node = self._chosen(node) or node
        match node:
            case tree.Comparison() | tree.RatioComparison():
                return self._compared(node)
            case tree.Fact(code=code):
                low, high = self._load(Slot(code), Corner.LOW), self._load(Slot(code), Corner.HIGH)
                return f"(2 if {low} == 1 else 0 if {high} == 0 else 1)"
            case tree.ListedIn(code=code):
                name = self._slot(Slot(code))
                return f"(1 if {name} is None else 2 if {self._new(accepting(node))}({name}) else 0)"
            case tree.AllOf(parts=parts):
                return least([self._code(part) for part in parts])
            case tree.AnyOf(parts=parts):
                return f"max({listing(self._code(part) for part in parts)})"
            case tree.Opposite(part=part):
                return f"(2 - {self._code(part)})"
            case tree.Always(value=value):
                return "2" if value else "0"
            case _:
                return "1"

    def _compared(self, test: Comparing) -> str:
        if test in self._banded:
            banded = self._banded[test]
            name = f"q{len(self._source.lines)}_"
            asked = listing(map(self._source.calculate, banded.places))
            self._source.lines.append(f"{name} = {self._new(banded.decide)}({asked})")
            self._source.lines.append(f"if {name} < 0: again.append({self._place})")
            return name
        lowered = self._lowered.get(test)
        if lowered is None:
            self._source.lines.append(f"again.append({self._place})")
            return "1"
        return self._grown(lowered) if isinstance(lowered, Grown) else self._at_corners(lowered)

    def _at_corners(self, test: Compared) -> str:
        low, high = self._ends(test.excess)
        code = outcome_text(test.relation, low, high)
        if test.bottom is None:
            return code
        least_bottom, most_bottom = self._ends(test.bottom)
        if test.relation is tree.Relation.AT_LEAST:  # reached at one corner only: the denominator there decides
            doubtful = f"if {high} == 0 and {least_bottom} <= 0 < {most_bottom}: again.append({self._place})"
            self._source.lines.append(doubtful)
        return f"(0 if {most_bottom} <= 0 else {code} if {least_bottom} > 0 else ({code} and 1))"

    def _grown(self, test: Grown) -> str:
        """A growth is calculated once, whatever it is compared with."""
        if test.node not in self._growths:
            name = self._growths[test.node] = f"g{len(self._growths)}_"
            scale, all_whole = test.values[0].low.scale, whole(test.node.body)
            fast = scale == 1 and all_whole
            between = growth_between if fast else partial(growth_of_fractions, scale, whole_numbers=all_whole)
            values = listing(end for value in test.values for end in self._ends(value))
            self._source.lines += [
                f"{name} = {self._new(between)}({values})",
                f"if {name}: ({name}n, {name}d), ({name}m, {name}e) = {name}",
            ]
        name, scale = self._growths[test.node], test.right.low.scale
        low, high = self._ends(test.right)
        least_excess = f"{name}n * {scale} - {name}d * {high}"
        most_excess = f"{name}m * {scale} - {name}e * {low}"
        return f"({outcome_text(test.relation, least_excess, most_excess)} if {name} else 1)"

    def _quotients(self, test: Grown) -> str:
        return self._growths[test.node]

    def _ends(self, value: Ends) -> tuple[str, str]:
        return self._source.calculate(value.low.place), self._source.calculate(value.high.place)

    def _tell(self, place: int) -> None:
        """What the explanation of a comparison is made of."""
        test = self._tests[place]
        banded = self._banded.get(test)
        if banded is None or not isinstance(test, Comparing):
            self._tell_numbers(place)
            return
        beside = shown_beside(test, [banded.subject])
        self._places[place] = Numbers(test, len(self._numbers), (1,) * len(banded.places), beside, banded=banded)
        self._numbers += map(self._source.calculate, banded.places)

    def _is_stated(self, block: ScoredBlock) -> bool:
        banded = any(isinstance(node, tree.Banded) for node in tree.walk(block.node))
        return not banded and super()._is_stated(block)

    # -- the score --------------------------------------------------------------------------------------------------------

    def _gradings(self, gradings: Sequence[tree.Grading]) -> str:
        codes = [self._code(grading.condition) for grading in gradings if grading.condition is not None]
        points = [self._points(grading) for grading in gradings]
        name = f"i{len(self._source.lines)}_"
        self._chained(name, codes, points)
        return name

    def _points(self, grading: tree.Grading) -> tuple[str, str]:
        """The bounds of what a grading gives."""
        if grading.grade is None:
            return str(grading.low), str(grading.high)
        low, high = self._load(Slot(grading.grade), Corner.LOW), self._load(Slot(grading.grade), Corner.HIGH)
        return f"max({grading.low}, {low})", f"min({grading.high}, {high})"

    def _chained(self, name: str, codes: list[str], points: list[tuple[str, str]]) -> None:
        """The bounds over the gradings that may hold, from the top until one holds."""
        lines, indent = self._source.lines, ""
        for place, code in enumerate(codes):
            low, high = points[place]
            rest = listing(["c", *codes[place + 1 :]]), listing(f"({a}, {b})" for a, b in points[place:])
            lines += [
                f"{indent}c = {code}",
                f"{indent}if c == 2: {name}l = {low}; {name}h = {high}; {name}p = ({place},)",
                f"{indent}elif c: {name}l, {name}h, {name}p = chain({place}, ({rest[0]}), ({rest[1]}))",
                f"{indent}else:",
            ]
            indent += " "
        low, high = points[-1]
        lines.append(f"{indent}{name}l = {low}; {name}h = {high}; {name}p = ({len(codes)},)")


# -- what the written function calls ----------------------------------------------------------------------------------


def _limits(known: Knowledge, lowest: Any, highest: Any) -> tuple[Any, Any]:
    """The ends of a value, as numbers."""
    low, high = ends(known)
    return lowest if low is None else _number(low), highest if high is None else _number(high)


def _number(value: Any) -> Any:
    return value.toordinal() if isinstance(value, date) else value
