"""The life of a job: enqueued, claimed, kept, finished, failed, cancelled, tried again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from app.jobs.domain import LEASE, MAX_ATTEMPTS, JobState, LeaseLostError, is_dead
from app.jobs.models import Job
from app.kit.actor import Actor, ActorKind, Role
from app.kit.errors import Conflict
from app.kit.i18n import N_, _

GAVE_UP = N_("多次中断，已停止重试。")


def enqueue(
    session: Session, *, actor: Actor, now: datetime, kind: str, title: str, params: Mapping[str, Any] | None = None
) -> Job:
    """Put a job of `kind` into the queue; it runs once this transaction has committed."""
    job = Job(
        kind=kind,
        title=title[:240],
        params=dict(params or {}),
        state=JobState.QUEUED,
        actor=actor_to_json(actor),
        by_name=actor.name[:120],
        created_at=now,
    )
    session.add(job)
    session.flush()
    return job


def claim_next(session: Session, *, owner: str, kinds: tuple[str, ...], now: datetime) -> Job | None:
    """The oldest waiting or abandoned job of `kinds`, now leased to `owner`; None when there is nothing to do.

    A job abandoned too often is failed instead, so that a crash it causes cannot repeat for ever.
    """
    waiting = or_(Job.state == JobState.QUEUED, and_(Job.state == JobState.RUNNING, Job.lease_until < now))
    statement = select(Job).where(waiting, Job.kind.in_(kinds)).order_by(Job.id).limit(1)
    while (job := session.scalar(statement.with_for_update(skip_locked=True))) is not None:
        if job.attempts < MAX_ATTEMPTS:
            _lease(job, owner, now)
            session.flush()
            return job
        job.state, job.error, job.finished_at = JobState.FAILED, GAVE_UP, now
        session.flush()
    return None


def claim(session: Session, *, job_id: int, owner: str, now: datetime) -> Job | None:
    """The job itself, leased to `owner`, if nobody else is working on it; for the foreground of a command."""
    job = session.get(Job, job_id, with_for_update=True)
    if job is None or not job.running:
        return None
    held = job.state == JobState.RUNNING and job.lease_until is not None and job.lease_until >= now
    if held and job.owner != owner and not is_dead(job.owner):
        return None
    _lease(job, owner, now)
    session.flush()
    return job


def release_dead(session: Session, *, now: datetime) -> int:
    """Let go of jobs whose process on this machine is gone, so that nobody waits for their lease; returns how many."""
    running = session.scalars(select(Job).where(Job.state == JobState.RUNNING).with_for_update())
    dead = [job for job in running if is_dead(job.owner)]
    for job in dead:
        job.lease_until = now
        job.owner = ""
    session.flush()
    return len(dead)


def keep(session: Session, *, job_id: int, owner: str, now: datetime, values: Mapping[str, Any] | None = None) -> bool:
    """Prolong the lease and write `values` (checkpoint, done, total) in this transaction; True when a stop is asked for.

    Raises LeaseLostError when `owner` does not hold the job any more.
    """
    statement = (
        update(Job)
        .where(Job.id == job_id, Job.owner == owner, Job.state == JobState.RUNNING)
        .values(lease_until=now + LEASE, **(values or {}))
        .returning(Job.cancel_asked)
        .execution_options(synchronize_session=False)
    )
    row = session.execute(statement).one_or_none()
    if row is None:
        raise LeaseLostError(job_id)
    return bool(row.cancel_asked)


def finish(session: Session, *, job_id: int, owner: str, now: datetime, result: Mapping[str, Any]) -> None:
    """Mark the job done with its result. Raises LeaseLostError."""
    _end(session, job_id, owner, {"state": JobState.DONE, "result": dict(result), "finished_at": now})


def fail(session: Session, *, job_id: int, owner: str, now: datetime, error: str) -> None:
    """Mark the job failed; what it committed stays. Raises LeaseLostError."""
    _end(session, job_id, owner, {"state": JobState.FAILED, "error": error[:4000], "finished_at": now})


def mark_cancelled(session: Session, *, job_id: int, owner: str, now: datetime) -> None:
    """Mark the job as stopped at a person's wish. Raises LeaseLostError."""
    _end(session, job_id, owner, {"state": JobState.CANCELLED, "finished_at": now})


def give_back(session: Session, *, job_id: int, owner: str) -> None:
    """Put a job back into the queue when its worker shuts down; it goes on from its checkpoint. Raises LeaseLostError."""
    _end(session, job_id, owner, {"state": JobState.QUEUED, "attempts": Job.attempts - 1})


def cancel(session: Session, *, job: Job, now: datetime) -> None:
    """Ask a job to stop: at once when it waits, after its current batch when it runs. Raises Conflict when it is over."""
    if job.state == JobState.QUEUED:
        job.state, job.finished_at = JobState.CANCELLED, now
    elif job.state == JobState.RUNNING:
        job.cancel_asked = True
    else:
        raise Conflict("job.finished", _("该任务已经结束。"))
    session.flush()


def retry(session: Session, *, job: Job) -> None:
    """Put a failed or stopped job back into the queue; it goes on from its checkpoint. Raises Conflict otherwise."""
    if job.state not in (JobState.FAILED, JobState.CANCELLED):
        raise Conflict("job.not_failed", _("只有失败或停止的任务可以重试。"))
    job.state, job.attempts, job.error, job.finished_at, job.cancel_asked = JobState.QUEUED, 0, "", None, False
    session.flush()


def actor_to_json(actor: Actor) -> dict[str, Any]:
    """Who asked for the job, as kept with it."""
    return {
        "kind": str(actor.kind),
        "id": actor.id,
        "name": actor.name,
        "role": str(actor.role) if actor.role else None,
        "region_prefix": actor.region_prefix,
        "scopes": sorted(actor.scopes),
    }


def actor_of(job: Job) -> Actor:
    """Who asked for the job: it acts in that person's name and region."""
    kept = job.actor
    return Actor(
        kind=ActorKind(kept["kind"]),
        id=kept["id"],
        name=kept["name"],
        role=Role(kept["role"]) if kept["role"] else None,
        region_prefix=kept["region_prefix"],
        scopes=frozenset(kept.get("scopes", ())),
    )


def _lease(job: Job, owner: str, now: datetime) -> None:
    job.state, job.owner, job.lease_until = JobState.RUNNING, owner, now + LEASE
    job.started_at = job.started_at or now
    job.attempts += 1


def _end(session: Session, job_id: int, owner: str, values: Mapping[str, Any]) -> None:
    statement = (
        update(Job)
        .where(Job.id == job_id, Job.owner == owner, Job.state == JobState.RUNNING)
        .values(owner="", lease_until=None, **values)
        .execution_options(synchronize_session=False)
    )
    if session.execute(statement).rowcount != 1:  # type: ignore[attr-defined]
        raise LeaseLostError(job_id)
