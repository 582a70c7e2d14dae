"""Inputs of the catalogue's use cases."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class RoundInput(BaseModel):
    """The cut-offs of a round; an empty one is not set yet. `version` is the one the form was made from."""

    model_config = ConfigDict(extra="forbid")

    bureau_cutoff_on: date | None = None
    province_cutoff_on: date | None = None
    version: int


class NewRoundInput(BaseModel):
    """A round that the bureau announces itself."""

    model_config = ConfigDict(extra="forbid")

    year: Annotated[int, Field(ge=2000, le=2100)]
    code: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=24)]
    title_zh: Annotated[str, Field(max_length=80)]
    title_en: Annotated[str, Field(max_length=120)] = ""


class ProgrammeSettingInput(BaseModel):
    """What the bureau sets from a day on where the programme leaves it open, and the document it rests on."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["clock", "duty"]
    key: Annotated[str, Field(max_length=40)]
    value: Annotated[str, Field(max_length=20)]
    effective_on: date
    document: Annotated[str, Field(max_length=200)]
