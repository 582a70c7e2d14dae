"""Deciding a batch of firms under one rule: what a sweep keeps of each."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from app.policies.answer import missing_codes
from app.policies.domain.explaining import evaluate
from app.policies.domain.facts import Facts
from app.policies.domain.outcome import Outcome
from app.policies.domain.verdict import Clause, Evaluation, Finding
from app.policies.sweeps.domain import EXPLAINED_UP_TO, Decided, Rule
from app.policies.wording import both_languages, finding_text, gap_text


def decide(rule: Rule, firms: Mapping[int, Facts], on: date) -> Iterator[tuple[int, Decided]]:
    """How each firm stands, by its id."""
    for key, facts in firms.items():
        known = {**facts.known, **rule.settings} if rule.settings else facts.known
        yield key, explained(evaluate(rule.policy, Facts(rule.policy.catalogue, known), on))


def explained(evaluation: Evaluation) -> Decided:
    """What is kept of one evaluation."""
    unmet, unknown = evaluation.count(Outcome.UNMET), evaluation.count(Outcome.UNKNOWN)
    with_gaps, score = unmet <= EXPLAINED_UP_TO, evaluation.score
    return Decided(
        outcome=evaluation.outcome.value,
        unmet=unmet,
        unknown=unknown,
        score_low=score.low if score else None,
        score_high=score.high if score else None,
        open_clauses=tuple(
            _open(clause, with_gaps) for clause in evaluation.clauses if clause.outcome is not Outcome.MET
        ),
        missing=tuple(missing_codes(evaluation.missing)),
    )


def _open(clause: Clause, with_gaps: bool) -> Mapping[str, Any]:
    told: dict[str, Any] = {"id": clause.condition.id, "outcome": clause.outcome.value}
    if with_gaps and clause.outcome is Outcome.UNMET:
        told |= both_languages(partial(_shortfall, clause.finding))
    return told


def _shortfall(finding: Finding) -> str:
    """`还差 38.2 万元`; where nothing is to be measured, how it stands."""
    return (gap_text(finding.gap) if finding.gap else "") or finding_text(finding)
