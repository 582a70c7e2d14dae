"""`yumiao seed`: publish the files under `seeds/` into the database, idempotently."""

from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from pathlib import Path

from sqlalchemy.orm import Session

from app.kit.actor import SYSTEM
from app.kit.db import Database, session_scope
from app.kit.seeds import SeedReport

#: Slices that have seeds, in the order in which they may refer to each other.
SLICES = ("reference", "policies", "programmes", "incentives", "targets", "exchange", "commissioners")

Loader = Callable[..., SeedReport]


def seed_all(database: Database, seeds_dir: Path, now: datetime) -> dict[str, SeedReport]:
    """Load every slice's seeds, each in its own transaction; what stands in the database already is left alone."""
    reports: dict[str, SeedReport] = {}
    for slice_name in SLICES:
        load = _loader(slice_name)
        if load is not None:
            with session_scope(database) as session:
                reports[slice_name] = _run(load, session, seeds_dir, now)
    return reports


def _loader(slice_name: str) -> Loader | None:
    try:
        module = import_module(f"app.{slice_name}.seed")
    except ModuleNotFoundError as error:
        if error.name not in {f"app.{slice_name}.seed", f"app.{slice_name}"}:
            raise
        return None
    loader: Loader = module.load
    return loader


def _run(load: Loader, session: Session, seeds_dir: Path, now: datetime) -> SeedReport:
    return load(session, seeds_dir=seeds_dir, actor=SYSTEM, now=now)
