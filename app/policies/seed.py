"""Publishing the files under `seeds/policies/` into the database: once each, and never changed afterwards."""

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import SeedError
from app.kit.seeds import SeedReport, publish_each
from app.policies import events
from app.policies.catalogue import ReadPolicy, read_all, read_facts
from app.policies.domain.facts.catalogue import Catalogue, FactDefinition
from app.policies.domain.language.succession import conflicts, edition_of
from app.policies.models import CataloguedFact, PolicyVersion
from app.policies.service.versions import version_row

#: What published versions rely on: a fact with another meaning is another fact.
MEANING = ("unit", "told", "may_be_negative", "at_least", "at_most")


def load(session: Session, *, seeds_dir: Path, actor: Actor, now: datetime) -> SeedReport:
    """Publish the facts catalogue and every policy file; raises `SeedError` for a wrong or a changed one."""
    catalogue = read_facts(seeds_dir)
    report = _publish_facts(session, catalogue)
    published = list(session.scalars(select(PolicyVersion)))
    read = read_all(seeds_dir, catalogue)
    _check_together(read, published)
    report += publish_each(
        read,
        {(row.code, row.jurisdiction, row.version): row.sha256 for row in published},
        key=lambda item: (item.policy.code, item.policy.jurisdiction, item.policy.version),
        digest=lambda item: item.sha256,
        publish=lambda item: _publish(session, item, actor, now),
        path=lambda item: item.path,
    )
    session.flush()
    return report


def _publish(session: Session, item: ReadPolicy, actor: Actor, now: datetime) -> None:
    policy = item.policy
    session.add(version_row(item, origin="seed", now=now))
    subject = SubjectKey("policy", f"{policy.code}/{policy.jurisdiction}", policy.title.zh)
    changes = {"version": (policy.supersedes, policy.version)}
    record(session, actor=actor, now=now, type=events.PUBLISHED, subject=subject, changes=changes)


def _check_together(read: list[ReadPolicy], published: list[PolicyVersion]) -> None:
    """The files and what the bureau published itself must not overlap."""
    paths = {edition_of(item.policy): str(item.path) for item in read}
    own = {edition_of(row): f"{row.code}/{row.jurisdiction}/{row.version}" for row in published if row.origin != "seed"}
    for edition, message in conflicts([*paths, *own]):
        raise SeedError(f"{(paths | own)[edition]}: {message}")


# -- the facts catalogue ----------------------------------------------------------------------------------------------


def _publish_facts(session: Session, catalogue: Catalogue) -> SeedReport:
    known = {row.code: row for row in session.scalars(select(CataloguedFact))}
    report = SeedReport()
    for ordinal, fact in enumerate(catalogue.values(), start=1):
        content = fact.model_dump(mode="json")
        row = known.get(fact.code)
        if row is None:
            session.add(CataloguedFact(code=fact.code, ordinal=ordinal, content=content))
            report += SeedReport(created=1)
        elif (row.content, row.ordinal) == (content, ordinal):
            report += SeedReport(unchanged=1)
        else:
            _check_meaning(fact, row.content)
            row.content, row.ordinal = content, ordinal
            report += SeedReport(changed=1)
    return report


def _check_meaning(fact: FactDefinition, before: dict[str, Any]) -> None:
    now = fact.model_dump(mode="json")
    differing = [key for key in MEANING if now[key] != before[key]]
    if len(now["parts"]) != len(before["parts"]):
        differing.append("parts")
    if differing:
        raise SeedError(
            f"facts.yaml: {fact.code}: published versions rely on its {', '.join(differing)}; "
            "put that back, and add a fact with another code for the new meaning"
        )
