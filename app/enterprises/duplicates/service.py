"""Starting to look for duplicates; deciding about two firms, and taking the decision back."""

from collections.abc import Callable, Collection
from datetime import datetime
from enum import StrEnum
from functools import partial

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
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.i18n import _
from app.kit.permissions import Place, require

JOB_KIND = "enterprises.duplicates"
#: Of how many pairs something is said in one go: each is locked, and has its event.
MOST_AT_ONCE = 500


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
    session: Session, *, actor: Actor, now: datetime, pair_id: int, decision: DuplicateDecision, was: str = ""
) -> DuplicatePair:
    """Remember what the two firms are to each other. `was` is the decision that the actor knew of.

    Raises `NotFound`, `Forbidden`, `Conflict` when it was decided meanwhile.
    """
    pair, one, other = _both(session, actor, pair_id)
    if pair.decision != was:
        raise Conflict("duplicates.decided", _("%(by)s 已经判断过这一对。") % {"by": pair.decided_by or _("其他人")})
    pair.decision, pair.decided_by, pair.decided_at = decision, actor.name[:120], now
    _note(session, actor, now, events.DECIDED, one, other, (was, str(decision)))
    return pair


def decide_all(
    session: Session, *, actor: Actor, now: datetime, pair_ids: Collection[int], decision: DuplicateDecision
) -> list[int]:
    """Say the same of many pairs that wait; the ids of those of which it was said: what somebody decided meanwhile, or is gone, is passed over.

    Raises `Invalid` for none and for more than `MOST_AT_ONCE`.
    """
    _check_number(pair_ids)
    say = partial(decide, session, actor=actor, now=now, decision=decision)
    return [key for key in sorted(pair_ids) if _done(say, key)]


def undo_all(session: Session, *, actor: Actor, now: datetime, pair_ids: Collection[int]) -> list[int]:
    """Take many decisions back; the ids of the pairs that wait again: what nobody decided, or is gone, is passed over. Raises as `decide_all`."""
    _check_number(pair_ids)
    take_back = partial(undo, session, actor=actor, now=now)
    return [key for key in sorted(pair_ids) if _done(take_back, key)]


def _check_number(pair_ids: Collection[int]) -> None:
    if not pair_ids:
        raise Invalid("duplicates.none_ticked", _("请先勾选。"))
    if len(pair_ids) > MOST_AT_ONCE:
        raise Invalid("duplicates.too_many", _("一次最多 %(n)s 对，请分几次。") % {"n": MOST_AT_ONCE})


def _done(step: Callable[..., DuplicatePair], pair_id: int) -> bool:
    try:
        step(pair_id=pair_id)
    except (Conflict, NotFound):  # before anything was written
        return False
    return True


def undo(session: Session, *, actor: Actor, now: datetime, pair_id: int) -> DuplicatePair:
    """Take the decision back: the pair waits again. Raises `NotFound`, `Forbidden`, `Conflict` when nothing was decided."""
    pair, one, other = _both(session, actor, pair_id)
    if not pair.decision:
        raise Conflict("duplicates.undecided", _("这一对还没有判断。"))
    before, pair.decision, pair.decided_by, pair.decided_at = pair.decision, "", "", None
    _note(session, actor, now, events.REOPENED, one, other, (before, ""))
    return pair


def find_pair(session: Session, one_id: int, other_id: int) -> DuplicatePair | None:
    """The pair of two firms, None where they were never found alike."""
    low, high = sorted((one_id, other_id))
    return session.scalar(select(DuplicatePair).where(DuplicatePair.one_id == low, DuplicatePair.other_id == high))


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
