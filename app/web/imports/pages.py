"""What the pages of imports show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.doors.forms.bound import Bound
from app.doors.lists.listed import Listed
from app.doors.lists.view import ListView
from app.enterprises.events import FIELD_LABELS
from app.enterprises.imports.domain import (
    KIND_LABELS,
    OUTCOME_LABELS,
    ImportKind,
    ImportState,
    RowOutcome,
)
from app.enterprises.imports.fields import FIELDS, IN_CELLS, UNIT_LABELS, ImportField
from app.enterprises.imports.lists import IMPORTS
from app.enterprises.imports.mapping import IGNORED, REASON, TableLayout
from app.enterprises.imports.models import ImportRun
from app.enterprises.imports.queries import count_open_by_run
from app.enterprises.imports.staging import Preview, preview, read_layout
from app.enterprises.imports.verdict import RowVerdict
from app.jobs.domain import JobState
from app.jobs.models import Job
from app.kit.actor import Actor
from app.kit.amounts import unit_of
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count
from app.kit.tabular.reader import MAX_BYTES

STATE_LABELS = {
    ImportState.UPLOADED: N_("待开始"),
    ImportState.STARTED: N_("进行中"),
    ImportState.FINISHED: N_("已完成"),
    ImportState.ABANDONED: N_("已放弃"),
}
STATE_BADGES = {
    ImportState.UPLOADED: "wait",
    ImportState.STARTED: "info",
    ImportState.FINISHED: "good",
    ImportState.ABANDONED: "idle",
}
OUTCOME_BADGES = {
    RowOutcome.CREATED: "good",
    RowOutcome.CHANGED: "info",
    RowOutcome.UNCHANGED: "idle",
    RowOutcome.DIFFERS: "wait",
    RowOutcome.QUEUED: "wait",
    RowOutcome.REJECTED: "late",
}


@dataclass(frozen=True)
class ImportRunLine:
    """One import in the list."""

    run: ImportRun
    kind: str
    state: str
    badge: str
    waiting: int


@dataclass(frozen=True)
class ListPage:
    """All imports, and how many rows of them wait for a decision."""

    list: Listed[ImportRun, ImportRunLine]
    waiting: Count


@dataclass(frozen=True)
class NewImportPage:
    """The upload form."""

    form: Bound[Any]
    kinds: tuple[tuple[str, str], ...]
    kind: str
    limit_mb: int
    required: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ColumnLine:
    """One column of the file: its header, sample values, the field chosen for it, its unit and those to choose from."""

    index: int
    header: str
    samples: str
    field: str
    unit: str
    units: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ImportRowLine:
    """One row: where it stands, what it is about, what becomes of it and why."""

    number: int
    code: str
    name: str
    outcome: str
    badge: str
    reasons: tuple[str, ...]
    url: str = ""


@dataclass(frozen=True)
class MappingPage:
    """How the columns are understood and what would become of the first rows."""

    run: ImportRun
    kind: str
    columns: tuple[ColumnLine, ...]
    fields: tuple[tuple[str, str], ...]
    units: tuple[tuple[str, str], ...]
    not_imported: tuple[str, ...]
    unread_sheets: tuple[str, ...]
    sheet: str
    header_row: int
    missing: tuple[str, ...]
    without_unit: tuple[str, ...]
    preview: tuple[ImportRowLine, ...]
    total: int
    repeated: int
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportProgressPage:
    """An import under way, or stopped on its way."""

    run: ImportRun
    kind: str
    job: Job
    running: bool
    text: str


def new_page(form: Bound[Any], kind: str) -> NewImportPage:
    """The upload form, with the columns that a list of each kind must have."""
    kinds = tuple((each.value, _(label)) for each, label in KIND_LABELS.items())
    required = (
        (_(label), "、".join(_(field.label) for field in FIELDS[each] if field.required))
        for each, label in KIND_LABELS.items()
    )
    return NewImportPage(form, kinds, kind, MAX_BYTES // 1024 // 1024, tuple(required))


def _run_lines(viewer: Viewer, runs: Sequence[ImportRun]) -> Sequence[ImportRunLine]:
    still_open = count_open_by_run(viewer.session, [run.id for run in runs])
    return [
        ImportRunLine(
            run=run,
            kind=_(KIND_LABELS[ImportKind(run.kind)]),
            state=_(STATE_LABELS[ImportState(run.state)]),
            badge=STATE_BADGES[ImportState(run.state)],
            waiting=still_open.get(run.id, 0),
        )
        for run in runs
    ]


LIST = ListView(base="/imports", source=IMPORTS, lines=_run_lines, counted=False)


def mapping_page(
    session: Session, actor: Actor, run: ImportRun, path: Path, *, now: datetime, errors: tuple[str, ...] = ()
) -> MappingPage:
    """The columns and the preview of an import that has not begun."""
    table, layout = read_layout(run, path)
    kind = ImportKind(run.kind)
    missing, without_unit = layout.missing(kind), layout.without_unit(kind)
    found = (
        Preview([], 0, 0)
        if missing or without_unit
        else preview(session, actor=actor, run=run, table=table, layout=layout, now=now)
    )
    labels = {field.code: _(field.label) for field in FIELDS[kind]}
    return MappingPage(
        run=run,
        kind=_(KIND_LABELS[kind]),
        columns=tuple(_column_lines(layout, kind)),
        fields=tuple(labels.items()),
        units=_units(),
        not_imported=layout.not_imported,
        unread_sheets=layout.unread_sheets,
        sheet=layout.sheet,
        header_row=layout.header_row,
        missing=tuple(labels[code] for code in missing),
        without_unit=without_unit,
        preview=tuple(_preview_line(verdict) for verdict in found.verdicts),
        total=found.total,
        repeated=found.repeated,
        errors=errors,
    )


def _column_lines(layout: TableLayout, kind: ImportKind) -> Iterable[ColumnLine]:
    fields = {field.code: field for field in FIELDS[kind]}
    for column in layout.columns:
        if column.field != REASON:
            field = fields.get(column.field)
            yield ColumnLine(
                index=column.index,
                header=column.header,
                samples="、".join(column.samples),
                field=column.field or IGNORED,
                unit=column.unit,
                units=_units_of(field, column.unit) if field and field.has_unit else (),
            )


def _units_of(field: ImportField, own: str) -> tuple[tuple[str, str], ...]:
    """What the unit of a column of money can be: also one that only its header knows, such as 万美元."""
    untold = (("", _("请选择单位")), (IN_CELLS, _("按单元格"))) if field.needs_unit else (("", _("按单元格")),)
    others = ((own, own),) if unit_of(own) and own not in UNIT_LABELS else ()
    return (*untold, *_units(), *others)


def _units() -> tuple[tuple[str, str], ...]:
    return tuple((unit, _(label)) for unit, label in UNIT_LABELS.items())


def _preview_line(verdict: RowVerdict) -> ImportRowLine:
    parsed = verdict.parsed
    reasons = [str(reason) for reason in verdict.reasons]
    if verdict.outcome is RowOutcome.CHANGED:
        reasons.insert(0, _("更新：%(fields)s") % {"fields": "、".join(map(field_label, verdict.values))})
    if verdict.differences:
        reasons.insert(
            0, _("与本库手工修改不同：%(fields)s") % {"fields": "、".join(map(field_label, verdict.differences))}
        )
    return ImportRowLine(
        number=parsed.source.number,
        code=parsed.key,
        name=parsed.name,
        outcome=_(OUTCOME_LABELS[verdict.outcome]),
        badge=OUTCOME_BADGES[verdict.outcome],
        reasons=tuple(reasons),
    )


def progress_page(run: ImportRun, job: Job) -> ImportProgressPage:
    """How far an import is."""
    running = job.running
    if job.state == JobState.QUEUED:
        text = _("等待开始…")
    elif job.total:
        text = _("已完成 %(done)s / %(total)s 行") % {"done": f"{job.done:,}", "total": f"{job.total:,}"}
    else:
        text = _("正在读取文件…")
    return ImportProgressPage(run, _(KIND_LABELS[ImportKind(run.kind)]), job, running, text)


def field_label(name: str) -> str:
    """How a field of the register is called."""
    label = FIELD_LABELS.get(f"enterprise.{name}") or FIELD_LABELS.get(f"enterprise.figures.{name}") or name
    return _(label)
