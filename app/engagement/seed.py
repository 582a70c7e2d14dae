"""The period that the house begins with; what the bureau has set is never touched."""

from datetime import datetime
from pathlib import Path

from pydantic import ConfigDict
from sqlalchemy.orm import Session

from app.engagement.queries.periods import find_period
from app.engagement.schemas import SetPeriod
from app.engagement.service.periods import SEED, add_period
from app.kit.actor import Actor
from app.kit.seeds import SeedReport
from app.kit.yaml import load_strict


class PeriodFile(SetPeriod):
    """The seed file: nothing but the period and its note."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def load(session: Session, seeds_dir: Path, actor: Actor, now: datetime) -> SeedReport:
    """Set the period of `seeds/engagement/period.yaml` where none is set."""
    given = load_strict(seeds_dir / "engagement" / "period.yaml", PeriodFile)
    if find_period(session) is not None:
        return SeedReport(unchanged=1)
    add_period(session, actor=actor, now=now, given=given, origin=SEED)
    return SeedReport(created=1)
