"""Starting to look for duplicates; deciding about two firms, and taking the decision back."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises import actions
from app.enterprises.duplicates import events
from app.enterprises.duplicates.models import DuplicatePair
from app.enterprises.models import Enterprise
from app.enterprises.queries import get_visible_to
from app.enterprises.service.recording import subject_of
from app.jobs import service as jobs
from app.jobs.domain import JobState
from app.jobs.models import Job
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import Conflict, NotFound
from app.kit.i18n import _
from app.kit.permissions import Place, require

JOB_KIND = "enterprises.duplicates"


class DuplicateDecision(StrEnum):
    """What a person says of two firms; `same` waits for the two records to be merged."""

    SAME = "same"
    RELATED = "related"
    DIFFERENT = "different"


def start_sweep(session: Session, *, actor: Actor, now: datetime) -> Job:
    """Look through the actor's region in the background. Raises `Forbidden`, `Conflict` while that is being done."""
    region = actor.region_prefix
    require(actor, actions.EDIT, Place(region))
    last = find_last_sweep(session, region)
    if last is not None and last.state in (JobState.QUEUED, JobState.RUNNING):
        raise Conflict("duplicates.under_way", _("正在查重，请等它完成。"))
    return jobs.enqueue(session, actor=actor, now=now, kind=JOB_KIND, title=_("查重"), params={"region": region})


def find_last_sweep(session: Session, region: str) -> Job | None:
    """The last job that looked through exactly this region."""
    statement = select(Job).where(Job.kind == JOB_KIND, Job.params["region"].as_string() == region)
    return session.scalar(statement.order_by(Job.id.desc()).limit(1))


def decide(
    session: Session, *, actor: Actor, now: datetime, pair_id: int, decision: DuplicateDecision
) -> DuplicatePair:
    """Remember what the two firms are to each other. Raises `NotFound`, `Forbidden`, `Conflict` when it was decided meanwhile."""
    pair, one, other = _both(session, actor, pair_id)
    if pair.decision:
        raise Conflict("duplicates.decided", _("%(by)s 已经判断过这一对。") % {"by": pair.decided_by})
    pair.decision, pair.decided_by, pair.decided_at = decision, actor.name[:120], now
    _note(session, actor, now, events.DECIDED, one, other, ("", str(decision)))
    return pair


def undo(session: Session, *, actor: Actor, now: datetime, pair_id: int) -> DuplicatePair:
    """Take the decision back: the pair waits again. Raises `NotFound`, `Forbidden`, `Conflict` when nothing was decided."""
    pair, one, other = _both(session, actor, pair_id)
    if not pair.decision:
        raise Conflict("duplicates.undecided", _("这一对还没有判断。"))
    before, pair.decision, pair.decided_by, pair.decided_at = pair.decision, "", "", None
    _note(session, actor, now, events.REOPENED, one, other, (before, ""))
    return pair


def get_pair(session: Session, pair_id: int) -> DuplicatePair:
    """The pair. Raises `NotFound`, also for one whose firms have become one."""
    pair = session.get(DuplicatePair, pair_id)
    if pair is None:
        raise NotFound("duplicates.not_found", _("没有找到这一对，可能已经合并或重新查重。"))
    return pair


def _both(session: Session, actor: Actor, pair_id: int) -> tuple[DuplicatePair, Enterprise, Enterprise]:
    """The pair under lock with its firms, both of which the actor must see and may change."""
    pair = session.scalar(
        select(DuplicatePair)
        .where(DuplicatePair.id == pair_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if pair is None:
        raise NotFound("duplicates.not_found", _("没有找到这一对，可能已重新查重。"))
    firms = get_visible_to(session, actor, pair.one_id), get_visible_to(session, actor, pair.other_id)
    for firm in firms:
        require(actor, actions.EDIT, firm)
    return pair, *firms


def _note(
    session: Session,
    actor: Actor,
    now: datetime,
    event: str,
    one: Enterprise,
    other: Enterprise,
    change: tuple[str, str],
) -> None:
    record(
        session,
        actor=actor,
        now=now,
        type=event,
        subject=subject_of(one),
        changes={"decision": change},
        data={"other": other.uscc, "other_name": other.name},
    )
