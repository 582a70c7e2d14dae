"""`yumiao import enterprises FILE` and `yumiao import figures FILE`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.commands.context import load_settings, open_database
from app.config import Settings
from app.enterprises.imports.domain import ImportKind, Outcome, RunState
from app.enterprises.imports.handing_back import hand_back
from app.enterprises.imports.jobs import KINDS
from app.enterprises.imports.mapping import Layout
from app.enterprises.imports.models import ImportRow, ImportRun
from app.enterprises.imports.queries import list_rows
from app.enterprises.imports.reasons import LABELS, Reason
from app.enterprises.imports.running import counts_of
from app.enterprises.imports.staging import Upload, abandon, find_unfinished, require_columns, stage, start
from app.jobs.domain import JobState, this_process
from app.jobs.models import Job
from app.jobs.running import Run, Surroundings, execute, run_of
from app.jobs.service import claim
from app.kit.actor import SYSTEM
from app.kit.blobs import BlobStore
from app.kit.clock import utc_now
from app.kit.db import Database, read_scope, session_scope
from app.kit.errors import DomainError
from app.kit.i18n import _
from app.kit.tabular.reading import MAX_BYTES

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
    _import(file, ImportKind.ENTERPRISES, accept_unconfirmed=accept_unconfirmed)


@imports.command("figures")
def import_figures(
    file: File,
    accept_unconfirmed: Annotated[bool, typer.Option(help="has no effect on figures")] = False,
) -> None:
    """Take yearly figures in."""
    _import(file, ImportKind.FIGURES, accept_unconfirmed=accept_unconfirmed)


@dataclass(frozen=True)
class _Order:
    """What the command was asked to do."""

    file: Path
    kind: ImportKind
    accept_unconfirmed: bool


def _import(file: Path, kind: ImportKind, *, accept_unconfirmed: bool) -> None:
    settings = load_settings()
    with open_database(settings) as database:
        try:
            import_id, run = _open(settings, database, _Order(file, kind, accept_unconfirmed))
        except DomainError as error:
            typer.echo(error.message, err=True)
            raise typer.Exit(NOTHING_READ) from None
        with _progress(file.name) as run.on_progress:
            execute(run, KINDS[0].function)
        _report(settings, database, import_id, run.job_id)


def _open(settings: Settings, database: Database, order: _Order) -> tuple[int, Run]:
    """A new import of the file, or the interrupted one of the very same file, claimed by this process."""
    blobs = BlobStore(settings.data_dir / "files")
    now, owner = utc_now(), this_process()
    with order.file.open("rb") as source:
        blob = blobs.put(source, limit=MAX_BYTES)
    upload = Upload(blob.sha256, blobs.path(blob.sha256), order.file.name)
    around = Surroundings(database, settings.data_dir)
    with session_scope(database) as session:
        found = find_unfinished(session, sha256=blob.sha256, kind=order.kind)
        if found is not None and found.accept_unconfirmed == order.accept_unconfirmed and found.job_id is not None:
            job = claim(session, job_id=found.job_id, owner=owner, now=now)
            if job is not None:
                _tell_resumed(found, job)
                return found.id, run_of(job, around, owner)
        elif found is not None:
            abandon(session, actor=SYSTEM, run=found, now=now)
        imported = stage(
            session,
            actor=SYSTEM,
            upload=upload,
            kind=order.kind,
            now=now,
            accept_unconfirmed=order.accept_unconfirmed,
        )
        layout = Layout.from_json(imported.mapping)
        require_columns(layout, order.kind)
        _tell_layout(imported, layout)
        queued = start(session, actor=SYSTEM, run=imported, now=now, accept_unconfirmed=order.accept_unconfirmed)
        job = claim(session, job_id=queued.id, owner=owner, now=now)
        assert job is not None
        return imported.id, run_of(job, around, owner)


def _tell_resumed(found: ImportRun, job: Job) -> None:
    counts = " ".join(f"{name}={number}" for name, number in counts_of(found).items())
    typer.echo(
        _("接着上次中断的导入继续：已完成 %(done)s 行（%(counts)s）。")
        % {"done": job.checkpoint.get("done", 0), "counts": counts}
    )


def _tell_layout(found: ImportRun, layout: Layout) -> None:
    if found.encoding:
        typer.echo(_("编码：%(encoding)s") % {"encoding": found.encoding})
    mapped = [f"{column.header} → {_(LABELS[column.field])}" for column in layout.columns if column.field in LABELS]
    typer.echo(_("读取的列：%(columns)s") % {"columns": "，".join(mapped)})
    if layout.not_imported:
        typer.echo(_("不导入的列：%(columns)s") % {"columns": "，".join(layout.not_imported)})
    if layout.unread_sheets:
        typer.echo(_("没有读取的工作表：%(sheets)s") % {"sheets": "，".join(layout.unread_sheets)})


@contextmanager
def _progress(name: str) -> "Iterator[_Bar]":
    """A bar on stderr where a person watches; nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        yield _Bar(progress, name)


class _Bar:
    """Moves the bar; called between batches."""

    def __init__(self, progress: Progress, name: str) -> None:
        self._progress = progress
        self._task = progress.add_task(name, total=None)

    def __call__(self, done: int, total: int) -> None:
        self._progress.update(self._task, completed=done, total=total)


def _report(settings: Settings, database: Database, import_id: int, job_id: int) -> None:
    with read_scope(database) as session:
        found, job = session.get_one(ImportRun, import_id), session.get_one(Job, job_id)
        if job.state != JobState.DONE or found.state != RunState.FINISHED:
            typer.echo(job.error or _("导入没有完成，已完成的部分保留；再次运行同一命令会继续。"), err=True)
            raise typer.Exit(NOTHING_READ)
        for row in list_rows(session, found, (Outcome.REJECTED, Outcome.QUEUED, Outcome.DIFFERS), limit=_LISTED):
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
        if not found.written:
            typer.echo(_("本次导入没有改变任何内容。"))
        typer.echo(" ".join(f"{name}={number}" for name, number in counts_of(found).items()))


def _line(row: ImportRow) -> str:
    """One row for the terminal; `row N`, outcome and `repeats row N` read the same in every language."""
    reasons = [Reason.from_json(kept) for kept in row.reasons]
    codes = [f"repeats row {reason.params['row']}" if "row" in reason.params else reason.code for reason in reasons]
    words = " ".join(str(reason) for reason in reasons) or "，".join(row.differences)
    return f"row {row.row_number} {row.outcome} [{', '.join(codes)}] {row.key} {row.name}: {words}"
