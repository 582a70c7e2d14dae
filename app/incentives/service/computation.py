"""A calculation as it is kept with a step: years later it says the same words from the same facts."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Any

from app.incentives.domain.plan import AmountPlan
from app.incentives.domain.stacking import Share
from app.incentives.domain.steps import ADVISORY
from app.incentives.queries.schemes import SchemeVersion
from app.incentives.service.calculation import CalculatedIncentive
from app.incentives.words import amount_text, line_text, method_text, share_text
from app.kit.i18n import Bilingual, _
from app.policies.domain.explain.fact_input import stated_facts
from app.policies.domain.facts.catalogue import Facts
from app.policies.words import both_languages

Kept = dict[str, Any]


def computation(
    calculated: CalculatedIncentive,
    version: SchemeVersion,
    on: date,
    share: Share | None = None,
    names: Mapping[str, Bilingual] = MappingProxyType({}),
) -> Kept:
    """What is kept: scheme version, formulas, facts with their sources, the amount, and every line in both languages;
    and what the firm gets of it beside other schemes (`names` by their codes), where that was asked.
    """
    plan, amount = calculated.plan, calculated.amount
    return {
        "scheme": plan.scheme.code,
        "version": version.row.effective_from.isoformat(),
        "version_id": version.row.id,
        "content_hash": version.row.content_hash,
        "on": on.isoformat(),
        "formulas": _formulas(plan),
        "method": _method(plan),
        "facts": _facts(calculated),
        "missing": [{"fact": key.code, "year": key.year} for key in amount.missing],
        "amount": {"low": amount.low, "high": amount.high, "due": amount.due.value},
        "lines": [{"kind": line.kind.value, **both_languages(partial(line_text, plan, line))} for line in amount.lines],
        **both_languages(lambda: amount_text(amount)),
        "share": _share(share, names) if share else None,
        "advisory": both_languages(lambda: _(ADVISORY)),
    }


def _formulas(plan: AmountPlan) -> dict[str, Any]:
    scheme = plan.scheme
    written = {"base": scheme.base, "when": scheme.when, "tiers": [tier.when for tier in scheme.tiers if tier.when]}
    return {key: text for key, text in written.items() if text and not hasattr(text, "zh")}


def _method(plan: AmountPlan) -> list[dict[str, str]]:
    reported = both_languages(lambda: "\n".join(method_text(plan)))
    pairs = zip(reported["text"].split("\n"), reported["text_en"].split("\n"), strict=True)
    return [{"text": chinese, "text_en": english} for chinese, english in pairs]


def _share(share: Share, names: Mapping[str, Bilingual]) -> dict[str, Any]:
    reported = both_languages(partial(share_text, share, lambda code: str(names.get(code, code))))
    to = share.to.key if share.to else None
    return {"low": share.low, "high": share.high, "reason": share.reason.value, "to": to, **reported}


def _facts(calculated: CalculatedIncentive) -> dict[str, Any]:
    """The values that were read, in the shape in which callers tell them, each fact with its sources."""
    if calculated.gathered is None:
        return {}
    facts, sources = calculated.gathered.facts, calculated.gathered.sources
    read = set(calculated.amount.read)
    used = {key: known for key, known in facts.known.items() if key in read}
    return {
        code: {"value": value, "sources": sorted({sources[key].place for key in used if key.code == code})}
        for code, value in stated_facts(Facts(facts.catalogue, used)).items()
    }
