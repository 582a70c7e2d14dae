"""The verdict that a step looks at: asked of the policies, and kept with the case."""

from datetime import date, datetime
from typing import Any

from app.cases.service.loading import LoadedCase
from app.kit.actor import Actor
from app.programmes.domain.definition import StageAction


def guard_outcome(case: LoadedCase, action: StageAction, on: date) -> str | None:
    """The outcome of the policy that `action` looks at, for the application date; None where it looks at none."""
    return None


def keep_verdict(case: LoadedCase, action: StageAction, *, actor: Actor, now: datetime) -> dict[str, Any] | None:
    """Store the verdict with its inputs; what the event says about it."""
    return None
