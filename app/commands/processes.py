"""Several processes that serve pages, and one above them that does the work beside: `yumiao serve --workers N`.

The parent listens, starts the others, puts a new one in the place of one that died, and runs jobs, notices and deliveries itself
unless the settings say that they run elsewhere.
What they share stands in the database (jobs, leases, once-tokens, nonces, throttles, rates) or in a folder (metrics).
"""

import multiprocessing
import os
import signal
import socket
import tempfile
import threading
from contextlib import nullcontext
from typing import Any

import typer
import uvicorn
from fastapi import FastAPI
from sqlalchemy import text
from uvicorn.supervisors import Multiprocess

from app.commands.context import load_settings, open_database
from app.commands.protocol import BoundedHttp
from app.config import Settings
from app.kit.db import POOL_SIZE, read_scope
from app.kit.templates import load_all
from app.kit.uncollected import seldom_collected, uncollected
from app.logs import configure_logging
from app.main import APART, METRICS_FOLDER, create_app, working_beside

#: How the processes are told what the parent was told.
_REFUSAL = "YUMIAO_SEED_REFUSAL"
#: Connections of one process: those of requests, and those that none of them holds (rates, what clients read).
CONNECTIONS = POOL_SIZE + APART
#: Connections of the work beside the pages, and those that PostgreSQL keeps for its administrator.
BESIDE = POOL_SIZE + 3


def listening(settings: Settings) -> dict[str, Any]:
    """How uvicorn listens, whether in one process or in several."""
    return {
        "host": settings.host,
        "port": settings.port,
        "http": BoundedHttp,
        "log_level": "warning",
        "access_log": False,
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": settings.trusted_proxies or None,
        "timeout_graceful_shutdown": 10,
    }


def serve_together(settings: Settings, refusal: str = "") -> None:
    """Serve with `settings.workers` processes until told to stop. Ends with 2 on a database that cannot carry them."""
    _require_room(settings)
    with tempfile.TemporaryDirectory(prefix="yumiao-metrics-") as folder:
        os.environ |= {
            METRICS_FOLDER: folder,
            _REFUSAL: refusal,
            "YUMIAO_WORKERS": str(settings.workers),
            "YUMIAO_PORT": str(settings.port),
            "YUMIAO_BASE_URL": settings.base_url,
        }
        with working_beside(settings) if settings.worker else nullcontext():
            serve = f"{__name__}:serve_one"
            config = uvicorn.Config(serve, factory=True, workers=settings.workers, **listening(settings))
            Multiprocess(config, sockets=[listener(config)]).run()


def listener(config: uvicorn.Config) -> socket.socket:
    """The socket that the processes share; what they accept sends each write at once, as with one process."""
    shared = config.bind_socket()
    # inherited by what is accepted: asyncio sets it only where it makes the socket itself
    shared.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return shared


def ready_app(settings: Settings) -> FastAPI:
    """The application with its pages loaded: whoever comes first waits no longer than others."""
    with uncollected():
        application = create_app(settings)
        load_all(application.state.templates)
    seldom_collected()
    return application


def serve_one() -> FastAPI:
    """The application of one of several processes; it ends when the one above it is gone."""
    settings = load_settings()
    configure_logging(settings)
    threading.Thread(target=_end_with_parent, name="parent-watch", daemon=True).start()
    application = ready_app(settings)
    application.state.seed_refusal = os.environ.get(_REFUSAL, "")
    return application


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _require_room(settings: Settings) -> None:
    with open_database(settings) as database:
        if database.dialect == "sqlite":
            typer.echo(
                "SQLite 只由一个进程服务；多个进程请使用 PostgreSQL（YUMIAO_DATABASE_URL）。"
                " SQLite is served by one process; several need PostgreSQL.",
                err=True,
            )
            raise typer.Exit(2)
        with read_scope(database) as session:
            allowed = int(session.scalar(text("show max_connections")) or 0)
    needed = settings.workers * CONNECTIONS + BESIDE
    told = f"{settings.workers} × {CONNECTIONS} + {BESIDE} = {needed}, max_connections = {allowed}"
    if needed > allowed:
        typer.echo(f"数据库连接不够 · too few connections of the database: {told}", err=True)
        raise typer.Exit(2)
    typer.echo(f"数据库连接 · connections of the database, at most: {told}")
