"""What the pages of imports show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.doors.forms import Bound
from app.enterprises.events import FIELD_LABELS
from app.enterprises.imports.domain import (
    KIND_LABELS,
    OUTCOME_LABELS,
    Decision,
    ImportKind,
    Outcome,
    RunState,
)
from app.enterprises.imports.fields import FIELDS, UNIT_LABELS
from app.enterprises.imports.mapping import IGNORED, REASON, Layout
from app.enterprises.imports.models import ImportRow, ImportRun
from app.enterprises.imports.queries import count_open_by_run
from app.enterprises.imports.reasons import Reason
from app.enterprises.imports.showing import difference_text
from app.enterprises.imports.staging import Preview, preview, read_layout
from app.enterprises.imports.verdict import Verdict
from app.jobs.domain import JobState
from app.jobs.models import Job
from app.kit.actor import Actor
from app.kit.i18n import N_, _
from app.kit.paging import Count, Page
from app.reference.queries import list_region_names

STATE_LABELS = {
    RunState.UPLOADED: N_("待开始"),
    RunState.STARTED: N_("进行中"),
    RunState.FINISHED: N_("已完成"),
    RunState.ABANDONED: N_("已放弃"),
}
STATE_BADGES = {
    RunState.UPLOADED: "wait",
    RunState.STARTED: "info",
    RunState.FINISHED: "good",
    RunState.ABANDONED: "idle",
}
OUTCOME_BADGES = {
    Outcome.CREATED: "good",
    Outcome.CHANGED: "info",
    Outcome.UNCHANGED: "idle",
    Outcome.DIFFERS: "wait",
    Outcome.QUEUED: "wait",
    Outcome.REJECTED: "late",
}
_SHOWN_BEFORE = 4


@dataclass(frozen=True)
class RunLine:
    """One import in the list."""

    run: ImportRun
    kind: str
    state: str
    badge: str
    waiting: int


@dataclass(frozen=True)
class ListPage:
    """All imports, and how many rows of them wait for a decision."""

    lines: tuple[RunLine, ...]
    page: Page[ImportRun]
    waiting: Count


@dataclass(frozen=True)
class NewPage:
    """The upload form."""

    form: Bound[Any]
    kinds: tuple[tuple[str, str], ...]
    kind: str
    limit_mb: int


@dataclass(frozen=True)
class ColumnLine:
    """One column of the file: its header, sample values, the field chosen for it, its unit."""

    index: int
    header: str
    samples: str
    field: str
    unit: str
    has_unit: bool


@dataclass(frozen=True)
class RowLine:
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
    preview: tuple[RowLine, ...]
    total: int
    repeated: int
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProgressPage:
    """An import under way, or stopped on its way."""

    run: ImportRun
    kind: str
    job: Job
    running: bool
    text: str


@dataclass(frozen=True)
class CountLine:
    """One of the six counts and the rows behind it."""

    code: str
    label: str
    number: int
    note: str
    active: bool


@dataclass(frozen=True)
class DifferenceLine:
    """One field that a person set here and the list says otherwise."""

    field: str
    label: str
    ours: str
    theirs: str
    choice: str
    by: str


@dataclass(frozen=True)
class DecisionRow:
    """One row of a finished import with what a person can decide about it."""

    row: ImportRow
    line: RowLine
    run_id: int
    file_name: str
    cells: str
    differences: tuple[DifferenceLine, ...]
    open: bool
    refused: bool
    decision: str


@dataclass(frozen=True)
class ResultPage:
    """What an import did: six counts, and the rows behind the one that is open."""

    run: ImportRun
    kind: str
    counts: tuple[CountLine, ...]
    outcome: str
    outcome_label: str
    rows: tuple[DecisionRow, ...]
    page: Page[ImportRow]
    count: Count
    url: str
    not_imported: tuple[str, ...]
    nothing_changed: bool


@dataclass(frozen=True)
class WaitingPage:
    """Rows of all imports that wait for a decision."""

    rows: tuple[DecisionRow, ...]
    page: Page[ImportRow]
    count: Count


def list_page(session: Session, page: Page[ImportRun], waiting: Count) -> ListPage:
    """The list of imports."""
    still_open = count_open_by_run(session, [run.id for run in page.items])
    lines = (
        RunLine(
            run=run,
            kind=_(KIND_LABELS[ImportKind(run.kind)]),
            state=_(STATE_LABELS[RunState(run.state)]),
            badge=STATE_BADGES[RunState(run.state)],
            waiting=still_open.get(run.id, 0),
        )
        for run in page.items
    )
    return ListPage(tuple(lines), page, waiting)


def mapping_page(
    session: Session, actor: Actor, run: ImportRun, path: Path, *, now: datetime, errors: tuple[str, ...] = ()
) -> MappingPage:
    """The columns and the preview of an import that has not begun."""
    table, layout = read_layout(run, path)
    kind = ImportKind(run.kind)
    missing = layout.missing(kind)
    found = (
        Preview([], 0, 0) if missing else preview(session, actor=actor, run=run, table=table, layout=layout, now=now)
    )
    labels = {field.code: _(field.label) for field in FIELDS[kind]}
    return MappingPage(
        run=run,
        kind=_(KIND_LABELS[kind]),
        columns=tuple(_column_lines(layout, kind)),
        fields=tuple(labels.items()),
        units=tuple((unit, _(label)) for unit, label in UNIT_LABELS.items()),
        not_imported=layout.not_imported,
        unread_sheets=layout.unread_sheets,
        sheet=layout.sheet,
        header_row=layout.header_row,
        missing=tuple(labels[code] for code in missing),
        preview=tuple(_preview_line(verdict) for verdict in found.verdicts),
        total=found.total,
        repeated=found.repeated,
        errors=errors,
    )


def _column_lines(layout: Layout, kind: ImportKind) -> Iterable[ColumnLine]:
    with_unit = {field.code for field in FIELDS[kind] if field.has_unit}
    for column in layout.columns:
        if column.field != REASON:
            samples = "、".join(column.samples)
            yield ColumnLine(
                column.index, column.header, samples, column.field or IGNORED, column.unit, column.field in with_unit
            )


def _preview_line(verdict: Verdict) -> RowLine:
    parsed = verdict.parsed
    reasons = [str(reason) for reason in verdict.reasons]
    if verdict.outcome is Outcome.CHANGED:
        reasons.insert(0, _("更新：%(fields)s") % {"fields": "、".join(map(field_label, verdict.values))})
    if verdict.differences:
        reasons.insert(
            0, _("与本库手工修改不同：%(fields)s") % {"fields": "、".join(map(field_label, verdict.differences))}
        )
    return RowLine(
        number=parsed.source.number,
        code=parsed.key,
        name=parsed.name,
        outcome=_(OUTCOME_LABELS[verdict.outcome]),
        badge=OUTCOME_BADGES[verdict.outcome],
        reasons=tuple(reasons),
    )


def progress_page(run: ImportRun, job: Job) -> ProgressPage:
    """How far an import is."""
    running = job.state in (JobState.QUEUED, JobState.RUNNING)
    if job.state == JobState.QUEUED:
        text = _("等待开始…")
    elif job.total:
        text = _("已完成 %(done)s / %(total)s 行") % {"done": f"{job.done:,}", "total": f"{job.total:,}"}
    else:
        text = _("正在读取文件…")
    return ProgressPage(run, _(KIND_LABELS[ImportKind(run.kind)]), job, running, text)


def result_page(session: Session, run: ImportRun, outcome: str, page: Page[ImportRow], count: Count) -> ResultPage:
    """The result of an import."""
    notes = {
        Outcome.QUEUED: N_("需要确认代码"),
        Outcome.DIFFERS: N_("与手工修改不同"),
        Outcome.REJECTED: N_("附原因退回"),
    }
    counts = tuple(
        CountLine(
            each.value, _(OUTCOME_LABELS[each]), getattr(run, each.value), _(notes.get(each, "")), each.value == outcome
        )
        for each in Outcome
    )
    return ResultPage(
        run=run,
        kind=_(KIND_LABELS[ImportKind(run.kind)]),
        counts=counts,
        outcome=outcome,
        outcome_label=_(OUTCOME_LABELS[Outcome(outcome)]) if outcome else _("全部"),
        rows=decision_rows(session, page.items, {run.id: run}),
        page=page,
        count=count,
        url=f"/imports/{run.id}?outcome={outcome}" if outcome else f"/imports/{run.id}",
        not_imported=Layout.from_json(run.mapping).not_imported,
        nothing_changed=not run.written,
    )


def decision_rows(
    session: Session, rows: Iterable[ImportRow], runs: Mapping[int, ImportRun]
) -> tuple[DecisionRow, ...]:
    """Rows with their differences worded; places by their names."""
    rows = list(rows)
    codes = [str(value) for row in rows for value in row.differences.get("region_code", []) if value]
    places = list_region_names(session, codes) if codes else {}
    return tuple(_decision_row(row, runs[row.run_id], places) for row in rows)


def _decision_row(row: ImportRow, run: ImportRun, places: Mapping[str, str]) -> DecisionRow:
    reasons = tuple(str(Reason.from_json(kept)) for kept in row.reasons)
    code = row.key.split("|")[0]
    line = RowLine(
        number=row.row_number,
        code=row.key.replace("|", " "),
        name=row.name,
        outcome=_(OUTCOME_LABELS[Outcome(row.outcome)]),
        badge=OUTCOME_BADGES[Outcome(row.outcome)],
        reasons=reasons,
        url=f"/enterprises/{code}" if row.target_id is not None else "",
    )
    return DecisionRow(
        row=row,
        line=line,
        run_id=run.id,
        file_name=run.file_name,
        cells=" | ".join(cell for cell in row.cells[: _SHOWN_BEFORE * 3] if cell)[:400],
        differences=tuple(_difference(row, name, pair, places) for name, pair in row.differences.items()),
        open=row.decision == Decision.NONE,
        refused=row.decision == Decision.REFUSED,
        decision=_decision_text(row),
    )


def _difference(row: ImportRow, name: str, pair: list[object], places: Mapping[str, str]) -> DifferenceLine:
    ours, theirs = (difference_text(name, value) for value in pair)
    if name == "region_code":
        ours, theirs = places.get(ours, ours), places.get(theirs, theirs)
    made = row.choices.get(name, {})
    return DifferenceLine(name, field_label(name), ours, theirs, made.get("choice", ""), made.get("by", ""))


def _decision_text(row: ImportRow) -> str:
    texts = {
        Decision.CONFIRMED: N_("%(by)s 已确认：%(note)s"),
        Decision.REFUSED: N_("%(by)s 决定不导入。%(note)s"),
        Decision.SETTLED: N_("已由 %(by)s 处理完"),
        Decision.SUPERSEDED: N_("已由第 %(note)s 次导入中的同一企业取代"),
    }
    text = texts.get(Decision(row.decision))
    return _(text) % {"by": row.decided_by, "note": row.note} if text else ""


def field_label(name: str) -> str:
    """How a field of the register is called."""
    label = FIELD_LABELS.get(f"enterprise.{name}") or FIELD_LABELS.get(f"enterprise.figures.{name}") or name
    return _(label)
