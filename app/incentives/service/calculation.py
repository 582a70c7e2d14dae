"""How much a firm may enjoy: plans of published versions, the facts of the day, and the amount calculated from them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.incentives.domain.amount import Amount, Eligibility, calculate
from app.incentives.domain.plan import AmountPlan, needs_facts, plan
from app.incentives.domain.scheme import CertificateGained, Scheme
from app.incentives.queries.entitlements import Entitlement, occurrences
from app.incentives.queries.schemes import SchemeVersion
from app.kit.errors import NotFound
from app.kit.i18n import Bilingual
from app.policies.domain.facts.catalogue import Catalogue, Facts
from app.policies.domain.values.outcome import Outcome
from app.policies.queries import get_catalogue, list_versions
from app.policies.service.fact_sources import Gathered, gather, gather_many
from app.policies.service.verdicts import evaluate_enterprise


@dataclass(frozen=True)
class CalculatedIncentive:
    """An amount with the plan it was found by and the facts that it rests on."""

    plan: AmountPlan
    amount: Amount
    gathered: Gathered | None = None


def plan_of(session: Session, version: SchemeVersion) -> AmountPlan:
    """How a published version finds its amount; the facts catalogue is read only where a formula needs it."""
    return plans_of(session, [version])[version.row.id]


def plans_of(session: Session, versions: Iterable[SchemeVersion]) -> dict[int, AmountPlan]:
    """The plans of versions by the ids of their rows, each bound once."""
    unique = {version.row.id: version.scheme for version in versions}
    catalogue = get_catalogue(session) if any(map(_has_formulas, unique.values())) else {}
    titles = _titles(session, {scheme.requires.policy for scheme in unique.values() if scheme.requires})
    return {
        row_id: _named(plan(scheme, catalogue if _has_formulas(scheme) else {}), titles)
        for row_id, scheme in unique.items()
    }


def _named(found: AmountPlan, titles: Mapping[str, Bilingual]) -> AmountPlan:
    requires = found.scheme.requires
    return replace(found, required=titles.get(requires.policy)) if requires else found


def _titles(session: Session, codes: Iterable[str]) -> dict[str, Bilingual]:
    """The names of policies, of their newest versions."""
    versions = (next(iter(list_versions(session, code)), None) for code in sorted(codes))
    return {row.code: Bilingual(zh=row.title_zh, en=row.title_en) for row in versions if row}


def _has_formulas(scheme: Scheme) -> bool:
    written = (scheme.base, scheme.when, *(tier.when or tier.grade for tier in scheme.tiers))
    return any(isinstance(text, str) for text in written)


def calculate_entitlement(session: Session, item: Entitlement) -> CalculatedIncentive:
    """The amount of one entitlement by the facts on file for the day of its fact."""
    found = plan_of(session, item.version)
    known = occurrences(session, [item.trigger_key]) if found.by_occurrence else {}
    return calculate_firm(session, found, item.enterprise, item.triggered_on, known.get(item.trigger_key, ""))


def calculate_firm(
    session: Session, found: AmountPlan, enterprise: Enterprise, on: date, occurrence: str = ""
) -> CalculatedIncentive:
    """The amount for a firm whose triggering fact is, or would be, of the day `on`."""
    gathered = gather(session, found.catalogue, enterprise.id, on) if found.uses else None
    facts = gathered.facts if gathered else Facts(found.catalogue)
    eligibility = Eligibility(occurrence or of_trigger(found.scheme), _required(session, found, enterprise, on))
    return CalculatedIncentive(found, calculate(found, facts, on, eligibility), gathered)


def calculate_without_facts(session: Session, items: Sequence[Entitlement]) -> list[Amount | None]:
    """The amounts of a list of entitlements; None for those that need the firm's facts."""
    plans = plans_of(session, (item.version for item in items))
    known = occurrences(session, [item.trigger_key for item in items if plans[item.version.row.id].by_occurrence])
    return [_without_facts(plans[item.version.row.id], item, known) for item in items]


def _without_facts(found: AmountPlan, item: Entitlement, known: Mapping[str, str]) -> Amount | None:
    if needs_facts(found):
        return None
    eligibility = Eligibility(known.get(item.trigger_key, "") or of_trigger(found.scheme))
    return calculate(found, Facts(found.catalogue), item.triggered_on, eligibility)


def calculate_entitlements(session: Session, items: Sequence[Entitlement]) -> list[Amount]:
    """The amounts of many entitlements; facts are read once a day of facts. A policy that a scheme requires is left
    open: it is decided when the firm is looked at.
    """
    plans = plans_of(session, (item.version for item in items))
    known = occurrences(session, [item.trigger_key for item in items if plans[item.version.row.id].by_occurrence])
    firms: dict[date, list[int]] = {}
    catalogue: Catalogue = {}
    for item in items:
        found = plans[item.version.row.id]
        if found.uses:
            catalogue = found.catalogue
            firms.setdefault(item.triggered_on, []).append(item.enterprise.id)
    facts = {day: gather_many(session, catalogue, sorted(set(ids)), day) for day, ids in firms.items()}
    return [_of_many(plans[item.version.row.id], item, known, facts) for item in items]


def _of_many(
    found: AmountPlan, item: Entitlement, known: Mapping[str, str], facts: Mapping[date, Mapping[int, Gathered]]
) -> Amount:
    gathered = facts[item.triggered_on][item.enterprise.id].facts if found.uses else Facts(found.catalogue)
    required = Outcome.UNKNOWN if found.scheme.requires else Outcome.MET
    occurrence = known.get(item.trigger_key, "") or of_trigger(found.scheme)
    return calculate(found, gathered, item.triggered_on, Eligibility(occurrence, required))


def of_trigger(scheme: Scheme) -> str:
    """Whether the trigger itself says that the certificate is a first or a renewed one."""
    trigger = scheme.trigger
    return trigger.occurrence if isinstance(trigger, CertificateGained) and trigger.occurrence != "any" else ""


def _required(session: Session, found: AmountPlan, enterprise: Enterprise, on: date) -> Outcome:
    """How the firm stands under the policy that the scheme requires; unknown where none is in force."""
    requires = found.scheme.requires
    if requires is None:
        return Outcome.MET
    try:
        return evaluate_enterprise(session, enterprise, requires.policy, on).evaluation.outcome
    except NotFound:
        return Outcome.UNKNOWN
