"""Taking a list in as the server does, without a server."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from app.enterprises.complete_lists.schemas import CompleteListInput
from app.enterprises.imports.domain import ImportKind, RowOutcome
from app.enterprises.imports.mapping import SheetMapping
from app.enterprises.imports.models import ImportRow, ImportRun
from app.enterprises.imports.runner import counts_of
from app.enterprises.imports.sheets import AS_GUESSED, ReadingHints, allowed, guess_sheets
from app.enterprises.imports.staging import StagedFile, stage, start
from app.enterprises.models import Enterprise
from app.jobs.domain import JobState
from app.jobs.models import Job
from app.jobs.run import JobContext, kinds_of
from app.jobs.worker import Worker
from app.kit.actor import SYSTEM, Actor
from app.kit.db import Database, read_scope, session_scope
from app.kit.storage.local import LocalBlobs
from app.kit.tabular import open_table
from tests.support.house import HOUSE

NOW = datetime(2021, 6, 30, 2, 0, tzinfo=UTC)


def guessed(path: Path, kind: ImportKind = ImportKind.ENTERPRISES, told: ReadingHints = AS_GUESSED) -> SheetMapping:
    """The reading of the first sheet that would be taken in."""
    sheets = guess_sheets(open_table(path), allowed(HOUSE, kind), told)
    sheet = next(each for each in sheets if each.chosen)
    return SheetMapping.from_json(sheet.name, sheet.register, sheet.mapping)


@dataclass(frozen=True)
class Importer:
    """Imports into one database, keeping files in one folder."""

    database: Database
    folder: Path
    now: datetime = NOW

    def upload(self, path: Path, kind: ImportKind = ImportKind.ENTERPRISES, *, actor: Actor = SYSTEM) -> int:
        """Store and stage the file; returns the import's id."""
        blobs = LocalBlobs(self.folder / "files")
        with path.open("rb") as source:
            blob = blobs.put(source, limit=10**9)
        upload = StagedFile(blob.sha256, blobs.path(blob.sha256), path.name)
        with session_scope(self.database) as session:
            run = stage(session, actor=actor, upload=upload, kind=kind, now=self.now)
            return run.id

    def start(
        self, import_id: int, *, actor: Actor = SYSTEM, accept: bool = False, complete: CompleteListInput | None = None
    ) -> None:
        """Put it into the queue."""
        with session_scope(self.database) as session:
            run = session.get_one(ImportRun, import_id)
            start(session, actor=actor, run=run, now=self.now, accept_unconfirmed=accept, complete=complete)

    def work(self) -> None:
        """Run what waits; fails when a job failed."""
        Worker(JobContext(self.database, self.folder, lambda: self.now), kinds_of(HOUSE)).run_waiting()
        with read_scope(self.database) as session:
            failed = session.scalars(select(Job.error).where(Job.state == JobState.FAILED)).all()
        assert not failed, failed

    def take_in(
        self, path: Path, kind: ImportKind = ImportKind.ENTERPRISES, *, actor: Actor = SYSTEM, accept: bool = False
    ) -> int:
        """The whole way; returns the import's id."""
        import_id = self.upload(path, kind, actor=actor)
        self.start(import_id, actor=actor, accept=accept)
        self.work()
        return import_id

    def counts(self, import_id: int) -> dict[str, int]:
        """The counts that are not zero."""
        with read_scope(self.database) as session:
            found = counts_of(session.get_one(ImportRun, import_id))
        return {name: number for name, number in found.items() if number}

    def rows(self, import_id: int, outcome: RowOutcome | None = None) -> list[ImportRow]:
        """The rows of an import, of one outcome when told."""
        statement = (
            select(ImportRow).where(ImportRow.run_id == import_id).order_by(ImportRow.sheet, ImportRow.row_number)
        )
        if outcome is not None:
            statement = statement.where(ImportRow.outcome == outcome)
        with read_scope(self.database) as session:
            return list(session.scalars(statement))

    def firm(self, uscc: str) -> Enterprise:
        """The firm with this code."""
        with read_scope(self.database) as session:
            return session.scalars(select(Enterprise).where(Enterprise.uscc == uscc)).one()
