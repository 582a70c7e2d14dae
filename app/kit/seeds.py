"""Loading rows from `seeds/`, so that a second run changes nothing and says so."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.kit.db import Base
from app.kit.errors import SeedError
from app.kit.slices import Port

File = TypeVar("File")

_CORRECTION = re.compile(r"(.+)\.r([1-9]\d{0,2})")


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


def publish_each(
    files: Iterable[File],
    published: Mapping[Any, str],
    *,
    key: Callable[[File], Any],
    digest: Callable[[File], str],
    publish: Callable[[File], object],
    path: Callable[[File], Path],
    supersedes: bool = True,
) -> SeedReport:
    """Publish the files that are new, in their order; `published` has the digest of each version by its key.

    `supersedes`: whether a correction names what it corrects.

    Raises `SeedError` for one that differs from what was published of it: a published version never changes.
    """
    report = SeedReport()
    for file in files:
        before = published.get(key(file))
        if before is None:
            publish(file)
            report += SeedReport(created=1)
        elif before == digest(file):
            report += SeedReport(unchanged=1)
        else:
            raise SeedError(_changed(path(file), supersedes=supersedes))
    return report


def version_of(path: Path) -> tuple[str, int]:
    """What a file is a version of, and its correction: ("2021-01-01", 2) for 2021-01-01.r2.yaml, 0 for the file itself."""
    found = _CORRECTION.fullmatch(path.stem)
    return (found[1], int(found[2])) if found else (path.stem, 0)


def _changed(path: Path, *, supersedes: bool) -> str:
    name, revision = version_of(path)
    return (
        f"{path}: this version is published and never changes. Put the file back as it was, and write the correction as "
        f"{path.parent / f'{name}.r{revision + 1}.yaml'}" + (f' with supersedes: "{path.stem}"' if supersedes else "")
    )


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
