"""The function that decides a whole policy for one subject of which all figures are known exactly.

It is written as Python source, once for a version and a scene (years counted, facts told), from the steps of all its
tests and of its score, and compiled. It gives every outcome, the bounds of the score, and the numbers behind each test;
measures and words are made of those numbers when they are asked for. Grades that experts have not given may be open.

Outcomes are 0 unmet, 1 unknown, 2 met, as in the sweeping interpreter: all-of is the least, any-of the greatest.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from operator import itemgetter
from typing import Any, NamedTuple

from app.policies.domain.compile.items import ScoreWriter, chain, places_of, totals
from app.policies.domain.compile.source import outcome_text, relation_text
from app.policies.domain.compile.writer import (
    Legend,
    accepting,
    least,
    listing,
    together,
)
from app.policies.domain.facts.catalogue import FactKey
from app.policies.domain.forms.forms import ON, SCORE, Scene, Slot
from app.policies.domain.forms.steps import Corner, ScaledValue, Unsuited
from app.policies.domain.forms.tests import Compared, Grown, Lowering
from app.policies.domain.language import tree
from app.policies.domain.language.policy import Policy
from app.policies.domain.values.knowledge import Knowledge, Known, ends
from app.policies.domain.values.units import Unit


class ExactDecision(NamedTuple):
    """What the function gives: the whole's outcome, the score's bounds, each test's outcome, and what explains them."""

    outcome: int
    low: int
    high: int
    codes: tuple[int, ...]
    numbers: tuple[Any, ...]
    items: tuple[Any, ...]


@dataclass
class ExactProgram:
    """A policy in one scene, compiled."""

    decide: Callable[..., tuple[Any, ...]]
    slots: tuple[Slot, ...]
    legend: Legend
    _takers: dict[int, Callable[[Mapping[FactKey, Knowledge]], tuple[Knowledge, ...]]] = field(default_factory=dict)

    def run(self, known: Mapping[FactKey, Knowledge], on: date) -> ExactDecision:
        """Decide. Raises `KeyError` or `AttributeError` where something is not known exactly."""
        take = self._takers.get(on.year)
        if take is None:
            keys = [key for slot in self.slots for key in slot.keys(on.year)]
            take = self._takers[on.year] = itemgetter(*keys, keys[0]) if keys else _nothing
        return ExactDecision._make(self.decide(take(known), known.get, on.toordinal()))


def _nothing(known: Mapping[FactKey, Knowledge]) -> tuple[Knowledge, ...]:
    return ()


def compiled(policy: Policy, lowering: Lowering, scene: Scene) -> ExactProgram:
    """The policy's function for `scene`. Raises `Unsuited` where one of its formulas has no form."""
    return _ExactWriter(policy, lowering, scene).program()


# -- writing ----------------------------------------------------------------------------------------------------------


class _ExactWriter(ScoreWriter):
    def __init__(self, policy: Policy, lowering: Lowering, scene: Scene) -> None:
        super().__init__(policy, lowering, scene)
        self._space.update(ends=_ends, chain=chain, Fraction=Fraction, Known=Known)

    def program(self) -> ExactProgram:
        leaves = list(self._policy.leaves())
        self._lower()
        blocks, items = self._score()
        self._source.lines.append(f"low, high = {totals(blocks)}")
        for place, leaf in enumerate(leaves):
            assert leaf.test is not None
            self._source.lines.append(f"c{place} = {self._code(leaf.test)}")
            self._tell_numbers(place, [(node, self._subject(node)) for node in _subjects(self._tests[place])])
        codes = {leaf.id: f"c{place}" for place, leaf in enumerate(leaves)}
        whole = least([together(condition, codes) for condition in self._policy.conditions])
        explained = f"({listing(self._numbers)}), ({listing(items)})"
        result = f"return {whole}, low, high, ({listing(codes.values())}), {explained}"
        decide = self._written("def decide(values, get, on):", [*self._header(), *self._source.lines, result])
        return ExactProgram(decide, tuple(self._slots), self._legend())

    def _lower(self) -> None:
        """Put every comparison on the tape, and say which results will be asked for."""
        wanted: list[int] = []
        shown = self._explained()
        for test in self._comparisons():
            exact = not any(isinstance(node, tree.Score) for node in tree.walk(test, into_score=False))
            lowered = self._lowering.on_tape(self._source.tape, test, self._scene, exact=exact)
            self._lowered[test] = lowered
            wanted += places_of(lowered, shown=test in shown)
            if test in shown:
                wanted += [self._subject(node).place for node in _subjects(test)]
        self._source.expect(wanted)

    # -- reading ----------------------------------------------------------------------------------------------------------

    def _load(self, slot: Slot, corner: Corner) -> str:
        if slot == ON:
            return "on"
        if slot == SCORE:
            return "low" if corner is Corner.LOW else "high"
        return self._slots.setdefault(slot, f"s{len(self._slots)}")

    def _header(self) -> list[str]:
        """Taking the figures; what is not known exactly has no `value`, and the function gives up."""
        names: list[str] = []
        lines: list[str] = []
        for slot, name in self._slots.items():
            read = []
            for key in slot.keys(0):
                names.append(f"k{len(names)}")
                read.append(f"{names[-1]}.value" + (".toordinal()" if self._unit(key) is Unit.DATE else ""))
            lines.append(f"{name} = {' + '.join(read)}")
        unpacked = f"({listing([*names, '_'])}) = values" if names else "pass"
        return [unpacked, *lines]

    # -- conditions -------------------------------------------------------------------------------------------------------

    def _code(self, node: tree.Node) -> str:
        """The outcome of a condition as an expression."""
        node = self._chosen(node) or node
        if not self._may_be_open(node):
            return f"(2 if {self._holds(node)} else 0)"
        match node:
            case tree.AllOf(parts=parts):
                return least([self._code(part) for part in parts])
            case tree.AnyOf(parts=parts):
                return f"max({listing([self._code(part) for part in parts])})"
            case tree.Opposite(part=part):
                return f"(2 - {self._code(part)})"
            case tree.Comparison() | tree.RatioComparison():
                lowered = self._lowered[node]
                if isinstance(lowered, Grown):
                    return f"(1 if {self._growth(lowered)}n is None else 2 if {self._holds(node)} else 0)"
                low, high = (self._source.calculate(end.place) for end in (lowered.excess.low, lowered.excess.high))
                return outcome_text(lowered.relation, low, high)
            case _:
                return "1"

    def _may_be_open(self, node: tree.Node) -> bool:
        """Whether a condition may be unknown although all figures are known."""
        node = self._chosen(node) or node
        if isinstance(node, tree.Comparison | tree.RatioComparison):
            lowered = self._lowered[node]
            return isinstance(lowered, Grown) or SCORE in lowered.slots
        return isinstance(node, tree.Judged) or any(self._may_be_open(part) for part in tree.parts(node))

    def _holds(self, node: tree.Node) -> str:
        """Whether a condition holds, as an expression, where that is known."""
        node = self._chosen(node) or node
        match node:
            case tree.Comparison() | tree.RatioComparison():
                return self._compared(self._lowered[node])
            case tree.Fact(code=code):
                return self._load(Slot(code), Corner.EXACT)
            case tree.ListedIn(code=code):
                return f"{self._new(accepting(node))}({self._load(Slot(code), Corner.EXACT)})"
            case tree.AllOf(parts=parts):
                return "(" + " and ".join(self._holds(part) for part in parts) + ")"
            case tree.AnyOf(parts=parts):
                return "(" + " or ".join(self._holds(part) for part in parts) + ")"
            case tree.Opposite(part=part):
                return f"(not {self._holds(part)})"
            case tree.Always(value=value):
                return str(value)
            case _:
                raise Unsuited(type(node).__name__)

    def _compared(self, test: Compared | Grown) -> str:
        relation = relation_text(test.relation)
        if isinstance(test, Grown):
            name, right = self._growth(test), test.right.low
            return f"{name}n * {right.scale} {relation} {name}d * {self._source.calculate(right.place)}"
        excess = f"{self._source.calculate(test.excess.low.place)} {relation} 0"
        return excess if test.bottom is None else f"({excess} and {self._source.calculate(test.bottom.low.place)} > 0)"

    def _growth(self, test: Grown) -> str:
        """The name of a growth; its numerator and denominator are that name with n and d, n None where negative."""
        if test.node not in self._growths:
            name = self._growths[test.node] = f"g{len(self._growths)}"
            values = [self._source.calculate(ends.low.place) for ends in test.values]
            self._source.lines.append(f"{name}n, {name}d = growth{len(values)}({listing(values)})")
            self._space[f"growth{len(values)}"] = _GROWTHS[len(values)]
        return self._growths[test.node]

    def _quotients(self, test: Grown) -> str:
        name = self._growth(test)
        return f"None if {name}n is None else (({name}n, {name}d),) * 2"

    def _subject(self, node: tree.Node) -> ScaledValue:
        return self._source.tape.value(self._lowering.form(node, self._scene), Corner.EXACT)

    # -- the score --------------------------------------------------------------------------------------------------------

    def _gradings(self, gradings: Sequence[tree.Grading]) -> str:
        lines = self._source.lines
        conditions = [grading.condition for grading in gradings if grading.condition is not None]
        holds = [self._holds(condition) for condition in conditions]
        open_ = [f"{self._growth(found)}n is None" for condition in conditions for found in self._growths_in(condition)]
        points = [self._points(grading) for grading in gradings]
        name = f"i{len(lines)}_"
        word = "if"
        if open_:
            codes, pairs = listing(map(self._code, conditions)), listing(f"({low}, {high})" for low, high in points)
            anyone = " or ".join(dict.fromkeys(open_))
            lines.append(f"if {anyone}: {name}l, {name}h, {name}p = chain(0, ({codes}), ({pairs}))")
            word = "elif"
        for place, (low, high) in enumerate(points):
            last = "else:" if word == "elif" else "if True:"
            when = f"{word} {holds[place]}:" if place < len(holds) else last
            lines.append(f"{when} {name}l = {low}; {name}h = {high}; {name}p = ({place},)")
            word = "elif"
        return name

    def _growths_in(self, condition: tree.Node) -> Iterator[Grown]:
        for test in self._reached(condition, set()):
            lowered = self._lowered[test]
            if isinstance(lowered, Grown):
                yield lowered

    def _points(self, grading: tree.Grading) -> tuple[str, str]:
        """The bounds of what a grading gives."""
        if grading.grade is None:
            return str(grading.low), str(grading.high)
        definition = self._policy.catalogue[grading.grade]
        key, name = self._new(FactKey(grading.grade)), f"e{len(self._source.lines)}"
        lowest, highest = definition.lowest, definition.highest
        self._source.lines.append(
            f"{name}l, {name}h = ends(get({key}), {lowest}, {highest}, {grading.low}, {grading.high})"
        )
        return f"{name}l", f"{name}h"


def _subjects(test: tree.Node) -> list[tree.Node]:
    """The values that choose the bands within a comparison's right side."""
    if not isinstance(test, tree.Comparison | tree.RatioComparison):
        return []
    return [node.subject for node in tree.walk(test.right, into_score=False) if isinstance(node, tree.Banded)]


# -- what the written function calls ----------------------------------------------------------------------------------


def _ends(known: Knowledge, lowest: int, highest: int, least: int, most: int) -> tuple[int, int]:
    """The bounds of a grade within `least` and `most`."""
    low, high = ends(known)
    low, high = lowest if low is None else low, highest if high is None else high
    return max(least, low), min(most, high)


Ratio = tuple[int | None, int]


def _growth_of_one(only: int) -> Ratio:
    return (None, 1) if only < 0 else (0, 1)


def _growth_of_two(first: int, second: int) -> Ratio:
    if first < 0 or second < 0:
        return None, 1
    return (second - first, first) if first else (0, 1)


def _growth_of_three(first: int, second: int, third: int) -> Ratio:
    """½ · (second / first + third / second) − 1 over one denominator."""
    if first < 0 or second < 0 or third < 0:
        return None, 1
    if not second:
        return 0, 1
    if not first:
        return third - second, second
    twice = 2 * first * second
    return second * second + third * first - twice, twice


_GROWTHS: dict[int, Callable[..., Ratio]] = {1: _growth_of_one, 2: _growth_of_two, 3: _growth_of_three}
