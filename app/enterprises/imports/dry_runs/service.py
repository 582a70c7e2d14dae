"""Trying an import out: the whole file is taken in by the very job that would do it, in a copy of the database."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from app.enterprises.imports.models import ImportRun, ImportSheet
from app.enterprises.imports.row_groups.queries import RowGroup, list_groups, rows_of_sheet
from app.enterprises.imports.runner import chosen_sheets, counts_of, take_in
from app.enterprises.imports.staging import start
from app.jobs.domain import this_process
from app.jobs.run import JobContext, Run, run_of
from app.jobs.service import claim
from app.kit.actor import Actor
from app.kit.db import Database, read_scope, session_scope
from app.kit.db_copy import copied

#: Large tables that an import only adds to or never reads: a copy may do without their rows. Of a register of 100,000 firms with three
#: sweeps they are three quarters.
COPIED_EMPTY = ("journal_event", "journal_private", "sweep_line", "fact_statement", "milestone", "case_stage_entry")


@dataclass(frozen=True)
class TriedSheet:
    """What would become of the rows of a sheet: how many by outcome, and how many by outcome and main reason."""

    position: int
    counts: dict[str, int]
    groups: tuple[RowGroup, ...]


@dataclass(frozen=True)
class TriedImport:
    """What an import would do."""

    counts: dict[str, int]
    sheets: tuple[TriedSheet, ...]


def try_out(
    around: JobContext,
    *,
    actor: Actor,
    import_id: int,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> TriedImport:
    """What an import that has not begun would do if it began now; nothing is written. What `on_progress` raises ends it.

    Raises what `start` raises.
    """
    around.data_dir.mkdir(parents=True, exist_ok=True)
    with copied(around.database, around.data_dir, empty=COPIED_EMPTY) as copy:
        run = _begun(replace(around, database=copy), actor, import_id)
        run.on_progress = on_progress
        take_in(run)
        return _result(copy, import_id)


def _begun(around: JobContext, actor: Actor, import_id: int) -> Run:
    """The import's job in the copy, where nobody else can be at it."""
    now = around.clock()
    with session_scope(around.database) as session:
        found = session.get_one(ImportRun, import_id)
        queued = start(session, actor=actor, run=found, now=now, accept_unconfirmed=found.accept_unconfirmed)
        job = claim(session, job_id=queued.id, owner=this_process(), now=now)
        assert job is not None
        return run_of(job, around, job.owner)


def _result(copy: Database, import_id: int) -> TriedImport:
    with read_scope(copy) as session:
        found = session.get_one(ImportRun, import_id)
        sheets = sorted(chosen_sheets(session, import_id), key=lambda each: each.position)

        def tried(sheet: ImportSheet) -> TriedSheet:
            groups = list_groups(session, rows_of_sheet(found, sheet.position))
            return TriedSheet(sheet.position, counts_of(sheet), tuple(groups))

        return TriedImport(counts_of(found), tuple(map(tried, sheets)))
