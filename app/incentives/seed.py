"""Publishing seeds/incentives: a published version never changes, a correction is a file .rN."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.incentives import catalogue, events
from app.incentives.domain.scheme import Origin, Scheme
from app.incentives.models import IncentiveSchemeVersion
from app.incentives.service.versions import digest, scheme_subject, version_row
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.seeds import SeedReport, publish_each, version_of
from app.kit.yaml import SeedFile


def load(session: Session, seeds_dir: Path, actor: Actor, now: datetime) -> SeedReport:
    """Publish every scheme file that is new; raises SeedError when a published file was changed in place."""
    seeded = select(IncentiveSchemeVersion).where(IncentiveSchemeVersion.origin == Origin.SEED.value)
    return publish_each(
        catalogue.read_all(seeds_dir),
        {(row.code, row.effective_from, row.revision): row.content_hash for row in session.scalars(seeded)},
        key=lambda file: (file.content.code, file.content.effective_from, _revision(file)),
        digest=lambda file: digest(file.content),
        publish=lambda file: publish(session, file.content, _revision(file), actor=actor, now=now),
        path=lambda file: file.path,
        supersedes=False,
    )


def _revision(file: SeedFile[Scheme]) -> int:
    return version_of(file.path)[1]


def publish(session: Session, scheme: Scheme, revision: int, *, actor: Actor, now: datetime) -> IncentiveSchemeVersion:
    """Put a version of origin seed into the database, with one event."""
    row = version_row(scheme, Origin.SEED, revision, actor=actor, now=now)
    session.add(row)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        type=events.SCHEME_PUBLISHED,
        subject=scheme_subject(scheme),
        changes={"effective_from": (None, scheme.effective_from)},
    )
    return row
