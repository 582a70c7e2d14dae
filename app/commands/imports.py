"""`yumiao import enterprises FILE` and `yumiao import figures FILE`."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from app.commands.context import load_settings, open_database
from app.commands.progress import follow, progress
from app.config import Settings
from app.enterprises.imports.domain import ImportKind, ImportState, RowOutcome
from app.enterprises.imports.fields import UNIT_LABELS
from app.enterprises.imports.jobs import KINDS
from app.enterprises.imports.mapping import TableLayout, guess_layout, with_unit
from app.enterprises.imports.models import ImportRow, ImportRun
from app.enterprises.imports.queries import count_texts_and_unplaced, list_rows
from app.enterprises.imports.reasons import LABELS, RowReason
from app.enterprises.imports.returned_rows import hand_back
from app.enterprises.imports.runner import counts_of
from app.enterprises.imports.staging import StagedFile, abandon, find_unfinished, require_columns, stage, start
from app.jobs.domain import JobState, this_process
from app.jobs.models import Job
from app.jobs.queries import get_job
from app.jobs.run import JobContext, Run, execute, run_of
from app.jobs.service import claim, retry
from app.kit.actor import SYSTEM
from app.kit.clock import utc_now
from app.kit.db import Database, read_scope, session_scope
from app.kit.errors import DomainError
from app.kit.i18n import _
from app.kit.tabular import open_table
from app.kit.tabular.reader import MAX_BYTES

imports = typer.Typer(no_args_is_help=True, help="take lists in from CSV and Excel files")

NOTHING_READ = 1
_LISTED = 50

File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="a CSV or XLSX file", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(imports, name="import")


@imports.command("enterprises")
def import_enterprises(
    file: File,
    accept_unconfirmed: Annotated[
        bool, typer.Option(help="take codes in whose check character does not fit, flagged")
    ] = False,
) -> None:
    """Take a list of firms in."""
    _import(_Order(file, ImportKind.ENTERPRISES, accept_unconfirmed))


@imports.command("figures")
def import_figures(
    file: File,
    accept_unconfirmed: Annotated[bool, typer.Option(help="has no effect on figures")] = False,
    unit: Annotated[
        str,
        typer.Option(help="unit of the amounts whose unit the file does not tell, such as 万元", show_default=False),
    ] = "",
) -> None:
    """Take yearly figures in; a column of money whose unit is written nowhere needs --unit."""
    if unit and unit not in UNIT_LABELS:
        raise typer.BadParameter("、".join(UNIT_LABELS), param_hint="--unit")
    _import(_Order(file, ImportKind.FIGURES, accept_unconfirmed, unit))


@dataclass(frozen=True)
class _Order:
    """What the command was asked to do."""

    file: Path
    kind: ImportKind
    accept_unconfirmed: bool
    unit: str = ""

    def layout(self) -> TableLayout:
        """How the file will be read; raises Invalid when it cannot be, or when something must be told first."""
        found = with_unit(guess_layout(open_table(self.file), self.kind), self.kind, self.unit)
        require_columns(found, self.kind)
        return found


def _import(order: _Order) -> None:
    settings = load_settings()
    with open_database(settings) as database:
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
        _report(settings, database, work)


@dataclass(frozen=True)
class _AwaitedImport:
    """The import that answers the order; `run` is None while another process (the server) is at it."""

    import_id: int
    job_id: int
    run: Run | None


def _open(settings: Settings, database: Database, order: _Order) -> _AwaitedImport:
    """A new import of the file, or the interrupted one of the very same file, claimed by this process."""
    layout = order.layout()
    blobs = settings.vault.blobs
    with order.file.open("rb") as source:
        blob = blobs.put(source, limit=MAX_BYTES)
    upload = StagedFile(blob.sha256, blobs.path(blob.sha256), order.file.name)
    around, now = JobContext(database, settings.data_dir, storage=settings.vault.blobs), utc_now()
    with session_scope(database) as session:
        found = find_unfinished(session, sha256=blob.sha256, kind=order.kind)
        if found is not None and not _asks_for(order, layout, found):
            abandon(session, actor=SYSTEM, run=found, now=now)
            found = None
        job = _resumed(session, found, now) if found is not None else None
        if found is None:
            found, job = _begun(session, upload, order, now)
        assert found.job_id is not None
        return _AwaitedImport(found.id, found.job_id, run_of(job, around, job.owner) if job else None)


def _asks_for(order: _Order, layout: TableLayout, found: ImportRun) -> bool:
    """Whether the interrupted import is what the command asks for, codes and units alike."""
    return found.accept_unconfirmed == order.accept_unconfirmed and found.mapping == layout.to_json()


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


def _begun(session: Session, upload: StagedFile, order: _Order, now: datetime) -> tuple[ImportRun, Job | None]:
    """A new import, claimed before anybody else can see it."""
    accept = order.accept_unconfirmed
    found = stage(
        session,
        actor=SYSTEM,
        upload=upload,
        kind=order.kind,
        now=now,
        accept_unconfirmed=accept,
        unit=order.unit,
    )
    _tell_layout(found, TableLayout.from_json(found.mapping))
    queued = start(session, actor=SYSTEM, run=found, now=now, accept_unconfirmed=accept)
    return found, claim(session, job_id=queued.id, owner=this_process(), now=now)


def _tell_resumed(found: ImportRun, job: Job) -> None:
    counts = " ".join(f"{name}={number}" for name, number in counts_of(found).items())
    typer.echo(
        _("接着上次中断的导入继续：已完成 %(done)s 行（%(counts)s）。")
        % {"done": job.checkpoint.get("done", 0), "counts": counts}
    )


def _tell_layout(found: ImportRun, layout: TableLayout) -> None:
    if found.encoding:
        typer.echo(_("编码：%(encoding)s") % {"encoding": found.encoding})
    mapped = [f"{column.header} → {_(LABELS[column.field])}" for column in layout.columns if column.field in LABELS]
    typer.echo(_("读取的列：%(columns)s") % {"columns": "，".join(mapped)})
    if layout.not_imported:
        typer.echo(_("不导入的列：%(columns)s") % {"columns": "，".join(layout.not_imported)})
    if layout.unread_sheets:
        typer.echo(_("没有读取的工作表：%(sheets)s") % {"sheets": "，".join(layout.unread_sheets)})


def _report(settings: Settings, database: Database, work: _AwaitedImport) -> None:
    with read_scope(database) as session:
        found, job = session.get_one(ImportRun, work.import_id), session.get_one(Job, work.job_id)
        if job.state != JobState.DONE or found.state != ImportState.FINISHED:
            typer.echo(job.error or _("导入没有完成，已完成的部分保留；再次运行同一命令会继续。"), err=True)
            raise typer.Exit(NOTHING_READ)
        for row in list_rows(
            session, found, (RowOutcome.REJECTED, RowOutcome.QUEUED, RowOutcome.DIFFERS), limit=_LISTED
        ):
            typer.echo(_line(row))
        listed = min(found.rejected + found.queued + found.differs, _LISTED)
        if (more := found.rejected + found.queued + found.differs - listed) > 0:
            typer.echo(_("另有 %(n)s 行，见导入页面。") % {"n": more})
        if found.rejected:
            body = hand_back(session, found)
            folder = settings.data_dir / "rejected"
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{found.id}-{body.name}"
            path.write_bytes(body.body)
            typer.echo(_("未导入的行（附原因，改好后可再导入）：%(path)s") % {"path": path})
        _tell_gaps(session, found)
        if not found.written:
            typer.echo(_("本次导入没有改变任何内容。"))
        typer.echo(" ".join(f"{name}={number}" for name, number in counts_of(found).items()))


def _tell_gaps(session: Session, found: ImportRun) -> None:
    """What came in only half: nobody who works in one region sees a firm without one."""
    texts, unplaced = count_texts_and_unplaced(session, found)
    if texts:
        typer.echo(_("有 %(n)s 个单元格无法识别，原文已保留。") % {"n": texts})
    if unplaced and found.kind == ImportKind.ENTERPRISES:
        typer.echo(_("有 %(n)s 家企业认不出所在区域，只有不限区域的人员看得到。") % {"n": unplaced})


def _line(row: ImportRow) -> str:
    """One row for the terminal; `row N`, outcome and `repeats row N` read the same in every language."""
    reasons = [RowReason.from_json(kept) for kept in row.reasons]
    codes = [f"repeats row {reason.params['row']}" if "row" in reason.params else reason.code for reason in reasons]
    words = " ".join(str(reason) for reason in reasons) or "，".join(row.differences)
    return f"row {row.row_number} {row.outcome} [{', '.join(codes)}] {row.key} {row.name}: {words}"
