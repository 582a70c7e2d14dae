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
from app.kit.errors import SeedError
from app.kit.seeds import SeedReport


def load(session: Session, seeds_dir: Path, actor: Actor, now: datetime) -> SeedReport:
    """Publish every scheme file that is new; raises SeedError when a published file was changed in place."""
    known = {
        (row.code, row.effective_from, row.revision): row
        for row in session.scalars(
            select(IncentiveSchemeVersion).where(IncentiveSchemeVersion.origin == Origin.SEED.value)
        )
    }
    report = SeedReport()
    for scheme, revision in catalogue.read_all(seeds_dir):
        found = known.get((scheme.code, scheme.effective_from, revision))
        if found is None:
            publish(session, scheme, revision, actor=actor, now=now)
            report += SeedReport(created=1)
        elif found.content_hash == digest(scheme):
            report += SeedReport(unchanged=1)
        else:
            raise SeedError(
                f"seeds/incentives/{scheme.jurisdiction}/{scheme.code}/{scheme.effective_from}: this version is published "
                "and never changes; put the correction into a file of the same date ending in .r1.yaml, .r2.yaml …"
            )
    return report


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
