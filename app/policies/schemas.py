"""Inputs of the policies' use cases."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
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


class OverrideInput(BaseModel):
    """What is decided instead of a kept verdict, why, and by which document."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    outcome: Literal["met", "unmet"]
    reason: Reason
    document: Words


class TakeBackInput(BaseModel):
    """Why an override is taken back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Reason


class PolicySettingInput(BaseModel):
    """What the bureau sets: a parameter of a policy, its value with or without its unit (`15 %`, `15`, `yes`), from
    which application day on, and by which document.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str = Field(max_length=48)
    value: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
    effective_from: date
    document: Words


class PublishInput(BaseModel):
    """What a bureau's version rests on: its first application day, the document, the clause, who issues it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    effective_from: date
    document_number: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    document_title: Words
    issued_on: date
    clause: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    issued_by: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
