"""What the inputs of use cases share: trimmed texts, and amounts read in 元."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

from app.kit.errors import Invalid
from app.kit.money import parse_yuan

Trimmed = StringConstraints(strip_whitespace=True)
Required = StringConstraints(strip_whitespace=True, min_length=1)


class FrozenInput(BaseModel):
    """An input that is read once and never changed; fields of the form that it does not know are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class StrictInput(BaseModel):
    """An input that is refused where it holds a field that nobody knows."""

    model_config = ConfigDict(extra="forbid")


class StrictModel(BaseModel):
    """A part of a file or of a message: unknown keys are refused, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_fen(value: object, unit: str = "元") -> object:
    """A text in `unit` (元 or 万元) as 分; what is no text passes as it is. For validators: raises `ValueError`."""
    if not isinstance(value, str):
        return value
    try:
        return parse_yuan(value, unit)
    except Invalid as error:
        raise ValueError(error.message) from None


YuanAmount = Annotated[int | None, BeforeValidator(lambda value: read_fen(value))]
