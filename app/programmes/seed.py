"""Publishing `seeds/programmes/` into the catalogue; a second run changes nothing and says so."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.seeds import SeedReport, publish_each
from app.programmes import catalogue, events
from app.programmes.catalogue import ProgrammeFile
from app.programmes.domain.definition import Programme, RoundTemplate
from app.programmes.models import ProgrammeRound, ProgrammeVersion


def load(session: Session, seeds_dir: Path, actor: Actor, now: datetime) -> SeedReport:
    """Publish every programme file that is new; a published version never changes (`SeedError` if a file did).

    Each new version writes one event; rounds that the bureau has set itself are left alone.
    """
    rows = session.execute(select(ProgrammeVersion.code, ProgrammeVersion.version, ProgrammeVersion.sha256))
    return publish_each(
        catalogue.read_all(seeds_dir),
        {(code, version): sha256 for code, version, sha256 in rows},
        key=lambda file: (file.programme.code, file.programme.version),
        digest=lambda file: file.sha256,
        publish=lambda file: _publish(session, file, actor, now),
        path=lambda file: file.path,
    )


def _publish(session: Session, file: ProgrammeFile, actor: Actor, now: datetime) -> None:
    programme = file.programme
    session.add(
        ProgrammeVersion(
            code=programme.code,
            version=programme.version,
            effective_on=programme.effective_on,
            supersedes=programme.supersedes,
            title_zh=programme.title.zh,
            title_en=programme.title.en,
            content=file.content,
            sha256=file.sha256,
            origin="seed",
            published_at=now,
        )
    )
    _add_rounds(session, programme)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        type=events.PUBLISHED,
        subject=SubjectKey("programme", programme.code, programme.title.zh),
        changes={"version": (programme.supersedes, programme.version)},
        data={"sha256": file.sha256},
    )


def _add_rounds(session: Session, programme: Programme) -> None:
    rows = session.scalars(select(ProgrammeRound).where(ProgrammeRound.programme_code == programme.code))
    known = {(row.year, row.code): row for row in rows}
    for template in programme.rounds:
        row = known.get((template.year, template.code))
        if row is None:
            session.add(_round(programme.code, template))
        elif row.origin == "seed":
            _take_over(row, template)


def _round(code: str, template: RoundTemplate) -> ProgrammeRound:
    row = ProgrammeRound(programme_code=code, year=template.year, code=template.code, origin="seed", version=1)
    _take_over(row, template)
    return row


def _take_over(row: ProgrammeRound, template: RoundTemplate) -> None:
    row.title_zh, row.title_en = template.title.zh, template.title.en
    row.bureau_cutoff_on, row.province_cutoff_on = template.bureau_cutoff_on, template.province_cutoff_on
