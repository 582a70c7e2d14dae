"""`yumiao backup FILE` and `yumiao restore FILE`."""

from pathlib import Path
from typing import Annotated

import typer

from app.backup import service
from app.backup.archive import Manifest
from app.commands.context import load_settings, open_database
from app.kit.clock import utc_now

File = Annotated[Path, typer.Argument(help="the archive")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(backup)
    app.command()(restore)


def backup(
    file: File, force: Annotated[bool, typer.Option("--force", help="replace the archive that stands there")] = False
) -> None:
    """Write the database, as of one instant, and all stored files to one archive."""
    settings = load_settings()
    with open_database(settings) as database:
        _tell(service.back_up(database, settings.data_dir, file, now=utc_now(), force=force, bucket=settings.bucket))


def restore(
    file: File, force: Annotated[bool, typer.Option("--force", help="replace the data that is there")] = False
) -> None:
    """Make database and files those of the archive, on either database, and compare them with it."""
    settings = load_settings()
    with open_database(settings) as database:
        _tell(service.restore(database, settings.data_dir, file, now=utc_now(), force=force, bucket=settings.bucket))


def _tell(manifest: Manifest) -> None:
    typer.echo(f"tables={len(manifest.tables)} rows={manifest.rows} files={len(manifest.files)}")
