"""Reading reconciliations: the runs an officer may see, their lines by kind, field and text."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from app.exchange.comparison.domain import QUEUEABLE, LineKind
from app.exchange.comparison.models import Reconciliation, ReconciliationLine
from app.exchange.handovers.service.preparing import JOB_KIND as PREPARING
from app.exchange.partners.models import Partner
from app.jobs.domain import JobState
from app.jobs.models import Job
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.paging import Count, Keyset, Page, count_up_to, page
from app.kit.permissions import within_region

BATCH = 500


@dataclass(frozen=True)
class ReconciliationLineFilter:
    """Which lines are wanted: of a kind, that differ in a field, whose key or name holds a text. Empty: all."""

    kind: LineKind | None = None
    field: str = ""
    text: str = ""


def get_visible_to(
    session: Session, actor: Actor, reconciliation_id: int, *, lock: bool = False
) -> tuple[Reconciliation, Partner]:
    """The run and its partner; raises `NotFound` when there is none or its partner lies outside the actor's region."""
    row = session.get(Reconciliation, reconciliation_id, with_for_update=lock or None)
    partner = session.get(Partner, row.partner_id) if row is not None else None
    if row is None or partner is None or not partner.region_prefix.startswith(actor.region_prefix):
        raise NotFound("reconciliation.unknown", _("没有这次对账。"))
    return row, partner


def page_visible_to(
    session: Session, actor: Actor, *, partner: str = "", cursor: str | None = None, limit: int = 50
) -> Page[Reconciliation]:
    """The runs that the actor may see, of one partner or of all, the newest first."""
    statement = (
        select(Reconciliation)
        .join(Partner, Partner.id == Reconciliation.partner_id)
        .where(within_region(Partner.region_prefix, actor.region_prefix))
    )
    if partner:
        statement = statement.where(Partner.code == partner)
    return page(session, statement, Keyset([(Reconciliation.id, "desc")]), cursor, limit)


def list_partners_visible_to(session: Session, actor: Actor) -> list[Partner]:
    """The partners that are not disabled and lie within the actor's region, by name."""
    statement = select(Partner).where(within_region(Partner.region_prefix, actor.region_prefix))
    return list(session.scalars(statement.where(Partner.disabled_on.is_(None)).order_by(Partner.name, Partner.id)))


def page_lines(
    session: Session, reconciliation_id: int, wanted: ReconciliationLineFilter, *, cursor: str | None, limit: int = 50
) -> tuple[Page[ReconciliationLine], Count]:
    """The lines of a run that `wanted` describes, and how many there are."""
    statement = _lines(reconciliation_id, wanted)
    found = page(session, statement, Keyset([(ReconciliationLine.id, "asc")]), cursor, limit)
    return found, count_up_to(session, statement)


def iterate_lines(
    session: Session, reconciliation_id: int, wanted: ReconciliationLineFilter
) -> Iterator[ReconciliationLine]:
    """All these lines, read in batches."""
    after, statement = 0, _lines(reconciliation_id, wanted).order_by(ReconciliationLine.id).limit(BATCH)
    while batch := list(session.scalars(statement.where(ReconciliationLine.id > after))):
        yield from batch
        after = batch[-1].id
        session.expunge_all()


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


def _lines(reconciliation_id: int, wanted: ReconciliationLineFilter) -> Select[ReconciliationLine]:
    line = ReconciliationLine
    clauses = [line.reconciliation_id == reconciliation_id]
    if wanted.kind is not None:
        clauses.append(line.kind == wanted.kind)
    if wanted.field:
        differs = and_(line.kind == LineKind.DIFFERING, line.fields[wanted.field].as_string().is_not(None))
        clauses.append(differs)
    if wanted.text:
        clauses.append(
            or_(line.key.icontains(wanted.text, autoescape=True), line.label.icontains(wanted.text, autoescape=True))
        )
    return select(line).where(*clauses)
