"""Where an import of the command writes: the deployment, or a copy of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from app.commands.context import open_database
from app.config import Settings
from app.enterprises.imports.dry_runs.service import COPIED_EMPTY
from app.kit.db import Database
from app.kit.db_copy import copied


@contextmanager
def deployment(settings: Settings, *, dry_run: bool) -> Iterator[tuple[Settings, Database]]:
    """Settings and database; of a dry run a copy of it, and a folder that is gone afterwards."""
    with open_database(settings) as database:
        if not dry_run:
            yield settings, database
            return
        with (
            TemporaryDirectory(prefix="dry-run-", dir=settings.data_dir) as folder,
            copied(database, Path(folder), empty=COPIED_EMPTY) as copy,
        ):
            yield settings.model_copy(update={"data_dir": Path(folder), "storage_url": ""}), copy
