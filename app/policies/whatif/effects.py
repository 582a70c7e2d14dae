"""How the firms of a register stand before and after a scenario."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.policies.domain.columns import Columns, same_for_all
from app.policies.domain.explaining import evaluate
from app.policies.domain.facts import FactKey
from app.policies.domain.knowledge import Exact
from app.policies.domain.outcome import Outcome
from app.policies.domain.policy import Policy
from app.policies.domain.verdict import Evaluation
from app.policies.whatif.register import Register
from app.policies.whatif.scenario import Scenario, growth_groups

Standings = NDArray[np.int8]
"""An outcome for every firm: its place in ORDER."""

ORDER = (Outcome.MET, Outcome.UNKNOWN, Outcome.UNMET)
Flip = tuple[Outcome, Outcome]
SettingValues = Mapping[str, Exact]
"""The settings in force, by parameter."""


@dataclass(frozen=True, eq=False)
class Side:
    """A policy with the columns that it decides."""

    policy: Policy
    columns: Columns
    on: date

    def evaluation(self, place: int) -> Evaluation:
        """One firm's verdict, explained."""
        return evaluate(self.policy, self.columns.row(place, self.policy.catalogue), self.on)

    @cached_property
    def standings(self) -> Standings:
        """Every firm's outcome."""
        found = (ORDER.index(self.evaluation(place).outcome) for place in range(self.columns.size))
        return np.fromiter(found, np.int8, self.columns.size)


@dataclass(frozen=True, eq=False)
class Effect:
    """The firms before and after."""

    register: Register
    before: Side
    after: Side

    def count(self, side: Side, outcome: Outcome) -> int:
        """How many firms stand so."""
        return int((side.standings == ORDER.index(outcome)).sum())

    @cached_property
    def flips(self) -> dict[Flip, int]:
        """How many firms go from which outcome to which other."""
        width = len(ORDER)
        pairs = np.bincount(self.before.standings.astype(int) * width + self.after.standings, minlength=width**2)
        found = {(a, b): int(pairs[i * width + j]) for i, a in enumerate(ORDER) for j, b in enumerate(ORDER) if i != j}
        return {flip: number for flip, number in found.items() if number}

    def places(self, flip: Flip | None = None, after: int = 0) -> NDArray[np.int64]:
        """The places of the firms that flip (so), those with an id above `after`."""
        if flip is None:
            chosen = self.before.standings != self.after.standings
        else:
            old, new = map(ORDER.index, flip)
            chosen = (self.before.standings == old) & (self.after.standings == new)
        return np.flatnonzero(chosen & (self.register.ids > after))

    def ids(self, side: Side, outcome: Outcome) -> NDArray[np.int64]:
        """The firms that stand so."""
        found: NDArray[np.int64] = self.register.ids[side.standings == ORDER.index(outcome)]
        return found


def effect_of(register: Register, policy: Policy, draft: Policy, scenario: Scenario, settings: SettingValues) -> Effect:
    """What `scenario` does, `draft` being the version with its numbers."""
    assumed = {**settings, **{name: quantity.value for name, quantity in scenario.settings.items()}}
    now = Side(policy, with_values(register.columns, policy, settings), register.on)
    grown = _grown(with_values(register.columns, draft, assumed), policy, scenario, register.on.year - 1)
    return Effect(register, now, Side(draft, grown, register.on))


def with_values(columns: Columns, policy: Policy, settings: SettingValues) -> Columns:
    """The columns, with the settings as facts of every firm."""
    own = {FactKey(name): same_for_all(policy.catalogue[name], value, columns.size) for name, value in settings.items()}
    return replace(columns, catalogue=policy.catalogue, known={**columns.known, **own})


def _grown(columns: Columns, policy: Policy, scenario: Scenario, year: int) -> Columns:
    for group in growth_groups(policy):
        share = scenario.growth.get(group.key)
        if share is None:
            continue
        for code in group.codes:
            columns = columns.grown(code, year, share + 1)
    return columns
