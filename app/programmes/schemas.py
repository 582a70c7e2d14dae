"""Inputs of the catalogue's use cases."""

from datetime import date

from pydantic import BaseModel, ConfigDict


class RoundInput(BaseModel):
    """The cut-offs of a round; an empty one is not set yet. `version` is the one the form was made from."""

    model_config = ConfigDict(extra="forbid")

    bureau_cutoff_on: date | None = None
    province_cutoff_on: date | None = None
    version: int
