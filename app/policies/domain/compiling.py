"""The compiled interpreter: what the product calls to decide about one subject.

`evaluate` gives the same evaluation as the explaining interpreter, word for word, many times faster. For each version of
a policy it writes straight-line whole-number functions, once, and keeps them (`compiling_exact`, `compiling_bounds`).
An evaluation decides every clause and bounds the score at once; what a clause requires, what the figures come to and
what is lacking are made of the functions' numbers when they are asked for.

Who decides what: figures known exactly → the whole policy's function; figures known within bounds → each test's
function at both corners, in every world; whatever has no such form, or lies where a corner alone does not decide → the
explaining interpreter, which stays the reference for all of them.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from typing import Any

from app.policies.domain import explaining, tree
from app.policies.domain.compiling_exact import ExactProgram, compiled
from app.policies.domain.compiling_findings import finding_of
from app.policies.domain.compiling_steps import Unsuited
from app.policies.domain.compiling_tests import Lowering
from app.policies.domain.explaining import Asked, finding, of_parts
from app.policies.domain.facts import FactKey, Facts
from app.policies.domain.knowledge import Knowledge, Known
from app.policies.domain.outcome import Outcome
from app.policies.domain.policy import Condition, Policy
from app.policies.domain.scoring import scored
from app.policies.domain.signs import Scene, counted_offsets, questions
from app.policies.domain.splitting import counts_years
from app.policies.domain.verdict import Clause, Evaluation, Finding, ScoreFinding
from app.policies.domain.worlds import FISCAL_YEARS, REGISTERED_ON

OUTCOMES = (Outcome.UNMET, Outcome.UNKNOWN, Outcome.MET)
_KEPT = 64
NOT_ASKED = Known(date.max)
"""Stands for the registration where nothing depends on it."""


def evaluate(policy: Policy, facts: Facts, on: date) -> Evaluation:
    """How the subject stands for an application on `on`: unmet if any clause is, else unknown if any is, else met."""
    return _program(policy).evaluate(facts, on)


_programs: dict[int, "Program"] = {}


def _program(policy: Policy) -> "Program":
    """The policy's program, written when it is first asked for; the last few policies' are kept."""
    found = _programs.get(id(policy))
    if found is None or found.policy is not policy:
        while len(_programs) >= _KEPT:
            _programs.pop(next(iter(_programs)), None)
        found = _programs[id(policy)] = Program(policy)
    return found


class Program:
    """One version of a policy, compiled scene by scene as subjects need it."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.leaves = tuple(policy.leaves())
        self.lowering = Lowering(policy)
        roots = [leaf.test for leaf in self.leaves if leaf.test is not None]
        roots += [policy.scoring.node] if policy.scoring else []
        self._questions = tuple(
            dict.fromkeys(question for root in roots for question in questions(root, into_score=True))
        )
        self._counts = any(counts_years(part) for root in roots for part in _blocks(root))
        self._asked: dict[int, tuple[tuple[FactKey, ...], ...]] = {}
        self._scenes: dict[tuple[Any, ...], tuple[Scene, ExactProgram | None]] = {}

    def evaluate(self, facts: Facts, on: date) -> Evaluation:
        """How the subject stands for an application on `on`."""
        known = facts.known
        registered = known.get(REGISTERED_ON) if self._counts else NOT_ASKED
        if isinstance(registered, Known) and isinstance(registered.value, date):
            scene, program = self._scene(known, on, registered.value)
            if program is not None:
                try:
                    return ExactEvaluation(self, facts, on, scene, program, program.run(known, on))
                except (KeyError, AttributeError):  # something is not known exactly
                    pass
        return explaining.evaluate(self.policy, facts, on)

    def _scene(
        self, known: Mapping[FactKey, Knowledge], on: date, registered: date
    ) -> tuple[Scene, ExactProgram | None]:
        """What fixes the formulas, with the function for it: how many years count, and which facts were told."""
        year = on.year
        if year not in self._asked:
            self._asked[year] = tuple(self._keys(*question, year) for question in self._questions)
        years = min(max(year - registered.year, 0), FISCAL_YEARS)
        shape = (years, *[_is_told(keys, known) for keys in self._asked[year]])
        found = self._scenes.get(shape)
        if found is None:
            answers = zip(self._questions, shape[1:], strict=True)
            scene = Scene(counted_offsets(years), frozenset(question for question, told in answers if told))
            found = self._scenes[shape] = scene, self._exact_program(scene)
        return found

    def _keys(self, code: str, offset: int | None, year: int) -> tuple[FactKey, ...]:
        return self.policy.catalogue[code].keys(None if offset is None else year + offset)

    def _exact_program(self, scene: Scene) -> ExactProgram | None:
        try:
            return compiled(self.policy, self.lowering, scene)
        except Unsuited:
            return None


def _is_told(keys: tuple[FactKey, ...], known: Mapping[FactKey, Knowledge]) -> bool:
    return keys[0] in known if len(keys) == 1 else any(key in known for key in keys)


def _blocks(root: tree.Node) -> tuple[tree.Node, ...]:
    return root.blocks if isinstance(root, tree.Score) else (root,)


# -- evaluations that explain on demand -------------------------------------------------------------------------------


class ExactEvaluation(Evaluation):
    """An evaluation of figures known exactly: outcomes and numbers are there, measures are made when asked for."""

    _program: "Program"
    _scene: Scene
    _exact: ExactProgram
    _found: tuple[Any, ...]

    def __init__(
        self, program: Program, facts: Facts, on: date, scene: Scene, exact: ExactProgram, found: tuple[Any, ...]
    ) -> None:
        self.__dict__.update(policy=program.policy, facts=facts, on=on, outcome=OUTCOMES[found[0]])
        self.__dict__.update(_program=program, _scene=scene, _exact=exact, _found=found)

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses, in order."""
        places = {leaf.id: place for place, leaf in enumerate(self._program.leaves)}
        return tuple(self._clause(condition, places) for condition in self.policy.conditions)

    @cached_property
    def score(self) -> ScoreFinding | None:
        """The score, item by item."""
        return scored(self.policy.scoring, self.facts, self.on) if self.policy.scoring else None

    def _clause(self, condition: Condition, places: Mapping[str, int]) -> Clause:
        if condition.test is not None:
            place = places[condition.id]
            return LazyClause(condition, self._found[3][place], lambda: self._finding(place))
        children = tuple(self._clause(part, places) for part in condition.parts)
        codes = [OUTCOMES.index(child.outcome) for child in children]
        code = max(codes) if condition.any_part else min(codes)
        return LazyClause(condition, code, lambda: of_parts(OUTCOMES[code], children), children)

    def _finding(self, place: int) -> Finding:
        """What a test says, made of its numbers; of one that has none, or is open, as the explaining interpreter says."""
        where, code = self._exact.numbers.get(place), self._found[3][place]
        if where is None:
            test = self._program.leaves[place].test
            assert test is not None
            return finding(test, Asked(self.facts, self.on, self.score))
        numbers = self._found[4][where.first : where.first + len(where.scales)]
        return finding_of(where, OUTCOMES[code], [(number, number) for number in numbers], self._scene.years)


class LazyClause(Clause):
    """A clause whose outcome stands and whose finding is made when it is asked for."""

    _code: int
    _make: Callable[[], Finding]

    def __init__(
        self, condition: Condition, code: int, make: Callable[[], Finding], children: tuple[Clause, ...] = ()
    ) -> None:
        self.__dict__.update(condition=condition, children=children, _code=code, _make=make)

    @property
    def outcome(self) -> Outcome:
        """Met, unmet or unknown."""
        return OUTCOMES[self._code]

    @cached_property
    def finding(self) -> Finding:
        """Why it stands so."""
        return self._make()
