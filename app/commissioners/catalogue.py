"""The only reader of seeds/commissioners: strict, and an error names file, line and key."""

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from app.commissioners.domain import PlanCount
from app.kit.errors import SeedError
from app.kit.i18n import Bilingual
from app.kit.inputs import StrictModel
from app.kit.yaml import load_strict


class ProgrammeEntry(StrictModel):
    """One programme under which experts serve."""

    code: str = Field(pattern=r"^[a-z][a-z0-9-]{1,38}$")
    name: Bilingual
    owner: Bilingual
    counts_as: PlanCount | None
    term_months: int | None = Field(ge=1, le=120)
    effective_from: date
    effective_to: date | None
    source: Bilingual
    confidence: Literal["seen", "reposted", "inferred", "memory"]


class ProgrammeList(StrictModel):
    """`programmes.yaml`."""

    programmes: tuple[ProgrammeEntry, ...]


def read_programmes(seeds_dir: Path) -> tuple[ProgrammeEntry, ...]:
    """The programmes in the order they are offered; raises SeedError on a repeated code."""
    path = seeds_dir / "commissioners" / "programmes.yaml"
    entries = load_strict(path, ProgrammeList).programmes
    seen: set[str] = set()
    for entry in entries:
        if entry.code in seen:
            raise SeedError(f"{path}: the programme '{entry.code}' stands here a second time")
        seen.add(entry.code)
    return entries
