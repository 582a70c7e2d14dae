"""`yumiao tidy`."""

import typer

from app.commands.context import load_settings, open_database
from app.files.service.cleaning import discard_unreferenced
from app.kit.clock import utc_now
from app.kit.db import read_scope


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(tidy)


def tidy() -> None:
    """Forget stored bytes that nothing points at and that are older than a day; prints how many there were."""
    settings = load_settings()
    with open_database(settings) as database, read_scope(database) as session:
        typer.echo(f"discarded={discard_unreferenced(session, settings.vault.blobs, utc_now())}")
