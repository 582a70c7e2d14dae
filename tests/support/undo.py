"""Taking imports back as the server does, and what a database holds for comparing."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select, text

from app.enterprises.imports.models import ImportLeftover, ImportRun
from app.enterprises.imports.undo.service import UndoPreview, preview_undo, start_undo
from app.kit.actor import SYSTEM, Actor
from app.kit.db import TABLES, Base, Database, read_scope, session_scope
from tests.support.imports import Importer

#: What tells of imports and of work done, and is not taken back.
_KEPT = {"journal_event", "journal_head", "journal_private", "job", "alembic_version"}
#: What says when, and how often, a row was written; and which import said a figure last.
_MARKS = {"updated_at", "version", "imported_in"}


@dataclass(frozen=True)
class Undoer:
    """Takes imports back in one database."""

    importer: Importer

    def start(self, import_id: int, *, actor: Actor = SYSTEM, days: int = 0) -> None:
        """Put it into the queue, so many days later."""
        with session_scope(self.importer.database) as session:
            run = session.get_one(ImportRun, import_id)
            start_undo(session, actor=actor, run=run, now=self.importer.now + timedelta(days=days))

    def undo(self, import_id: int, *, actor: Actor = SYSTEM, days: int = 0) -> dict[str, int]:
        """The whole way; the counts of its report, which are those of the preview."""
        later = replace(self.importer, now=self.importer.now + timedelta(days=days))
        seen = self.preview(import_id, actor=actor)
        self.start(import_id, actor=actor, days=days)
        later.work()
        with read_scope(self.importer.database) as session:
            run = session.get_one(ImportRun, import_id)
            assert (run.state, seen.beyond) == ("undone", 0)
            assert dict(run.undone_counts) == seen.tally.counts
            return dict(run.undone_counts)

    def preview(self, import_id: int, *, actor: Actor = SYSTEM) -> UndoPreview:
        """What it would do."""
        with read_scope(self.importer.database) as session:
            run = session.get_one(ImportRun, import_id)
            return preview_undo(session, actor=actor, run=run)

    def left(self, import_id: int) -> list[tuple[str, str, str, tuple[str, ...]]]:
        """What stayed: register, field, why."""
        statement = select(ImportLeftover).where(ImportLeftover.run_id == import_id).order_by(ImportLeftover.id)
        with read_scope(self.importer.database) as session:
            return [(row.register, row.field, row.reason, tuple(row.about)) for row in session.scalars(statement)]


def state_of(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Everything on file but the journal, jobs and imports; rows as they are but for their marks, by their keys."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    database.composition.of(TABLES)
    with read_scope(database) as session:
        for table in Base.metadata.sorted_tables:
            if table.name in _KEPT or table.name.startswith("import_"):
                continue
            columns = [column for column in table.columns if column.name not in _MARKS]
            rows = session.execute(select(*columns).order_by(*table.primary_key))
            found[table.name] = [tuple(row) for row in rows]
        found["enterprise_search"] = [tuple(row) for row in session.execute(text(_INDEX[database.dialect]))]
    return found


_INDEX = {
    "sqlite": "select rowid, terms from enterprise_search order by rowid",
    "postgresql": "select enterprise_id, terms from enterprise_search order by enterprise_id",
}
