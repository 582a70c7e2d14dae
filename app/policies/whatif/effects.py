"""How the firms of a register stand before and after a scenario."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.policies.domain.compile.interpreter import evaluate
from app.policies.domain.facts.catalogue import FactKey
from app.policies.domain.facts.columns import Columns, FactColumn, same_for_all
from app.policies.domain.language.policy import Policy
from app.policies.domain.language.verdict import Evaluation
from app.policies.domain.sweep.interpreter import OUTCOMES, Swept, sweep
from app.policies.domain.values.knowledge import Exact
from app.policies.domain.values.outcome import Outcome
from app.policies.whatif.register import Register
from app.policies.whatif.scenario import Scenario, growth_groups

ORDER = (Outcome.MET, Outcome.UNKNOWN, Outcome.UNMET)
"""As people read them."""

Flip = tuple[Outcome, Outcome]
SettingValues = Mapping[str, Exact]
"""The settings in force, by parameter."""

Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Effect:
    """The firms before and after."""

    register: Register
    before: Swept
    after: Swept

    @property
    def sides(self) -> tuple[Swept, Swept]:
        """Before, then after."""
        return self.before, self.after

    @cached_property
    def flips(self) -> dict[Flip, int]:
        """How many firms go from which outcome to which other."""
        width = len(OUTCOMES)
        pairs = np.bincount(self.before.outcome.astype(int) * width + self.after.outcome, minlength=width**2)
        flips = ((old, new) for old in ORDER for new in ORDER if old is not new)
        found = {flip: int(pairs[code(flip[0]) * width + code(flip[1])]) for flip in flips}
        return {flip: number for flip, number in found.items() if number}

    def places(self, flip: Flip | None = None, after: int = 0) -> Places:
        """The places of the firms that flip (so), those with an id above `after`."""
        if flip is None:
            chosen = self.before.outcome != self.after.outcome
        else:
            chosen = (self.before.outcome == code(flip[0])) & (self.after.outcome == code(flip[1]))
        return np.flatnonzero(chosen & (self.register.ids > after))

    def places_with(self, side: Swept, outcome: Outcome, after: int = 0) -> Places:
        """The places of the firms that stand so on one side, those with an id above `after`."""
        return np.flatnonzero((side.outcome == code(outcome)) & (self.register.ids > after))

    def ids(self, side: Swept, outcome: Outcome) -> Places:
        """The firms that stand so."""
        found: Places = self.register.ids[side.outcome == code(outcome)]
        return found


def code(outcome: Outcome) -> int:
    """How the sweeping interpreter writes an outcome."""
    return OUTCOMES.index(outcome)


def explained(side: Swept, place: int) -> Evaluation:
    """One firm's verdict with its reasons."""
    return evaluate(side.policy, side.columns.row(place, side.policy.catalogue), side.on)


def effect_of(register: Register, policy: Policy, draft: Policy, scenario: Scenario, settings: SettingValues) -> Effect:
    """What `scenario` does, `draft` being the version with its numbers; what it does not touch is decided once."""
    assumed = {**settings, **{name: quantity.value for name, quantity in scenario.settings.items()}}
    before = as_things_are(register, policy, settings)
    now = before.columns
    then = replace(now, catalogue=draft.catalogue, known={**now.known, **_values(draft, assumed, settings, now.size)})
    grown = _grown(then, policy, scenario, register.on.year - 1)
    return Effect(register, before, sweep(draft, grown, register.on, before=before))


def as_things_are(register: Register, policy: Policy, settings: SettingValues) -> Swept:
    """How the firms stand as things are."""
    key = (policy.code, policy.jurisdiction, policy.version, tuple(sorted(settings.items(), key=str)))
    return register.swept(key, lambda: sweep(policy, with_values(register.columns, policy, settings), register.on))


def with_values(columns: Columns, policy: Policy, settings: SettingValues) -> Columns:
    """The columns, with the settings as facts of every firm."""
    return replace(
        columns, catalogue=policy.catalogue, known={**columns.known, **_values(policy, settings, {}, columns.size)}
    )


def _values(policy: Policy, settings: SettingValues, known: SettingValues, size: int) -> dict[FactKey, FactColumn]:
    """A column for each setting that is not `known` to be so."""
    return {
        FactKey(name): same_for_all(policy.catalogue[name], value, size)
        for name, value in settings.items()
        if known.get(name) != value
    }


def _grown(columns: Columns, policy: Policy, scenario: Scenario, year: int) -> Columns:
    for group in growth_groups(policy):
        share = scenario.growth.get(group.key)
        if share is None:
            continue
        for fact in group.codes:
            columns = columns.grown(fact, year, share + 1)
    return columns
