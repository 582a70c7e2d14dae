"""Reading reconciliations: the run an officer may see, with whom there can be one, what of it can be handed over."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exchange.comparison.domain import QUEUEABLE
from app.exchange.comparison.models import Reconciliation, ReconciliationLine
from app.exchange.handovers.service.preparing import JOB_KIND as PREPARING
from app.exchange.partners.models import Partner
from app.jobs.domain import JobState
from app.jobs.models import Job
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.paging import Count, count_up_to
from app.kit.permissions import within_region


def get_visible_to(
    session: Session, actor: Actor, reconciliation_id: int, *, lock: bool = False
) -> tuple[Reconciliation, Partner]:
    """The run and its partner; raises `NotFound` when there is none or its partner lies outside the actor's region."""
    row = session.get(Reconciliation, reconciliation_id, with_for_update=lock or None)
    partner = session.get(Partner, row.partner_id) if row is not None else None
    if row is None or partner is None or not partner.region_prefix.startswith(actor.region_prefix):
        raise NotFound("reconciliation.unknown", _("没有这次对账。"))
    return row, partner


def list_partners_visible_to(session: Session, actor: Actor) -> list[Partner]:
    """The partners that are not disabled and lie within the actor's region, by name."""
    statement = select(Partner).where(within_region(Partner.region_prefix, actor.region_prefix))
    return list(session.scalars(statement.where(Partner.disabled_on.is_(None)).order_by(Partner.name, Partner.id)))


def count_queueable(session: Session, reconciliation_id: int) -> Count:
    """How many lines can still be queued for a hand-over."""
    line = ReconciliationLine
    left = (line.reconciliation_id == reconciliation_id, line.kind.in_(QUEUEABLE), line.handover_id.is_(None))
    return count_up_to(session, select(line).where(*left))


def is_queueing(session: Session, reconciliation_id: int) -> bool:
    """Whether a batch of what differs in this run is being prepared."""
    about = Job.params["command"]["reconciliation"].as_integer() == reconciliation_id
    under_way = select(Job.id).where(Job.kind == PREPARING, Job.state.in_((JobState.QUEUED, JobState.RUNNING)), about)
    return session.scalar(under_way.limit(1)) is not None
