"""The composition root: settings in, application out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module

import anyio.to_thread
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter, Histogram

import app.api
import app.portal
import app.web
from app import __version__
from app.cases.papers.telling import install_teller
from app.config import Settings
from app.doors import errors
from app.doors.assets import Assets
from app.doors.middleware import RequestFrame
from app.doors.rate import RateLimiter
from app.event_registry import load_wording
from app.exchange.ledger import ReadingLedger
from app.fact_registry import install_providers
from app.health import router as health_router
from app.job_registry import load_kinds
from app.jobs.running import Surroundings
from app.jobs.worker import Worker
from app.kit.db import POOL_SIZE, Database
from app.kit.templating import STATIC, make_environment
from app.notice_registry import load_sources, make_notifier
from app.notices.notifier import NotifierThreads
from app.objection_registry import load_objections
from app.past_registry import install_traced
from app.web.case_events import told_events


def create_app(settings: Settings, database: Database | None = None) -> FastAPI:
    """The application over `database` (by default the one that the settings name)."""
    install_providers()
    load_objections()
    install_traced()
    application = FastAPI(
        title="Yumiao API",
        version=__version__,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        max_body_size=settings.max_upload_bytes + 1024 * 1024,
    )
    state = application.state
    state.settings = settings
    state.database = database or Database(settings.url)
    state.owns_database = database is None
    state.templates = make_environment()
    state.wording = load_wording()
    install_teller(partial(told_events, state.wording))
    state.job_kinds = load_kinds()
    state.notice_sources = load_sources()
    state.rate_limiter = RateLimiter(settings.api_rate_per_second, settings.api_burst)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    _observe_requests(application)
    errors.install(application)
    application.include_router(health_router.router)
    for door in (app.web, app.portal, app.api):
        for name in door.MODULES:
            application.include_router(import_module(f"{door.__name__}.{name}").router.router)
    application.mount("/static", Assets(directory=STATIC), name="static")
    return application


def _observe_requests(application: FastAPI) -> None:
    registry = CollectorRegistry()
    count = Counter("yumiao_requests", "Requests", ["method", "route", "status"], registry=registry)
    seconds = Histogram("yumiao_request_seconds", "Seconds per request", ["method", "route"], registry=registry)

    def observe(method: str, route: str, status: int, took: float) -> None:
        count.labels(method, route, str(status)).inc()
        seconds.labels(method, route).observe(took)

    application.state.metrics = registry
    application.add_middleware(RequestFrame, observe=observe)


@asynccontextmanager
async def _lifespan(application: FastAPI) -> AsyncIterator[None]:
    state = application.state
    anyio.to_thread.current_default_thread_limiter().total_tokens = POOL_SIZE - 5  # the worker keeps two, telling three
    around = Surroundings(state.database, state.settings.data_dir, storage=state.settings.vault.blobs)
    worker = Worker(around, state.job_kinds) if state.settings.worker else None
    notifier = NotifierThreads(make_notifier(state.settings, state.database)) if state.settings.worker else None
    if worker and notifier:
        worker.start()
        notifier.start()
    state.reading_ledger = ReadingLedger(state.database)
    yield
    if worker and notifier:
        notifier.stop()
        worker.stop()
    state.reading_ledger.close()
    if state.owns_database:
        state.database.dispose()
