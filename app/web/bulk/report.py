"""The order under way or done: how far it is, what became of each case, the report as a file; stopped and resumed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.bulk.actions import BULK
from app.cases.bulk.lists import REFUSED, RESULTS
from app.cases.bulk.service import JOB_KIND, list_ordered
from app.doors.calls.call import Call
from app.doors.calls.downloads import TableFormat
from app.doors.calls.router import GuardedRouter
from app.doors.lists.columns import TableColumn
from app.doors.lists.export import export_list
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.jobs.items import ItemResult, results_of
from app.jobs.models import Job
from app.jobs.queries import get_ordered_visible_to
from app.kit.actor import Actor
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
from app.web.shared.tabs import Tab
from app.web.system.jobs import retry_job, stop_job

router = GuardedRouter(door="web", prefix="/cases/bulk")


@dataclass(frozen=True)
class OutcomeLine:
    """What became of one case."""

    number: str
    firm: str
    done: bool
    refusal: str
    reached: bool

    @property
    def result(self) -> str:
        """Done, not done, or not reached, in words."""
        return _("已办理") if self.done else _("未能办理") if self.reached else _("未处理")


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
    list: Listed[ItemResult, OutcomeLine]


def _lines(viewer: Viewer, rows: Sequence[ItemResult]) -> Sequence[OutcomeLine]:
    ordered = list_ordered(viewer.session, viewer.actor, [one.key for one in rows if one.reached])
    firms = {row.number: row.enterprise.name for row in ordered}
    return [
        OutcomeLine(
            number=one.key,
            firm=firms.get(one.key, ""),
            done=one.done,
            refusal=one.reason,
            reached=one.reached,
        )
        for one in rows
    ]


LIST = ListView(
    base="/cases/bulk",
    source=RESULTS,
    lines=_lines,
    title=N_("批量办理结果"),
    columns=(
        TableColumn[OutcomeLine](N_("受理编号"), lambda line: line.number),
        TableColumn[OutcomeLine](N_("企业名称"), lambda line: line.firm),
        TableColumn[OutcomeLine](N_("结果"), lambda line: line.result),
        TableColumn[OutcomeLine](N_("原因"), lambda line: line.refusal),
    ),
    size=100,
)


@router.get("/{job_id:int}", action=BULK)
def report(call: Call, job_id: int, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """What became of each case."""
    return call.render("web/cases/bulk_report.html", _report(call.viewer, job_id, query))


@router.get("/{job_id:int}/progress", action=BULK)
def progress(call: Call, job_id: int) -> Response:
    """The bar alone, asked for every second."""
    return call.bar("web/cases/bulk_progress.html", _report(call.viewer, job_id, LIST.query()))


@router.get("/{job_id:int}/report.{extension}", action=BULK)
def download(call: Call, job_id: int, extension: TableFormat) -> Response:
    """The whole report as a table."""
    job = _get(call.session, call.actor, job_id)
    outcomes = results_of(job)
    reached = {one.key for one in outcomes}
    unreached = [
        ItemResult(number, None, "", "", reached=False) for number in job.params["numbers"] if number not in reached
    ]
    return export_list(call, LIST, LIST.query(), extension, rows=[*outcomes, *unreached])


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


def _report(viewer: Viewer, job_id: int, query: ListQuery) -> BulkReportPage:
    job = _get(viewer.session, viewer.actor, job_id)
    outcomes, total = results_of(job), len(job.params["numbers"])
    refused, only = sum(not one.done for one in outcomes), query["only"] == REFUSED
    base = f"/cases/bulk/{job.id}"
    return BulkReportPage(
        job=job,
        base=base,
        running=job.running,
        text=_("已处理 %(done)s / %(total)s 件") % {"done": len(outcomes), "total": total},
        done=len(outcomes) - refused,
        refused=refused,
        left=total - len(outcomes),
        tabs=(
            Tab(_("全部"), base, not only, f"{len(outcomes):,}"),
            Tab(_("未能办理"), f"{base}?only={REFUSED}", only, f"{refused:,}"),
        ),
        list=LIST.listed(query, viewer, base, rows=outcomes),
    )
