"""What has to change, for callers and for keeping: `plan` and `depends` of an answer (see `app.policies.answer`).

    plan:    {each, needed, cheapest, partly, unsolved, awaits_bureau, fixed, next}, or null for a subject that passes
    change:  {clause, fact, label, year, part, kind, relation, from, to, change, unit, text, text_en,
              from_text, from_text_en, to_text, to_text_en, change_text, change_text_en, changeable, by, reason}
    fixed:   {clause, fact, label, year, part, unit, by, reason, text, text_en}
    next:    {on, open_year, years, dropped, assumed, changes, floors, unsolved, text, text_en}
    depends: [{fact, label, year, part, points, could_meet, could_fail, clauses, needs, said_by, text, text_en}]

`each` lists for every figure the smallest change that alone meets its clause. `cheapest` together make the whole pass
for certain; where nothing does, it is empty, `unsolved` names the clauses for which nothing was found and `partly` meet
the others. Of the unsolved ones `awaits_bureau` ask for what the bureau has yet to set: no change is listed for them.
`needed` are the least changes after which no clause is unmet: the rest then depends on what is not known.
`kind` is tell (not known yet), change, wait or correct; the fact `application_day` stands for a later application.
`relation` is how `to` is meant: at least it (>=), at most it (<=), it (=), or any code of the clause's list (in).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any

from app.policies.answer import Answer, answer
from app.policies.domain.facts.catalogue import Catalogue, FactKey
from app.policies.domain.language.policy import Condition
from app.policies.domain.language.verdict import Evaluation
from app.policies.domain.plan.changes import Change
from app.policies.domain.plan.effects import ValueEffect, effects
from app.policies.domain.plan.next import Next
from app.policies.domain.plan.planner import Fixed, GapPlan, plan
from app.policies.domain.values.amounts import machine_value
from app.policies.domain.values.knowledge import Knowledge, Known, ends
from app.policies.domain.values.units import Unit
from app.policies.plan_words import (
    change_text,
    difference_text,
    effect_text,
    figure_text,
    fixed_text,
    next_text,
    now_text,
    wanted_text,
)
from app.policies.words import both_languages


def answer_with_plan(evaluation: Evaluation) -> Answer:
    """The whole evaluation as plain JSON values, with what would have to change and what it depends on."""
    catalogue = evaluation.policy.catalogue
    found, depends = _searched(_Question(evaluation))
    return {
        **answer(evaluation),
        "plan": _plan(found, catalogue) if found else None,
        "depends": [_effect(effect, catalogue, found) for effect in depends],
    }


@dataclass(frozen=True, eq=False)
class _Question:
    """Two are the same when they ask of the same facts, word for word, by the same policy on the same day."""

    evaluation: Evaluation

    @cached_property
    def _asked(self) -> tuple[object, ...]:
        policy, facts = self.evaluation.policy, self.evaluation.facts
        known = frozenset((key, repr(knowledge)) for key, knowledge in facts.known.items())
        return id(policy), id(facts.catalogue), known, self.evaluation.on

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Question) and self._asked == other._asked

    def __hash__(self) -> int:
        return hash(self._asked)


@lru_cache(maxsize=64)
def _searched(question: _Question) -> tuple[GapPlan | None, tuple[ValueEffect, ...]]:
    """A plan takes long to find: what is shown first and kept afterwards is searched once."""
    policy, facts, on = question.evaluation.policy, question.evaluation.facts, question.evaluation.on
    found = plan(policy, facts, on)
    return found, effects(policy, facts, on) if found else ()


def _plan(found: GapPlan, catalogue: Catalogue) -> Answer:
    return {
        "each": _changes(found.each, catalogue),
        "needed": _changes(found.needed, catalogue),
        "cheapest": _changes(found.cheapest, catalogue),
        "partly": _changes(found.partly, catalogue),
        "unsolved": _clauses(found.unsolved),
        "awaits_bureau": _clauses(found.awaiting),
        "fixed": [_fixed(fixed, catalogue) for fixed in found.fixed],
        "next": _next(found.next, catalogue) if found.next else None,
    }


def _changes(changes: Iterable[Change], catalogue: Catalogue) -> list[Answer]:
    return [_change(change, catalogue) for change in changes]


def _change(change: Change, catalogue: Catalogue) -> Answer:
    changeability, gap = change.changeability, change.difference
    return {
        "clause": change.goal.id,
        **_figure(change.key, catalogue),
        "kind": change.kind.value,
        "relation": change.relation,
        "from": _known(change.unit, change.before),
        "to": machine_value(change.unit, change.after),
        "change": machine_value(gap.unit, gap.low) if gap else None,
        "unit": change.unit.value,
        **both_languages(partial(change_text, catalogue, change)),
        **_named("from", partial(now_text, change)),
        **_named("to", partial(wanted_text, change)),
        **_named("change", partial(difference_text, change)),
        "changeable": changeability.changeable,
        "by": changeability.by.isoformat() if changeability.by else None,
        "reason": changeability.why.value if changeability.why else None,
    }


def _named(name: str, make: Any) -> Answer:
    words = both_languages(make)
    return {f"{name}_text": words["text"], f"{name}_text_en": words["text_en"]}


def _figure(key: FactKey, catalogue: Catalogue) -> Answer:
    label = both_languages(partial(figure_text, catalogue, key))
    words = {"zh": label["text"], "en": label["text_en"]}
    return {"fact": key.code, "label": words, "year": key.year, "part": key.part}


def _known(unit: Unit, known: Knowledge) -> Any:
    """What was known: a value, its bounds, or null."""
    low, high = ends(known)
    if isinstance(known, Known):
        return machine_value(unit, low)
    if low is None and high is None:
        return None
    return {"low": machine_value(unit, low), "high": machine_value(unit, high)}


def _clauses(conditions: Iterable[Condition]) -> list[Answer]:
    return [{"clause": condition.id, "title": condition.title.model_dump()} for condition in conditions]


def _fixed(fixed: Fixed, catalogue: Catalogue) -> Answer:
    changeability = fixed.changeability
    return {
        "clause": fixed.goal.id,
        **_figure(fixed.key, catalogue),
        "unit": catalogue[fixed.key.code].unit.value,
        "by": changeability.by.isoformat() if changeability.by else None,
        "reason": changeability.why.value if changeability.why else None,
        **both_languages(partial(fixed_text, catalogue, fixed.key, changeability)),
    }


def _next(chance: Next, catalogue: Catalogue) -> Answer:
    return {
        "on": chance.on.isoformat(),
        "open_year": chance.open_year,
        "years": list(chance.years),
        "dropped": list(chance.dropped),
        "assumed": [_figure(key, catalogue) for key in chance.assumed],
        "changes": _changes(chance.changes, catalogue),
        "floors": _changes(chance.floors, catalogue),
        "unsolved": _clauses(chance.unsolved),
        **both_languages(partial(next_text, chance)),
    }


def _effect(effect: ValueEffect, catalogue: Catalogue, found: GapPlan | None) -> Answer:
    definition = catalogue[effect.key.code]
    return {
        **_figure(effect.key, catalogue),
        "points": effect.points,
        "could_meet": [goal.id for goal in effect.could_meet],
        "could_fail": [goal.id for goal in effect.could_fail],
        "clauses": [goal.id for goal in effect.waiting],
        "needs": _needs(effect.key, found),
        "said_by": definition.said_by.model_dump() if definition.said_by else None,
        **both_languages(partial(effect_text, effect)),
    }


def _needs(key: FactKey, found: GapPlan | None) -> Answer | None:
    """What the plan asks of the value for a pass, all its other changes made."""
    for change in (*found.cheapest, *found.partly) if found else ():
        if change.key == key:
            words = both_languages(partial(wanted_text, change))
            return {"relation": change.relation, "value": machine_value(change.unit, change.after), **words}
    return None
