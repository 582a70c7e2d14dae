"""Starting a sweep, stopping it, going on with it."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs import service as jobs
from app.jobs.domain import JobState
from app.jobs.models import Job
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import _
from app.kit.permissions import Place, require
from app.policies.models import Sweep, by_actor
from app.policies.sweeps import events
from app.policies.sweeps.actions import RUN
from app.policies.sweeps.domain import JOB_KIND
from app.policies.sweeps.rulebook import policies_for
from app.reference.queries import find_region, list_region_names

EARLIEST = date(2000, 1, 1)
AHEAD = timedelta(days=366)


def start_sweep(session: Session, *, actor: Actor, now: datetime, on: date, region: str) -> Sweep:
    """Put a sweep of the region as of `on` into the queue; its policy versions are fixed now. One event.

    Raises `Forbidden`, `Invalid` (day, region, no policy in force), `Conflict` when the region is being swept.
    """
    _check(session, actor, now, on, region)
    policies = policies_for(session, on, region)
    if not policies:
        message = _("%(on)s 当日没有适用于企业的政策。") % {"on": on}
        raise Invalid("sweep.no_policy", message, {"on": message})
    sweep = Sweep(
        on_day=on,
        region_prefix=region,
        previous_id=_previous(session, region),
        versions={policy.code: policy.to_json() for policy in policies},
        counts={},
        **by_actor(actor),
        started_at=now,
    )
    session.add(sweep)
    session.flush()
    place = list_region_names(session, [region]).get(region, "")
    title = f"{_('政策摸底')} · {on} · {place or _('全部企业')}"
    sweep.job_id = jobs.enqueue(
        session, actor=actor, now=now, kind=JOB_KIND, title=title, params={"sweep": sweep.id}
    ).id
    session.flush()
    subject = SubjectKey("sweep", str(sweep.id), on.isoformat(), region_code=region)
    versions = {policy.code: dict(policy.versions) for policy in policies}
    record(
        session,
        actor=actor,
        now=now,
        type=events.STARTED,
        subject=subject,
        data={"on": on, "versions": versions},
    )
    return sweep


def _check(session: Session, actor: Actor, now: datetime, on: date, region: str) -> None:
    require(actor, RUN, Place(region))
    if region and find_region(session, region) is None:
        message = _("没有这个区域。")
        raise Invalid("sweep.region", message, {"region": message})
    latest = today(now) + AHEAD
    if not EARLIEST <= on <= latest:
        message = _("日期须在 %(first)s 到 %(last)s 之间。") % {"first": EARLIEST, "last": latest}
        raise Invalid("sweep.day", message, {"on": message})
    under_way = find_under_way(session, region)
    if under_way is not None:
        raise Conflict(
            "sweep.under_way", _("该区域 %(on)s 的摸底还在进行，等它完成或先停止它。") % {"on": under_way.on_day}
        )


def find_under_way(session: Session, region: str) -> Sweep | None:
    """The sweep of the region that waits or runs."""
    return session.scalar(
        select(Sweep)
        .join(Job, Job.id == Sweep.job_id)
        .where(
            Sweep.region_prefix == region,
            Sweep.finished_at.is_(None),
            Job.state.in_((JobState.QUEUED, JobState.RUNNING)),
        )
        .order_by(Sweep.id.desc())
        .limit(1)
    )


def _previous(session: Session, region: str) -> int | None:
    """The sweep that the new one is compared with: the last finished one of the very same region."""
    finished = select(Sweep.id).where(Sweep.region_prefix == region, Sweep.finished_at.is_not(None))
    return session.scalar(finished.order_by(Sweep.id.desc()).limit(1))


def stop_sweep(session: Session, *, actor: Actor, now: datetime, sweep: Sweep) -> None:
    """Ask a sweep to stop after its batch. Raises `Forbidden`, `Conflict` when it is over."""
    require(actor, RUN, Place(sweep.region_prefix))
    jobs.cancel(session, job=_job(session, sweep), now=now)


def resume_sweep(session: Session, *, actor: Actor, sweep: Sweep) -> None:
    """Go on where a sweep stopped. Raises `Forbidden`, `Conflict` when it cannot go on."""
    require(actor, RUN, Place(sweep.region_prefix))
    later = select(Sweep.id).where(Sweep.region_prefix == sweep.region_prefix, Sweep.id > sweep.id).limit(1)
    if sweep.finished_at is not None or session.scalar(later) is not None:
        raise Conflict("sweep.superseded", _("这次摸底已有后来的一次代替，请直接开始新的摸底。"))
    jobs.retry(session, job=_job(session, sweep))


def _job(session: Session, sweep: Sweep) -> Job:
    return session.get_one(Job, sweep.job_id)
