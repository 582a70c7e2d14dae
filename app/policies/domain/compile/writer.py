"""What the writers of compiled functions share: which comparisons a scene comes to, how parts are put together, and
which numbers the function gives for the explanation (`Legend` says what they mean).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from app.policies.domain.compile.bands import BandedTest
from app.policies.domain.compile.source import FunctionSource
from app.policies.domain.explain import measurement
from app.policies.domain.explain.findings import requirement
from app.policies.domain.facts.catalogue import FactKey
from app.policies.domain.forms.forms import Scene, Slot
from app.policies.domain.forms.reachable import ReachableFacts
from app.policies.domain.forms.steps import Corner, ScaledValue, Tape
from app.policies.domain.forms.tests import Compared, Ends, Grown, Lowering
from app.policies.domain.language import tree
from app.policies.domain.language.calculator import listed
from app.policies.domain.language.policy import Condition, Policy, ScoredBlock, ScoredItem
from app.policies.domain.language.verdict import Requirement
from app.policies.domain.values.units import Unit

MET, UNKNOWN, UNMET = 2, 1, 0
Comparing = tree.Comparison | tree.RatioComparison


@dataclass(frozen=True)
class Numbers:
    """Where the numbers of a comparison lie in what the function gives, and by what they are to be divided.

    In order: left, right, bottom (of a ratio; else 1), excess, and the values that choose bands; a pair where open. Of a
    `banded` test, what that asks for. `required` where it is the same for everybody. `beside` are the places of those
    that are shown beside it.
    """

    test: Comparing
    first: int
    scales: tuple[int, ...]
    beside: tuple[tuple[int, tree.Node], ...]
    required: Requirement | None = None
    banded: BandedTest | None = None


class View(NamedTuple):
    """An item of the score while certain gradings may hold: the grade that counts, whether its measure does, the facts
    that would narrow it, and those that are read.
    """

    grade: FactKey | None
    measured: bool
    waits: tuple[FactKey, ...]
    read: tuple[FactKey, ...]


@dataclass(frozen=True)
class Graded:
    """What the numbers of an item of the score are to be divided by: of a growth its yearly values, oldest first, which
    the growth itself follows as quotients; of a ratio both sides; of another measure that itself.
    """

    item: ScoredItem
    reach: ReachableFacts
    scales: tuple[int, ...] = ()
    growth: tree.Growth | None = None
    _views: dict[tuple[tuple[int, ...], int], View] = field(default_factory=dict)

    def view(self, places: tuple[int, ...], application_year: int) -> View:
        """What it comes to while the gradings at `places` may hold."""
        found = self._views.get((places, application_year))
        if found is None:
            item = self.item
            grade = item.node.gradings[places[0]].grade if len(places) == 1 else None
            measured = item.by is not None and any(item.bands[place] is not None for place in places)
            read = self.reach.of_item(item.node, places, item.by if measured else None, application_year)
            waits = read if len(places) > 1 else (FactKey(grade),) if grade else ()
            view = View(None if grade is None else FactKey(grade), measured, waits, read)
            found = self._views[(places, application_year)] = view
        return found


@dataclass(frozen=True)
class Legend:
    """What a function's numbers mean: of each test, by its place among the leaves, and of the items of each block, in
    order. Blocks `apart` are left to the explaining interpreter. `tests` are what the scene makes of the leaves' tests.
    """

    scene: Scene
    reach: ReachableFacts
    tests: tuple[tree.Node, ...]
    numbers: Mapping[int, Numbers]
    items: tuple[tuple[Graded, ...], ...]
    apart: frozenset[int]


class FunctionWriter:
    """Writes one function for a policy in a scene. `space` are the names that the function uses."""

    def __init__(self, policy: Policy, lowering: Lowering, scene: Scene) -> None:
        self._policy, self._lowering, self._scene = policy, lowering, scene
        self._source = FunctionSource(Tape(), self._load)
        self._lowered: dict[tree.Node, Compared | Grown] = {}
        self._slots: dict[Slot, str] = {}
        self._growths: dict[tree.Node, str] = {}
        self._space: dict[str, Any] = {}
        self._tests = tuple(self._shown(leaf.test) for leaf in policy.leaves() if leaf.test is not None)
        self._numbers: list[str] = []
        self._places: dict[int, Numbers] = {}
        self._reach = ReachableFacts(policy.catalogue, scene)
        self._graded: list[tuple[Graded, ...]] = []

    def _load(self, slot: Slot, corner: Corner) -> str:
        """The expression for a slot at a corner."""
        raise NotImplementedError

    def _written(self, head: str, lines: Iterable[str]) -> Any:
        """The function of these lines, compiled."""
        text = "\n".join([head, *(f"    {line}" for line in lines)])
        exec(compile(text, f"<{self._policy.code} {self._policy.version}>", "exec"), self._space)  # noqa: S102 - own text
        return self._space[head.split()[1].split("(")[0]]

    def _new(self, thing: Any) -> str:
        """A name of the function's for `thing`."""
        name = f"x{len(self._space)}"
        self._space[name] = thing
        return name

    def _unit(self, key: FactKey) -> Unit:
        return self._policy.catalogue[key.code].unit

    def _comparisons(self) -> Iterator[Comparing]:
        seen: set[tree.Node] = set()
        scored = [self._policy.scoring.node] if self._policy.scoring else []
        for root in [*(leaf.test for leaf in self._policy.leaves()), *scored]:
            if root is not None:
                yield from self._reached(root, seen)

    def _reached(self, node: tree.Node, seen: set[tree.Node]) -> Iterator[Comparing]:
        """The comparisons that this scene comes to."""
        node = self._chosen(node) or node
        if node in seen:
            return
        seen.add(node)
        if isinstance(node, Comparing):
            yield node
            return
        for part in tree.parts(node):
            yield from self._reached(part, seen)

    def _chosen(self, node: tree.Node | None) -> tree.Node | None:
        while isinstance(node, tree.IfStated | tree.Named):
            if isinstance(node, tree.Named):
                node = node.body
            else:
                node = node.then if (node.code, None) in self._scene.stated else node.otherwise
        return node

    # -- what explains ----------------------------------------------------------------------------------------------------

    def _shown(self, test: tree.Node) -> tree.Node:
        """What is explained of a test: the branch that the scene chooses."""
        while isinstance(test, tree.IfStated):
            test = test.then if (test.code, None) in self._scene.stated else test.otherwise
        return test

    def _explained(self) -> set[tree.Node]:
        """The comparisons whose sides are explained."""
        measured = (item.by for block in self._blocks() for item in _leaves(block.items))
        return {node for node in (*self._tests, *measured) if isinstance(node, Comparing)}

    def _blocks(self) -> tuple[ScoredBlock, ...]:
        return self._policy.scoring.blocks if self._policy.scoring else ()

    def _legend(self) -> Legend:
        scene = self._scene
        apart = frozenset(place for place, block in enumerate(self._blocks()) if not self._is_stated(block))
        return Legend(scene, self._reach, self._tests, self._places, tuple(self._graded), apart)

    def _is_stated(self, block: ScoredBlock) -> bool:
        """Whether the numbers tell all that there is to explain of a block."""
        measures = [item.by for item in _leaves(block.items) if item.by is not None]
        return all(by in self._lowered and len(measurement.growths(by)) <= 1 for by in measures)

    def _tell_numbers(self, place: int, subjects: Iterable[tuple[tree.Node, ScaledValue]] = ()) -> None:
        """What the explanation of a comparison is made of."""
        test = self._tests[place]
        lowered = self._lowered.get(test)
        if not isinstance(test, Comparing) or not isinstance(lowered, Compared):
            return
        sides = [lowered.left, lowered.right, lowered.bottom, lowered.excess]
        subjects = tuple(subjects)
        values = [value for _, value in subjects]
        scales = (*(side.low.scale if side else 1 for side in sides), *(value.scale for value in values))
        right = lowered.right.form
        required = requirement(test, (right.constant, right.constant)) if right.known else None
        beside = shown_beside(test, [node for node, _ in subjects])
        self._places[place] = Numbers(test, len(self._numbers), scales, beside, required)
        self._numbers += [self._number(side) if side else "1" for side in sides]
        self._numbers += [self._source.calculate(value.place) for value in values]

    def _number(self, side: Ends) -> str:
        """A number, or a pair of ends where it may be open."""
        low, high = self._source.calculate(side.low.place), self._source.calculate(side.high.place)
        return low if low == high else f"({low}, {high})"

    def _measure(self, item: ScoredItem, graded: list[Graded]) -> str:
        """The numbers of what an item measures; `graded` is told what they are."""
        lowered = self._lowered.get(item.by) if item.by is not None else None
        sides: tuple[Ends, ...] = ()
        quotients = ""
        if isinstance(lowered, Grown):
            sides, quotients = lowered.values, f", {self._quotients(lowered)}"
        elif lowered is not None:
            sides = (lowered.left, lowered.bottom) if lowered.bottom else (lowered.left,)
        growth = lowered.node if isinstance(lowered, Grown) else None
        graded.append(Graded(item, self._reach, tuple(side.low.scale for side in sides), growth))
        return "".join(f", {self._number(side)}" for side in sides) + quotients

    def _quotients(self, test: Grown) -> str:
        """A growth as an expression: `compiling_growth.Growth`."""
        raise NotImplementedError


def shown_beside(test: Comparing, subjects: Sequence[tree.Node]) -> tuple[tuple[int, tree.Node], ...]:
    """Which of left, right, bottom, excess and the values that choose bands are shown beside a comparison."""
    if isinstance(test, tree.Comparison):
        return ((1, test.right),) if measurement.shown_beside(test.right) else ()
    sides = [(0, test.numerator), (2, test.denominator)]
    return (*(side for side in sides if measurement.shown_beside(side[1])), *enumerate(subjects, 4))


def _leaves(items: Iterable[ScoredItem]) -> Iterator[ScoredItem]:
    """The items that are graded themselves, in order."""
    for item in items:
        yield from _leaves(item.options) if item.options else (item,)


def together(condition: Condition, codes: Mapping[str, str]) -> str:
    """A condition's outcome from the outcomes of its leaves, by id, as an expression."""
    if condition.test is not None:
        return codes[condition.id]
    parts = [together(part, codes) for part in condition.parts]
    return f"max({listing(parts)})" if condition.any_part else least(parts)


def least(codes: list[str]) -> str:
    """The least of some outcomes, as an expression."""
    return codes[0] if len(codes) == 1 else f"min({listing(codes)})"


def listing(texts: Iterable[str]) -> str:
    """The inside of a tuple."""
    found = list(texts)
    return ", ".join(found) + ("," if len(found) == 1 else "")


def accepting(node: tree.ListedIn) -> Callable[[str], bool]:
    """Whether a code stands in the node's list, remembered."""
    return lru_cache(maxsize=1024)(lambda code: listed(node, code))
