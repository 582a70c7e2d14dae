"""导入: taking one back, after a look at what would go, return and stay."""

from typing import Annotated

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists.query import ListQuery
from app.enterprises.actions import IMPORT
from app.enterprises.imports.queries import get_run_visible_to
from app.enterprises.imports.undo.service import start_undo
from app.jobs import service as jobs
from app.jobs.queries import get_job
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.web.imports import undo_pages as pages

router = GuardedRouter(door="web", prefix="/imports")


@router.get("/{import_id:int}/undo", action=IMPORT)
def undo_page(call: Call, import_id: int, query: Annotated[ListQuery, pages.LIST.asked]) -> Response:
    run = get_run_visible_to(call.session, call.actor, import_id)
    return call.render("web/imports/undo.html", pages.undo_page(call.viewer, run, query))


@router.get("/{import_id:int}/undo/progress", action=IMPORT)
def progress(call: Call, import_id: int, query: Annotated[ListQuery, pages.LIST.asked]) -> Response:
    run = get_run_visible_to(call.session, call.actor, import_id)
    if run.undo_job_id is None:
        raise NotFound("import.not_undone", _("该导入没有撤销。"))
    return call.bar("web/imports/undo_progress.html", pages.undo_page(call.viewer, run, query))


@router.post("/{import_id:int}/undo", action=IMPORT)
def begin(call: Call, import_id: int) -> Response:
    run = get_run_visible_to(call.session, call.actor, import_id, lock=True)
    return call.act(
        lambda: start_undo(call.session, **call.by, run=run), f"/imports/{run.id}/undo", good=_("已开始撤销这次导入。")
    )


@router.post("/{import_id:int}/undo/resume", action=IMPORT)
def resume(call: Call, import_id: int) -> Response:
    run = get_run_visible_to(call.session, call.actor, import_id, lock=True)
    if run.undo_job_id is None:
        raise NotFound("import.not_undone", _("该导入没有撤销。"))
    jobs.retry(call.session, job=get_job(call.session, run.undo_job_id))
    return call.redirect(f"/imports/{run.id}/undo", good=_("从上次停下的地方继续。"))
