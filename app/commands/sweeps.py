"""`yumiao sweep`: every firm under every policy, as of a day."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commands.context import load_settings, open_database
from app.commands.progress import follow, progress
from app.config import Settings
from app.jobs.domain import JobState, this_process
from app.jobs.models import Job
from app.jobs.run import JobContext, Run, execute, run_of
from app.jobs.service import claim, retry
from app.kit.actor import SYSTEM
from app.kit.clock import today, utc_now
from app.kit.db import Database, read_scope, session_scope
from app.kit.i18n import _
from app.policies.models import Sweep
from app.policies.sweeps.jobs import KINDS
from app.policies.sweeps.service import start_sweep

NOT_DONE = 1
_TOLD = ("passes", "depends", "one", "fails", "lapses", "gained", "lost")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sweep")(sweep)


def sweep(
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="as of this day; today unless told")] = None,
    region: Annotated[str, typer.Option(help="the beginning of a region code; everything unless told")] = "",
) -> None:
    """Decide every firm of a region under every policy; an interrupted sweep goes on where it was."""
    settings = load_settings()
    with open_database(settings) as database:
        work = _open(settings, database, on.date() if on else today(utc_now()), region)
        with progress(_("政策摸底")) as bar:
            if work.run is None:
                typer.echo(_("服务器正在摸底，等它完成。"))
                follow(database, work.job_id, bar)
            else:
                work.run.on_progress = bar
                execute(work.run, KINDS[0].function)
        _report(database, work)


@dataclass(frozen=True)
class _AwaitedSweep:
    """The sweep that answers the order; `run` is None while another process (the server) is at it."""

    sweep_id: int
    job_id: int
    run: Run | None


def _open(settings: Settings, database: Database, on: date, region: str) -> _AwaitedSweep:
    """A new sweep, or the interrupted one of the same day and region, claimed by this process."""
    around, now = JobContext(database, settings.data_dir, storage=settings.vault.blobs), utc_now()
    with session_scope(database) as session:
        found, job = _unfinished(session, on, region)
        if found is None or job is None:
            found = start_sweep(session, actor=SYSTEM, now=now, on=on, region=region)
            job = session.get_one(Job, found.job_id)
        elif job.state in (JobState.FAILED, JobState.CANCELLED):
            retry(session, job=job)
        claimed = claim(session, job_id=job.id, owner=this_process(), now=now)
        if claimed is not None and claimed.checkpoint:
            typer.echo(_("接着上次中断的摸底继续：已完成 %(done)s 家。") % {"done": claimed.done})
        return _AwaitedSweep(found.id, job.id, run_of(claimed, around, claimed.owner) if claimed else None)


def _unfinished(session: Session, on: date, region: str) -> tuple[Sweep | None, Job | None]:
    """The newest sweep of the region, when it is of this day and did not come to its end."""
    statement = select(Sweep).where(Sweep.region_prefix == region).order_by(Sweep.id.desc()).limit(1)
    found = session.scalar(statement)
    if found is None or found.finished_at is not None or found.on_day != on:
        return None, None
    return found, session.get(Job, found.job_id)


def _report(database: Database, work: _AwaitedSweep) -> None:
    """A line for each policy, and a closing line."""
    with read_scope(database) as session:
        found, job = session.get_one(Sweep, work.sweep_id), session.get_one(Job, work.job_id)
        if found.finished_at is None:
            typer.echo(job.error or _("摸底没有完成，再次运行同一命令会继续。"), err=True)
            raise typer.Exit(NOT_DONE)
        for code, counts in found.counts["policies"].items():
            typer.echo(f"{code}: " + " ".join(f"{name}={counts[name]}" for name in _TOLD))
        lines = sum(counts["firms"] for counts in found.counts["policies"].values())
        typer.echo(
            f"sweep={found.id} on={found.on_day} firms={found.total} policies={len(found.versions)} lines={lines}"
        )
