"""`yumiao up | serve | work`."""

import signal
import threading
from typing import Annotated

import structlog
import typer
import uvicorn
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Officer
from app.commands.context import load_settings, open_database
from app.commands.processes import listening, ready_app, serve_together
from app.composition.migrations import migrate as migrate_database
from app.composition.seeds import seed_or_go_on
from app.config import Settings
from app.demo.accounts import demo_accounts, with_public_password
from app.enterprises.models import Enterprise
from app.kit.clock import utc_now
from app.kit.db import Database, read_scope
from app.logs import configure_logging
from app.main import working_beside

log = structlog.get_logger()

Port = Annotated[int | None, typer.Option(help="port to listen on")]
Workers = Annotated[int | None, typer.Option(min=1, max=64, help="processes that serve pages (PostgreSQL)")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(up)
    app.command()(serve)
    app.command()(work)


def up(
    port: Port = None,
    workers: Workers = None,
    empty: Annotated[bool, typer.Option("--empty", help="no demo data")] = False,
) -> None:
    """Migrate, seed, add demo data to an empty database, serve."""
    settings = load_settings()
    configure_logging(settings)
    with open_database(settings) as database:
        migrate_database(database)
        refusal = seed_or_go_on(database, settings.seeds_dir, utc_now())
        if not empty and settings.env == "development" and _is_empty(database):
            _add_demo(settings, database)
    _serve(settings, port, workers, refusal)


def serve(port: Port = None, workers: Workers = None) -> None:
    """Serve; migrates and seeds nothing."""
    settings = load_settings()
    configure_logging(settings)
    _serve(settings, port, workers)


def work() -> None:
    """Do what goes on beside the pages (jobs, notices, deliveries) in this process, until it is told to stop."""
    settings = load_settings()
    configure_logging(settings)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with working_beside(settings):
        typer.echo("育苗 · 后台任务、通知与报送在此进程运行 · jobs, notices and deliveries run here")
        stopped.wait()


def _is_empty(database: Database) -> bool:
    with read_scope(database) as session:
        return not session.scalar(select(func.count()).select_from(select(Enterprise.id).limit(1).subquery())) and not (
            session.scalar(select(func.count()).select_from(select(Officer.id).limit(1).subquery()))
        )


def _add_demo(settings: Settings, database: Database) -> None:
    from app.demo.build import DEFAULT_SIZE, build_demo  # draws on every slice, and is needed once at most

    typer.echo(f"正在生成 {DEFAULT_SIZE} 家虚构示例企业 · adding {DEFAULT_SIZE} fictional firms …")
    build_demo(database, enterprises=DEFAULT_SIZE, now=utc_now(), vault=settings.vault, secret=settings.secret)


def _serve(settings: Settings, port: int | None, workers: int | None, refusal: str = "") -> None:
    settings = settings.listening_at(port).model_copy(update={"workers": workers or settings.workers})
    _announce(settings)
    if settings.workers > 1:
        serve_together(settings, refusal)
        return
    application = ready_app(settings)
    application.state.seed_refusal = refusal
    uvicorn.run(application, **listening(settings))


def _announce(settings: Settings) -> None:
    typer.echo(f"育苗 · Yumiao  http://{settings.host}:{settings.port}")
    with open_database(settings) as database, read_scope(database) as session:
        if settings.env == "development":
            for line in demo_accounts(session):
                typer.echo(line)
        elif settings.env == "production":
            warn_of_public_passwords(session)


def warn_of_public_passwords(session: Session) -> None:
    """Say which accounts of the demo came along into production: their password lets nobody in, but they should not be there."""
    if logins := with_public_password(session):
        log.warning(
            "accounts of the demo are in this database; their password is public and lets nobody in here. "
            "Give each a password of its own or disable it",
            logins=logins,
        )
