"""Running an import: batch by batch, each with its events, its counts and its checkpoint in one transaction."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.enterprises.imports import events
from app.enterprises.imports.difference_text import shown_differences
from app.enterprises.imports.domain import BATCH, KEPT_RAW, OPEN, ImportKind, ImportState, RowDecision, RowOutcome
from app.enterprises.imports.figure_reader import load_figure_tables
from app.enterprises.imports.figures import FigureTaker
from app.enterprises.imports.firm_reader import load_tables
from app.enterprises.imports.firms import FirmTaker
from app.enterprises.imports.mapping import TableLayout, sheet_of
from app.enterprises.imports.models import ImportRow, ImportRun
from app.enterprises.imports.repeats import Repeats, repeated
from app.enterprises.imports.row_reader import Parsed, SourceRow, source_rows
from app.enterprises.imports.verdict import RowVerdict, Taker
from app.jobs.run import Run
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.ahead import one_ahead
from app.kit.bulk import insert_rows
from app.kit.clock import today
from app.kit.db import read_scope, refresh_statistics, session_scope
from app.kit.tabular import open_table
from app.kit.tabular.reader import Sheet


@dataclass(frozen=True)
class _ImportContext:
    """What does not change while one import runs."""

    run: Run
    import_id: int
    layout: TableLayout
    sheet: Sheet
    taker: Taker


def take_in(run: Run) -> Mapping[str, Any]:
    """The job: take in the rest of the file after the checkpoint; returns the counts of the whole file."""
    import_id = int(run.params["import"])
    with read_scope(run.around.database) as session:
        found = session.get_one(ImportRun, import_id)
        if found.state in (ImportState.FINISHED, ImportState.ABANDONED):
            return counts_of(found)
        layout = TableLayout.from_json(found.mapping)
        taker = make_taker(session, found, run.actor, run)
        sheet = sheet_of(open_table(run.around.blobs.path(found.file_sha256)), layout)
    work = _ImportContext(run, import_id, layout, sheet, taker)
    total, keys = repeated(taker.key_of(source) for source in source_rows(sheet, layout))
    _take_batches(work, Repeats(layout, keys), total)
    return _finish(work, total)


def make_taker(session: Session, found: ImportRun, actor: Actor, clock: Any, *, confirmation: str = "") -> Taker:
    """Who takes in the rows of this run; `clock.now()` says when."""
    day = today(clock.now())
    if found.kind == ImportKind.FIGURES:
        return FigureTaker(load_figure_tables(session, this_year=day.year), actor, found.id, confirmation)
    tables = load_tables(session, prefix=found.region_prefix, today=day)
    return FirmTaker(tables, actor, found.id, found.accept_unconfirmed, confirmation)


def counts_of(found: ImportRun) -> dict[str, int]:
    """The six counts, in the order of the result line."""
    return {outcome.value: getattr(found, outcome.value) for outcome in RowOutcome}


def parse_batches(rows: Iterator[SourceRow], taker: Taker, repeats: Repeats, size: int) -> Iterator[list[Parsed]]:
    """Rows, read and checked for repeats, `size` at a time."""
    while batch := list(islice(rows, size)):
        parsed = [taker.parse(source) for source in batch]
        for one in parsed:
            repeats.note(taker.key_of(one.source), one)
        yield parsed


def _take_batches(work: _ImportContext, repeats: Repeats, total: int) -> None:
    run = work.run
    reached = int(run.checkpoint.get("row", 0))
    done = int(run.checkpoint.get("done", 0))
    rows = source_rows(work.sheet, work.layout)
    rows = _after(rows, reached, work.taker, repeats)
    run.between_batches(done, total)
    with one_ahead(parse_batches(rows, work.taker, repeats, BATCH)) as batches:
        for batch in batches:
            done += len(batch)
            _commit_batch(work, batch, done, total)
            run.between_batches(done, total)


def _after(rows: Iterator[SourceRow], reached: int, taker: Taker, repeats: Repeats) -> Iterator[SourceRow]:
    """The rows behind the checkpoint; those before it are only remembered as firsts of their key."""
    for source in rows:
        if source.number > reached:
            yield source
        elif (key := taker.key_of(source)) in repeats.keys:
            repeats.note(key, taker.parse(source))


def _commit_batch(work: _ImportContext, batch: list[Parsed], done: int, total: int) -> None:
    """One transaction; when somebody registered one of the firms in the same moment, decide once more."""
    try:
        _write_batch(work, batch, done, total)
    except IntegrityError:
        _write_batch(work, batch, done, total)


def _write_batch(work: _ImportContext, batch: list[Parsed], done: int, total: int) -> None:
    run = work.run
    now = run.now()
    with session_scope(run.around.database) as session:
        verdicts = work.taker.decide(session, batch, lock=True)
        rows = [_row_of(work, verdict) for verdict in verdicts]
        work.taker.write(session, verdicts, now)
        _note_rows(session, work, rows, verdicts)
        _count(session, work.import_id, verdicts, total)
        session.flush()
        run.save(session, checkpoint={"row": batch[-1].source.number, "done": done}, done=done, total=total)


def _note_rows(
    session: Session, work: _ImportContext, rows: list[dict[str, Any]], verdicts: Sequence[RowVerdict]
) -> None:
    for row, verdict in zip(rows, verdicts, strict=True):
        row["target_id"] = verdict.target_id
    waiting = [row["key"] for row in rows if row["outcome"] in OPEN and row["key"]]
    if waiting:
        supersede(session, waiting, work.import_id)
    insert_rows(session, ImportRow, rows)


def supersede(session: Session, keys: Sequence[str], import_id: int) -> None:
    """Rows of earlier files that wait about the same thing give way to the newest one."""
    session.execute(
        update(ImportRow)
        .where(
            ImportRow.outcome.in_(OPEN),
            ImportRow.decision == RowDecision.NONE,
            ImportRow.key.in_(keys),
            ImportRow.run_id != import_id,
            ImportRow.run_id.in_(
                select(ImportRun.id).where(
                    ImportRun.kind == select(ImportRun.kind).where(ImportRun.id == import_id).scalar_subquery()
                )
            ),
        )
        .values(decision=RowDecision.SUPERSEDED, note=str(import_id))
        .execution_options(synchronize_session=False)
    )


def _row_of(work: _ImportContext, verdict: RowVerdict) -> dict[str, Any]:
    """The row as it is kept, before anything is written: what changes is told with what stood there."""
    parsed = verdict.parsed
    return {
        "run_id": work.import_id,
        "row_number": parsed.source.number,
        "outcome": verdict.outcome,
        "key": work.taker.key_of(parsed.source)[:60],
        "name": parsed.name[:200],
        "target_id": None,
        "cells": parsed.source.cells if verdict.outcome in KEPT_RAW else [],
        "reasons": [reason.to_json() for reason in verdict.reasons],
        "differences": shown_differences(verdict.differences or verdict.changes),
        "decision": RowDecision.NONE,
        "choices": {},
        "note": "",
        "decided_by": "",
        "decided_at": None,
    }


def _count(session: Session, import_id: int, verdicts: Sequence[RowVerdict], total: int) -> None:
    tally = Counter(verdict.outcome for verdict in verdicts)
    values: dict[str, Any] = {o.value: getattr(ImportRun, o.value) + n for o, n in tally.items()}
    values["written"] = ImportRun.written + sum(verdict.writes for verdict in verdicts)
    session.execute(
        update(ImportRun)
        .where(ImportRun.id == import_id)
        .values(total=total, **values)
        .execution_options(synchronize_session=False)
    )


def _finish(work: _ImportContext, total: int) -> dict[str, int]:
    run = work.run
    with session_scope(run.around.database) as session:
        found = session.get_one(ImportRun, work.import_id)
        found.state, found.finished_at, found.total = ImportState.FINISHED, run.now(), total
        counts = counts_of(found)
        record(
            session,
            actor=run.actor,
            now=run.now(),
            type=events.FINISHED,
            subject=SubjectKey("import", str(found.id), found.file_name, region_code=found.region_prefix),
            data=counts,
        )
    refresh_statistics(run.around.database, counts[RowOutcome.CREATED.value])
    return counts
