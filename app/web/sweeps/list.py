"""政策摸底: all firms under all policies as of a day: start, progress, the result with its filters, the export."""

from collections.abc import Generator, Iterator
from datetime import date
from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.deps import AppDatabase, CurrentActor, DbSession, Form, Now
from app.doors.downloads import TableFormat, download_table, stream_table
from app.doors.forms import attempt, bind, empty
from app.doors.pages import redirect, render
from app.doors.router import GuardedRouter
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.db import Database, read_scope
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.policies.models import Sweep
from app.policies.sweeps.actions import EXPORT, READ, RUN
from app.policies.sweeps.queries import get_sweep_visible_to, page_sweeps_visible_to, stream_lines
from app.policies.sweeps.service import resume_sweep, start_sweep, stop_sweep
from app.web.sweeps import pages
from app.web.sweeps.lines import SweepQuery, cells_of, header_of

router = GuardedRouter(door="web", prefix="/policies/sweeps")

ListQuery = Annotated[SweepQuery, Query()]


class StartForm(BaseModel):
    """As of which day, and where."""

    on: date
    region: str = Field(default="", max_length=12)


@router.get("", action=READ)
def sweeps_page(request: Request, session: DbSession, actor: CurrentActor, now: Now, cursor: str = "") -> Response:
    """All sweeps that concern the officer's region, and the form that starts one."""
    found = page_sweeps_visible_to(session, actor, cursor=cursor or None)
    form = empty({"on": today(now).isoformat(), "region": actor.region_prefix})
    return render(request, "web/sweeps/list.html", pages.list_page(session, actor, found, form))


@router.post("", action=RUN)
def start(request: Request, session: DbSession, actor: CurrentActor, now: Now, form: Form) -> Response:
    """Put a sweep into the queue."""
    bound = bind(StartForm, form)
    started = attempt(
        session, bound, lambda given: start_sweep(session, actor=actor, now=now, on=given.on, region=given.region)
    )
    if started is None:
        found = page_sweeps_visible_to(session, actor, cursor=None)
        return render(request, "web/sweeps/list.html", pages.list_page(session, actor, found, bound), status=422)
    return redirect(request, f"/policies/sweeps/{started.id}")


@router.get("/{sweep_id:int}", action=READ)
def sweep_page(
    request: Request, session: DbSession, actor: CurrentActor, now: Now, query: ListQuery, sweep_id: int
) -> Response:
    """How far a sweep is, or what it found."""
    sweep = get_sweep_visible_to(session, actor, sweep_id)
    if sweep.finished_at is None:
        return render(request, "web/sweeps/progress.html", pages.progress_page(session, actor, sweep))
    return render(request, "web/sweeps/result.html", pages.result_page(session, actor, sweep, query, today(now)))


@router.get("/{sweep_id:int}/progress", action=READ)
def progress(request: Request, session: DbSession, actor: CurrentActor, sweep_id: int) -> Response:
    """The bar alone, asked for every second."""
    page = pages.progress_page(session, actor, get_sweep_visible_to(session, actor, sweep_id))
    response = render(request, "web/sweeps/progress_fragment.html", page)
    if not page.running:
        response.headers["HX-Refresh"] = "true"
    return response


@router.post("/{sweep_id:int}/stop", action=RUN)
def stop(request: Request, session: DbSession, actor: CurrentActor, now: Now, sweep_id: int) -> Response:
    """Stop after the present batch."""
    sweep = get_sweep_visible_to(session, actor, sweep_id)
    stop_sweep(session, actor=actor, now=now, sweep=sweep)
    return redirect(request, f"/policies/sweeps/{sweep.id}", info=_("将在当前批次结束后停止。"))


@router.post("/{sweep_id:int}/resume", action=RUN)
def resume(request: Request, session: DbSession, actor: CurrentActor, sweep_id: int) -> Response:
    """Go on where it stopped."""
    sweep = get_sweep_visible_to(session, actor, sweep_id)
    resume_sweep(session, actor=actor, sweep=sweep)
    return redirect(request, f"/policies/sweeps/{sweep.id}", good=_("从上次停下的地方继续。"))


@router.get("/{sweep_id:int}/export.{extension}", action=EXPORT)
def export(
    request: Request,
    session: DbSession,
    database: AppDatabase,
    actor: CurrentActor,
    query: ListQuery,
    sweep_id: int,
    extension: TableFormat,
) -> Response:
    """Exactly what the list shows, all pages of it."""
    sweep = get_sweep_visible_to(session, actor, sweep_id)
    if sweep.finished_at is None:
        raise NotFound("sweep.not_finished", _("摸底还没有完成，没有结果可以导出。"))
    name = f"{_('政策摸底')}-{sweep.on_day}-{pages.chosen_policy(sweep, query).title}"
    if extension == "xlsx":
        return download_table(request, name, extension, _cells(session, actor, sweep, query), header_of())
    return stream_table(request, name, _cells_from(database, actor, sweep_id, query), header_of())


def _cells_from(database: Database, actor: Actor, sweep_id: int, query: SweepQuery) -> Generator[list[Any]]:
    with read_scope(database) as session:
        yield from _cells(session, actor, get_sweep_visible_to(session, actor, sweep_id), query)


def _cells(session: Session, actor: Actor, sweep: Sweep, query: SweepQuery) -> Iterator[list[Any]]:
    policy = pages.chosen_policy(sweep, query)
    for batch in stream_lines(session, actor, sweep, query.wanted(policy.code), sort=query.sort):
        yield from cells_of(session, policy, batch)
