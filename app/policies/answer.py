"""An evaluation as the answer that callers get and that is stored: self-contained, in both languages.

    {policy, version, jurisdiction, on, outcome, score, score_title, blocks, clauses, missing, plan, depends}
    score:   {"low", "high"} in whole points
    block:   {id, title, reference, confidence, low, high, at_most, missing, items}
    item:    {id, title, reference, confidence, low, high, at_most, actual, label, reason,
              missing, missing_detail, text, text_en, note, options}; the best of `options` counts
    clause:  {id, title, reference, confidence, outcome, required, actual, gap, basis, reason,
              missing, missing_detail, text, text_en, note, children}
    value:   {"value": "0.0382", "unit": "share", "text": "3.82%", "text_en": "3.82%"}, or, known within bounds only,
             {"low": "0.03", "high": null, "unit": …, "text": …, "text_en": …} where null is an open end

Amounts are decimal strings of 元, people and shares decimal strings (or `p/q` where no decimal ends), items, points
and days integers, dates ISO 8601, yes/no true or false. `required` carries a `relation` besides (>=, >, <=, <, =, in),
`missing` the codes of the facts an unknown clause waits for. `score` is null where the version has none.
`plan` and `depends` (see `app.policies.plan_answer`) are calculated only where they are asked for: null and empty elsewhere.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

from app.kit.i18n import Bilingual
from app.policies.domain.facts.catalogue import Catalogue, FactKey
from app.policies.domain.language.policy import Reference, ScoredBlock, ScoredItem
from app.policies.domain.language.settable import awaits_bureau, gap_known
from app.policies.domain.language.verdict import (
    BlockFinding,
    Clause,
    Evaluation,
    IntermediateValue,
    ItemFinding,
    Measure,
    Requirement,
)
from app.policies.domain.values.amounts import machine_value
from app.policies.formulas import formula_text
from app.policies.words import (
    both_languages,
    finding_text,
    gap_text,
    item_text,
    measure_text,
    required_text,
    unset_text,
)

Answer = dict[str, Any]


def answer(evaluation: Evaluation) -> Answer:
    """The whole evaluation as plain JSON values."""
    policy = evaluation.policy
    return {
        "policy": policy.code,
        "version": policy.version,
        "jurisdiction": policy.jurisdiction,
        "title": policy.title.model_dump(),
        "on": evaluation.on.isoformat(),
        "outcome": evaluation.outcome.value,
        **_score(evaluation),
        "clauses": [_clause(clause, policy.catalogue) for clause in evaluation.clauses],
        "missing": missing_codes(evaluation.missing),
        "plan": None,
        "depends": [],
    }


def _score(evaluation: Evaluation) -> Answer:
    score, catalogue = evaluation.score, evaluation.policy.catalogue
    if score is None:
        return {"score": None, "score_title": None, "blocks": []}
    return {
        "score": {"low": score.low, "high": score.high},
        "score_title": score.scoring.title.model_dump(),
        "blocks": [_block(block, catalogue) for block in score.blocks],
    }


def _range(scored: ScoredBlock | ScoredItem, finding: BlockFinding | ItemFinding) -> Answer:
    """What is scored, between which points it lies, and the most it can bring."""
    return {
        "id": scored.id,
        "title": scored.title.model_dump(),
        "reference": _reference(scored.reference),
        "confidence": scored.confidence.value,
        "low": finding.low,
        "high": finding.high,
        "at_most": scored.node.most,
    }


def _block(finding: BlockFinding, catalogue: Catalogue) -> Answer:
    block = finding.block
    return {
        **_range(block, finding),
        "missing": missing_codes(finding.missing),
        "note": _words(block.note),
        "items": [_item(item, catalogue) for item in finding.items],
    }


def _item(finding: ItemFinding, catalogue: Catalogue) -> Answer:
    item = finding.item
    return {
        **_range(item, finding),
        "actual": _measured(finding.actual),
        "basis": [_basis(basis, catalogue) for basis in finding.basis],
        "label": _words(finding.label),
        "reason": finding.reason.value if finding.reason else None,
        "missing": missing_codes(finding.missing),
        "missing_detail": _missing(finding.missing),
        **both_languages(partial(item_text, finding)),
        "note": _words(item.note),
        "options": [_item(option, catalogue) for option in finding.options],
    }


def missing_codes(keys: Iterable[FactKey]) -> list[str]:
    """The codes of the facts, each once, in the order in which they are asked for."""
    return list(dict.fromkeys(key.code for key in keys))


def _clause(clause: Clause, catalogue: Catalogue) -> Answer:
    condition, finding = clause.condition, clause.finding
    return {
        "id": condition.id,
        "title": condition.title.model_dump(),
        "reference": _reference(condition.reference),
        "confidence": condition.confidence.value,
        "outcome": finding.outcome.value,
        "required": _required(finding.required, unset=awaits_bureau(condition, finding, catalogue)),
        "actual": _measured(finding.actual),
        "gap": _gap(gap_known(condition, finding, catalogue)),
        "basis": [_basis(basis, catalogue) for basis in finding.basis],
        "reason": finding.reason.value if finding.reason else None,
        "missing": missing_codes(finding.missing),
        "missing_detail": _missing(finding.missing),
        **both_languages(partial(finding_text, finding)),
        "note": _words(condition.note),
        "children": [_clause(child, catalogue) for child in clause.children],
    }


def _reference(reference: Reference) -> Answer:
    document = reference.document
    return {"document": document.number, "title": document.title.model_dump(), "clause": reference.clause}


def _words(words: Bilingual | None) -> Answer | None:
    return words.model_dump() if words else None


def _required(required: Requirement | None, *, unset: bool) -> Answer | None:
    """What is asked; where the bureau has not set it yet, the words say so instead of naming natural bounds."""
    if required is None:
        return None
    words = both_languages(partial(unset_text if unset else required_text, required))
    if required.value is None:
        return {"relation": str(required.relation), "list": required.list_name, "unit": "code", **words}
    return {"relation": str(required.relation), **_plain(required.value), **words}


def _measured(measure: Measure | None) -> Answer | None:
    if measure is None or measure.open:
        return None
    return {**_plain(measure), **both_languages(partial(measure_text, measure))}


def _gap(gap: Measure | None) -> Answer | None:
    if gap is None:
        return None
    return {**_plain(gap), **both_languages(partial(gap_text, gap))}


def _plain(measure: Measure) -> Answer:
    low, high = (machine_value(measure.unit, end) for end in (measure.low, measure.high))
    ends = {"value": low} if measure.exact else {"low": low, "high": high}
    return {**ends, "unit": measure.unit.value}


def _basis(basis: IntermediateValue, catalogue: Catalogue) -> Answer:
    label = both_languages(partial(formula_text, basis.node, catalogue))
    return {
        "label": {"zh": label["text"], "en": label["text_en"]},
        **_plain(basis.value),
        **both_languages(partial(measure_text, basis.value)),
    }


def _missing(keys: Iterable[FactKey]) -> list[Answer]:
    return [{"fact": code, "year": year} for code, year in dict.fromkeys((key.code, key.year) for key in keys)]
