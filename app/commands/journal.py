"""`yumiao verify`."""

import typer

from app.commands.context import load_settings, open_database
from app.journal.queries import find_breach, head_position
from app.kit.db import read_scope


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(verify)


def verify() -> None:
    """Check the journal's hash chain; ends with 1 and names the first broken event."""
    settings = load_settings()
    with open_database(settings) as database, read_scope(database) as session:
        breach = find_breach(session)
        if breach is not None:
            typer.echo(f"broken at event {breach.position}: {breach.reason}")
            raise typer.Exit(1)
        typer.echo(f"ok: {head_position(session)} events")
