"""What the page of an import that has not begun tells of its dry run: what would become of all rows, and why some wait."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.enterprises.imports.domain import KEPT_RAW, OPEN, OUTCOME_LABELS, RowOutcome
from app.enterprises.imports.dry_runs.orders import DryRun, find_dry_run
from app.enterprises.imports.dry_runs.service import TriedImport, TriedSheet
from app.enterprises.imports.models import ImportRun, ImportSheet
from app.enterprises.imports.row_groups.domain import find_rule, rule_of
from app.jobs.domain import JobState
from app.kit.i18n import _
from app.web.imports.pages import OUTCOME_BADGES


@dataclass(frozen=True)
class ReasonLine:
    """Rows of a sheet with one outcome and reason; `ahead`: whether something can be said of them beforehand."""

    sheet: str
    outcome: str
    badge: str
    reason: str
    rows: int
    ahead: bool


@dataclass(frozen=True)
class DryRunCard:
    """The last dry run: under way, ended without a result (`error`), about another reading (`stale`), or with its counts by outcome, of all and
    of each sheet where there are several.
    """

    run: ImportRun
    found: DryRun | None = None
    progress: str = ""
    error: str = ""
    stale: bool = False
    counts: tuple[tuple[str, int], ...] = ()
    sheets: tuple[tuple[str, tuple[int, ...]], ...] = ()
    reasons: tuple[ReasonLine, ...] = ()

    @property
    def running(self) -> bool:
        """Whether it is under way."""
        return self.found is not None and self.found.job.running


def dry_run_card(session: Session, run: ImportRun, sheets: Sequence[ImportSheet]) -> DryRunCard:
    """What is to be told of the import's last dry run."""
    found = find_dry_run(session, run)
    if found is None:
        return DryRunCard(run)
    if found.job.running:
        return DryRunCard(run, found, progress=_progress(found))
    if found.read_otherwise:
        return DryRunCard(run, found, stale=True)
    if found.result is None:
        return DryRunCard(run, found, error=found.job.error or _("由人停止。"))
    names = {sheet.position: sheet.name for sheet in sheets}
    return DryRunCard(
        run,
        found,
        counts=tuple((_(OUTCOME_LABELS[outcome]), found.result.counts[outcome.value]) for outcome in RowOutcome),
        sheets=tuple(_sheets(found.result, names)),
        reasons=tuple(line for each in found.result.sheets for line in _reasons(each, names)),
    )


def _progress(found: DryRun) -> str:
    job = found.job
    if job.state == JobState.QUEUED:
        return _("等待开始…")
    if not job.total:
        return _("正在读取文件…")
    return _("已试读 %(done)s / %(total)s 行") % {"done": f"{job.done:,}", "total": f"{job.total:,}"}


def _sheets(tried: TriedImport, names: Mapping[int, str]) -> list[tuple[str, tuple[int, ...]]]:
    """The counts of each sheet, where there are several."""
    lines = [(names[each.position], tuple(each.counts[o.value] for o in RowOutcome)) for each in tried.sheets]
    return lines if len(lines) > 1 else []


def _reasons(sheet: TriedSheet, names: Mapping[int, str]) -> list[ReasonLine]:
    """Why rows of a sheet wait or are handed back, and which remarks those bear that are taken; the largest first of each."""
    order = [*KEPT_RAW, *(each for each in RowOutcome if each not in KEPT_RAW)]
    told = sorted((each for each in sheet.groups if each.code), key=lambda each: order.index(RowOutcome(each.outcome)))
    return [
        ReasonLine(
            names[sheet.position],
            _(OUTCOME_LABELS[RowOutcome(each.outcome)]),
            OUTCOME_BADGES[RowOutcome(each.outcome)],
            _(rule_of(each.outcome, each.code).label),
            each.rows,
            each.outcome in OPEN and find_rule(each.code) is not None,
        )
        for each in told
    ]
