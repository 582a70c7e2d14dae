"""Publishing `seeds/reference/` into the code tables; a second run changes nothing."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.seeds import SeedReport, upsert
from app.reference import catalogue, events
from app.reference.models import Industry, Park, Region, TechnicalField, Term


def load(session: Session, seeds_dir: Path, actor: Actor, now: datetime) -> SeedReport:
    """Create or correct every reference row named under `seeds_dir`; raises `SeedError` with file and line.

    A load that changed something is one event, with the counts and the editions.
    """
    folder = seeds_dir / "reference"
    sources = catalogue.read_sources(folder)
    report = _load_tables(session, folder, sources)
    if report.created or report.changed:
        record(
            session,
            actor=actor,
            now=now,
            type=events.PUBLISHED,
            subject=SubjectKey("reference", "reference", "seeds/reference"),
            data={
                "created": report.created,
                "changed": report.changed,
                "editions": {name: source.edition for name, source in sources.items()},
            },
        )
    return report


def _load_tables(session: Session, folder: Path, sources: dict[str, catalogue.SourceEntry]) -> SeedReport:
    return (
        upsert(session, Industry, _industries(folder, sources["industries.csv"].edition))
        + upsert(session, Region, _regions(folder, sources["regions.csv"].edition))
        + upsert(session, TechnicalField, _fields(folder, sources["fields.yaml"].edition))
        + upsert(session, Park, _parks(folder, sources["parks.yaml"].edition))
        + upsert(session, Term, _terms(folder))
    )


Rows = Iterator[dict[str, Any]]


def _industries(folder: Path, edition: str) -> Rows:
    for row in catalogue.read_tree(folder / "industries.csv"):
        yield {
            "code": row["code"],
            "level": int(row["level"]),
            "parent_code": row["parent"],
            "section": row["section"],
            "name": row["name"],
            "edition": edition,
        }


def _regions(folder: Path, edition: str) -> Rows:
    for row in catalogue.read_tree(folder / "regions.csv"):
        yield {
            "code": row["code"],
            "level": int(row["level"]),
            "parent_code": row["parent"],
            "name": row["name"],
            "edition": edition,
        }


def _fields(folder: Path, edition: str) -> Rows:
    for entry in catalogue.read_fields(folder):
        yield {
            "code": entry.code,
            "level": len(entry.code) - 1,
            "parent_code": f"{entry.code[0]}0" if len(entry.code) > 2 else "",
            "name_zh": entry.zh,
            "name_en": entry.en,
            "system_value": entry.system,
            "edition": edition,
        }


def _parks(folder: Path, edition: str) -> Rows:
    for entry in catalogue.read_parks(folder):
        yield {
            "code": entry.code,
            "name_zh": entry.zh,
            "name_en": entry.en,
            "region_code": entry.region,
            "verified": entry.verified,
            "edition": edition,
        }


def _terms(folder: Path) -> Rows:
    for vocabulary, entries in catalogue.read_terms(folder).items():
        for position, entry in enumerate(entries):
            yield {
                "vocabulary": vocabulary,
                "code": entry.code,
                "position": position,
                "name_zh": entry.zh,
                "name_en": entry.en,
                "data": entry.data,
            }
