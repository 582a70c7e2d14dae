"""后台任务: what runs, what waits, what ended how."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists import controls
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.jobs import events, service
from app.jobs.actions import LIST, STEER
from app.jobs.domain import JobState
from app.jobs.lists import JOBS
from app.jobs.models import Job
from app.jobs.queries import get_job
from app.jobs.run import kinds_of
from app.journal.domain import EventType, SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.db import composition_of
from app.kit.errors import NotFound
from app.kit.i18n import N_, _

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

    list: Listed[Job, JobLine]


_LIST = ListView(
    base="/system/jobs",
    source=JOBS,
    lines=lambda viewer, rows: [_line(viewer.session, job) for job in rows],
    controls=(controls.select("state", N_("状态"), STATE_LABELS, chip=False),),
    counted=False,
)


@router.get("", action=LIST)
def list_page(call: Call, query: Annotated[ListQuery, _LIST.asked]) -> Response:
    if query["state"] not in ("", *JobState):
        raise NotFound("job.state_unknown", _("没有这个状态。"))
    return call.render("web/jobs/list.html", JobsPage(_LIST.listed(query, call.viewer)))


@router.get("/{job_id:int}", action=LIST)
def job_page(call: Call, job_id: int) -> Response:
    return call.render("web/jobs/job.html", _line(call.session, get_job(call.session, job_id)))


@router.get("/{job_id:int}/progress", action=LIST)
def progress(call: Call, job_id: int) -> Response:
    return call.bar("web/jobs/progress.html", _line(call.session, get_job(call.session, job_id)))


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


def _line(session: Session, job: Job) -> JobLine:
    kind = composition_of(session).made(kinds_of).get(job.kind)
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
