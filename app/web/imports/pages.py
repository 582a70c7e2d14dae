"""What the pages of imports show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.doors.forms.bound import Bound
from app.doors.lists.listed import Listed
from app.doors.lists.view import ListView
from app.enterprises.events import FIELD_LABELS
from app.enterprises.imports.domain import (
    KIND_LABELS,
    ImportKind,
    ImportState,
    RowOutcome,
)
from app.enterprises.imports.fields import FIELDS
from app.enterprises.imports.lists import IMPORTS
from app.enterprises.imports.mapping import ColumnTarget
from app.enterprises.imports.models import ImportRun
from app.enterprises.imports.queries import count_open_by_run
from app.enterprises.imports.reasons import LIKELY, RowReason
from app.enterprises.imports.registers import FIRM
from app.jobs.domain import JobState
from app.jobs.models import Job
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count
from app.kit.tabular.reader import MAX_BYTES

STATE_LABELS = {
    ImportState.UPLOADED: N_("待开始"),
    ImportState.STARTED: N_("进行中"),
    ImportState.FINISHED: N_("已完成"),
    ImportState.ABANDONED: N_("已放弃"),
    ImportState.UNDOING: N_("正在撤销"),
    ImportState.UNDONE: N_("已撤销"),
}
STATE_BADGES = {
    ImportState.UPLOADED: "wait",
    ImportState.STARTED: "info",
    ImportState.FINISHED: "good",
    ImportState.ABANDONED: "idle",
    ImportState.UNDOING: "info",
    ImportState.UNDONE: "idle",
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
class ReasonTexts:
    """Why a row is not simply taken, in words; apart from them the firms on file, by name and address, that its new firm likely is."""

    texts: tuple[str, ...] = ()
    likely: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, reasons: Iterable[RowReason]) -> "ReasonTexts":
        """Of a row's reasons."""
        reasons = list(reasons)
        likely = tuple(
            (str(each.params["name"]), f"/enterprises/{each.params['uscc']}") for each in reasons if each.code == LIKELY
        )
        return cls(tuple(str(each) for each in reasons if each.code != LIKELY), likely)


@dataclass(frozen=True)
class ImportRowLine:
    """One row: where it stands, what it is about, what becomes of it and why."""

    number: int
    code: str
    name: str
    outcome: str
    badge: str
    reasons: ReasonTexts
    url: str = ""


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
        if each in FIELDS
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


def field_label(target: ColumnTarget) -> str:
    """How a field of a register is called, with its year where the sheet tells several."""
    record = "enterprise" if target.register == FIRM else f"enterprise.{target.register}"
    label = _(FIELD_LABELS.get(f"{record}.{target.field}") or target.field)
    return label if target.year is None else f"{target.year} {label}"
