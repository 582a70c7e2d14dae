"""The only reader of `seeds/reference/`: strict, and an error names file, line and key."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import RootModel

from app.kit.errors import SeedError
from app.kit.inputs import StrictModel
from app.kit.yaml import load_strict


class SourceEntry(StrictModel):
    """Where one file comes from."""

    edition: str
    source: str
    licence: str


class FieldEntry(StrictModel):
    """One national high-tech field."""

    code: str
    zh: str
    en: str
    system: str = ""


class ParkEntry(StrictModel):
    """One park."""

    code: str
    zh: str
    en: str
    region: str
    verified: bool


class TermEntry(StrictModel):
    """One entry of a vocabulary."""

    code: str
    zh: str
    en: str
    data: dict[str, Any] = {}


class SourceFile(RootModel[dict[str, SourceEntry]]):
    """`sources.yaml`."""


class Fields(RootModel[list[FieldEntry]]):
    """`fields.yaml`."""


class Parks(RootModel[list[ParkEntry]]):
    """`parks.yaml`."""


class Terms(RootModel[dict[str, list[TermEntry]]]):
    """`terms.yaml`."""


def read_sources(folder: Path) -> dict[str, SourceEntry]:
    """Edition, source and licence of each file."""
    return load_strict(folder / "sources.yaml", SourceFile).root


def read_fields(folder: Path) -> list[FieldEntry]:
    """The national high-tech fields."""
    return load_strict(folder / "fields.yaml", Fields).root


def read_parks(folder: Path) -> list[ParkEntry]:
    """The parks."""
    return load_strict(folder / "parks.yaml", Parks).root


def read_terms(folder: Path) -> dict[str, list[TermEntry]]:
    """The small vocabularies."""
    return load_strict(folder / "terms.yaml", Terms).root


def read_tree(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a CSV of coded divisions; raises `SeedError` on a repeated code or an absent parent."""
    seen: set[str] = {""}
    with path.open(encoding="utf-8", newline="") as handle:
        for line, row in enumerate(csv.DictReader(handle), start=2):
            if not row.get("code") or row["code"] in seen:
                raise SeedError(f"{path}:{line}: the code '{row.get('code')}' is empty or stands here a second time")
            if row["parent"] not in seen:
                raise SeedError(f"{path}:{line}: the parent '{row['parent']}' of {row['code']} must stand before it")
            seen.add(row["code"])
            yield row
