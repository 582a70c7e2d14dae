"""Faults, clock and decisions by hand: a small control API and a page. For this machine, or with the control token."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import ValidationError
from sqlalchemy import select
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from app.kit.clock import today
from app.kit.db import read_scope, session_scope
from app.kit.i18n import LANGUAGE_TAGS, _, current_locale
from app.kit.templates import render
from app.simulator import state, tables
from app.simulator.faults import LABELS, NOTES, NotAFaultError, SimulatedFault, plan_of
from app.simulator.responder import holding
from app.simulator.routes import desk_of
from app.simulator.schemas import CaseDecision
from app.simulator.store import StoreTransaction

HERE = ("127.0.0.1", "::1")
LONGEST_STEP = 30 * 24 * 3600
SHOWN = 30


def guard(request: Request, token: Annotated[str, Query()] = "") -> None:
    """This machine only, or the control token; and no page of another site."""
    expected: str = request.app.state.control_token
    by_token = bool(expected) and secrets.compare_digest(token.encode(), expected.encode())
    here = request.client is not None and request.client.host in HERE
    origin = request.headers.get("origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if foreign or not (by_token or (here and not expected)):
        raise HTTPException(403, "the control page is for this machine, or needs ?token=")


router = APIRouter(dependencies=[Depends(guard)])


@dataclass(frozen=True)
class SimulatorChrome:
    """What the base layout asks for."""

    lang_tag: str


@dataclass(frozen=True)
class ControlPage:
    """Everything the page shows."""

    chrome: SimulatorChrome
    at: datetime
    until: datetime | None
    today: date
    shares: Mapping[SimulatedFault, str]
    delay: str
    labels: Mapping[SimulatedFault, str]
    notes: Mapping[SimulatedFault, str]
    totals: Mapping[str, int]
    calls_back: bool
    calls: list[Any]
    effects: list[Any]
    query: str
    refused: str


@router.get("/")
def show_page(request: Request) -> HTMLResponse:
    """The state of the simulator, and what can be set."""
    return _page(request)


def _page(request: Request, refused: str = "", status: int = 200) -> HTMLResponse:
    desk = desk_of(request)
    with read_scope(desk.database) as session:
        at, plan = state.virtual(session, desk.clock()), state.fault_plan(session)
        page = ControlPage(
            chrome=SimulatorChrome(LANGUAGE_TAGS[current_locale()]),
            at=at,
            until=state.outage_until(session, at),
            today=today(at),
            shares={fault: f"{plan.shares.get(fault, 0) * 100:.3g}" for fault in SimulatedFault},
            delay=f"{plan.delay_seconds:g}",
            labels={fault: _(text) for fault, text in LABELS.items()},
            notes={fault: _(text) for fault, text in NOTES.items()},
            totals=holding(desk.database),
            calls_back=request.app.state.calls_back,
            calls=list(session.execute(select(tables.call).order_by(tables.call.c.id.desc()).limit(SHOWN))),
            effects=list(session.execute(select(tables.effect).order_by(tables.effect.c.id.desc()).limit(SHOWN))),
            query=f"?{request.url.query}" if request.url.query else "",
            refused=refused,
        )
    context = {"page": page, "chrome": page.chrome}
    return HTMLResponse(render(request.app.state.templates, "simulator/control.html", context), status)


@router.get("/state")
def tell_state(request: Request) -> dict[str, Any]:
    """Clock, outage, faults in force, totals, and how often each fault really happened."""
    desk = desk_of(request)
    with read_scope(desk.database) as session:
        at = state.virtual(session, desk.clock())
        until, plan = state.outage_until(session, at), state.fault_plan(session)
    return {"at": at, "outage_until": until, "faults": plan.to_json(), "totals": holding(desk.database)}


@router.post("/faults")
async def set_faults(request: Request) -> Response:
    """Put other faults in force: shares (0-1) by name; what is not named does not happen any more."""
    desk, values, by_page = desk_of(request), *await _sent(request)
    if by_page:
        values = {name: _share(name, value) for name, value in values.items()}
    try:
        plan = plan_of(values)
    except NotAFaultError as error:
        return _refused(request, _("故障的百分比须是 0 到 100 的数，各项相加不超过 100"), str(error), by_page=by_page)
    with session_scope(desk.database) as session:
        state.set_faults(session, plan)
    return _done(request, plan.to_json(), by_page=by_page)


@router.post("/clock")
async def move_clock(request: Request) -> Response:
    """`{"forward_seconds": 3600}`: its own time goes on, an outage passes, what was put aside becomes due."""
    desk, values, by_page = desk_of(request), *await _sent(request)
    seconds = str(values.get("forward_seconds", ""))
    if not seconds.isdecimal() or int(seconds) > LONGEST_STEP:
        return _refused(request, _("时钟没有拨动"), f"forward_seconds: 0 to {LONGEST_STEP}", by_page=by_page)
    with session_scope(desk.database) as session:
        state.move_clock(session, int(seconds))
        at = state.virtual(session, desk.clock())
    return _done(request, {"at": at.isoformat()}, by_page=by_page)


@router.post("/hurry")
async def hurry(request: Request) -> Response:
    """What was put aside is decided now."""
    desk, _values, by_page = desk_of(request), *await _sent(request)
    with session_scope(desk.database) as session:
        at = state.virtual(session, desk.clock())
        state.hurry(session, at)
        decided = StoreTransaction(session, desk.rules, at).decide()
    return _done(request, {"decided": decided}, by_page=by_page)


@router.post("/decisions")
async def decide(request: Request) -> Response:
    """`{"case","decision","on","reason"}`: a decision of the outside on a case, told as a receipt."""
    desk, values, by_page = desk_of(request), *await _sent(request)
    try:
        decision = CaseDecision.model_validate(values)
    except ValidationError as error:
        detail = str(error.errors()[0]["msg"])
        return _refused(request, _("受理编号和日期须填写，日期如 2021-06-30"), detail, by_page=by_page)
    with session_scope(desk.database) as session:
        receipt = StoreTransaction(session, desk.rules, state.virtual(session, desk.clock())).decide_case(decision)
    return _done(request, receipt, by_page=by_page)


async def _sent(request: Request) -> tuple[dict[str, Any], bool]:
    """What was sent, and whether by the page's form."""
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            content = await request.json()
        except ValueError:
            raise HTTPException(400, "the body is no JSON") from None
        return (content if isinstance(content, dict) else {}), False
    return dict(await request.form()), True


def _share(name: str, percent: Any) -> Any:
    """The page asks for per cent, the API for shares."""
    text = str(percent).strip() or "0"
    return float(text) / 100 if name in list(SimulatedFault) and text.replace(".", "", 1).isdecimal() else text


def _refused(request: Request, words: str, detail: str, *, by_page: bool) -> Response:
    """Nothing has changed: the page says so in words, the API as it says everything."""
    return _page(request, words, 422) if by_page else JSONResponse({"status": 422, "detail": detail}, 422)


def _done(request: Request, content: Mapping[str, Any], *, by_page: bool) -> Response:
    if by_page:
        return RedirectResponse(f"/{'?' + request.url.query if request.url.query else ''}", 303)
    return JSONResponse(dict(content))
