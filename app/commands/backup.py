"""`yumiao backup FILE` and `yumiao restore FILE`."""

from pathlib import Path
from typing import Annotated

import typer

from app.backup import service
from app.backup.archive import ArchiveManifest
from app.commands.context import load_settings, open_database
from app.exchange.partners.service import raise_versions
from app.kit.actor import SYSTEM
from app.kit.clock import utc_now
from app.kit.db import session_scope

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
    """Make database and files those of the archive, on either database, and compare them with it.

    Partners may hold later versions of records than the archive knows: versions go on above those.
    """
    settings = load_settings()
    with open_database(settings) as database:
        _tell(service.restore(database, settings.data_dir, file, now=utc_now(), force=force, bucket=settings.bucket))
        with session_scope(database) as session:
            partners = raise_versions(session, actor=SYSTEM, now=utc_now())
    if partners:
        typer.echo(f"partners={partners}: reconcile with each of them, see docs/how-to/back-up-and-restore.md")


def _tell(manifest: ArchiveManifest) -> None:
    typer.echo(f"tables={len(manifest.tables)} rows={manifest.rows} files={len(manifest.files)}")
