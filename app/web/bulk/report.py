"""The order under way or done: how far it is, what became of each case, the report as a file; stopped and resumed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.bulk.actions import BULK
from app.cases.bulk.service import JOB_KIND, list_ordered
from app.doors.calls.call import Call
from app.doors.calls.downloads import TableFormat, download_table
from app.doors.calls.router import GuardedRouter
from app.doors.lists.query import ListQuery, asked, list_query
from app.jobs.items import ItemResult, results_of
from app.jobs.models import Job
from app.jobs.queries import get_ordered_visible_to
from app.kit.actor import Actor
from app.kit.i18n import _
from app.kit.paging import Page
from app.web.shared.tabs import Tab
from app.web.system.jobs import retry_job, stop_job

router = GuardedRouter(door="web", prefix="/cases/bulk")

PAGE_SIZE = 100
REFUSED = "refused"


@dataclass(frozen=True)
class OutcomeLine:
    """What became of one case."""

    number: str
    firm: str
    done: bool
    refusal: str


@dataclass(frozen=True)
class BulkReportPage:
    """The order, case by case."""

    job: Job
    base: str
    running: bool
    text: str
    done: int
    refused: int
    left: int
    tabs: tuple[Tab, ...]
    lines: tuple[OutcomeLine, ...]
    page: Page[Any]
    count: int
    url: str


QUERY = list_query("/cases/bulk", ("only",))


@router.get("/{job_id:int}", action=BULK)
def report(call: Call, job_id: int, query: Annotated[ListQuery, asked(QUERY)]) -> Response:
    """What became of each case."""
    return call.render(
        "web/cases/bulk_report.html", _report(call.session, call.actor, job_id, query["only"], query.cursor)
    )


@router.get("/{job_id:int}/progress", action=BULK)
def progress(call: Call, job_id: int) -> Response:
    """The bar alone, asked for every second."""
    return call.bar("web/cases/bulk_progress.html", _report(call.session, call.actor, job_id, "", ""))


@router.get("/{job_id:int}/report.{extension}", action=BULK)
def download(call: Call, job_id: int, extension: TableFormat) -> Response:
    """The whole report as a table."""
    job = _get(call.session, call.actor, job_id)
    header = [_("受理编号"), _("企业名称"), _("结果"), _("原因")]
    return download_table(call.request, _("批量办理结果"), extension, _rows(call.session, call.actor, job), header)


@router.post("/{job_id:int}/stop", action=BULK)
def stop(call: Call, job_id: int) -> Response:
    """Stop after the present batch; what is done stays done."""
    stop_job(call.session, **call.by, job=_get(call.session, call.actor, job_id))
    return call.redirect(f"/cases/bulk/{job_id}", info=_("将在当前批次结束后停止。"))


@router.post("/{job_id:int}/resume", action=BULK)
def resume(call: Call, job_id: int) -> Response:
    """Go on with the cases that were not reached."""
    retry_job(call.session, **call.by, job=_get(call.session, call.actor, job_id))
    return call.redirect(f"/cases/bulk/{job_id}", good=_("已重新排队，从断点接着做。"))


def _get(session: Session, actor: Actor, job_id: int) -> Job:
    return get_ordered_visible_to(session, actor, JOB_KIND, job_id)


def _report(session: Session, actor: Actor, job_id: int, only: str, cursor: str) -> BulkReportPage:
    job = _get(session, actor, job_id)
    outcomes, total = results_of(job), len(job.params["numbers"])
    refused = [one for one in outcomes if not one.done]
    chosen = refused if only == REFUSED else outcomes
    start = int(cursor) if cursor.isdecimal() and len(cursor) < 8 else 0
    base = f"/cases/bulk/{job.id}"
    return BulkReportPage(
        job=job,
        base=base,
        running=job.running,
        text=_("已处理 %(done)s / %(total)s 件") % {"done": len(outcomes), "total": total},
        done=len(outcomes) - len(refused),
        refused=len(refused),
        left=total - len(outcomes),
        tabs=(
            Tab(_("全部"), base, only != REFUSED, f"{len(outcomes):,}"),
            Tab(_("未能办理"), f"{base}?only={REFUSED}", only == REFUSED, f"{len(refused):,}"),
        ),
        lines=_lines(session, actor, chosen[start : start + PAGE_SIZE]),
        page=_page(chosen, start),
        count=len(chosen),
        url=f"{base}?only={REFUSED}" if only == REFUSED else base,
    )


def _page(chosen: Sequence[ItemResult], start: int) -> Page[Any]:
    """The report does not change its order, so a place in it is enough for a cursor."""
    after = start + PAGE_SIZE
    return Page(
        items=list(chosen[start:after]),
        next=str(after) if after < len(chosen) else None,
        previous=str(max(0, start - PAGE_SIZE)) if start else None,
    )


def _lines(session: Session, actor: Actor, outcomes: Sequence[ItemResult]) -> tuple[OutcomeLine, ...]:
    firms = {row.number: row.enterprise.name for row in list_ordered(session, actor, [one.key for one in outcomes])}
    return tuple(OutcomeLine(one.key, firms.get(one.key, ""), one.done, one.reason) for one in outcomes)


def _rows(session: Session, actor: Actor, job: Job) -> Iterator[list[str]]:
    outcomes = results_of(job)
    for start in range(0, len(outcomes), PAGE_SIZE):
        for line in _lines(session, actor, outcomes[start : start + PAGE_SIZE]):
            yield [line.number, line.firm, _("已办理") if line.done else _("未能办理"), line.refusal]
    reached = {one.key for one in outcomes}
    for number in job.params["numbers"]:
        if number not in reached:
            yield [number, "", _("未处理"), ""]
