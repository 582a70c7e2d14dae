"""`yumiao seed`: publish the files under `seeds/` into the database, idempotently."""

from datetime import datetime
from importlib import import_module
from pathlib import Path

from app.kit.actor import SYSTEM
from app.kit.db import Database, session_scope
from app.kit.seeds import SeedReport
from app.targets.indicators import reckon_indicators

#: Slices that have seeds, in the order in which they may refer to each other.
SLICES = (
    "reference",
    "policies",
    "programmes",
    "incentives",
    "targets",
    "commissioners",
    "engagement",
)


def seed_all(database: Database, seeds_dir: Path, now: datetime) -> dict[str, SeedReport]:
    """Load every slice's seeds, each in its own transaction; what stands in the database already is left alone."""
    reports: dict[str, SeedReport] = {}
    for slice_name in SLICES:
        load = import_module(f"app.{slice_name}.seed").load
        with session_scope(database) as session:
            reports[slice_name] = load(session, seeds_dir=seeds_dir, actor=SYSTEM, now=now)
    reckon_indicators(database, now)
    return reports
