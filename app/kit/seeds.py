"""Loading rows from `seeds/`, so that a second run changes nothing and says so."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.kit.db import Base
from app.kit.slices import Port


@dataclass(frozen=True)
class SeedReport:
    """Rows (or published versions) created, changed and found unchanged."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "SeedReport") -> "SeedReport":
        return SeedReport(self.created + other.created, self.changed + other.changed, self.unchanged + other.unchanged)


#: `load(session, *, seeds_dir, actor, now)` publishes a slice's files; slices refer to what those before them have published.
SEEDS: Port[Callable[..., SeedReport]] = Port("loader of seeds", Callable)


def upsert(session: Session, model: type[Base], rows: Iterable[Mapping[str, Any]]) -> SeedReport:
    """Bring the table of `model` to hold `rows` (natural primary keys); rows that are not named stay as they are."""
    columns = [str(column.key) for column in inspect(model).primary_key]
    known = {tuple(getattr(row, name) for name in columns): row for row in session.scalars(select(model))}
    created = changed = unchanged = 0
    for values in rows:
        row = known.get(tuple(values[name] for name in columns))
        if row is None:
            session.add(model(**values))
            created += 1
        elif _assign(row, values):
            changed += 1
        else:
            unchanged += 1
    session.flush()
    return SeedReport(created, changed, unchanged)


def _assign(row: Base, values: Mapping[str, Any]) -> bool:
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in differing.items():
        setattr(row, name, value)
    return bool(differing)
