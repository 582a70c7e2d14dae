"""Inputs of asking for opinions and answering, shared by forms and JSON."""

from typing import Annotated

from pydantic import Field

from app.cases.opinions.domain import OpinionOutcome
from app.kit.inputs import StrictInput


class AskOpinions(StrictInput):
    """One question to one or several departments; `shown` are documents they may open, `days` working days to answer."""

    departments: list[Annotated[str, Field(max_length=40)]] = Field(min_length=1, max_length=20)
    question: Annotated[str, Field(max_length=2000)]
    shown: list[int] = Field(default=[], max_length=200)
    days: Annotated[int, Field(ge=1, le=60)] | None = None


class SteerOpinion(StrictInput):
    """Remind of a question, or take it back with a reason."""

    version: int
    reason: Annotated[str, Field(max_length=500)] = ""


class AnswerOpinion(StrictInput):
    """What the department says."""

    version: int
    outcome: OpinionOutcome
    answer: Annotated[str, Field(max_length=4000)] = ""
