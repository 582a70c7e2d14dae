"""From an uploaded file to a started import: what it holds, how its columns are understood, what would become of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.enterprises.actions import IMPORT
from app.enterprises.complete_lists.schemas import CompleteListInput
from app.enterprises.complete_lists.service import check_complete
from app.enterprises.imports import events
from app.enterprises.imports.batch import BatchTaking, RowResult
from app.enterprises.imports.domain import KIND_LABELS, PREVIEW_ROWS, ImportKind, ImportState
from app.enterprises.imports.fields import IN_CELLS, UNIT_LABELS
from app.enterprises.imports.firm.finder import firms_by_code
from app.enterprises.imports.likely_rows import tell_likely
from app.enterprises.imports.mapping import ColumnTarget, Registers, SheetMapping, field_of, remap, with_unit
from app.enterprises.imports.models import ImportRun, ImportSheet
from app.enterprises.imports.proposals.search import tell_proposals
from app.enterprises.imports.registers import FIRM, registers_of
from app.enterprises.imports.remembered.memory import memory_of
from app.enterprises.imports.remembered.service import remember
from app.enterprises.imports.repeats import repeated
from app.enterprises.imports.shapes.head_text import PEOPLE
from app.enterprises.imports.sheets import (
    AS_GUESSED,
    GuessedSheet,
    ReadingHints,
    allowed,
    guess_sheets,
    named_firms,
    open_sheet,
    order_sheets,
    require_uploaded,
    sheet_at,
)
from app.enterprises.imports.tables.answers import answer_tables
from app.enterprises.imports.tables.blanks import with_unlike_rows
from app.enterprises.imports.tables.layout import read_sheet
from app.enterprises.models import Enterprise
from app.jobs.models import Job
from app.jobs.service import cancel, enqueue
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.db import composition_of
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import _
from app.kit.permissions import require
from app.kit.tabular import Table, open_table
from app.kit.tabular.reader import uncalculated_text
from app.reference.models import Region

JOB_KIND = "import"
#: Of how many rows of the other sheets a preview remembers the firms.
_ANNOUNCED = 20_000


@dataclass(frozen=True)
class StagedFile:
    """A file whose bytes are stored: their hash, where they lie, and what the person called the file."""

    sha256: str
    path: Path
    name: str


@dataclass(frozen=True)
class SheetPreview:
    """What would become of the first rows of a sheet, how many rows it has, how many of its keys stand twice, and how further tables in it
    are read, each with the row of its head.
    """

    results: list[RowResult]
    total: int
    repeated: int
    further: tuple[tuple[int, SheetMapping], ...] = ()


def stage(
    session: Session,
    *,
    actor: Actor,
    upload: StagedFile,
    kind: ImportKind,
    now: datetime,
    accept_unconfirmed: bool = False,
    reading: ReadingHints = AS_GUESSED,
) -> ImportRun:
    """Open the file, guess what its sheets and columns are and keep both as a new import; nothing of it is taken in yet.

    The region of what is taken in is the actor's unless a narrower one was told. Raises Invalid when the file cannot be read at
    all, has no sheet of the name that was told, or there is no such region.
    """
    require(actor, IMPORT)
    region = reading.region
    if region and (not region.startswith(actor.region_prefix) or session.get(Region, region) is None):
        raise Invalid("import.region", _("没有这个区域：%(region)s") % {"region": region[:12]})
    table = open_table(upload.path)
    reading = recalling(session, actor, kind, reading)
    sheets = guess_sheets(table, allowed(composition_of(session), kind), reading)
    run = ImportRun(
        kind=kind,
        file_sha256=upload.sha256,
        file_name=upload.name,
        file_kind=table.kind,
        encoding=table.encoding,
        delimiter=table.delimiter,
        accept_unconfirmed=accept_unconfirmed,
        state=ImportState.UPLOADED,
        region_prefix=region or actor.region_prefix,
        by_kind=actor.kind,
        by_id=actor.id,
        by_name=actor.name,
        at=now,
    )
    session.add(run)
    session.flush()
    session.add_all(ImportSheet(run_id=run.id, **vars(sheet)) for sheet in sheets)
    session.flush()
    _note(session, run, actor, events.UPLOADED, now)
    return run


@dataclass(frozen=True)
class SheetChoice:
    """What a person chose on the page for one sheet: whether it is taken in, what it holds, its columns, units, what it tells once, in which
    columns a blank cell means what stands above it (None where that was not asked), and whether tables beside each other are such.
    """

    chosen: bool
    register: str
    columns: Mapping[int, str]
    units: Mapping[int, str]
    given: Mapping[str, str]
    other_unit: str = ""
    header_row: int | None = None
    above: tuple[int, ...] | None = None
    tables: str = ""


def recalling(session: Session, actor: Actor, kind: ImportKind, reading: ReadingHints) -> ReadingHints:
    """What is told of a file, with what the actor's office remembers where that was not looked up."""
    if reading.memory is not None:
        return reading
    return replace(reading, memory=memory_of(session, actor.region_prefix, kind))


def change_reading(
    session: Session, *, actor: Actor, run: ImportRun, table: Table, choices: Mapping[int, SheetChoice], now: datetime
) -> None:
    """Keep what the person chose, sheet by sheet (by position), and remember it for the next file of the same headings.

    Raises Invalid for a field chosen twice, an unknown unit or register, Conflict once the import began.
    """
    require(actor, IMPORT, run)
    require_uploaded(run)
    registers = allowed(composition_of(session), ImportKind(run.kind))
    for sheet in sheets_of(session, run):
        if (choice := choices.get(sheet.position)) is not None:
            if not answer_tables(session, sheet, choice.tables, table, registers):
                _choose(sheet, choice, registers, table)
            sheet.mapping = sheet.mapping | {"chosen_by": actor.name}
            office = actor.region_prefix
            remember(session, actor=actor, run=run, sheet=sheet, table=table, now=now, office=office)
    order_sheets(sheets_of(session, run), registers)
    session.flush()


def _choose(sheet: ImportSheet, choice: SheetChoice, registers: Registers, table: Table) -> None:
    sheet.chosen, register = choice.chosen, choice.register or sheet.register
    if register not in registers:
        if choice.chosen:
            raise Invalid("import.register", _("请选择工作表“%(sheet)s”的内容。") % {"sheet": sheet.name})
        return
    last_row = sheet.mapping.get("header", (0, 0))[1]
    if register != sheet.register or choice.header_row not in (None, last_row):
        layout = read_sheet(sheet_at(table, sheet), registers, register, choice.header_row)
        layout = replace(layout, tables=sheet.mapping.get("tables", {}))
        if register == sheet.register:
            layout = replace(layout, origin=sheet.mapping.get("origin", {}))
    else:
        layout = _mapped(SheetMapping.from_json(sheet.name, register, sheet.mapping), choice, registers)
    sheet.register = register
    sheet.mapping = with_unlike_rows(layout, sheet_at(table, sheet), registers).to_json()


def _mapped(layout: SheetMapping, choice: SheetChoice, registers: Registers) -> SheetMapping:
    """The reading with the person's choice of columns, units, and of what the sheet tells once."""
    known = {"", PEOPLE, IN_CELLS, *UNIT_LABELS, *(column.unit for column in layout.columns)}
    if not {*choice.units.values(), choice.other_unit} <= known:
        raise Invalid("import.mapping.unit", _("没有这个单位。"))
    layout = with_unit(remap(layout, registers, choice.columns, choice.units), registers, choice.other_unit)
    known = {str(ColumnTarget(code, each.field)) for code, register in registers.items() for each in register.given}
    given = {**layout.given, **{name: value for name, value in choice.given.items() if name in known}}
    told = {name: value for name, value in given.items() if value and layout.index_of(name) is None}
    layout = replace(layout, given=told)
    return layout if choice.above is None else layout.with_blanks_above(choice.above)


def start(
    session: Session,
    *,
    actor: Actor,
    run: ImportRun,
    now: datetime,
    accept_unconfirmed: bool,
    complete: CompleteListInput | None = None,
) -> Job:
    """Hand the import to the background work; `complete` says that it is a complete list, which counts once all is in.

    Raises Invalid when a required column or the unit of an amount is missing, Conflict when it was started before.
    """
    require(actor, IMPORT, run)
    require_uploaded(run)
    require_told(sheets_of(session, run), registers_of(composition_of(session)))
    title = f"{_(KIND_LABELS[ImportKind(run.kind)])} · {run.file_name}"
    params: dict[str, Any] = {"import": run.id}
    if complete is not None:
        check_complete(session, actor=actor, data=complete, on=today(now))
        params["complete"] = complete.model_dump(mode="json")
    job = enqueue(session, actor=actor, now=now, kind=JOB_KIND, title=title, params=params)
    run.state, run.job_id, run.accept_unconfirmed = ImportState.STARTED, job.id, accept_unconfirmed
    session.flush()
    _note(session, run, actor, events.STARTED, now)
    return job


def abandon(session: Session, *, actor: Actor, run: ImportRun, now: datetime) -> None:
    """Drop an import that was uploaded, or stopped on its way; what it had taken in stays. Raises Conflict when done."""
    require(actor, IMPORT, run)
    if run.state not in (ImportState.UPLOADED, ImportState.STARTED):
        raise Conflict("import.finished", _("该导入已经结束。"))
    job = session.get(Job, run.job_id) if run.job_id is not None else None
    if job is not None and job.running:
        cancel(session, job=job, now=now)
    run.state, run.finished_at = ImportState.ABANDONED, now
    session.flush()
    _note(session, run, actor, events.ABANDONED, now)


def require_told(sheets: Iterable[ImportSheet], registers: Registers) -> None:
    """Raise Invalid, naming them, when no sheet is chosen, or required columns or units of money are not told in one that is."""
    chosen = [sheet for sheet in sheets if sheet.chosen]
    if not chosen:
        raise Invalid("import.no_sheet", _("没有可以导入的工作表。请在页面上选择工作表并指定它的内容。"))
    for sheet in chosen:
        layout = SheetMapping.from_json(sheet.name, sheet.register, sheet.mapping)
        place = _("工作表“%(name)s”：") % {"name": sheet.name} if sheet.name and len(chosen) > 1 else ""
        if layout.asks_for_tables:
            raise Invalid(
                "import.tables_beside",
                place + _("左右并排的列看不出是几张表还是一张表，请先说明（页面上选择，或命令行 --tables）。"),
            )
        if layout.uncalculated:
            raise Invalid("tabular.uncalculated", place + uncalculated_text(layout.uncalculated))
        if missing := layout.missing(registers):
            names = "、".join(_(label_of(code, layout.register, registers)) for code in missing)
            raise Invalid(
                "import.columns_missing",
                place + _("找不到必需的列：%(names)s。请检查表头，或在“列对应”里指定。") % {"names": names},
            )
        if unknown := layout.without_unit(registers):
            raise Invalid(
                "import.units_missing",
                place
                + _("这些金额列没有写明单位：%(names)s。请在表头写明（如“销售收入（万元）”），或另外指定单位。")
                % {"names": "、".join(unknown)},
            )


def label_of(code: str, register: str, registers: Registers) -> str:
    """The message that names a field of a register, or of the firm that its rows are about."""
    found = field_of(ColumnTarget(register, code), registers) or field_of(ColumnTarget(FIRM, code), registers)
    return found.label if found else code


def sheets_of(session: Session, run: ImportRun) -> list[ImportSheet]:
    """The sheets of the file, as they stand in it; tables beside each other on one follow each other."""
    found = session.scalars(select(ImportSheet).where(ImportSheet.run_id == run.id).order_by(ImportSheet.position))
    return sorted(found, key=lambda sheet: sheet.mapping.get("tables", {}).get("of", sheet.position))


def find_unfinished(session: Session, *, actor: Actor, sha256: str, kind: ImportKind) -> ImportRun | None:
    """The newest import of the very same file by the same actor that did not end."""
    same_file = ImportRun.file_sha256 == sha256, ImportRun.kind == kind
    unfinished = select(ImportRun).where(*same_file, *_unfinished_of(actor))
    return session.scalar(unfinished.order_by(ImportRun.id.desc()).limit(1))


def count_unfinished(session: Session, actor: Actor) -> int:
    """How many imports of the actor did not end."""
    return session.scalar(select(func.count()).select_from(ImportRun).where(*_unfinished_of(actor))) or 0


def is_read_as(session: Session, run: ImportRun, sheets: Iterable[GuessedSheet], *, accept_unconfirmed: bool) -> bool:
    """Whether the import reads its file in this way, doubtful codes and units alike. What a person chose on the page holds, whatever the
    sender of the file would have guessed.
    """
    kept = {sheet.position: sheet for sheet in sheets_of(session, run)}
    alike = all(
        "chosen_by" in own.mapping
        or (own.register, own.chosen, _read_alike(own.mapping))
        == (each.register, each.chosen, _read_alike(each.mapping))
        for each in sheets
        if (own := kept.get(each.position))
    )
    return run.accept_unconfirmed == accept_unconfirmed and alike


def _read_alike(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """How a sheet is read, whoever chose that."""
    return {name: value for name, value in mapping.items() if name != "remembered"}


def tell_unit(session: Session, run: ImportRun, unit: str) -> None:
    """A unit that the sender of a file tells later, in the reading that waits: for columns of money whose unit nobody told."""
    registers = allowed(composition_of(session), ImportKind(run.kind))
    for sheet in sheets_of(session, run) if unit and run.state == ImportState.UPLOADED else ():
        layout = SheetMapping.from_json(sheet.name, sheet.register, sheet.mapping)
        sheet.mapping = sheet.mapping | with_unit(layout, registers, unit).to_json()


def _unfinished_of(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        ImportRun.state.in_((ImportState.UPLOADED, ImportState.STARTED)),
        ImportRun.by_kind == actor.kind,
        ImportRun.by_id == actor.id,
    )


def preview(
    session: Session, *, actor: Actor, run: ImportRun, table: Table, sheet: ImportSheet, now: datetime
) -> SheetPreview:
    """What would become of the first rows of a sheet if it were taken in now; writes nothing."""
    opened = open_sheet(session, table, run, sheet, actor=actor, day=today(now))
    total, keys = repeated(opened.keys())
    rows = list(islice(opened.rows(), PREVIEW_ROWS))
    repeats = opened.repeats(keys)
    for row in rows:
        repeats.note(row)
    announced = _announced(session, table, sheet, sheets_of(session, run), opened.registers)
    taking = BatchTaking(session, opened.reading, opened.intake, None, announced)
    results = taking.take(rows)
    tell_likely(session, results, run.region_prefix)
    tell_proposals(session, results, run.region_prefix)
    further = tuple((each.layout.header[1], each.layout) for _block, each in sorted(opened.further.items()))
    return SheetPreview(results, total, len(keys), further)


def _announced(
    session: Session, table: Table, sheet: ImportSheet, sheets: Iterable[ImportSheet], registers: Registers
) -> dict[str, Enterprise]:
    """The firms that the sheets before this one will register and that are not on file, by code and by name."""
    found: dict[str, Enterprise] = {}
    for each in sheets:
        if each.chosen and each.turn < sheet.turn and each.position != sheet.position:
            for code, name in named_firms(table, each, registers, _ANNOUNCED):
                firm = Enterprise(id=-len(found) - 1, uscc=code, name=name, region_code="")
                found.setdefault(code, firm)
                found.setdefault(name, firm)
    known = firms_by_code(session, list({firm.uscc for firm in found.values()})) if found else {}
    return {key: firm for key, firm in found.items() if firm.uscc not in known}


def _note(session: Session, run: ImportRun, actor: Actor, event: str, now: datetime) -> None:
    record(
        session,
        actor=actor,
        now=now,
        type=event,
        subject=SubjectKey("import", str(run.id), run.file_name, region_code=run.region_prefix),
        data={"kind": run.kind, "sha256": run.file_sha256},
    )
