"""Beginning a reconciliation, stopping one, and handing what differs over again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.exchange.actions import HAND_OVER
from app.exchange.comparison.domain import ComparisonSource, ComparisonState
from app.exchange.comparison.models import Reconciliation
from app.exchange.handovers.domain import BatchBasis
from app.exchange.handovers.models import Handover
from app.exchange.handovers.schemas import PrepareHandover
from app.exchange.handovers.service.preparing import start_handover
from app.exchange.partners.models import Partner
from app.exchange.partners.service import require_served
from app.exchange.plans import plans_of
from app.exchange.reconciliation import events
from app.exchange.reconciliation.queries import count_queueable, is_queueing
from app.jobs.models import Job
from app.jobs.service import cancel, enqueue
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import _
from app.kit.permissions import Place, require

JOB_KIND = "reconcile"


@dataclass(frozen=True)
class TheirFile:
    """Their list as a file that is stored: the hash of its bytes, and what it was called."""

    sha256: str
    name: str


def start_reconciliation(
    session: Session, *, actor: Actor, now: datetime, partner: Partner, resource: str, file: TheirFile | None = None
) -> Reconciliation:
    """Compare what `partner` has of `resource` with what we have: its list over HTTP, or `file`. A row and a job; one event.

    Raises `Invalid` for a resource that is not in its definition, or a partner that offers no list.
    """
    require(actor, HAND_OVER, Place(partner.region_prefix))
    _check(partner, resource, file)
    source = ComparisonSource.PULL if file is None else ComparisonSource.FILE
    row = Reconciliation(
        partner_id=partner.id,
        resource=resource,
        source=source,
        file_name=file.name if file else "",
        state=ComparisonState.RUNNING,
        made_by=actor.name,
        made_by_id=actor.id,
        made_at=now,
    )
    session.add(row)
    session.flush()
    params = {"reconciliation": row.id, "sha256": file.sha256 if file else ""}
    title = _("对账 · %(name)s") % {"name": partner.name}
    row.job_id = enqueue(session, actor=actor, now=now, kind=JOB_KIND, title=title, params=params).id
    _note(session, actor, now, row, partner, events.STARTED)
    return row


def _check(partner: Partner, resource: str, file: TheirFile | None) -> None:
    require_served(partner)
    if resource not in partner.resources or resource not in plans_of(partner.definition, partner.definition_version):
        message = _("请选择要对账的记录。")
        raise Invalid("reconciliation.resource", message, {"resource": message})
    if file is None and not partner.base_url:
        message = _("“%(name)s”没有接口地址，请上传对方提供的清单文件。") % {"name": partner.name}
        raise Invalid("reconciliation.no_address", message, {"source": message})


def stop_reconciliation(session: Session, *, now: datetime, row: Reconciliation) -> None:
    """Ask a run to stop; nothing of it is kept. Raises `Conflict` when it is over."""
    job = session.get(Job, row.job_id) if row.job_id is not None else None
    if job is None or row.state != ComparisonState.RUNNING:
        raise Conflict("reconciliation.over", _("这次对账已经结束。"))
    waiting = job.state == "queued"
    cancel(session, job=job, now=now)
    if waiting:
        row.state, row.finished_at = ComparisonState.CANCELLED, now
    session.flush()


def queue_differences(
    session: Session, *, actor: Actor, now: datetime, row: Reconciliation, partner: Partner
) -> Handover:
    """Prepare a batch of what does not agree: ours as it is now, tombstones for what only they have. Its work marks the lines.

    Raises `Conflict` when the run is not finished, nothing is left to queue, or an earlier batch of it is still being prepared.
    """
    require(actor, HAND_OVER, Place(partner.region_prefix))
    if row.state != ComparisonState.FINISHED:
        raise Conflict("reconciliation.unfinished", _("对账还没有完成。"))
    if is_queueing(session, row.id):
        raise Conflict("reconciliation.queueing", _("这次对账的差异正在生成批次，请稍候。"))
    if not count_queueable(session, row.id).n:
        raise Conflict("reconciliation.nothing_left", _("没有可以转入报送的差异。"))
    command = PrepareHandover(
        partner=partner.code, resource=row.resource, basis=BatchBasis.DIFFERING, reconciliation=row.id
    )
    handover = start_handover(session, actor=actor, now=now, command=command)
    _note(session, actor, now, row, partner, events.QUEUED, handover=handover.number)
    return handover


def _note(
    session: Session, actor: Actor, now: datetime, row: Reconciliation, partner: Partner, kind: str, **data: str
) -> None:
    subject = SubjectKey("reconciliation", str(row.id), partner.name, region_code=partner.region_prefix)
    reported = {"resource": row.resource, "source": row.source, "note": row.file_name, **data}
    record(session, actor=actor, now=now, type=kind, subject=subject, data=reported)
