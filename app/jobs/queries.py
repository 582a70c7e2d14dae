"""Reading jobs."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs.models import Job
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.paging import Keyset, Page, page


def get_job(session: Session, job_id: int) -> Job:
    """The job; raises NotFound."""
    job = session.get(Job, job_id)
    if job is None:
        raise NotFound("job.unknown", _("没有这项任务。"))
    return job


def page_jobs(session: Session, *, state: str = "", cursor: str | None = None, limit: int = 50) -> Page[Job]:
    """Jobs, the newest first, optionally of one state."""
    statement = select(Job)
    if state:
        statement = statement.where(Job.state == state)
    return page(session, statement, Keyset([(Job.id, "desc")]), cursor, limit)
