"""The compiled interpreter: what the product calls to decide about one subject.

`evaluate` gives the same evaluation as the explaining interpreter, word for word, many times faster. For each version of
a policy it writes straight-line whole-number functions, once, and keeps them (`compiling_exact`, `compiling_bounds`).
An evaluation decides every clause and bounds the score at once; what a clause requires, what the figures come to, what
is lacking or not known, and the items of the score are made of the functions' numbers when they are asked for
(`compiling_findings`, `compiling_scores`).

Who decides what: figures known exactly → the whole policy's function; figures known within bounds → each test's
function at both corners, under every assumption; whatever has no such form, or lies where a corner alone does not decide → the
explaining interpreter, which stays the reference for all of them.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from threading import Lock
from typing import Any

from app.policies.domain.compile.bounds import Bounded, BoundsProgram, bounded
from app.policies.domain.compile.evaluations import CompiledEvaluation, CompiledFindings
from app.policies.domain.compile.exact import ExactProgram, compiled
from app.policies.domain.compile.findings import OUTCOMES, SceneFindings
from app.policies.domain.explain import explainer
from app.policies.domain.explain.explainer import EvaluationContext, compares_score, finding
from app.policies.domain.explain.item_scores import scored
from app.policies.domain.facts.catalogue import FactKey, Facts
from app.policies.domain.forms.expansion import questions
from app.policies.domain.forms.forms import Scene, counted_offsets
from app.policies.domain.forms.steps import Unsuited
from app.policies.domain.forms.tests import Lowering
from app.policies.domain.language import tree
from app.policies.domain.language.alternatives import counts_years
from app.policies.domain.language.assumptions import FISCAL_YEARS, REGISTERED_ON, counted_years
from app.policies.domain.language.policy import Condition, Policy
from app.policies.domain.language.verdict import Evaluation, Finding
from app.policies.domain.values.knowledge import Knowledge, Known

_KEPT = 256
NOT_ASKED = Known(date.max)
"""Stands for the registration where nothing depends on it."""


def evaluate(policy: Policy, facts: Facts, on: date) -> Evaluation:
    """How the subject stands for an application on `on`: unmet if any clause is, else unknown if any is, else met."""
    return _program(policy).evaluate(policy, facts, on)


_programs: dict[tuple[int, ...], "Program"] = {}
_writing = Lock()


def _program(policy: Policy) -> "Program":
    """The program of the policy's conditions and score, written when it is first asked for; the last ones are kept.

    Parts of a policy (one condition of it, to be tried alone) have programs of their own. A program holds on to what it
    was written from, so that nothing else can take its place in memory.
    """
    name = (id(policy.scoring), id(policy.catalogue), *map(id, policy.conditions))
    found = _programs.get(name)
    if found is None:
        found = Program(policy)
        with _writing:
            while len(_programs) >= _KEPT:
                del _programs[next(iter(_programs))]
            _programs[name] = found
    return found


class Program:
    """One version of a policy, compiled scene by scene as subjects need it."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.leaves = tuple(policy.leaves())
        self.places = {leaf.id: place for place, leaf in enumerate(self.leaves)}
        self._lowering = Lowering(policy)
        roots = [leaf.test for leaf in self.leaves if leaf.test is not None]
        self._open_to_score = tuple(
            place for place, leaf in enumerate(self.leaves) if leaf.test is not None and compares_score(leaf.test)
        )
        roots += [policy.scoring.node] if policy.scoring else []
        self._questions = tuple(
            dict.fromkeys(question for root in roots for question in questions(root, into_score=True))
        )
        self._counts = any(counts_years(part) for root in roots for part in _blocks(root))
        self._asked: dict[int, tuple[tuple[FactKey, ...], ...]] = {}
        self._scenes: dict[tuple[Any, ...], _Functions] = {}

    def evaluate(self, policy: Policy, facts: Facts, on: date) -> Evaluation:
        """How the subject stands for an application on `on`, by `policy`, of which this is the program."""
        known = facts.known
        registered = known.get(REGISTERED_ON) if self._counts else NOT_ASKED
        if not isinstance(registered, Known) or not isinstance(registered.value, date):
            return self._between(
                policy, facts, on, [len(years) for years in counted_years(facts.of(REGISTERED_ON), on)]
            )
        years = min(max(on.year - registered.value.year, 0), FISCAL_YEARS)
        functions = self._functions(known, on.year, years)
        if functions.exact is not None:
            try:
                found = functions.exact.run(known, on)
            except (KeyError, AttributeError):  # something is not known exactly
                return self._between(policy, facts, on, [years])
            reading = SceneFindings(functions.exact.legend, found.codes, found.numbers, found.items)
            settled = CompiledFindings(found.outcome, found.codes, (found.low, found.high), (reading,))
            return CompiledEvaluation(self.places, policy, facts, on, settled)
        return self._between(policy, facts, on, [years])

    def _functions(self, known: Mapping[FactKey, Knowledge], year: int, years: int) -> "_Functions":
        """The functions of the scene: how many years count, and which facts were told."""
        asked = self._asked.get(year)
        if asked is None:
            asked = self._asked[year] = tuple(self._keys(*question, year) for question in self._questions)
        shape = (years, *[_is_stated(keys, known) for keys in asked])
        found = self._scenes.get(shape)
        if found is None:
            answers = zip(self._questions, shape[1:], strict=True)
            scene = Scene(counted_offsets(years), frozenset(question for question, stated in answers if stated))
            found = self._scenes[shape] = _Functions(self.policy, self._lowering, scene)
        return found

    def _keys(self, code: str, offset: int | None, year: int) -> tuple[FactKey, ...]:
        return self.policy.catalogue[code].keys(None if offset is None else year + offset)

    # -- figures known within bounds --------------------------------------------------------------------------------------

    def _between(self, policy: Policy, facts: Facts, on: date, possible: list[int]) -> Evaluation:
        """How the subject stands, over each number of fiscal years that may count."""
        known = facts.known
        functions = [self._functions(known, on.year, years) for years in possible]
        found = [one.bounds.run(known, on) for one in functions]
        if any(place < 0 for one in found for place in one.again):
            return explainer.evaluate(policy, facts, on)
        if len(found) == 1 and not found[0].again:
            only = found[0]
            settled = CompiledFindings(only.outcome, only.codes, _total(only.blocks), (_reading(functions[0], only),))
            return CompiledEvaluation(self.places, policy, facts, on, settled)
        blocks = [_hull(block) for block in zip(*(one.blocks for one in found), strict=True)]
        codes = [_whichever(codes) for codes in zip(*(one.codes for one in found), strict=True)]
        readings = tuple(map(_reading, functions, found))
        rescored = readings
        if len(found) > 1 and self._open_to_score:
            again = functions[0].bounds.run(known, on, _total(blocks))
            rescored = (_reading(functions[0], again),)
            for place in self._open_to_score:
                codes[place] = again.codes[place]
        said = self._again(facts, on, sorted({place for one in found for place in one.again}))
        for place, one in said.items():
            codes[place] = OUTCOMES.index(one.outcome)
        outcome = min(self._code(condition, codes) for condition in self.policy.conditions)
        settled = CompiledFindings(outcome, tuple(codes), _total(blocks), readings, rescored, said)
        return CompiledEvaluation(self.places, policy, facts, on, settled)

    def _again(self, facts: Facts, on: date, places: list[int]) -> dict[int, Finding]:
        """What the explaining interpreter says of tests that corners do not decide."""
        asks_score = self.policy.scoring is not None and set(places) & set(self._open_to_score)
        score = scored(self.policy.scoring, facts, on) if self.policy.scoring is not None and asks_score else None
        asked = EvaluationContext(facts, on, score)
        tests = {place: self.leaves[place].test for place in places}
        return {place: finding(test, asked) for place, test in tests.items() if test is not None}

    def _code(self, condition: Condition, codes: Sequence[int]) -> int:
        if condition.test is not None:
            return codes[self.places[condition.id]]
        parts = [self._code(part, codes) for part in condition.parts]
        return max(parts) if condition.any_part else min(parts)


class _Functions:
    """A scene's functions, written when they are first needed."""

    def __init__(self, policy: Policy, lowering: Lowering, scene: Scene) -> None:
        self.scene = scene
        self._written = policy, lowering, scene

    @cached_property
    def exact(self) -> ExactProgram | None:
        """For figures known exactly; None where one of the formulas has no form."""
        try:
            return compiled(*self._written)
        except Unsuited:
            return None

    @cached_property
    def bounds(self) -> BoundsProgram:
        """For figures known within bounds."""
        return bounded(*self._written)


def _reading(functions: _Functions, found: Bounded) -> SceneFindings:
    return SceneFindings(functions.bounds.legend, found.codes, found.numbers, found.items)


def _hull(pairs: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return min(low for low, _ in pairs), max(high for _, high in pairs)


def _total(blocks: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return sum(low for low, _ in blocks), sum(high for _, high in blocks)


def _whichever(codes: Sequence[int]) -> int:
    """The outcome that holds under every assumption; unknown when they differ."""
    return codes[0] if len(set(codes)) == 1 else 1


def _is_stated(keys: tuple[FactKey, ...], known: Mapping[FactKey, Knowledge]) -> bool:
    return keys[0] in known if len(keys) == 1 else any(key in known for key in keys)


def _blocks(root: tree.Node) -> tuple[tree.Node, ...]:
    return root.blocks if isinstance(root, tree.Score) else (root,)
