"""`yumiao undo`: an import taken back."""

from collections.abc import Mapping
from typing import Annotated

import typer
from sqlalchemy import select

from app.commands.context import load_settings, open_database
from app.commands.progress import follow, progress
from app.enterprises.imports.domain import ImportState
from app.enterprises.imports.models import ImportLeftover, ImportRun
from app.enterprises.imports.queries import get_run_visible_to
from app.enterprises.imports.undo.leftover_words import leftover_words
from app.enterprises.imports.undo.runner import undo_import
from app.enterprises.imports.undo.service import preview_undo, start_undo
from app.jobs.domain import JobState, this_process
from app.jobs.models import Job
from app.jobs.queries import get_job
from app.jobs.run import JobContext, Run, execute, run_of
from app.jobs.service import claim, retry
from app.kit.actor import SYSTEM
from app.kit.clock import utc_now
from app.kit.db import Database, read_scope, session_scope
from app.kit.errors import DomainError
from app.kit.i18n import _

NOT_DONE = 1
_LISTED = 50


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("undo")(undo)


def undo(
    number: Annotated[int, typer.Argument(metavar="IMPORT", help="the number of the import, as in /imports/N")],
    preview: Annotated[bool, typer.Option("--preview", help="only tell what would go, return and stay")] = False,
) -> None:
    """Take an import back: what it created goes, what it changed returns, what somebody touched since stays and is named."""
    settings = load_settings()
    with open_database(settings) as database:
        try:
            if preview:
                _tell_preview(database, number)
                return
            around = JobContext(database, settings.data_dir, storage=settings.vault.blobs)
            job_id, run = _open(database, around, number)
        except DomainError as error:
            typer.echo(error.message, err=True)
            raise typer.Exit(NOT_DONE) from None
        with progress(_("撤销导入")) as bar:
            if run is None:
                typer.echo(_("服务器正在撤销这次导入，等它完成。"))
                follow(database, job_id, bar)
            else:
                run.on_progress = bar
                execute(run, undo_import)
        _report(database, number, job_id)


def _open(database: Database, around: JobContext, number: int) -> tuple[int, Run | None]:
    """The job, begun or gone on with; no run while another process is at it."""
    now = utc_now()
    with session_scope(database) as session:
        found = get_run_visible_to(session, SYSTEM, number, lock=True)
        if found.state == ImportState.UNDOING and found.undo_job_id is not None:
            job = get_job(session, found.undo_job_id)
            if job.state in (JobState.FAILED, JobState.CANCELLED):
                retry(session, job=job)
        else:
            job = start_undo(session, actor=SYSTEM, run=found, now=now)
        claimed = claim(session, job_id=job.id, owner=this_process(), now=now)
        return job.id, run_of(claimed, around, claimed.owner) if claimed is not None else None


def _tell_preview(database: Database, number: int) -> None:
    with read_scope(database) as session:
        found = get_run_visible_to(session, SYSTEM, number)
        seen = preview_undo(session, actor=SYSTEM, run=found)
        words = leftover_words(session)
        for each in seen.tally.left[:_LISTED]:
            typer.echo(f"{words.kind(each)} {each.label}: {words.reason(each)}")
        if seen.beyond:
            typer.echo(_("另有 %(n)s 项改动在撤销时逐项核对。") % {"n": seen.beyond})
    typer.echo(_line(seen.tally.counts))


def _report(database: Database, number: int, job_id: int) -> None:
    """What stayed and why, and a closing line of counts."""
    with read_scope(database) as session:
        found, job = session.get_one(ImportRun, number), session.get_one(Job, job_id)
        if found.state != ImportState.UNDONE:
            typer.echo(job.error or _("撤销没有做完，再次运行同一命令会继续。"), err=True)
            raise typer.Exit(NOT_DONE)
        words = leftover_words(session)
        left = select(ImportLeftover).where(ImportLeftover.run_id == number).order_by(ImportLeftover.id)
        for each in session.scalars(left.limit(_LISTED)):
            typer.echo(f"{words.kind(each)} {each.label}: {words.reason(each)}")
        if (more := found.undone_counts["left"] - _LISTED) > 0:
            typer.echo(_("另有 %(n)s 项，见导入页面。") % {"n": more})
        typer.echo(_line(found.undone_counts))


def _line(counts: Mapping[str, int]) -> str:
    return " ".join(f"{name}={counts.get(name, 0)}" for name in ("firms", "records", "fields", "left"))
