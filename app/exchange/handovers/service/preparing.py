"""Preparing a batch: what an officer asks for becomes a numbered batch and a job that freezes its records."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.exchange.comparison.models import ReconciliationLine
from app.exchange.handovers import events
from app.exchange.handovers.domain import BatchBasis, HandoverState, checksum, number_in
from app.exchange.handovers.models import Handover, HandoverItem
from app.exchange.handovers.schemas import PrepareHandover
from app.exchange.handovers.service.freezing import Frozen, freeze
from app.exchange.handovers.service.ordering import check_order, scope_of
from app.exchange.handovers.service.selecting import STEPS, RecordSelection, count_candidates
from app.exchange.partners.queries import lock_partner
from app.exchange.partners.service import require_served
from app.exchange.plans import plans_of
from app.jobs.domain import CancelledError
from app.jobs.run import Run
from app.jobs.service import enqueue
from app.journal.queries import head_position
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.db import insert_into, session_scope
from app.kit.i18n import _

JOB_KIND = "handover"
#: So many of the records that the pre-flight kept back are named; the ledger knows them all.
MOST_NAMED = 200


def start_handover(session: Session, *, actor: Actor, now: datetime, command: PrepareHandover) -> Handover:
    """A numbered batch in preparation, and the job that freezes its records.

    The actor's region must hold the partner's. Raises `Invalid` naming the field, and chosen records that are not there.
    """
    scope = scope_of(session, actor, command)
    require_served(scope.partner)
    check_order(session, scope, command.basis)
    handover = new_handover(session, actor, scope, command.basis, now)
    job = enqueue(
        session,
        actor=actor,
        now=now,
        kind=JOB_KIND,
        title=_("生成报送批次 %(number)s") % {"number": handover.number},
        params={"handover": handover.id, "command": command.model_dump(mode="json")},
    )
    handover.job_id = job.id
    session.flush()
    return handover


def prepare_at_once(
    session: Session, *, actor: Actor, now: datetime, scope: RecordSelection, basis: BatchBasis
) -> tuple[Handover | None, Frozen]:
    """A batch of `scope.keys` (1,000 at most) frozen here and now, for what is sent by itself or again; None when nothing is new."""
    lock_partner(session, scope.partner.id)
    handover = new_handover(session, actor, scope, basis, now)
    frozen = freeze(session, scope, handover, scope.keys, now)
    if not frozen.count:
        session.delete(handover)
        session.flush()
        return None, frozen
    handover.skipped = frozen.skipped
    seal(session, actor, scope, handover, now, blocked=len(frozen.blocked))
    return handover, frozen


def new_handover(session: Session, actor: Actor, scope: RecordSelection, basis: BatchBasis, now: datetime) -> Handover:
    """The row of a new batch under the next number of the year; two that are made at once get two numbers."""
    values = {
        "partner_id": scope.partner.id,
        "resource": scope.plan.resource,
        "definition_version": scope.partner.definition_version,
        "programme_code": scope.programme,
        "basis": basis,
        "transport": scope.partner.transport,
        "state": HandoverState.PREPARING,
        "position": head_position(session),
        "made_by": actor.name[:120],
        "made_by_id": actor.id,
        "made_at": now,
    }
    while True:
        free = insert_into(session, Handover).values(number=_next_number(session, today(now).year), **values)
        made = session.scalar(free.on_conflict_do_nothing(index_elements=["number"]).returning(Handover.id))
        if made is not None:
            return session.get_one(Handover, made)


def _next_number(session: Session, year: int) -> str:
    series = number_in(year, 0).removesuffix("0000")
    newest = select(Handover.number).where(Handover.number.startswith(series, autoescape=True))
    last = session.scalar(newest.order_by(Handover.id.desc()).limit(1))
    return number_in(year, int(last.removeprefix(series)) + 1 if last else 1)


# -- the job -------------------------------------------------------------------------------------------------------------


def carry_out(run: Run) -> Mapping[str, Any]:
    """The job: freezes the records chunk by chunk, each with its checkpoint, then seals the batch."""
    command = PrepareHandover.model_validate(run.params["command"])
    mark = dict(run.checkpoint) or {"step": 0, "after": None, "done": 0, "total": 0, "kept_back": 0, "blocked": []}
    while mark["step"] < len(STEPS[command.basis]):
        with session_scope(run.around.database) as session:
            handover, scope = _open(session, run, command)
            mark = _freeze_chunk(session, scope, handover, command.basis, mark, run.now())
            run.save(session, checkpoint=mark, done=mark["done"], total=mark["total"])
        run.between_batches(mark["done"], mark["total"])
    if "count" not in mark:
        with session_scope(run.around.database) as session:
            handover, scope = _open(session, run, command)
            seal(session, run.actor, scope, handover, run.now(), blocked=mark["kept_back"])
            mark |= {"count": handover.count, "skipped": handover.skipped}
            run.save(session, checkpoint=mark, done=mark["done"], total=mark["done"])
    return {name: mark[name] for name in ("count", "skipped", "kept_back", "blocked")}


def _open(session: Session, run: Run, command: PrepareHandover) -> tuple[Handover, RecordSelection]:
    """The batch and its scope under the partner's lock; raises `CancelledError` when the batch was cancelled meanwhile."""
    handover = session.get_one(Handover, run.params["handover"])
    partner = lock_partner(session, handover.partner_id)
    session.refresh(handover, with_for_update=True)
    if handover.state != HandoverState.PREPARING:
        raise CancelledError
    plan = plans_of(partner.definition, handover.definition_version)[handover.resource]
    keys = tuple(dict.fromkeys(command.keys))
    return handover, RecordSelection(partner, plan, command.programme, keys, command.reconciliation)


def _freeze_chunk(
    session: Session,
    scope: RecordSelection,
    handover: Handover,
    basis: BatchBasis,
    mark: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """Freeze the next chunk; returns the mark to go on from."""
    total = mark["total"] or count_candidates(session, scope, basis)
    keys, after = STEPS[basis][mark["step"]](session, scope, mark["after"])
    differing = basis is BatchBasis.DIFFERING
    frozen = freeze(session, scope, handover, keys, now, again=differing) if keys else Frozen()
    if differing:
        _queue_lines(session, scope, handover, keys, frozen)
    handover.skipped += frozen.skipped
    return {
        "step": mark["step"] + (after is None),
        "after": after,
        "done": mark["done"] + len(keys),
        "total": max(total, mark["done"] + len(keys)),
        "kept_back": mark["kept_back"] + len(frozen.blocked),
        "blocked": [*mark["blocked"], *frozen.blocked][:MOST_NAMED],
    }


def _queue_lines(
    session: Session, scope: RecordSelection, handover: Handover, keys: Sequence[str], frozen: Frozen
) -> None:
    """Note at the lines of the reconciliation in which batch their records went."""
    left_out = {key for key, _label, _why in frozen.blocked}
    line = ReconciliationLine
    session.execute(
        update(line)
        .where(
            line.reconciliation_id == scope.reconciliation, line.key.in_([key for key in keys if key not in left_out])
        )
        .values(handover_id=handover.id)
        .execution_options(synchronize_session=False)
    )


def seal(
    session: Session, actor: Actor, scope: RecordSelection, handover: Handover, now: datetime, *, blocked: int
) -> None:
    """Fix the manifest: count and checksum of the items in order. A batch without any is cancelled."""
    session.flush()
    item = HandoverItem
    digests = session.scalars(select(item.digest).where(item.handover_id == handover.id).order_by(item.id)).all()
    handover.count, handover.checksum = len(digests), checksum(digests)
    handover.state = HandoverState.PREPARED if digests else HandoverState.CANCELLED
    handover.cancelled_at = None if digests else now
    handover.version += 1
    session.flush()
    data = {
        "partner": scope.partner.code,
        "resource": handover.resource,
        "basis": handover.basis,
        "programme": handover.programme_code,
        "region_prefix": scope.region_prefix,
        "chosen": len(scope.keys),
        "count": handover.count,
        "skipped": handover.skipped,
        "blocked": blocked,
        "checksum": handover.checksum,
    }
    subject = events.subject_of(handover, scope.partner)
    record(session, actor=actor, now=now, type=events.PREPARED, subject=subject, data=data)
