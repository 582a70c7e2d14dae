"""The job that takes an import back: batch by batch, each with its events, leftovers, counts and checkpoint in one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from app.enterprises.imports import events
from app.enterprises.imports.domain import OPEN, ImportState, RowDecision
from app.enterprises.imports.models import ImportLeftover, ImportRow, ImportRun
from app.enterprises.imports.undo.domain import Leftover, Tally
from app.enterprises.imports.undo.reversal import Undoing
from app.enterprises.imports.undo.service import (
    PHASES,
    count_events,
    import_events,
    next_batch,
    note_run,
    take_back,
)
from app.jobs.run import Run
from app.kit.bulk import insert_rows
from app.kit.db import read_scope, session_scope
from app.kit.membership import one_of


def undo_import(run: Run) -> Mapping[str, Any]:
    """The job: take back what is left after the checkpoint; returns the counts of the whole import."""
    import_id = int(run.params["import"])
    with read_scope(run.around.database) as session:
        found = session.get_one(ImportRun, import_id)
        if found.state != ImportState.UNDOING:
            return found.undone_counts
        of_import = import_events(session, found)
        total = count_events(session, of_import)
    first = int(run.checkpoint.get("phase", 0))
    done, before = int(run.checkpoint.get("done", 0)), run.checkpoint.get("before")
    run.between_batches(done, total)
    for phase in range(first, len(PHASES)):
        while True:
            number, before = _take_batch(run, of_import, import_id, phase, before, done, total)
            if not number:
                break
            done += number
            run.between_batches(done, total)
        before = None
    return _finish(run, import_id)


def _take_batch(
    run: Run, of_import: ColumnElement[bool], import_id: int, phase: int, before: int | None, done: int, total: int
) -> tuple[int, int | None]:
    """One transaction; how many events it looked at, and the position of the last."""
    with session_scope(run.around.database) as session:
        batch = next_batch(session, of_import, PHASES[phase], before)
        if not batch:
            return 0, before
        tally = Tally()
        take_back(Undoing(session, run.actor, import_id, run.now(), writes=True), of_import, batch, tally)
        session.flush()
        _keep(session, import_id, tally)
        last = batch[-1].position
        checkpoint = {"phase": phase, "before": last, "done": done + len(batch)}
        run.save(session, checkpoint=checkpoint, done=done + len(batch), total=total)
        return len(batch), last


def _keep(session: Session, import_id: int, tally: Tally) -> None:
    """Name what stays, each once, and count."""
    known = _known(session, import_id, [each.record for each in tally.left])
    new = {(each.register, each.record, each.field): each for each in tally.left}
    new = {key: each for key, each in new.items() if key not in known}
    insert_rows(session, ImportLeftover, [_row(import_id, each) for each in new.values()])
    found = session.get_one(ImportRun, import_id, with_for_update=True)
    added = tally.counts | {"left": len(new)}
    found.undone_counts = {name: found.undone_counts.get(name, 0) + number for name, number in added.items()}
    session.flush()


def _known(session: Session, import_id: int, names: Sequence[str]) -> set[tuple[str, str, str]]:
    """Those of these records, with their fields, that were named before."""
    columns = (ImportLeftover.register, ImportLeftover.record, ImportLeftover.field)
    wanted = select(*columns).where(ImportLeftover.run_id == import_id, one_of(ImportLeftover.record, names))
    return {(register, key, name) for register, key, name in session.execute(wanted)} if names else set()


def _row(import_id: int, each: Leftover) -> dict[str, Any]:
    return {
        "run_id": import_id,
        "register": each.register,
        "record": each.record,
        "enterprise_id": each.enterprise_id,
        "label": each.label,
        "field": each.field,
        "reason": each.reason,
        "about": list(each.about),
    }


def _finish(run: Run, import_id: int) -> dict[str, int]:
    with session_scope(run.around.database) as session:
        found = session.get_one(ImportRun, import_id, with_for_update=True)
        found.state, found.undone_at = ImportState.UNDONE, run.now()
        _reopen_superseded(session, import_id)
        counts: dict[str, int] = dict(found.undone_counts)
        note_run(session, found, run.actor, events.UNDO_FINISHED, run.now(), counts)
    return counts


def _reopen_superseded(session: Session, import_id: int) -> None:
    """Rows of earlier files that gave way to this one wait again."""
    session.execute(
        update(ImportRow)
        .where(
            ImportRow.outcome.in_(OPEN),
            ImportRow.decision == RowDecision.SUPERSEDED,
            ImportRow.note == str(import_id),
        )
        .values(decision=RowDecision.NONE, note="")
        .execution_options(synchronize_session=False)
    )
