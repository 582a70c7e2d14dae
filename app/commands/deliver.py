"""`yumiao deliver`: the exchange with partners in a process of its own, or one round of it."""

import signal
import threading
from typing import Annotated

import typer

from app.commands.context import load_settings, open_database
from app.composition.delivery import make_deliverer, make_threads
from app.config import Settings
from app.exchange.delivery.threads import list_served
from app.exchange.partners.domain import Transport
from app.exchange.partners.queries import get_partner
from app.kit.clock import utc_now
from app.kit.db import Database, read_scope
from app.logs import configure_logging


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("deliver")(deliver)


def deliver(
    once: Annotated[bool, typer.Option("--once", help="one round for each partner, then end")] = False,
    partner: Annotated[str | None, typer.Option("--partner", help="only the partner of this code")] = None,
) -> None:
    """Follow, send and ask for receipts, for every partner; the server does the same by itself unless YUMIAO_WORKER is off."""
    settings = load_settings()
    with open_database(settings) as database:
        if partner is not None:
            with read_scope(database) as session:
                get_partner(session, partner)
        if once:
            _round(settings, database, partner)
        else:
            configure_logging(settings)
            _until_stopped(settings, database, partner)


def _round(settings: Settings, database: Database, partner: str | None) -> None:
    deliverer = make_deliverer(settings, database)
    try:
        for code in [partner] if partner else list_served(database, Transport.PUSH, utc_now()):
            done = deliverer.run_once(code)
            counts = (
                f"followed={done.followed} announced={done.announced} answered={done.answered} polled={done.polled}"
            )
            typer.echo(f"{code}: {counts}")
    finally:
        deliverer.clients.close_all()


def _until_stopped(settings: Settings, database: Database, partner: str | None) -> None:
    threads, stop = make_threads(settings, database, only=partner), threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    threads.start()
    stop.wait()
    threads.stop()
