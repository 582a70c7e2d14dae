"""Publishing seeds/commissioners into the programme table; a second run changes nothing."""

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.commissioners import catalogue
from app.commissioners.models import CommissionerProgramme
from app.kit.actor import Actor
from app.kit.seeds import SeedReport, upsert


def load(session: Session, seeds_dir: Path, actor: Actor, now: datetime) -> SeedReport:
    """Create or correct every programme named under `seeds_dir`; raises SeedError with file and line."""
    entries = catalogue.read_programmes(seeds_dir)
    return upsert(session, CommissionerProgramme, [_row(position, entry) for position, entry in enumerate(entries)])


def _row(position: int, entry: catalogue.ProgrammeEntry) -> dict[str, Any]:
    return {
        "code": entry.code,
        "position": position,
        "name": entry.name.model_dump(),
        "owner": entry.owner.model_dump(),
        "counts_as": entry.counts_as.value if entry.counts_as else None,
        "term_months": entry.term_months,
        "effective_from": entry.effective_from,
        "effective_to": entry.effective_to,
        "source": entry.source.model_dump(),
        "confidence": entry.confidence,
    }
