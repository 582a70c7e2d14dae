"""`yumiao import FILE…`, and `yumiao import enterprises|figures FILE` for files that hold nothing else."""

import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session
from typer.core import TyperGroup

from app.commands import complete_lists as said
from app.commands.context import load_settings
from app.commands.import_deployment import deployment
from app.commands.import_options import DryRun, Fills, Given, fills_of, given_of
from app.commands.import_report import hand_rows_back, result_line, tell_decided, tell_gaps, tell_groups, tell_rows
from app.commands.import_sheets import tell_sheet
from app.commands.progress import follow, progress
from app.config import Settings
from app.enterprises.imports.domain import ImportKind, ImportState
from app.enterprises.imports.fields import UNIT_LABELS
from app.enterprises.imports.jobs import KINDS
from app.enterprises.imports.listed_kinds import complete_list_of
from app.enterprises.imports.mapping import Registers
from app.enterprises.imports.models import ImportRun, ImportSheet
from app.enterprises.imports.registers import registers_of
from app.enterprises.imports.remembered.memory import memory_of
from app.enterprises.imports.remembered.service import remember_all
from app.enterprises.imports.row_groups.domain import RowChoice, read_ahead
from app.enterprises.imports.row_groups.orders import is_said, say_ahead
from app.enterprises.imports.runner import chosen_sheets, counts_of
from app.enterprises.imports.sheets import GuessedSheet, ReadingHints, allowed, guess_sheets
from app.enterprises.imports.staging import (
    StagedFile,
    abandon,
    find_unfinished,
    is_read_as,
    require_told,
    sheets_of,
    stage,
    start,
)
from app.enterprises.imports.tables.beside import APART, ONE
from app.jobs.domain import JobState, this_process
from app.jobs.models import Job
from app.jobs.queries import get_job
from app.jobs.run import JobContext, Run, execute, run_of
from app.jobs.service import claim, retry
from app.kit.actor import SYSTEM
from app.kit.clock import utc_now
from app.kit.db import Database, composition_of, read_scope, session_scope
from app.kit.errors import DomainError
from app.kit.i18n import _
from app.kit.tabular import open_table
from app.kit.tabular.reader import MAX_BYTES


class _FilesOrLists(TyperGroup):
    """`import FILE…` without a command means a workbook of anything."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = ["workbook", *args]
        return super().parse_args(ctx, args)


imports = typer.Typer(
    cls=_FilesOrLists,
    no_args_is_help=True,
    help="take workbooks and lists in from Excel, ODS and CSV files",
)

NOTHING_READ = 1

File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="a CSV or XLSX file", show_default=False)
]
Files = Annotated[
    list[Path],
    typer.Argument(exists=True, dir_okay=False, readable=True, help="workbooks or CSV files", show_default=False),
]
Region = Annotated[
    str, typer.Option(help="take only what lies in this region in, and place there what names none", show_default=False)
]
Accept = Annotated[bool, typer.Option(help="take codes in whose check character does not fit, flagged")]
Unit = Annotated[
    str, typer.Option(help="unit of the amounts whose unit the file does not tell, such as 万元", show_default=False)
]
Decide = Annotated[
    list[str] | None,
    typer.Option(
        help="what is decided of rows that would wait, as REASON=CHOICE (such as differs=keep, uscc=leave); again for more",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(imports, name="import")


@imports.command("workbook")
def import_workbook(
    files: Files,
    yes: Annotated[
        bool, typer.Option("--yes", help="take the files in as they were understood, without asking")
    ] = False,
    sheet: Annotated[
        list[str] | None, typer.Option(help="take only this sheet in; again for more", show_default=False)
    ] = None,
    header_row: Annotated[int | None, typer.Option(min=1, help="the last row of the head", show_default=False)] = None,
    map_: Fills = None,
    as_above: Annotated[
        list[str] | None,
        typer.Option(
            help="a column whose blank cells mean what stands above them; again for more, - for none",
            show_default=False,
        ),
    ] = None,
    tables: Annotated[
        str,
        typer.Option(help="whether columns that stand apart are tables of their own: apart or one", show_default=False),
    ] = "",
    given: Given = None,
    unit: Unit = "",
    region: Region = "",
    accept_unconfirmed: Accept = False,
    decide: Decide = None,
    dry_run: DryRun = False,
    complete_to: said.CompleteTo = None,
    complete_from: said.CompleteFrom = None,
    complete_kind: said.CompleteKind = None,
    issuer: said.Issuer = "",
) -> None:
    """Take whole workbooks in: each sheet is understood by its head, shown, and taken in when you agree."""
    above = tuple(as_above or ())
    if tables not in ("", APART, ONE):
        raise typer.BadParameter(f"{APART}, {ONE}", param_hint="--tables")
    reading = ReadingHints(
        _unit(unit),
        tuple(sheet or ()),
        header_row,
        fills_of(map_),
        region,
        above,
        tables,
        unattended=yes,
        given=given_of(given),
    )
    complete = said.complete_options(complete_to, complete_from, complete_kind or [], issuer)
    totals: Counter[str] = Counter()
    choices = _choices(decide)
    for file in files:
        order = _Order(
            file, ImportKind.WORKBOOK, accept_unconfirmed, reading, yes or dry_run, complete, choices, dry_run
        )
        totals.update(_import(order))
    if len(files) > 1:
        typer.echo(result_line(totals))


@imports.command("enterprises")
def import_enterprises(
    file: File, accept_unconfirmed: Accept = False, decide: Decide = None, dry_run: DryRun = False
) -> None:
    """Take a list of firms in."""
    _import(_Order(file, ImportKind.ENTERPRISES, accept_unconfirmed, decide=_choices(decide), dry_run=dry_run))


@imports.command("figures")
def import_figures(
    file: File,
    accept_unconfirmed: Annotated[bool, typer.Option(help="has no effect on figures")] = False,
    unit: Unit = "",
    decide: Decide = None,
    dry_run: DryRun = False,
) -> None:
    """Take yearly figures in; a column of money whose unit is written nowhere needs --unit."""
    reading, choices = ReadingHints(_unit(unit)), _choices(decide)
    _import(_Order(file, ImportKind.FIGURES, accept_unconfirmed, reading, decide=choices, dry_run=dry_run))


@dataclass(frozen=True)
class _Order:
    """What the command was asked to do; `agreed`: without asking whether the file was understood rightly; `complete`: what was said
    of it as a complete list, but for the region, and for what only its sheets tell; `decide`: what is decided of rows that would wait;
    `dry_run`: everything is done in a copy of the database.
    """

    file: Path
    kind: ImportKind
    accept_unconfirmed: bool
    reading: ReadingHints = field(default_factory=ReadingHints)
    agreed: bool = True
    complete: dict[str, Any] | None = None
    decide: Mapping[str, RowChoice] = field(default_factory=dict)
    dry_run: bool = False

    def sheets(self, registers: Registers) -> list[GuessedSheet]:
        """How the file will be read; raises Invalid when it cannot be, or when something must be told first."""
        found = guess_sheets(open_table(self.file), registers, self.reading)
        require_told([ImportSheet(**vars(sheet)) for sheet in found], registers)
        return found


def _unit(unit: str) -> str:
    if unit and unit not in UNIT_LABELS:
        raise typer.BadParameter("、".join(UNIT_LABELS), param_hint="--unit")
    return unit


def _choices(given: list[str] | None) -> Mapping[str, RowChoice]:
    try:
        return read_ahead(given or ())
    except DomainError as error:
        raise typer.BadParameter(error.message, param_hint="--decide") from None


def _import(order: _Order) -> dict[str, int]:
    with deployment(load_settings(), dry_run=order.dry_run) as (settings, database):
        try:
            work = _open(settings, database, order)
        except DomainError as error:
            hint = _("（命令行：--unit）") if error.code == "import.units_missing" else ""
            typer.echo(error.message + hint, err=True)
            raise typer.Exit(NOTHING_READ) from None
        with progress(order.file.name) as bar:
            if work.run is None:
                typer.echo(_("这份名单正由服务器导入，等它完成。"))
                follow(database, work.job_id, bar)
            else:
                work.run.on_progress = bar
                execute(work.run, KINDS[0].function)
        return _report(settings, database, work, dry_run=order.dry_run)


@dataclass(frozen=True)
class _AwaitedImport:
    """The import that answers the order; `run` is None while another process (the server) is at it."""

    import_id: int
    job_id: int
    run: Run | None


def _open(settings: Settings, database: Database, order: _Order) -> _AwaitedImport:
    """A new import of the file, or the interrupted one of the very same file, claimed by this process."""
    registers = allowed(database.composition, order.kind)
    with read_scope(database) as session:
        memory = memory_of(session, order.reading.region or settings.region, order.kind)
    order = replace(order, reading=replace(order.reading, memory=memory))
    sheets = order.sheets(registers)
    if not order.agreed:
        _agree(order, sheets, registers)
    blobs = settings.vault.blobs
    with order.file.open("rb") as source:
        blob = blobs.put(source, limit=MAX_BYTES)
    upload = StagedFile(blob.sha256, blobs.path(blob.sha256), order.file.name)
    around, now = JobContext(database, settings.data_dir, storage=settings.vault.blobs), utc_now()
    with session_scope(database) as session:
        found = None
        if not order.dry_run:
            found = find_unfinished(session, actor=SYSTEM, sha256=blob.sha256, kind=order.kind)
        accept, region = order.accept_unconfirmed, order.reading.region
        if found is not None and not (
            found.region_prefix == region
            and is_read_as(session, found, sheets, accept_unconfirmed=accept)
            and is_said(found, order.decide)
        ):
            abandon(session, actor=SYSTEM, run=found, now=now)
            found = None
        job = _resumed(session, found, now) if found is not None else None
        if found is None:
            found, job = _begun(session, upload, order, now, settings.region)
        assert found.job_id is not None
        return _AwaitedImport(found.id, found.job_id, run_of(job, around, job.owner) if job else None)


def _agree(order: _Order, sheets: list[GuessedSheet], registers: Registers) -> None:
    """Show how the file was understood and ask; without somebody to ask nothing is taken in."""
    for sheet in sheets:
        tell_sheet(ImportSheet(**vars(sheet)), registers)
    if not sys.stdin.isatty():
        typer.echo(_("以上是识别的结果，尚未导入。确认无误后加 --yes 再运行。"), err=True)
        raise typer.Exit(2)
    typer.confirm(_("按以上理解导入 %(name)s？") % {"name": order.file.name}, abort=True)


def _resumed(session: Session, found: ImportRun, now: datetime) -> Job | None:
    """The interrupted import's job, taken over; None when another process is at it."""
    assert found.job_id is not None
    job = get_job(session, found.job_id)
    if job.state in (JobState.FAILED, JobState.CANCELLED):
        retry(session, job=job)
    claimed = claim(session, job_id=job.id, owner=this_process(), now=now)
    if claimed is not None:
        _tell_resumed(found, claimed)
    return claimed


def _begun(
    session: Session, upload: StagedFile, order: _Order, now: datetime, region: str
) -> tuple[ImportRun, Job | None]:
    """A new import, claimed before anybody else can see it."""
    accept = order.accept_unconfirmed
    found = stage(
        session,
        actor=SYSTEM,
        upload=upload,
        kind=order.kind,
        now=now,
        accept_unconfirmed=accept,
        reading=order.reading,
    )
    if order.reading.tells_columns:
        remember_all(
            session,
            actor=SYSTEM,
            run=found,
            table=open_table(upload.path),
            now=now,
            office=order.reading.region or region,
        )
    say_ahead(session, actor=SYSTEM, run=found, choices=order.decide, now=now)
    if found.encoding:
        typer.echo(_("编码：%(encoding)s") % {"encoding": found.encoding})
    if order.agreed:
        registers = registers_of(composition_of(session))
        for sheet in sheets_of(session, found):
            tell_sheet(sheet, registers)
    told = order.complete and order.complete | {
        "document": found.file_name,
        "region_code": order.reading.region or region,
        "issuer": order.complete["issuer"] or order.file.stem[:120],
    }
    complete = complete_list_of(told, sheets_of(session, found)) if told else None
    queued = start(session, actor=SYSTEM, run=found, now=now, accept_unconfirmed=accept, complete=complete)
    return found, claim(session, job_id=queued.id, owner=this_process(), now=now)


def _tell_resumed(found: ImportRun, job: Job) -> None:
    counts = " ".join(f"{name}={number}" for name, number in counts_of(found).items())
    typer.echo(
        _("接着上次中断的导入继续：已完成 %(done)s 行（%(counts)s）。")
        % {"done": job.checkpoint.get("done", 0), "counts": counts}
    )


def _report(settings: Settings, database: Database, work: _AwaitedImport, *, dry_run: bool) -> dict[str, int]:
    with read_scope(database) as session:
        found, job = session.get_one(ImportRun, work.import_id), session.get_one(Job, work.job_id)
        if job.state != JobState.DONE or found.state != ImportState.FINISHED:
            typer.echo(job.error or _("导入没有完成，已完成的部分保留；再次运行同一命令会继续。"), err=True)
            raise typer.Exit(NOTHING_READ)
        sheets = chosen_sheets(session, found.id)
        for sheet in sheets:
            tell_rows(session, found, sheet)
            if dry_run:
                tell_groups(session, found, sheet)
            else:
                hand_rows_back(session, settings, found, sheet)
        tell_gaps(session, found)
        tell_decided(session, found)
        said.tell_complete(session, found.id)
        if dry_run:
            typer.echo(_("以上是试读：照此导入会怎样，没有写入任何内容。"))
        elif not found.written:
            typer.echo(_("本次导入没有改变任何内容。"))
        if found.kind == ImportKind.WORKBOOK:
            for sheet in sorted(sheets, key=lambda each: each.position):
                typer.echo(f"{sheet.name or found.file_name}: {result_line(counts_of(sheet))}")
        typer.echo(result_line(counts_of(found)))
        return counts_of(found)
