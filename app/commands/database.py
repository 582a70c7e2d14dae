"""`yumiao migrate | seed`: without the pages, which take longer to load than either takes to run."""

import typer

from app.commands.context import load_settings, open_database
from app.composition.migrations import migrate as migrate_database
from app.composition.seeds import seed_all
from app.kit.clock import utc_now


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(migrate)
    app.command()(seed)


def migrate() -> None:
    """Bring the database to the newest schema."""
    settings = load_settings()
    with open_database(settings) as database:
        migrate_database(database)
    typer.echo("ok")


def seed() -> None:
    """Publish reference data, policies, programmes, schemes and plans, all or none; prints what was created, changed, unchanged."""
    settings = load_settings()
    with open_database(settings) as database:
        for name, report in seed_all(database, settings.seeds_dir, utc_now()).items():
            typer.echo(f"{name}: created={report.created} changed={report.changed} unchanged={report.unchanged}")
