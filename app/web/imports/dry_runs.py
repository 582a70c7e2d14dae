"""导入: trying the whole file out before anything is written."""

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.enterprises.actions import IMPORT
from app.enterprises.imports.dry_runs.orders import order_dry_run, stop_dry_run
from app.enterprises.imports.queries import get_run_visible_to
from app.enterprises.imports.staging import sheets_of
from app.kit.i18n import _
from app.web.imports.dry_run_card import dry_run_card

router = GuardedRouter(door="web", prefix="/imports")


@router.post("/{import_id:int}/dry-run", action=IMPORT)
def begin(call: Call, import_id: int) -> Response:
    run = get_run_visible_to(call.session, call.actor, import_id, lock=True)
    return call.act(
        lambda: order_dry_run(call.session, **call.by, run=run),
        f"/imports/{run.id}#dry-run",
        good=_("正在试读整份文件。"),
    )


@router.get("/{import_id:int}/dry-run/progress", action=IMPORT)
def progress(call: Call, import_id: int) -> Response:
    run = get_run_visible_to(call.session, call.actor, import_id)
    page = dry_run_card(call.session, run, sheets_of(call.session, run))
    return call.bar("web/imports/dry_run_progress.html", page)


@router.post("/{import_id:int}/dry-run/stop", action=IMPORT)
def stop(call: Call, import_id: int) -> Response:
    run = get_run_visible_to(call.session, call.actor, import_id, lock=True)
    return call.act(
        lambda: stop_dry_run(call.session, run=run, now=call.now),
        f"/imports/{run.id}#dry-run",
        good=_("试读将在当前批次结束后停止。"),
    )
