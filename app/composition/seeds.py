"""`yumiao seed`: publish the files under `seeds/` into the database, idempotently, all of a run or none."""

from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError

from app.jobs.chores import CHORES
from app.kit.actor import SYSTEM
from app.kit.db import Database, read_scope, session_scope
from app.kit.errors import SeedError
from app.kit.seeds import SEEDS, SeedReport
from app.reference.models import Industry

log = structlog.get_logger()


def seed_all(database: Database, seeds_dir: Path, now: datetime) -> dict[str, SeedReport]:
    """Load every slice's seeds in one transaction; what stands in the database already is left alone.

    Raises `SeedError` when a file of any slice is refused: then nothing of this run is published.
    """
    reports: dict[str, SeedReport] = {}
    with session_scope(database) as session:
        for slice_name, (load,) in database.composition.by_slice(SEEDS):
            try:
                reports[slice_name] = load(session, seeds_dir=seeds_dir, actor=SYSTEM, now=now)
                session.flush()
            except (IntegrityError, DataError) as error:
                raise SeedError(f"{seeds_dir}: {slice_name}: the database refuses this: {error.orig}") from error
            except OSError as error:
                raise SeedError(f"{seeds_dir}: {slice_name}: {error}") from error
    for chore in database.composition.of(CHORES):
        chore(database, now)
    return reports


def seed_or_go_on(database: Database, seeds_dir: Path, now: datetime) -> str:
    """Publish the seeds before serving; "" or what is wrong with them, for a service that ran goes on with what is published.

    Whatever a file does: a service that does not start is worse than one without the newest file. Raises where nothing is
    published yet, for there is nothing to go on with.
    """
    try:
        seed_all(database, seeds_dir, now)
    except Exception as error:
        if not _is_published(database):
            raise
        refusal = str(error) if isinstance(error, SeedError) else f"{seeds_dir}: {type(error).__name__}: {error}"
        unforeseen = None if isinstance(error, SeedError) else error
        log.error("the seeds are refused; serving what was published before", reason=refusal, exc_info=unforeseen)
        return refusal
    return ""


def _is_published(database: Database) -> bool:
    with read_scope(database) as session:
        return session.scalar(select(Industry.code).limit(1)) is not None
