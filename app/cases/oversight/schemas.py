"""Inputs of supervision and ratings, shared by forms and JSON."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.kit.inputs import FrozenInput

Aspect = Literal["efficiency", "guide", "convenience", "platform"]


class RateService(FrozenInput):
    """A grade from 5 (非常满意) to 1 (非常不满意), the aspects it is about, and a remark."""

    grade: Annotated[int, Field(ge=1, le=5)]
    items: list[Aspect] = []
    remark: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
