"""Asking for an import to be taken back: what it would do, whether it may be, and handing it to the background work."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.enterprises.actions import IMPORT
from app.enterprises.complete_lists.service import withdraw_of_import
from app.enterprises.imports import events
from app.enterprises.imports.domain import ImportState
from app.enterprises.imports.models import ImportRun
from app.enterprises.imports.proposals.known_names import forget_of_import
from app.enterprises.imports.registers import registers_of
from app.enterprises.imports.undo.domain import BATCH, PREVIEWED, UNDO_DAYS, RecordEffect, Tally, is_late
from app.enterprises.imports.undo.reversal import Reversal, Undoing
from app.enterprises.models import Enterprise
from app.jobs.models import Job
from app.jobs.service import enqueue
from app.journal.domain import SubjectKey
from app.journal.models import JournalEvent, JournalPrivate
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.db import composition_of
from app.kit.errors import Conflict
from app.kit.i18n import _
from app.kit.membership import one_of
from app.kit.permissions import require

JOB_KIND = "import-undo"
#: First what belongs to firms, then what stands by itself: experts, at whom agreements with firms point.
PHASES = (JournalEvent.enterprise_id.is_not(None), JournalEvent.enterprise_id.is_(None))


@dataclass(frozen=True)
class UndoPreview:
    """What taking an import back would do; `beyond` events were not looked at yet."""

    tally: Tally
    beyond: int


def objection_to_undo(session: Session, run: ImportRun, on: date) -> str:
    """Why an import cannot be taken back on a day; "" when it can."""
    if run.state in (ImportState.UNDOING, ImportState.UNDONE):
        return _("该导入已经撤销，或正在撤销。")
    job = session.get(Job, run.job_id) if run.job_id is not None else None
    if run.state not in (ImportState.FINISHED, ImportState.ABANDONED) or run.finished_at is None or job is None:
        return _("该导入还没有结束，或没有导入任何内容。")
    if job.running:
        return _("该导入正在停止，请稍后再撤销。")
    if is_late(today(run.finished_at), on):
        return _("导入完成已超过 %(days)s 天，不能再整体撤销。") % {"days": UNDO_DAYS}
    return ""


def preview_undo(session: Session, *, actor: Actor, run: ImportRun) -> UndoPreview:
    """What would go, return and stay if it were taken back now; writes nothing."""
    tally = Tally()
    looked_at = 0
    of_import = import_events(session, run)
    for phase in PHASES:
        before: int | None = None
        while looked_at < PREVIEWED and (batch := next_batch(session, of_import, phase, before)):
            take_back(Undoing(session, actor, run.id, run.at, writes=False), of_import, batch, tally)
            before, looked_at = batch[-1].position, looked_at + len(batch)
    tally.left = list({(each.register, each.record, each.field): each for each in tally.left}.values())
    return UndoPreview(tally, max(count_events(session, of_import) - looked_at, 0))


def start_undo(session: Session, *, actor: Actor, run: ImportRun, now: datetime) -> Job:
    """Hand it to the background work; what was said of it as a complete list, and
    what names were kept with it, count no more. Raises Conflict when it cannot be taken back (any more), or was already."""
    require(actor, IMPORT, run)
    if why := objection_to_undo(session, run, today(now)):
        raise Conflict("import.not_undoable", why)
    title = _("撤销导入 · %(name)s") % {"name": run.file_name}
    job = enqueue(session, actor=actor, now=now, kind=JOB_KIND, title=title, params={"import": run.id})
    run.state, run.undo_job_id, run.undone_by = ImportState.UNDOING, job.id, actor.name
    run.undone_counts = Tally().counts
    session.flush()
    withdraw_of_import(session, actor=actor, run=run, now=now)
    forget_of_import(session, actor=actor, run=run, now=now)
    note_run(session, run, actor, events.UNDO_STARTED, now, {})
    return job


def note_run(
    session: Session, run: ImportRun, actor: Actor, event: str, now: datetime, data: Mapping[str, Any]
) -> None:
    """One event of the import itself."""
    subject = SubjectKey("import", str(run.id), run.file_name, region_code=run.region_prefix)
    record(session, actor=actor, now=now, type=event, subject=subject, data=data)


# -- the import's events --------------------------------------------------------------------------------------------------


def import_events(session: Session, run: ImportRun) -> ColumnElement[bool]:
    """The condition of the events that an import wrote, its rows decided later among them."""
    began = session.scalar(
        select(func.min(JournalEvent.position)).where(
            JournalEvent.subject_kind == "import",
            JournalEvent.subject_id == str(run.id),
            JournalEvent.type == events.STARTED,
        )
    )
    return and_(JournalEvent.position > (began or 0), JournalEvent.data["import"].as_integer() == run.id)


def count_events(session: Session, of_import: ColumnElement[bool]) -> int:
    """How many events there are to look at."""
    return session.scalar(select(func.count()).select_from(JournalEvent).where(of_import)) or 0


def next_batch(
    session: Session, of_import: ColumnElement[bool], phase: ColumnElement[bool], before: int | None
) -> Sequence[JournalEvent]:
    """The newest events of a phase below a position."""
    statement = select(JournalEvent).where(of_import, phase)
    if before is not None:
        statement = statement.where(JournalEvent.position < before)
    return session.scalars(statement.order_by(JournalEvent.position.desc()).limit(BATCH)).all()


def take_back(undoing: Undoing, of_import: ColumnElement[bool], batch: Sequence[JournalEvent], tally: Tally) -> None:
    """Take back all that the import did to the firms, or subjects, that these events are about; what was taken back before is
    found so, and left.
    """
    session = undoing.session
    firms = sorted({event.enterprise_id for event in batch if event.enterprise_id is not None})
    about = one_of(JournalEvent.enterprise_id, firms) if firms else _same_subjects(batch)
    found = session.scalars(select(JournalEvent).where(of_import, about).order_by(JournalEvent.position)).all()
    private = _private_of(session, found)
    undoing = Undoing(session, undoing.actor, undoing.run_id, undoing.now, undoing.writes, _firms(undoing, firms))
    for reversal in reversals_of(session):
        effects = _effects(reversal, found, private)
        if effects:
            reversal.take_back(undoing, effects, tally)
            if undoing.writes:
                session.flush()


def reversals_of(session: Session) -> list[Reversal]:
    """How each kind of record is taken back, those at which others point last."""
    registers = registers_of(composition_of(session)).values()
    found = {each.reversal.code: each.reversal for each in registers if each.reversal is not None}
    return sorted(found.values(), key=lambda reversal: reversal.last)


def _effects(
    reversal: Reversal, found: Iterable[JournalEvent], private: Mapping[int, Mapping[str, Any]]
) -> list[RecordEffect]:
    effects: dict[Any, RecordEffect] = {}
    for event in found:
        key = reversal.key_of(event)
        if key is not None:
            effect = effects.setdefault(key, RecordEffect(key))
            effect.effects.append(reversal.effect_of(event, private.get(event.position, {})))
            effect.data.append(event.data)
    return list(effects.values())


def _same_subjects(batch: Sequence[JournalEvent]) -> ColumnElement[bool]:
    subjects = {event.subject_id for event in batch}
    kinds = {event.subject_kind for event in batch}
    return (
        JournalEvent.subject_kind.in_(kinds)
        & one_of(JournalEvent.subject_id, sorted(subjects))
        & JournalEvent.enterprise_id.is_(None)
    )


def _private_of(session: Session, found: Sequence[JournalEvent]) -> dict[int, Mapping[str, Any]]:
    positions = [event.position for event in found if event.private_hash]
    if not positions:
        return {}
    rows = session.execute(
        select(JournalPrivate.position, JournalPrivate.content).where(one_of(JournalPrivate.position, positions))
    )
    return {position: orjson.loads(content) for position, content in rows}


def _firms(undoing: Undoing, ids: Sequence[int]) -> dict[int, Enterprise]:
    """The firms, and those that they are by now: records of a merged one lie there."""
    if not ids:
        return {}
    named = one_of(Enterprise.id, list(ids))
    are_now = Enterprise.id.in_(select(Enterprise.merged_into_id).where(named))
    statement = select(Enterprise).where(or_(named, are_now)).order_by(Enterprise.id)
    rows: Iterator[Enterprise] = iter(
        undoing.session.scalars(statement.with_for_update() if undoing.writes else statement)
    )
    return {firm.id: firm for firm in rows}
