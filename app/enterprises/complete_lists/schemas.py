"""The input of saying that a list is complete."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from app.kit.inputs import FrozenInput

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class CompleteListInput(FrozenInput):
    """Of which kinds a list is, from which day (None: all as of its last day) to which it is complete, for which region, by whom."""

    kinds: list[str] = Field(min_length=1, max_length=40)
    complete_from: date | None = None
    complete_to: date
    region_code: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{0,12}$")] = ""
    issuer: Annotated[Words, Field(max_length=120)]
    document: Annotated[Words, Field(max_length=300)]
