"""`/healthz` and `/metrics`, for whoever watches over the server."""

from fastapi import Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response

from app.accounts.actions import PUBLIC
from app.doors.deps import AppDatabase
from app.doors.router import GuardedRouter
from app.kit.db import read_scope
from app.migrating import is_current

router = GuardedRouter(door="public")


@router.get("/healthz", action=PUBLIC)
def healthz(database: AppDatabase) -> JSONResponse:
    """200 once migrated, seeded and able to read the database; 503 before."""
    try:
        with read_scope(database) as session:
            ready = is_current(session) and session.scalar(text("select count(*) from industry")) > 0
    except SQLAlchemyError:
        ready = False
    return JSONResponse({"status": "ok" if ready else "unavailable"}, status_code=200 if ready else 503)


@router.get("/metrics", action=PUBLIC)
def metrics(request: Request) -> Response:
    """Counters for Prometheus."""
    return Response(generate_latest(request.app.state.metrics), media_type=CONTENT_TYPE_LATEST)
