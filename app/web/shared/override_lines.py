"""What was decided instead of kept verdicts, as the verdict, case and enterprise pages show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.policies.domain.values.outcome import Outcome
from app.policies.models import VerdictOverride
from app.policies.presentation import STATES
from app.policies.queries import list_overrides
from app.policies.words import outcome_text


@dataclass(frozen=True)
class VerdictOverrideLine:
    """An officer's decision instead of a kept verdict; `in_force` until it was taken back."""

    id: int
    outcome: str
    passes: bool
    state: str
    by: str
    at: datetime
    reason: str
    document: str
    in_force: bool
    back_by: str
    back_at: datetime | None
    back_reason: str


def override_lines(session: Session, verdict_ids: Sequence[int]) -> dict[int, tuple[VerdictOverrideLine, ...]]:
    """The overrides of these verdicts, newest first, by verdict; one query."""
    found: dict[int, tuple[VerdictOverrideLine, ...]] = {}
    for row in list_overrides(session, verdict_ids):
        found[row.stored_verdict_id] = (*found.get(row.stored_verdict_id, ()), override_line(row))
    return found


def override_line(row: VerdictOverride) -> VerdictOverrideLine:
    """One override."""
    return VerdictOverrideLine(
        id=row.id,
        outcome=outcome_text(Outcome(row.outcome)),
        passes=row.outcome == Outcome.MET,
        state=STATES[row.outcome],
        by=row.actor_name,
        at=row.created_at,
        reason=row.reason,
        document=row.document,
        in_force=row.withdrawn_at is None,
        back_by=row.withdrawn_by,
        back_at=row.withdrawn_at,
        back_reason=row.withdrawn_reason,
    )


def in_force(lines: Sequence[VerdictOverrideLine]) -> VerdictOverrideLine | None:
    """The one that stands, if any."""
    return next((line for line in lines if line.in_force), None)
