"""Tests of a policy as steps, in a scene: the two sides and what one has over the other, exactly and at both corners.

Both fast interpreters take their arithmetic from here: `compile` writes it as Python for one subject, `sweep` runs
it over columns. What has no such form (`Unsuited`) is left to the explaining interpreter.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from app.policies.domain.forms.expansion import Unfolder
from app.policies.domain.forms.forms import Form, Growing, Scene, Slot, multiplied
from app.policies.domain.forms.signs import is_definite
from app.policies.domain.forms.steps import Corner, ScaledValue, Tape, Unsuited
from app.policies.domain.language import tree
from app.policies.domain.language.policy import Policy


@dataclass(frozen=True)
class Ends:
    """A form on a tape: its value where it is lowest and highest; both the same where its figures are known exactly."""

    form: Form
    low: ScaledValue
    high: ScaledValue


@dataclass(frozen=True)
class Compared:
    """A comparison on a tape of its own. `bottom` is the denominator of a ratio."""

    tape: Tape
    relation: tree.Relation
    left: Ends
    right: Ends
    bottom: Ends | None
    excess: Ends

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The facts that it reads, each once."""
        sides = (self.left, self.right) if self.bottom is None else (self.left, self.bottom, self.right)
        return tuple(dict.fromkeys(slot for side in sides for slot in side.form.slots))


@dataclass(frozen=True)
class Grown:
    """A growth compared: its yearly values on a tape, oldest first, and the right side."""

    tape: Tape
    relation: tree.Relation
    node: tree.Growth
    values: tuple[Ends, ...]
    right: Ends

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The facts that it reads, each once."""
        return tuple(dict.fromkeys(slot for side in (*self.values, self.right) for slot in side.form.slots))


class Lowering:
    """The tests of one policy as steps; each is lowered once a scene. `stored` as for a `Tape`."""

    def __init__(self, policy: Policy, stored: Callable[[Slot], int] = lambda slot: 1) -> None:
        self._unfolder = Unfolder(policy.catalogue, nodes_of(policy))
        self._stored = stored
        self._found: dict[tuple[tree.Node, Scene, bool], Compared | Grown | Ends | None] = {}
        self._tapes: dict[tuple[tree.Node, Scene, bool], Tape] = {}

    def compared(self, test: tree.Comparison | tree.RatioComparison, scene: Scene, *, exact: bool) -> Compared | Grown:
        """`test` in `scene`, at exact figures or within bounds. Raises `Unsuited`."""
        key = (test, scene, exact)
        if key not in self._found:
            try:
                self._found[key] = self.on_tape(Tape(self._stored), test, scene, exact=exact)
            except Unsuited:
                self._found[key] = None
        found = self._found[key]
        if not isinstance(found, (Compared, Grown)):
            raise Unsuited
        return found

    def form(self, node: tree.Node, scene: Scene) -> Form:
        """A quantity unfolded."""
        return self._unfolder.form(node, scene)

    def value(self, node: tree.Node, scene: Scene, *, exact: bool) -> tuple[Tape, Ends]:
        """A quantity in `scene`. Raises `Unsuited`."""
        key = (node, scene, exact)
        if key not in self._found:
            tape = Tape(self._stored)
            ends: Ends | None = None
            with suppress(Unsuited):
                ends = _ends(tape, self._unfolder.form(node, scene), exact)
            self._tapes[key] = tape  # before what says that it is there: threads share a lowering
            self._found[key] = ends
        found = self._found[key]
        if not isinstance(found, Ends):
            raise Unsuited
        return self._tapes[key], found

    def slots(self, test: tree.Node, scene: Scene) -> set[Slot]:
        """The facts that a condition rests on in `scene`. Raises `Unsuited`."""
        match test:
            case tree.Comparison() | tree.RatioComparison():
                return set(self.compared(test, scene, exact=True).slots)
            case tree.Fact(code=code) | tree.ListedIn(code=code):
                return {Slot(code)}
            case tree.IfStated(code=code, then=then, otherwise=otherwise):
                return self.slots(then if (code, None) in scene.stated else otherwise, scene)
            case tree.Judged():
                return set()
            case _:
                return {slot for part in tree.parts(test) for slot in self.slots(part, scene)}

    def on_tape(
        self, tape: Tape, test: tree.Comparison | tree.RatioComparison, scene: Scene, *, exact: bool
    ) -> Compared | Grown:
        """`test` in `scene` on a tape that it may share with others. Raises `Unsuited`."""
        unfold = self._unfolder.form
        if isinstance(test, tree.RatioComparison):
            top, bottom, right = (unfold(node, scene) for node in (test.numerator, test.denominator, test.right))
            excess = top - multiplied(bottom, right, (test, None))
            sides = [_ends(tape, form, exact) for form in (top, right, bottom)]
            return Compared(tape, test.relation, sides[0], sides[1], sides[2], _excess(tape, excess, sides, exact))
        left, right = unfold(test.left, scene), unfold(test.right, scene)
        grown = _growth_of(left)
        if grown is not None:
            values = tuple(_ends(tape, form, exact) for form in grown.values)
            node = grown.place[0]
            assert isinstance(node, tree.Growth)
            return Grown(tape, test.relation, node, values, _ends(tape, right, exact))
        sides = [_ends(tape, form, exact) for form in (left, right)]
        return Compared(tape, test.relation, sides[0], sides[1], None, _excess(tape, left - right, sides, exact))


def nodes_of(policy: Policy) -> Iterator[tree.Node]:
    """Every node of every test and of the score."""
    seen: set[tree.Node] = set()
    for leaf in policy.leaves():
        if leaf.test is not None:
            yield from tree.walk(leaf.test, seen)
    if policy.scoring is not None:
        yield from tree.walk(policy.scoring.node, seen)


def _growth_of(form: Form) -> Growing | None:
    """The growth that a form is, if it is nothing else."""
    if form.constant == 0 and len(form.terms) == 1:
        ((atom, coefficient),) = form.terms.items()
        if isinstance(atom, Growing) and coefficient == 1:
            return atom
    return None


def _ends(tape: Tape, form: Form, exact: bool) -> Ends:
    if exact:
        value = tape.value(form, Corner.EXACT)
        return Ends(form, value, value)
    if not is_definite(form):
        raise Unsuited
    return Ends(form, tape.value(form, Corner.LOW), tape.value(form, Corner.HIGH))


def _excess(tape: Tape, form: Form, sides: list[Ends], exact: bool) -> Ends:
    """What the left side has over the right; at exact figures from the sides themselves, which are calculated already."""
    if not exact:
        return _ends(tape, form, exact)
    left, right, *bottom = (side.low for side in sides)
    if not bottom:
        value = tape.minus(left, right)
    elif sides[1].form.known:
        value = tape.minus(left, bottom[0], sides[1].form.constant)
    else:
        value = tape.minus(left, tape.times(bottom[0], right))
    return Ends(form, value, value)
