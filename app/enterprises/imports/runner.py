"""Running an import: sheet by sheet, batch by batch, each with its events, its counts and its checkpoint in one transaction."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.enterprises.complete_lists.schemas import CompleteListInput
from app.enterprises.complete_lists.service import state_of_import
from app.enterprises.imports import events
from app.enterprises.imports.batch import BatchTaking, RowResult
from app.enterprises.imports.cut_rows import CutRows
from app.enterprises.imports.difference_text import shown_differences
from app.enterprises.imports.domain import BATCH, KEPT_RAW, OPEN, ImportState, RowDecision, RowOutcome
from app.enterprises.imports.entries import ReadRow
from app.enterprises.imports.firm.name_evidence import NameEvidence
from app.enterprises.imports.likely_rows import keep_likely
from app.enterprises.imports.mapping import USCC
from app.enterprises.imports.models import ImportRow, ImportRun, ImportSheet
from app.enterprises.imports.proposals.search import keep_proposals
from app.enterprises.imports.registers import FIRM
from app.enterprises.imports.repeats import Repeats, repeated
from app.enterprises.imports.row_groups.domain import main_reason
from app.enterprises.imports.row_groups.orders import decide_as_said
from app.enterprises.imports.sheets import open_sheet
from app.enterprises.imports.tables.readable_sheet import ReadableSheet
from app.enterprises.merges.domain import MergedMeanwhile
from app.jobs.run import Run
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.ahead import one_ahead
from app.kit.bulk import insert_rows
from app.kit.clock import today
from app.kit.db import read_scope, refresh_statistics, session_scope
from app.kit.tabular import open_table


@dataclass(frozen=True)
class _SheetTaking:
    """What does not change while one sheet is taken in; `before` are the rows of the sheets before it, `total` those of all."""

    run: Run
    import_id: int
    sheet: ReadableSheet
    cut: CutRows
    before: int
    total: int


@dataclass
class _Place:
    """How far a sheet is: the last row that was written, and how many were."""

    row: int = 0
    done: int = 0


def take_in(run: Run) -> Mapping[str, Any]:
    """The job: take in the rest of the file after the checkpoint; returns the counts of the whole file."""
    import_id = int(run.params["import"])
    with read_scope(run.around.database) as session:
        found = session.get_one(ImportRun, import_id)
        if found.state != ImportState.STARTED:
            return counts_of(found)
        table = open_table(run.around.blobs.path(found.file_sha256))
        kept = chosen_sheets(session, import_id)
        day = today(run.now())
        sheets = [open_sheet(session, table, found, each, actor=run.actor, day=day) for each in kept]
    with ExitStack() as stack:
        cuts = [stack.enter_context(CutRows(run.around.data_dir)) for _sheet in sheets]
        evidence = NameEvidence()
        totals = [repeated(sheet.keys(evidence, cut)) for sheet, cut in zip(sheets, cuts, strict=True)]
        _tell_names(sheets, evidence)
        _keep_shapes(run, import_id, sheets)
        total, before = sum(count for count, _keys in totals), 0
        for sheet, cut, (count, keys) in zip(sheets, cuts, totals, strict=True):
            work = _SheetTaking(run, import_id, sheet, cut, before, total)
            _take_sheet(work, sheet.repeats(keys), count)
            before += count
    keep_likely(run, import_id)
    keep_proposals(run, import_id)
    decide_as_said(run, import_id)
    return _finish(run, import_id, total)


def _tell_names(sheets: Sequence[ReadableSheet], evidence: NameEvidence) -> None:
    """Let the sheets know which code the file gives to a name: those that look firms up by name also where it is one code."""
    likeliest = evidence.likeliest()
    for sheet in sheets:
        sheet.intake.likeliest.update(likeliest)
    by_name = [sheet for sheet in sheets if sheet.layout.index_of(USCC) is None or sheet.layout.register != FIRM]
    named = evidence.named() if by_name else {}
    for sheet in by_name:
        sheet.intake.named.update(named)


def _keep_shapes(run: Run, import_id: int, sheets: Sequence[ReadableSheet]) -> None:
    """What a sheet turned out to hold besides one table of data is kept with it: how its further tables are read, by which rows of
    them that wait are read once more, and which rows are no data, to be told.
    """
    shaped = [sheet for sheet in sheets if sheet.further or sheet.left_out]
    if not shaped:
        return
    with session_scope(run.around.database) as session:
        for sheet in shaped:
            kept = session.get_one(ImportSheet, (import_id, sheet.position))
            kept.mapping = {**kept.mapping, "blocks": sheet.blocks()}
            kept.left_out = [list(each) for each in sorted(sheet.left_out.items())]


def chosen_sheets(session: Session, import_id: int) -> list[ImportSheet]:
    """The sheets that are taken in, in their turn."""
    statement = select(ImportSheet).where(ImportSheet.run_id == import_id, ImportSheet.chosen)
    return list(session.scalars(statement.order_by(ImportSheet.turn, ImportSheet.position)))


def counts_of(found: ImportRun | ImportSheet) -> dict[str, int]:
    """The six counts, in the order of the result line."""
    return {outcome.value: getattr(found, outcome.value) for outcome in RowOutcome}


def checked_batches(rows: Iterator[ReadRow], repeats: Repeats, size: int) -> Iterator[list[ReadRow]]:
    """Rows checked for repeats, `size` at a time."""
    while batch := list(islice(rows, size)):
        for row in batch:
            repeats.note(row)
        yield batch


def _take_sheet(work: _SheetTaking, repeats: Repeats, count: int) -> None:
    run, position = work.run, work.sheet.position
    reached = _reached(run.checkpoint, work)
    if reached is None:
        return
    done = reached.done
    rows = _after(work.sheet.rows(work.cut), reached.row, repeats)
    run.between_batches(work.before + done, work.total)
    with one_ahead(checked_batches(rows, repeats, BATCH)) as batches:
        for batch in batches:
            done += len(batch)
            checkpoint = {"sheet": position, "row": batch[-1].number, "done": work.before + done}
            _commit_batch(work, batch, checkpoint, count)
            run.between_batches(work.before + done, work.total)


def _reached(checkpoint: Mapping[str, Any], work: _SheetTaking) -> _Place | None:
    """Where to go on in this sheet; None when it is done."""
    if not checkpoint:
        return _Place()
    done = int(checkpoint.get("done", 0))
    if int(checkpoint.get("sheet", work.sheet.position)) == work.sheet.position:
        return _Place(int(checkpoint.get("row", 0)), done - work.before)
    return None if done > work.before else _Place()


def _after(rows: Iterator[ReadRow], reached: int, repeats: Repeats) -> Iterator[ReadRow]:
    """The rows behind the checkpoint; those before it are only remembered as firsts of their key."""
    for row in rows:
        if row.number > reached:
            yield row
        else:
            repeats.note(row)


def _commit_batch(work: _SheetTaking, batch: list[ReadRow], checkpoint: Mapping[str, Any], count: int) -> None:
    """One transaction; when somebody registered or merged one of the firms in the same moment, decide once more."""
    try:
        _write_batch(work, batch, checkpoint, count)
    except (IntegrityError, MergedMeanwhile):
        again = [work.sheet.again(row) for row in batch]
        _write_batch(work, again, checkpoint, count)


def _write_batch(work: _SheetTaking, batch: list[ReadRow], checkpoint: Mapping[str, Any], count: int) -> None:
    run, sheet = work.run, work.sheet
    with session_scope(run.around.database) as session:
        results = BatchTaking(session, sheet.reading, sheet.intake, run.now()).take(batch)
        _note_rows(session, work, results)
        _count(session, work, results, count)
        session.flush()
        run.save(session, checkpoint=checkpoint, done=int(checkpoint["done"]), total=work.total)


def _note_rows(session: Session, work: _SheetTaking, results: Sequence[RowResult]) -> None:
    rows = [_row_of(work, result) for result in results]
    waiting = {row["key"]: row["differences"] for row in rows if row["outcome"] in OPEN and row["key"]}
    if waiting:
        supersede(session, waiting, work.import_id, work.sheet.layout.register)
    insert_rows(session, ImportRow, rows)


def supersede(session: Session, newer: Mapping[str, Collection[str]], import_id: int, register: str) -> None:
    """Rows of earlier files of the same region that wait about the same thing give way to the newest one, unless they ask about a
    field that it does not ask about. `newer` has the fields of each key that are asked about.
    """
    region = select(ImportRun.region_prefix).where(ImportRun.id == import_id).scalar_subquery()
    same = (ImportSheet.run_id == ImportRow.run_id) & (ImportSheet.position == ImportRow.sheet)
    waiting = (
        select(ImportRow.id, ImportRow.key, ImportRow.outcome, ImportRow.differences, ImportRow.choices)
        .join(ImportRun, ImportRun.id == ImportRow.run_id)
        .join(ImportSheet, same)
        .where(
            ImportRow.outcome.in_(OPEN),
            ImportRow.decision == RowDecision.NONE,
            ImportRow.key.in_(list(newer)),
            ImportRow.run_id != import_id,
            ImportRun.region_prefix == region,
            ImportSheet.register == register,
        )
    )
    given_up = [
        row.id
        for row in session.execute(waiting)
        if row.outcome == RowOutcome.QUEUED or set(row.differences) - set(row.choices) <= set(newer[row.key])
    ]
    if given_up:
        session.execute(
            update(ImportRow)
            .where(ImportRow.id.in_(given_up))
            .values(decision=RowDecision.SUPERSEDED, note=str(import_id))
            .execution_options(synchronize_session=False)
        )


def _row_of(work: _SheetTaking, result: RowResult) -> dict[str, Any]:
    """The row as it is kept: what changes is told with what stood there, what nobody asked for is not kept."""
    row = result.row
    return {
        "run_id": work.import_id,
        "sheet": work.sheet.position,
        "block": row.block,
        "row_number": row.number,
        "outcome": result.outcome,
        "main_reason": main_reason(result.outcome, (reason.code for reason in result.reasons)),
        "key": result.key[:120],
        "name": result.name[:200],
        "target_id": result.target_id,
        "cells": work.sheet.asked_cells(row) if result.outcome in KEPT_RAW else [],
        "reasons": [reason.to_json() for reason in result.reasons],
        "differences": shown_differences(result.differences or result.changes),
        "proposals": [],
        "decision": RowDecision.NONE,
        "choices": {},
        "note": "",
        "decided_by": "",
        "decided_at": None,
    }


def _count(session: Session, work: _SheetTaking, results: Sequence[RowResult], count: int) -> None:
    tally = Counter(result.outcome for result in results)
    of_run: dict[str, Any] = {o.value: getattr(ImportRun, o.value) + n for o, n in tally.items()}
    of_run |= {"written": ImportRun.written + sum(result.writes for result in results), "total": work.total}
    of_sheet: dict[str, Any] = {o.value: getattr(ImportSheet, o.value) + n for o, n in tally.items()}
    in_run = update(ImportRun).where(ImportRun.id == work.import_id).values(**of_run)
    in_sheet = update(ImportSheet).where(
        ImportSheet.run_id == work.import_id, ImportSheet.position == work.sheet.position
    )
    session.execute(in_run.execution_options(synchronize_session=False))
    session.execute(in_sheet.values(total=count, **of_sheet).execution_options(synchronize_session=False))


def _finish(run: Run, import_id: int, total: int) -> dict[str, int]:
    with session_scope(run.around.database) as session:
        found = session.get_one(ImportRun, import_id)
        found.state, found.finished_at, found.total = ImportState.FINISHED, run.now(), total
        if told := run.params.get("complete"):
            session.flush()
            data = CompleteListInput.model_validate(told)
            state_of_import(session, actor=run.actor, run=found, data=data, now=run.now())
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
