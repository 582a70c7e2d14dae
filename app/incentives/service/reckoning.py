"""How much a firm may enjoy: plans of published versions, the facts of the day, and the amount reckoned from them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.incentives.domain.amount import Amount, Standing, reckon
from app.incentives.domain.plan import Plan, needs_facts, plan
from app.incentives.domain.scheme import CertificateGained, Scheme
from app.incentives.queries.entitlements import Entitlement, occurrences
from app.incentives.queries.schemes import SchemeVersion
from app.kit.errors import NotFound
from app.policies.domain.facts import Facts
from app.policies.domain.outcome import Outcome
from app.policies.queries import get_catalogue
from app.policies.service.gathering import Gathered, gather
from app.policies.service.verdicts import evaluate_enterprise


@dataclass(frozen=True)
class Reckoned:
    """An amount with the plan it was found by and the facts that it rests on."""

    plan: Plan
    amount: Amount
    gathered: Gathered | None = None


def plan_of(session: Session, version: SchemeVersion) -> Plan:
    """How a published version finds its amount; the facts catalogue is read only where a formula needs it."""
    scheme = version.scheme
    written = (scheme.base, scheme.when, *(tier.when or tier.grade for tier in scheme.tiers))
    formulas = any(isinstance(text, str) for text in written)
    return plan(scheme, get_catalogue(session) if formulas else {})


def plans_of(session: Session, versions: Iterable[SchemeVersion]) -> dict[int, Plan]:
    """The plans of versions by the ids of their rows, each bound once."""
    return {row_id: plan_of(session, version) for row_id, version in {v.row.id: v for v in versions}.items()}


def reckon_entitlement(session: Session, item: Entitlement) -> Reckoned:
    """The amount of one entitlement by the facts on file for the day of its fact."""
    found = plan_of(session, item.version)
    known = occurrences(session, [item.trigger_key]) if found.by_occurrence else {}
    return reckon_firm(session, found, item.enterprise, item.triggered_on, known.get(item.trigger_key, ""))


def reckon_firm(session: Session, found: Plan, enterprise: Enterprise, on: date, occurrence: str = "") -> Reckoned:
    """The amount for a firm whose triggering fact is, or would be, of the day `on`."""
    gathered = gather(session, found.catalogue, enterprise.id, on) if found.uses else None
    facts = gathered.facts if gathered else Facts(found.catalogue)
    standing = Standing(occurrence or of_trigger(found.scheme), _required(session, found, enterprise, on))
    return Reckoned(found, reckon(found, facts, on, standing), gathered)


def reckon_without_facts(session: Session, items: Sequence[Entitlement]) -> list[Amount | None]:
    """The amounts of a list of entitlements; None for those that need the firm's facts."""
    plans = plans_of(session, (item.version for item in items))
    known = occurrences(session, [item.trigger_key for item in items if plans[item.version.row.id].by_occurrence])
    return [_without_facts(plans[item.version.row.id], item, known) for item in items]


def _without_facts(found: Plan, item: Entitlement, known: Mapping[str, str]) -> Amount | None:
    if needs_facts(found):
        return None
    standing = Standing(known.get(item.trigger_key, "") or of_trigger(found.scheme))
    return reckon(found, Facts(found.catalogue), item.triggered_on, standing)


def of_trigger(scheme: Scheme) -> str:
    """Whether the trigger itself says that the certificate is a first or a renewed one."""
    trigger = scheme.trigger
    return trigger.occurrence if isinstance(trigger, CertificateGained) and trigger.occurrence != "any" else ""


def _required(session: Session, found: Plan, enterprise: Enterprise, on: date) -> Outcome:
    """How the firm stands under the policy that the scheme requires; unknown where none is in force."""
    requires = found.scheme.requires
    if requires is None:
        return Outcome.MET
    try:
        return evaluate_enterprise(session, enterprise, requires.policy, on).evaluation.outcome
    except NotFound:
        return Outcome.UNKNOWN
