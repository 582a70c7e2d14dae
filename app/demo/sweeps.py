"""Two sweeps of the fictional firms, half a year apart, so that there is a difference to look at."""

from datetime import date, datetime, timedelta
from pathlib import Path

from app.jobs.domain import this_process
from app.jobs.run import JobContext, execute, run_of
from app.jobs.service import claim
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.db import Database, session_scope
from app.policies.sweeps.jobs import KINDS
from app.policies.sweeps.service import start_sweep

HALF_A_YEAR = timedelta(days=183)


def sweep_twice(database: Database, actor: Actor, now: datetime) -> None:
    """Sweep the officer's region as of half a year ago and as of today."""
    for on in (today(now) - HALF_A_YEAR, today(now)):
        _sweep(database, actor, now, on)


def _sweep(database: Database, actor: Actor, now: datetime, on: date) -> None:
    around = JobContext(database, Path(), lambda: now)
    with session_scope(database) as session:
        sweep = start_sweep(session, actor=actor, now=now, on=on, region=actor.region_prefix)
        job = claim(session, job_id=sweep.job_id or 0, owner=this_process(), now=now)
        run = run_of(job, around, job.owner) if job else None
    if run is not None:
        execute(run, KINDS[0].function)
