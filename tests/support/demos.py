"""The demo, built once for a day and a size, kept between runs, and copied for whoever walks through it."""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from app.backup.service import back_up, restore
from app.config import Settings
from app.demo.build import build_demo
from app.files.vault import Vault
from app.kit.clock import today
from app.kit.db import Database
from app.kit.storage.local import LocalBlobs
from tests.support import kept
from tests.support.databases import Templates
from tests.support.house import HOUSE

#: Beside what a migrated and seeded database is made of: whatever the demo draws on, and what furnishes it.
SOURCES = (
    *kept.SOURCES,
    "app/**/*.py",
    "seeds/**/*",
    "tests/factories/**/*.py",
    "tests/journeys/furnishing.py",
    "tests/support/*.py",
)

#: Adds to a built demo: the database, its folder of data, the instant.
Furnishing = Callable[[Database, Path, datetime], None]


def put_demo(
    templates: Templates, folder: Path, *, enterprises: int, now: datetime, furnish: Furnishing | None = None
) -> str:
    """The address of the demo as of the day of `now` on SQLite, in `folder`, with its files and secret in `folder/data`."""
    furnished = "-furnished" if furnish else ""
    name = f"demo-{enterprises}-{today(now)}{furnished}-{kept.fingerprint(patterns=SOURCES)}"
    with _alone():
        found = kept.find(name)
        if found is None:
            _build(templates, folder, enterprises, now, furnish)
            kept.keep(name, lambda draft: _copy(folder, draft))
        else:
            _copy(found, folder)
    return f"sqlite:///{folder / 'yumiao.db'}"


def put_demo_on_postgresql(
    templates: Templates, folder: Path, *, enterprises: int, now: datetime, furnish: Furnishing | None = None
) -> str:
    """The same on PostgreSQL, as a deployment moves there: from its backup."""
    source, archive = folder / "on-sqlite", folder / "all.zip"
    source.mkdir()
    embedded = Database(put_demo(templates, source, enterprises=enterprises, now=now, furnish=furnish), HOUSE)
    url = templates.create("postgresql", folder)
    database = Database(url, HOUSE, durable=False)
    try:
        back_up(embedded, source / "data", archive, now=now)
        restore(database, folder / "data", archive, now=now)
    finally:
        embedded.dispose()
        database.dispose()
    shutil.copyfile(source / "data" / "secret", folder / "data" / "secret")
    return url


def _build(templates: Templates, folder: Path, enterprises: int, now: datetime, furnish: Furnishing | None) -> None:
    data = folder / "data"
    database = Database(templates.copy("sqlite", folder), HOUSE, durable=False)
    vault, secret = Vault(LocalBlobs(data / "files")), Settings(_env_file=None, data_dir=data).secret
    build_demo(database, enterprises=enterprises, now=now, vault=vault, secret=secret)
    if furnish:
        furnish(database, data, now)
    database.dispose()


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source / "yumiao.db", target / "yumiao.db")
    shutil.copytree(source / "data", target / "data", dirs_exist_ok=True)


@contextmanager
def _alone() -> Iterator[None]:
    """Of several workers one builds, the others wait and copy."""
    with (kept.shelf() / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
