"""Evaluations of the compiled interpreter: their outcomes stand, and they explain themselves when they are asked."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property, partial
from itertools import chain
from typing import Any, NamedTuple

from app.policies.domain.compile.findings import OUTCOMES, SceneFindings, finding_in
from app.policies.domain.compile.scores import explained_score
from app.policies.domain.explain.explainer import EvaluationContext, compares_score, finding, joined, of_parts, waiting
from app.policies.domain.facts.catalogue import Facts
from app.policies.domain.language import tree
from app.policies.domain.language.alternatives import counts_years
from app.policies.domain.language.assumptions import REGISTERED_ON
from app.policies.domain.language.policy import Condition, Policy
from app.policies.domain.language.verdict import Clause, Evaluation, Finding, ScoreFinding
from app.policies.domain.values.outcome import Outcome


class CompiledFindings(NamedTuple):
    """What the functions found: the outcome, each test's, the bounds of the score, and the readings of the scenes that
    may hold; of what compares the score, `rescored` where the score lies over several of them. `said` are findings made
    already.
    """

    outcome: int
    codes: tuple[int, ...]
    points: tuple[int, int]
    readings: tuple[SceneFindings, ...]
    rescored: tuple[SceneFindings, ...] = ()
    said: Mapping[int, Finding] = {}


class CompiledEvaluation(Evaluation):
    """An evaluation whose outcomes stand; clauses and score explain themselves when they are asked for, of the numbers
    that the functions gave.

    `points` are the bounds of the score, without its items.
    """

    points: tuple[int, int]

    _explainer: "_Explainer"

    def __init__(
        self, places: Mapping[str, int], policy: Policy, facts: Facts, on: date, settled: CompiledFindings
    ) -> None:
        self.__dict__.update(
            policy=policy, facts=facts, on=on, outcome=OUTCOMES[settled.outcome], points=settled.points,
            _explainer=_Explainer(places, policy, facts, on, settled),
        )  # fmt: skip

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses, in order."""
        return tuple(map(self._explainer.clause, self.policy.conditions))

    @property
    def score(self) -> ScoreFinding | None:
        """The score, item by item."""
        return self._explainer.score


class _Explainer:
    """Makes clauses, findings and the score of one subject. It knows nothing of the evaluation that asks, so that
    nothing goes round in circles and all is freed at once.
    """

    def __init__(
        self, places: Mapping[str, int], policy: Policy, facts: Facts, on: date, settled: CompiledFindings
    ) -> None:
        self._places, self._policy, self._facts, self._on, self._settled = places, policy, facts, on, settled

    @cached_property
    def score(self) -> ScoreFinding | None:
        """The score, item by item."""
        scoring = self._policy.scoring
        return explained_score(scoring, self._settled.readings, self._facts, self._on) if scoring else None

    def clause(self, condition: Condition) -> "_LazyClause":
        """A clause that explains itself when it is asked."""
        if condition.test is not None:
            place = self._places[condition.id]
            return _LazyClause(condition, self._settled.codes[place], partial(self._finding, place))
        children = tuple(map(self.clause, condition.parts))
        codes = [child.code for child in children]
        code = max(codes) if condition.any_part else min(codes)
        return _LazyClause(condition, code, partial(of_parts, OUTCOMES[code], children), children)

    def _finding(self, place: int) -> Finding:
        """What a test says: as the functions' numbers tell it, or else as the explaining interpreter does."""
        settled = self._settled
        if place in settled.said:
            return settled.said[place]
        facts, readings = self._facts, settled.readings
        test = readings[0].legend.tests[place]
        asks_score, counts = compares_score(test), counts_years(test)
        if asks_score and len(readings) > 1:
            readings = () if counts else settled.rescored
        elif not counts:
            readings = readings[:1]
        found = [one for one in [finding_in(reading, place, facts) for reading in readings] if one is not None]
        if not found or len(found) < len(readings):
            return finding(test, self._asked(test))
        said = joined(found)
        if said.outcome is not Outcome.UNKNOWN:
            return said
        years_open = [REGISTERED_ON] if len(readings) > 1 else []
        touched = (key for reading in readings for key in reading.legend.reach.of_test(test, self._on.year))
        return waiting(said, test, chain(years_open, touched), self._asked(test))

    def _asked(self, test: tree.Node) -> EvaluationContext:
        return EvaluationContext(self._facts, self._on, self.score if compares_score(test) else None)


class _LazyClause(Clause):
    """A clause whose outcome stands and whose finding is made when it is asked for."""

    code: int
    _make: Callable[[], Finding]

    def __init__(
        self, condition: Condition, code: int, make: Callable[[], Finding], children: tuple[Clause, ...] = ()
    ) -> None:
        self.__dict__.update(condition=condition, children=children, code=code, _make=make)

    @property
    def outcome(self) -> Outcome:
        """Met, unmet or unknown."""
        return OUTCOMES[self.code]

    def __getattr__(self, name: str) -> Any:
        """The finding: why it stands so, made once."""
        if name != "finding":
            raise AttributeError(name)
        made = self.__dict__["finding"] = self._make()
        return made
