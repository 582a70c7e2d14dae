"""A dry run ordered on a page: a job whose result is told there until the reading of the file changes."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.actions import IMPORT
from app.enterprises.imports.dry_runs.service import TriedImport, TriedSheet, try_out
from app.enterprises.imports.models import ImportRun
from app.enterprises.imports.registers import registers_of
from app.enterprises.imports.row_groups.queries import RowGroup
from app.enterprises.imports.sheets import require_uploaded
from app.enterprises.imports.staging import require_told, sheets_of
from app.jobs.models import Job
from app.jobs.run import Run
from app.jobs.service import cancel, enqueue
from app.journal.past_day import TRACED
from app.journal.queries import last_position
from app.kit.actor import Actor
from app.kit.db import as_json, composition_of, read_scope, session_scope
from app.kit.i18n import N_, _
from app.kit.permissions import require

JOB_KIND = "import_dry_run"
JOB_LABEL = N_("试读名单")


@dataclass(frozen=True)
class DryRun:
    """The last dry run of an import that was ordered: its job, whether the file is read otherwise since, and, once it is done, what the import
    would do, as of when, and whether something in the registers changed since.
    """

    job: Job
    read_otherwise: bool
    result: TriedImport | None = None
    at: datetime | None = None
    moved_on: bool = False


def order_dry_run(session: Session, *, actor: Actor, run: ImportRun, now: datetime) -> Job:
    """Put a dry run of an import into the queue; one that is under way is stopped. Writes no event: nothing becomes of it.

    Raises Conflict once the import began, Invalid where something must be told first.
    """
    require(actor, IMPORT, run)
    require_uploaded(run)
    require_told(sheets_of(session, run), registers_of(composition_of(session)))
    stop_dry_run(session, run=run, now=now)
    params = {"import": run.id, "reading": _reading_of(session, run)}
    return enqueue(
        session, actor=actor, now=now, kind=JOB_KIND, title=f"{_(JOB_LABEL)} · {run.file_name}", params=params
    )


def stop_dry_run(session: Session, *, run: ImportRun, now: datetime) -> None:
    """Stop the dry run that is under way, if there is one."""
    job = _last_job(session, run)
    if job is not None and job.running:
        cancel(session, job=job, now=now)


def carry_out(run: Run) -> Mapping[str, Any]:
    """The job: try the whole file out; returns what the import would do."""

    def on_progress(done: int, total: int) -> None:
        with session_scope(run.around.database) as session:
            run.save(session, checkpoint={}, done=done, total=total)
        run.between_batches(done, total)

    with read_scope(run.around.database) as session:
        position = _position(session)
    at = run.now()
    found = try_out(run.around, actor=run.actor, import_id=int(run.params["import"]), on_progress=on_progress)
    return {"at": at.isoformat(), "position": position, **asdict(found)}


def find_dry_run(session: Session, run: ImportRun) -> DryRun | None:
    """The last dry run of an import; None where there was none."""
    job = _last_job(session, run)
    if job is None:
        return None
    otherwise, kept = job.params["reading"] != _reading_of(session, run), job.result
    if otherwise or not kept:
        return DryRun(job, otherwise)
    moved_on = _position(session) != kept["position"]
    return DryRun(job, otherwise, _tried(kept), datetime.fromisoformat(kept["at"]), moved_on)


def _tried(kept: Mapping[str, Any]) -> TriedImport:
    def sheet(each: Mapping[str, Any]) -> TriedSheet:
        return TriedSheet(each["position"], each["counts"], tuple(RowGroup(**group) for group in each["groups"]))

    return TriedImport(kept["counts"], tuple(map(sheet, kept["sheets"])))


def _last_job(session: Session, run: ImportRun) -> Job | None:
    wanted = select(Job).where(Job.kind == JOB_KIND, Job.params["import"].as_integer() == run.id)
    return session.scalar(wanted.order_by(Job.id.desc()).limit(1))


def _position(session: Session) -> int:
    """Where the journal of the registers stands: sign-ins and the like do not count."""
    return last_position(session, {"enterprise", *(each.kind for each in composition_of(session).of(TRACED))})


def _reading_of(session: Session, run: ImportRun) -> str:
    """A digest of how the file is read, and of what was said beforehand of rows that wait."""
    sheets = [[each.position, each.chosen, each.turn, each.register, each.mapping] for each in sheets_of(session, run)]
    said = {code: made["choice"] for code, made in run.decisions.items()}
    return hashlib.sha256(as_json([sheets, said]).encode()).hexdigest()
