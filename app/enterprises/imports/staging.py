"""From an uploaded file to a started import: what it holds, how its columns are understood, what would become of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.actions import IMPORT
from app.enterprises.imports import events
from app.enterprises.imports.domain import KIND_LABELS, PREVIEW_ROWS, ImportKind, ImportState
from app.enterprises.imports.fields import IN_CELLS, PEOPLE, UNIT_LABELS
from app.enterprises.imports.mapping import TableLayout, guess_layout, remap, sheet_of, with_samples, with_unit
from app.enterprises.imports.models import ImportRun
from app.enterprises.imports.reasons import LABELS
from app.enterprises.imports.repeats import Repeats, repeated
from app.enterprises.imports.row_reader import source_rows
from app.enterprises.imports.runner import make_taker, parse_batches
from app.enterprises.imports.verdict import RowVerdict
from app.jobs.models import Job
from app.jobs.service import cancel, enqueue
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import _
from app.kit.permissions import require
from app.kit.tabular import Table, open_table

JOB_KIND = "import"


@dataclass(frozen=True)
class StagedFile:
    """A file whose bytes are stored: their hash, where they lie, and what the person called the file."""

    sha256: str
    path: Path
    name: str


@dataclass(frozen=True)
class Preview:
    """What would become of the first rows, and how many rows there are."""

    verdicts: list[RowVerdict]
    total: int
    repeated: int


@dataclass(frozen=True)
class _Clock:
    instant: datetime

    def now(self) -> datetime:
        return self.instant


def stage(
    session: Session,
    *,
    actor: Actor,
    upload: StagedFile,
    kind: ImportKind,
    now: datetime,
    accept_unconfirmed: bool = False,
    unit: str = "",
) -> ImportRun:
    """Open the file, guess its columns and keep both as a new import; nothing of it is taken in yet.

    `unit` is that of the columns of money whose unit the file does not tell. Raises Invalid when the file cannot be
    read at all.
    """
    require(actor, IMPORT)
    table = open_table(upload.path)
    layout = with_unit(guess_layout(table, kind), kind, unit)
    run = ImportRun(
        kind=kind,
        file_sha256=upload.sha256,
        file_name=upload.name,
        file_kind=table.kind,
        encoding=table.encoding,
        delimiter=table.delimiter,
        mapping=layout.to_json(),
        accept_unconfirmed=accept_unconfirmed,
        state=ImportState.UPLOADED,
        region_prefix=actor.region_prefix,
        by_kind=actor.kind,
        by_id=actor.id,
        by_name=actor.name,
        at=now,
    )
    session.add(run)
    session.flush()
    _note(session, run, actor, events.UPLOADED, now)
    return run


def change_mapping(
    session: Session,
    *,
    actor: Actor,
    run: ImportRun,
    chosen: Mapping[int, str],
    units: Mapping[int, str],
    other_unit: str = "",
) -> TableLayout:
    """Keep the person's choice of columns, their units, and the unit of the columns of money that then still have none.

    Raises Invalid for a field chosen twice or an unknown unit, Conflict once the import began.
    """
    require(actor, IMPORT, run)
    _require_uploaded(run)
    layout, kind = TableLayout.from_json(run.mapping), ImportKind(run.kind)
    known = {"", PEOPLE, IN_CELLS, *UNIT_LABELS, *(column.unit for column in layout.columns)}
    if not {*units.values(), other_unit} <= known:
        raise Invalid("import.mapping.unit", _("没有这个单位。"))
    layout = with_unit(remap(layout, kind, chosen, units), kind, other_unit)
    run.mapping = layout.to_json()
    session.flush()
    return layout


def start(session: Session, *, actor: Actor, run: ImportRun, now: datetime, accept_unconfirmed: bool) -> Job:
    """Hand the import to the background work.

    Raises Invalid when a required column or the unit of an amount is missing, Conflict when it was started before.
    """
    require(actor, IMPORT, run)
    _require_uploaded(run)
    require_columns(TableLayout.from_json(run.mapping), ImportKind(run.kind))
    title = f"{_(KIND_LABELS[ImportKind(run.kind)])} · {run.file_name}"
    job = enqueue(session, actor=actor, now=now, kind=JOB_KIND, title=title, params={"import": run.id})
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


def require_columns(layout: TableLayout, kind: ImportKind) -> None:
    """Raise Invalid, naming them, when required columns are missing, or columns of money whose unit nobody told."""
    if missing := layout.missing(kind):
        names = "、".join(_(LABELS[code]) for code in missing)
        raise Invalid(
            "import.columns_missing",
            _("找不到必需的列：%(names)s。请检查表头，或在“列对应”里指定。") % {"names": names},
        )
    if unknown := layout.without_unit(kind):
        raise Invalid(
            "import.units_missing",
            _("这些金额列没有写明单位：%(names)s。请在表头写明（如“销售收入（万元）”），或另外指定单位。")
            % {"names": "、".join(unknown)},
        )


def find_unfinished(session: Session, *, sha256: str, kind: ImportKind) -> ImportRun | None:
    """The newest import of the very same file by the system that began and did not end."""
    return session.scalar(
        select(ImportRun)
        .where(
            ImportRun.file_sha256 == sha256,
            ImportRun.kind == kind,
            ImportRun.state == ImportState.STARTED,
            ImportRun.by_kind == "system",
        )
        .order_by(ImportRun.id.desc())
        .limit(1)
    )


def read_layout(run: ImportRun, path: Path) -> tuple[Table, TableLayout]:
    """The opened file and its kept layout, with sample values."""
    table = open_table(path)
    layout = TableLayout.from_json(run.mapping)
    return table, with_samples(layout, sheet_of(table, layout))


def preview(
    session: Session, *, actor: Actor, run: ImportRun, table: Table, layout: TableLayout, now: datetime
) -> Preview:
    """What would become of the first rows if the import began now; writes nothing."""
    sheet = sheet_of(table, layout)
    taker = make_taker(session, run, actor, _Clock(now))
    total, keys = repeated(taker.key_of(source) for source in source_rows(sheet, layout))
    rows = islice(source_rows(sheet, layout), PREVIEW_ROWS)
    batches = parse_batches(rows, taker, Repeats(layout, keys), PREVIEW_ROWS)
    verdicts = [verdict for batch in batches for verdict in taker.decide(session, batch, lock=False)]
    return Preview(verdicts, total, len(keys))


def _require_uploaded(run: ImportRun) -> None:
    if run.state != ImportState.UPLOADED:
        raise Conflict("import.started", _("该导入已经开始，不能再改。"))


def _note(session: Session, run: ImportRun, actor: Actor, event: str, now: datetime) -> None:
    record(
        session,
        actor=actor,
        now=now,
        type=event,
        subject=SubjectKey("import", str(run.id), run.file_name, region_code=run.region_prefix),
        data={"kind": run.kind, "sha256": run.file_sha256},
    )
