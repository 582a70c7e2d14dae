"""Inputs of supervision and ratings, shared by forms and JSON."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.kit.inputs import FrozenInput

Aspect = Literal["efficiency", "guide", "convenience", "platform"]


class RateService(FrozenInput):
    """A grade from 5 (非常满意) to 1 (非常不满意), the aspects it is about, and a remark."""

    grade: Annotated[int, Field(ge=1, le=5)]
    items: list[Aspect] = []
    remark: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


LongText = Annotated[str, Field(max_length=1000)]


class Supervise(FrozenInput):
    """What is asked of the officer in charge, and by when."""

    request: LongText = ""
    due_on: date


class AskSupervisionAgain(FrozenInput):
    """A new request in the place of the one before."""

    version: int
    request: LongText = ""
    due_on: date


class AnswerSupervision(FrozenInput):
    """What was done."""

    version: int
    answer: LongText = ""


class CloseSupervision(FrozenInput):
    """The matter is done."""

    version: int


class RecordMeasures(FrozenInput):
    """What was done about a bad rating, part by part."""

    version: int
    weighed: LongText = ""
    verified: LongText = ""
    put_right: LongText = ""
    told: LongText = ""
