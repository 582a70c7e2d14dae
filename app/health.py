"""`/healthz` and `/metrics`, for whoever watches over the server."""

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response

from app.accounts.actions import PUBLIC
from app.composition.migrations import is_current
from app.doors.calls.router import GuardedRouter
from app.doors.requests.deps import get_admission, get_database
from app.kit.db import Database, read_scope

router = GuardedRouter(door="watch")


@router.get("/healthz", action=PUBLIC)
async def healthz(request: Request) -> JSONResponse:
    """200 once migrated, seeded and able to read the database; 503 before. Has its own place and thread, whatever else goes on."""
    async with get_admission(request).health.place():
        ready = await run_sync(_is_ready, get_database(request), limiter=CapacityLimiter(1))
    return JSONResponse({"status": "ok" if ready else "unavailable"}, status_code=200 if ready else 503)


def _is_ready(database: Database) -> bool:
    try:
        with read_scope(database) as session:
            return is_current(session) and bool(session.scalar(text("select count(*) from industry")))
    except SQLAlchemyError:
        return False


@router.get("/metrics", action=PUBLIC)
async def metrics(request: Request) -> Response:
    """Counters for Prometheus."""
    async with get_admission(request).metrics.place():
        body = await run_sync(generate_latest, request.app.state.metrics, limiter=CapacityLimiter(1))
    return Response(body, media_type=CONTENT_TYPE_LATEST)
