"""Applying a policy to a firm, and keeping a verdict as it was given."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import orjson
from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import N_, _
from app.policies import events
from app.policies.answer import Answer
from app.policies.domain.compile.interpreter import evaluate
from app.policies.domain.explain.fact_input import read_facts, stated_facts
from app.policies.domain.facts.catalogue import Facts
from app.policies.domain.language.policy import Policy, PolicySubject
from app.policies.domain.language.verdict import Evaluation
from app.policies.models import PolicySetting, PolicyVersion, StoredVerdict, by_actor
from app.policies.plan_answer import answer_with_plan
from app.policies.queries import get_in_force, list_in_force_by_region, policies_of, policy_of
from app.policies.service.fact_sources import Gathered, Provenance, gather, gather_many
from app.policies.settings import Settings, known_settings, settings_by_region, settings_in_force

SET_BY_BUREAU = N_("市局设定")


@dataclass(frozen=True)
class Verdict:
    """A policy version applied to a firm, with what was known."""

    version: PolicyVersion
    evaluation: Evaluation
    gathered: Gathered


def evaluate_enterprise(session: Session, enterprise: Enterprise, policy_code: str, on: date) -> Verdict:
    """How a firm stands under the version in force for it on `on`. Raises `NotFound`, also for one not about firms."""
    row = get_in_force(session, policy_code, on, enterprise.region_code)
    policy = policy_of(session, row)
    if policy.subject is not PolicySubject.ENTERPRISE:
        raise NotFound(
            "policies.not_about_firms", _("“%(title)s”不以企业为对象，请在政策页试算。") % {"title": policy.title}
        )
    settings = settings_in_force(session, policy, on, enterprise.region_code)
    gathered = with_settings(policy, gather(session, policy.catalogue, enterprise.id, on), settings)
    return Verdict(row, evaluate(policy, _used(policy, gathered.facts), on), gathered)


def evaluate_all(
    session: Session, enterprise: Enterprise, on: date, only: Collection[str] | None = None
) -> list[Verdict]:
    """How a firm stands under every policy about enterprises that is in force for it on `on`; facts are read once.

    `only` narrows it to these policies.
    """
    return evaluate_many(session, [enterprise], on, only)[enterprise.id]


def evaluate_many(
    session: Session, enterprises: Collection[Enterprise], on: date, only: Collection[str] | None = None
) -> dict[int, list[Verdict]]:
    """The same of many firms by their id, with no more queries than for one."""
    policies = _about_firms(session, on, {firm.region_code for firm in enterprises}, only)
    known = _gathered(session, enterprises, policies, on)
    settings = settings_by_region(
        {region: [policy for _row, policy in some] for region, some in policies.items()}, session, on
    )
    return {
        firm.id: [
            _verdict(row, policy, known[firm.id], settings[firm.region_code].get(policy.code, {}), on)
            for row, policy in policies[firm.region_code]
        ]
        for firm in enterprises
    }


_Applied = tuple[PolicyVersion, Policy]


def _about_firms(
    session: Session, on: date, regions: Collection[str], only: Collection[str] | None
) -> dict[str, list[_Applied]]:
    """By region: the versions in force whose subject is a firm."""
    in_force = list_in_force_by_region(session, on, regions)
    rows = list(
        {row.id: row for some in in_force.values() for row in some if only is None or row.code in only}.values()
    )
    policies = {row.id: policy for row, policy in zip(rows, policies_of(session, rows), strict=True)}
    return {
        region: [
            (row, policies[row.id])
            for row in some
            if row.id in policies and policies[row.id].subject is PolicySubject.ENTERPRISE
        ]
        for region, some in in_force.items()
    }


def _gathered(
    session: Session, enterprises: Collection[Enterprise], policies: Mapping[str, list[_Applied]], on: date
) -> dict[int, Gathered]:
    """What is known of the firms to which any policy applies."""
    catalogue = next((policy.catalogue for some in policies.values() for _row, policy in some), None)
    if catalogue is None:
        return {}
    return gather_many(session, catalogue, [firm.id for firm in enterprises], on)


def _verdict(row: PolicyVersion, policy: Policy, known: Gathered, settings: Settings, on: date) -> Verdict:
    gathered = with_settings(policy, known, settings)
    return Verdict(row, evaluate(policy, _used(policy, gathered.facts), on), gathered)


def evaluate_stated(
    policy: Policy, stated: dict[str, Any], on: date, settings: Settings = MappingProxyType({})
) -> Evaluation:
    """How a subject with the told facts stands; nothing is kept. A told value goes before what the bureau has set.

    Raises `Invalid` naming each bad fact.
    """
    facts = read_facts(policy, stated)
    return evaluate(policy, Facts(policy.catalogue, {**known_settings(policy, settings), **facts.known}), on)


def with_settings(policy: Policy, gathered: Gathered, settings: Settings) -> Gathered:
    """What is known, and what the bureau has set for this policy."""
    if not settings:
        return gathered
    set_values = known_settings(policy, settings)
    sources = {key: _set_by(settings[key.code]) for key in set_values}
    facts = Facts(policy.catalogue, {**gathered.facts.known, **set_values})
    return Gathered(facts, {**gathered.sources, **sources}, gathered.lapsed)


def _set_by(setting: PolicySetting) -> Provenance:
    return Provenance(SET_BY_BUREAU, setting.actor_name, setting.effective_from, setting.document)


def store_verdict(  # noqa: PLR0913 - the occasion is part of what is kept
    session: Session,
    actor: Actor,
    enterprise: Enterprise,
    policy_code: str,
    on: date,
    reason: str,
    case_id: int | None,
    now: datetime,
) -> StoredVerdict:
    """Keep the verdict on a firm with its inputs and their sources, for instance when a case is submitted."""
    verdict = evaluate_enterprise(session, enterprise, policy_code, on)
    inputs, result = _inputs(verdict), answer_with_plan(verdict.evaluation)
    row = StoredVerdict(
        enterprise_id=enterprise.id,
        case_id=case_id,
        policy_version_id=verdict.version.id,
        policy_code=policy_code,
        on_day=on,
        reason=reason,
        outcome=verdict.evaluation.outcome.value,
        inputs=inputs,
        result=result,
        sha256=_digest(verdict.version, inputs, result),
        stored_at=now,
        **by_actor(actor),
    )
    session.add(row)
    session.flush()
    _note(session, actor, enterprise, row, now)
    return row


def explain_again(session: Session, stored: StoredVerdict) -> Answer:
    """The stored verdict decided anew from its own inputs by its own version: word for word what was stored."""
    version = session.get_one(PolicyVersion, stored.policy_version_id)
    stated = {code: entry["value"] for code, entry in stored.inputs.items()}
    return answer_with_plan(evaluate_stated(policy_of(session, version), stated, stored.on_day))


def is_intact(session: Session, stored: StoredVerdict) -> bool:
    """Whether inputs and result are those that were hashed when the verdict was kept."""
    version = session.get_one(PolicyVersion, stored.policy_version_id)
    return _digest(version, stored.inputs, stored.result) == stored.sha256


def _used(policy: Policy, facts: Facts) -> Facts:
    """Only the facts that the policy reads."""
    return Facts(policy.catalogue, {key: known for key, known in facts.known.items() if key.code in policy.uses})


def _inputs(verdict: Verdict) -> dict[str, Any]:
    policy = verdict.evaluation.policy
    stated = stated_facts(_used(policy, verdict.gathered.facts))
    return {code: {"value": value, "sources": _sources(verdict.gathered, code)} for code, value in stated.items()}


def _sources(gathered: Gathered, code: str) -> list[dict[str, Any]]:
    found: dict[tuple[int | None, Provenance], None] = {
        (key.year, source): None for key, source in gathered.sources.items() if key.code == code
    }
    return [
        {
            "year": year,
            "place": source.place,
            "stated_by": source.stated_by,
            "stated_on": source.stated_on.isoformat() if source.stated_on else None,
            "grounds": source.grounds,
        }
        for year, source in found
    ]


def _digest(version: PolicyVersion, inputs: dict[str, Any], result: dict[str, Any]) -> str:
    content = {"policy": version.sha256, "inputs": inputs, "result": result}
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _note(session: Session, actor: Actor, enterprise: Enterprise, row: StoredVerdict, now: datetime) -> None:
    subject = SubjectKey("verdict", str(row.id), enterprise.name, enterprise.id, enterprise.region_code)
    data = {"policy": row.policy_code, "version": row.result["version"], "on": row.on_day, "sha256": row.sha256}
    changes = {"verdict.outcome": (None, row.outcome)}
    record(session, actor=actor, now=now, type=events.VERDICT_STORED, subject=subject, changes=changes, data=data)
