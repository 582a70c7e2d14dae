"""Inputs of the calendar's use cases."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Reason = Annotated[str, Field(max_length=200)]


class DayInput(BaseModel):
    """A day that the bureau declares working or free, and why."""

    model_config = ConfigDict(extra="forbid")

    day: date
    kind: Literal["working", "free"]
    reason: Reason


class ClearDayInput(BaseModel):
    """A declared day goes back to the statutory calendar, and why."""

    model_config = ConfigDict(extra="forbid")

    day: date
    reason: Reason
