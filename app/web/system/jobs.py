"""后台任务: what runs, what waits, what ended how."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists.query import ListQuery, asked, list_query
from app.jobs import events, service
from app.jobs.actions import LIST, STEER
from app.jobs.domain import JobState
from app.jobs.models import Job
from app.jobs.queries import get_job, page_jobs
from app.jobs.run import kinds_of
from app.journal.domain import EventType, SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.db import composition_of
from app.kit.errors import NotFound
from app.kit.i18n import N_, _
from app.kit.paging import Page

router = GuardedRouter(door="web", prefix="/system/jobs")

STATE_LABELS = {
    JobState.QUEUED: N_("排队"),
    JobState.RUNNING: N_("进行中"),
    JobState.DONE: N_("已完成"),
    JobState.FAILED: N_("失败"),
    JobState.CANCELLED: N_("已停止"),
}
STATE_BADGES = {
    JobState.QUEUED: "wait",
    JobState.RUNNING: "info",
    JobState.DONE: "good",
    JobState.FAILED: "late",
    JobState.CANCELLED: "idle",
}


@dataclass(frozen=True)
class JobLine:
    """One job as shown."""

    job: Job
    kind: str
    state: str
    badge: str
    running: bool
    can_retry: bool
    text: str
    error: str
    result_url: str


@dataclass(frozen=True)
class JobsPage:
    """All jobs."""

    lines: tuple[JobLine, ...]
    page: Page[Job]
    state: str
    states: tuple[tuple[str, str], ...]


QUERY = list_query("/system/jobs", ("state",))


@router.get("", action=LIST)
def list_page(call: Call, query: Annotated[ListQuery, asked(QUERY)]) -> Response:
    state = query["state"]
    if state and state not in set(JobState):
        raise NotFound("job.state_unknown", _("没有这个状态。"))
    found = page_jobs(call.session, state=state, cursor=query.cursor or None)
    states = tuple((each.value, _(label)) for each, label in STATE_LABELS.items())
    page = JobsPage(tuple(_line(call, job) for job in found.items), found, state, states)
    return call.render("web/jobs/list.html", page)


@router.get("/{job_id:int}", action=LIST)
def job_page(call: Call, job_id: int) -> Response:
    return call.render("web/jobs/job.html", _line(call, get_job(call.session, job_id)))


@router.get("/{job_id:int}/progress", action=LIST)
def progress(call: Call, job_id: int) -> Response:
    return call.bar("web/jobs/progress.html", _line(call, get_job(call.session, job_id)))


@router.post("/{job_id:int}/stop", action=STEER)
def stop(call: Call, job_id: int) -> Response:
    job = get_job(call.session, job_id)
    stop_job(call.session, **call.by, job=job)
    return call.redirect(f"/system/jobs/{job.id}", info=_("将在当前批次结束后停止。"))


@router.post("/{job_id:int}/retry", action=STEER)
def retry(call: Call, job_id: int) -> Response:
    job = get_job(call.session, job_id)
    retry_job(call.session, **call.by, job=job)
    return call.redirect(f"/system/jobs/{job.id}", good=_("已重新排队，从断点接着做。"))


def stop_job(session: Session, *, actor: Actor, now: datetime, job: Job) -> None:
    """Ask a job to stop; one event. Raises `Conflict` when it is over."""
    service.cancel(session, job=job, now=now)
    _note(session, actor, now, job, events.CANCELLED)


def retry_job(session: Session, *, actor: Actor, now: datetime, job: Job) -> None:
    """Let a job that failed or was stopped go on from its checkpoint; one event. Raises `Conflict` otherwise."""
    service.retry(session, job=job)
    _note(session, actor, now, job, events.RETRIED)


def _note(session: Session, actor: Actor, now: datetime, job: Job, type: EventType) -> None:
    record(session, actor=actor, now=now, type=type.code, subject=SubjectKey("job", str(job.id), job.title))


def _line(call: Call, job: Job) -> JobLine:
    kind = composition_of(call.session).made(kinds_of).get(job.kind)
    state = JobState(job.state)
    return JobLine(
        job=job,
        kind=_(kind.label) if kind else job.kind,
        state=_(STATE_LABELS[state]),
        badge=STATE_BADGES[state],
        running=job.running,
        can_retry=state in (JobState.FAILED, JobState.CANCELLED),
        text=f"{job.done:,} / {job.total:,}" if job.total else "—",
        error=_(job.error),
        result_url=_result_url(job),
    )


def _result_url(job: Job) -> str:
    """The page that shows what came of it."""
    if "import" in job.params:
        return f"/imports/{job.params['import']}"
    if "dossier" in job.params:
        return f"/cases/{job.params['dossier']}/dossier"
    if "message" in job.params:
        return f"/messages/{job.id}"
    if "reconciliation" in job.params:
        return f"/exchange/reconciling/{job.params['reconciliation']}"
    if "answer" in job.params:
        return f"/exchange/handovers/{job.params['answer']}/answers/{job.id}"
    if "bulk" in job.params:
        return f"/cases/bulk/{job.id}"
    if "order" in job.params:
        return f"/policies/sweeps/{job.params['sweep']}/cases/{job.id}"
    return f"/policies/sweeps/{job.params['sweep']}" if "sweep" in job.params else ""
