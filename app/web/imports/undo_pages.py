"""What the page shows on which an import is taken back: what would go and stay, how far it is, what went and stayed."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.enterprises.imports.domain import ImportState
from app.enterprises.imports.lists import LEFTOVERS
from app.enterprises.imports.models import ImportLeftover, ImportRun
from app.enterprises.imports.queries import codes_by_id
from app.enterprises.imports.undo.domain import Leftover
from app.enterprises.imports.undo.leftover_words import leftover_words
from app.enterprises.imports.undo.service import UndoPreview, objection_to_undo, preview_undo
from app.jobs.domain import JobState
from app.jobs.models import Job
from app.jobs.queries import get_job
from app.kit.i18n import _
from app.kit.lists.viewer import Viewer

_SHOWN = 100


@dataclass(frozen=True)
class LeftoverLine:
    """One record that stays, or keeps a field: what it is, why, and where its firm is."""

    kind: str
    label: str
    reason: str
    url: str


@dataclass(frozen=True)
class UndoFigure:
    """One of the four counts."""

    label: str
    number: int
    note: str


@dataclass(frozen=True)
class ImportUndoPage:
    """An import on its way back: before (`objection` says why it cannot be), meanwhile (`job`), or after (`list`)."""

    run: ImportRun
    figures: tuple[UndoFigure, ...]
    lines: tuple[LeftoverLine, ...]
    more: int
    beyond: int
    objection: str
    list: Listed[ImportLeftover, LeftoverLine] | None
    job: Job | None
    text: str

    @property
    def running(self) -> bool:
        """Whether the work goes on."""
        return self.job is not None and self.job.running


def leftover_lines(viewer: Viewer, rows: Sequence[ImportLeftover | Leftover]) -> Sequence[LeftoverLine]:
    """What stays, in words; a firm that is still on file can be opened."""
    words = leftover_words(viewer.session)
    codes = codes_by_id(viewer.session, {row.enterprise_id for row in rows if row.enterprise_id is not None})
    return [
        LeftoverLine(
            kind=words.kind(row),
            label=row.label,
            reason=words.reason(row),
            url=f"/enterprises/{codes[row.enterprise_id]}" if row.enterprise_id in codes else "",
        )
        for row in rows
    ]


LIST = ListView(base="/imports", source=LEFTOVERS, lines=leftover_lines, counted=True)


def undo_page(viewer: Viewer, run: ImportRun, query: ListQuery) -> ImportUndoPage:
    """The page of an import in whatever state it is."""
    if run.state in (ImportState.UNDOING, ImportState.UNDONE):
        job = get_job(viewer.session, run.undo_job_id) if run.undo_job_id is not None else None
        listed = LIST.listed(query, viewer, f"/imports/{run.id}/undo", run_id=run.id)
        return ImportUndoPage(run, _figures(run.undone_counts), (), 0, 0, "", listed, job, _progress(job))
    objection = objection_to_undo(viewer.session, run, viewer.on)
    if objection:
        return ImportUndoPage(run, (), (), 0, 0, objection, None, None, "")
    return _preview_page(viewer, run, preview_undo(viewer.session, actor=viewer.actor, run=run))


def _preview_page(viewer: Viewer, run: ImportRun, seen: UndoPreview) -> ImportUndoPage:
    left = seen.tally.left
    lines = tuple(leftover_lines(viewer, left[:_SHOWN]))
    return ImportUndoPage(
        run, _figures(seen.tally.counts), lines, len(left) - len(lines), seen.beyond, "", None, None, ""
    )


def _figures(counts: dict[str, int]) -> tuple[UndoFigure, ...]:
    return (
        UndoFigure(_("移出的企业"), counts.get("firms", 0), _("由这次导入新建，此后无人改动")),
        UndoFigure(_("移除的记录"), counts.get("records", 0), _("年度数据、证书、联系人等")),
        UndoFigure(_("恢复的字段"), counts.get("fields", 0), _("恢复为导入之前的内容")),
        UndoFigure(_("保留不动"), counts.get("left", 0), _("此后被修改，或正在被使用")),
    )


def _progress(job: Job | None) -> str:
    if job is None or job.state == JobState.QUEUED:
        return _("等待开始…")
    return _("已处理 %(done)s / %(total)s 项改动") % {"done": f"{job.done:,}", "total": f"{job.total:,}"}
