"""Reading jobs."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs.models import Job
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _


def get_job(session: Session, job_id: int) -> Job:
    """The job; raises NotFound."""
    job = session.get(Job, job_id)
    if job is None:
        raise NotFound("job.unknown", _("没有这项任务。"))
    return job


def get_ordered_visible_to(session: Session, actor: Actor, kind: str, job_id: int) -> Job:
    """The job of that kind, ordered by somebody whose region lies within the actor's; raises NotFound."""
    job = get_job(session, job_id)
    if job.kind != kind or not ordered_within(job, actor.region_prefix):
        raise NotFound("job.unknown", _("没有这项任务。"))
    return job


def ordered_within(job: Job, region_prefix: str) -> bool:
    """Whether the job was ordered by somebody of this region."""
    return str(job.actor["region_prefix"]).startswith(region_prefix)


def list_jobs(session: Session, ids: Collection[int]) -> dict[int, Job]:
    """These jobs by their id."""
    return {job.id: job for job in session.scalars(select(Job).where(Job.id.in_(ids)))}


def list_about(session: Session, kind: str, name: str, number: int, limit: int = 50) -> list[Job]:
    """The latest jobs of a kind whose parameter `name` is `number`, the newest first."""
    wanted = select(Job).where(Job.kind == kind, Job.params[name].as_integer() == number)
    return list(session.scalars(wanted.order_by(Job.id.desc()).limit(limit)))
