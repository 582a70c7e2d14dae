"""Inputs of the policies' use cases."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class StatementInput(BaseModel):
    """What somebody states about a firm: a fact, of a year where it is told by year, its value, and on what grounds.

    `value` is in the shape of an evaluation's body; `stated_on` is the legal day for which it was stated.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    fact_code: str = Field(max_length=48)
    year: int | None = Field(default=None, ge=1900, le=2100)
    value: Any
    stated_on: date
    source: Words
