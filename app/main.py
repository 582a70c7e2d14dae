"""The composition root: settings in, application out."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from threading import Thread
from typing import Protocol

import anyio.to_thread
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

import app.api
import app.portal
import app.web
from app import __version__
from app.accounts.service.rates import SharedBuckets
from app.composition.delivery import make_threads
from app.composition.notifications import make_notifier
from app.composition.pages import compose_with_pages
from app.config import Settings
from app.doors.calls import errors
from app.doors.calls.discovery import RouteIndex
from app.doors.pages.assets import Assets
from app.doors.pages.timeline import wording_of
from app.doors.requests.admission import THREADS, Admission
from app.doors.requests.middleware import RequestFrame
from app.doors.requests.rate import RateLimiter
from app.enterprises.duplicates.register_index import warm_index
from app.exchange.delivery.metrics import ExchangeCollector
from app.exchange.ledger import ReadingLedger
from app.exchange.touched import TouchedRows
from app.health import router as health_router
from app.jobs.run import JobContext, kinds_of
from app.jobs.worker import Worker
from app.kit.clock import utc_now
from app.kit.db import POOL_SIZE, Database
from app.kit.templates import STATIC, make_environment
from app.notices.notifier import NotifierThreads
from app.notices.sources import sources_of

#: The folder in which several processes count together; set before they start (the name is prometheus_client's).
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
#: Connections of one of several processes that no request holds: each is taken for one short statement.
APART = 4


class Beside(Protocol):
    """What works beside the pages."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End."""


def create_app(settings: Settings, database: Database | None = None) -> FastAPI:
    """The application over `database` (by default the one that the settings name)."""
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
    state.database = database or Database(settings.url, compose_with_pages(), folder=settings.data_dir)
    state.owns_database = database is None
    state.clock = utc_now
    state.admission = Admission()
    state.templates = make_environment(reload=settings.env == "development")
    for make in (wording_of, kinds_of, sources_of):  # what two slices declare alike stops the start
        state.database.composition.made(make)
    state.seed_refusal = ""
    state.rate_limiter = RateLimiter(settings.api_rate_per_second, settings.api_burst)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    _observe_requests(application)
    errors.install(application)
    application.include_router(health_router.router)
    application.router.routes.append(RouteIndex((app.web, app.portal, app.api)))
    application.mount("/static", Assets(directory=STATIC), name="static")
    return application


def _observe_requests(application: FastAPI) -> None:
    registry = CollectorRegistry()
    count = Counter("yumiao_requests", "Requests", ["method", "route", "status"], registry=registry)
    seconds = Histogram("yumiao_request_seconds", "Seconds per request", ["method", "route"], registry=registry)

    def observe(method: str, route: str, status: int, took: float) -> None:
        count.labels(method, route, str(status)).inc()
        seconds.labels(method, route).observe(took)

    registry = _together() if os.environ.get(METRICS_FOLDER) else registry
    registry.register(ExchangeCollector(lambda: application.state.database, utc_now))
    application.state.metrics = registry
    application.add_middleware(RequestFrame, observe=observe)


def _together() -> CollectorRegistry:
    """What all processes counted."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


@asynccontextmanager
async def _lifespan(application: FastAPI) -> AsyncIterator[None]:
    state = application.state
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    settings: Settings = state.settings
    alone = settings.workers == 1
    # a pool of its own: work beside the pages takes no page's connection
    size, folder = POOL_SIZE if alone else APART, state.database.folder
    apart = Database(state.database.url, state.database.composition, pool_size=size, folder=folder)
    if not alone:
        state.rate_limiter = RateLimiter(settings.api_rate_per_second, settings.api_burst, SharedBuckets(apart))
        Thread(target=warm_index, args=(apart, state.clock()), name="warm-index", daemon=True).start()
    with working_beside(settings, apart) if settings.worker and alone else nullcontext():
        state.reading_ledger = ReadingLedger(apart)
        state.touched_rows = TouchedRows()
        yield
    state.reading_ledger.close()
    apart.dispose()
    if state.owns_database:
        state.database.dispose()


@contextmanager
def working_beside(settings: Settings, database: Database | None = None) -> Iterator[None]:
    """What goes on beside the pages, in threads of this process until the block ends; over `database`, by default one of its own."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    opened = database or Database(settings.url, compose_with_pages(), folder=settings.data_dir)
    beside = _beside(settings, opened)
    for each in beside:
        each.start()
    try:
        yield
    finally:
        for each in reversed(beside):
            each.stop()
        if database is None:
            opened.dispose()


def _beside(settings: Settings, database: Database) -> list[Beside]:
    around = JobContext(database, settings.data_dir, storage=settings.vault.blobs, secret=settings.secret)
    notifier = NotifierThreads(make_notifier(settings, database))
    return [Worker(around, database.composition.made(kinds_of)), notifier, make_threads(settings, database)]
