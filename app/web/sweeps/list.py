"""政策摸底: all firms under all policies as of a day: start, progress, the result with its filters, the export."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.downloads import TableFormat
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import empty
from app.doors.lists.export import export_list
from app.doors.lists.query import ListQuery
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.policies.sweeps.actions import EXPORT, READ, RUN
from app.policies.sweeps.lists import of_sweep
from app.policies.sweeps.queries import get_sweep_visible_to
from app.policies.sweeps.service import resume_sweep, start_sweep, stop_sweep
from app.web.sweeps import pages
from app.web.sweeps.lines import LIST, list_of

router = GuardedRouter(door="web", prefix="/policies/sweeps")

LineQuery = Annotated[ListQuery, LIST.asked]


class StartForm(BaseModel):
    """As of which day, and where."""

    on: date
    region: str = Field(default="", max_length=12)


@router.get("", action=READ)
def sweeps_page(call: Call, query: Annotated[ListQuery, pages.SWEEP_LIST.asked]) -> Response:
    """All sweeps that concern the officer's region, and the form that starts one."""
    form = empty({"on": call.on.isoformat(), "region": call.actor.region_prefix})
    return call.render("web/sweeps/list.html", pages.list_page(call.viewer, query, form))


@router.post("", action=RUN)
def start(call: Call) -> Response:
    """Put a sweep into the queue."""
    return call.submit(
        StartForm,
        lambda given: start_sweep(call.session, **call.by, on=given.on, region=given.region),
        done=lambda started: call.redirect(f"/policies/sweeps/{started.id}"),
        again=lambda bound: call.render(
            "web/sweeps/list.html", pages.list_page(call.viewer, pages.SWEEP_LIST.query(), bound)
        ),
    )


@router.get("/{sweep_id:int}", action=READ)
def sweep_page(call: Call, query: LineQuery, sweep_id: int) -> Response:
    """How far a sweep is, or what it found."""
    sweep = get_sweep_visible_to(call.session, call.actor, sweep_id)
    if sweep.finished_at is None:
        return call.render("web/sweeps/progress.html", pages.progress_page(call.session, call.actor, sweep))
    return call.render("web/sweeps/result.html", pages.result_page(call.viewer, sweep, query))


@router.get("/{sweep_id:int}/progress", action=READ)
def progress(call: Call, sweep_id: int) -> Response:
    """The bar alone, asked for every second."""
    return call.bar(
        "web/sweeps/progress_fragment.html",
        pages.progress_page(call.session, call.actor, get_sweep_visible_to(call.session, call.actor, sweep_id)),
    )


@router.post("/{sweep_id:int}/stop", action=RUN)
def stop(call: Call, sweep_id: int) -> Response:
    """Stop after the present batch."""
    sweep = get_sweep_visible_to(call.session, call.actor, sweep_id)
    stop_sweep(call.session, **call.by, sweep=sweep)
    return call.redirect(f"/policies/sweeps/{sweep.id}", info=_("将在当前批次结束后停止。"))


@router.post("/{sweep_id:int}/resume", action=RUN)
def resume(call: Call, sweep_id: int) -> Response:
    """Go on where it stopped."""
    sweep = get_sweep_visible_to(call.session, call.actor, sweep_id)
    resume_sweep(call.session, actor=call.actor, sweep=sweep)
    return call.redirect(f"/policies/sweeps/{sweep.id}", good=_("从上次停下的地方继续。"))


@router.get("/{sweep_id:int}/export.{extension}", action=EXPORT)
def export(call: Call, query: LineQuery, sweep_id: int, extension: TableFormat) -> Response:
    """Exactly what the list shows, all pages of it."""
    sweep = get_sweep_visible_to(call.session, call.actor, sweep_id)
    if sweep.finished_at is None:
        raise NotFound("sweep.not_finished", _("摸底还没有完成，没有结果可以导出。"))
    policy = pages.chosen_policy(sweep, query)
    given = of_sweep(call.actor, sweep)
    return export_list(call, list_of(sweep, policy), query.changed(policy=policy.code), extension, **given)
