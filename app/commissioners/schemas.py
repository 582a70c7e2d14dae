"""Inputs of the use cases, shared by form and JSON."""

import re
from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator

from app.commissioners.domain import Degree, EndReason, ServiceMode
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.money import parse_yuan

_PHONE = re.compile(r"\+?[0-9][0-9 \-]{5,24}")


def _fen(value: object) -> object:
    """元 as written on a form (or an integer of 分 from code) to 分."""
    if not isinstance(value, str):
        return value
    try:
        return parse_yuan(value)
    except Invalid as error:
        raise ValueError(error.message) from None


Trimmed = StringConstraints(strip_whitespace=True)
Required = StringConstraints(strip_whitespace=True, min_length=1)
ShortText = Annotated[str, Trimmed, Field(max_length=60)]
LineText = Annotated[str, Trimmed, Field(max_length=120)]
LongText = Annotated[str, Trimmed, Field(max_length=2000)]
YuanAmount = Annotated[int | None, BeforeValidator(_fen)]


class _Input(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class CommissionerInput(_Input):
    """An expert as the office records it; `same_name_confirmed` lets a second person of one name and unit in."""

    name: Annotated[str, Required, Field(max_length=80)]
    unit: LineText = ""
    title: ShortText = ""
    degree: Degree | None = None
    field_code: Annotated[str, Trimmed, Field(max_length=10)] = ""
    speciality: Annotated[str, Trimmed, Field(max_length=200)] = ""
    phone: Annotated[str, Trimmed, Field(max_length=40)] = ""
    note: LongText = ""
    same_name_confirmed: bool = False

    @field_validator("phone")
    @classmethod
    def _phone(cls, value: str) -> str:
        if value and not _PHONE.fullmatch(value):
            raise ValueError(_("电话号码只能有数字、空格和短横线，至少 6 位。"))
        return value


class AgreementInput(_Input):
    """The terms of an agreement; the amount is read in 元 under the name `amount`."""

    programme_code: Annotated[str, Required, Field(max_length=40)]
    number: ShortText = ""
    starts_on: date
    ends_on: date
    aim: LongText = ""
    mode: ServiceMode
    amount_fen: YuanAmount = Field(default=None, alias="amount", ge=0)


class SignInput(AgreementInput):
    """A new agreement: its terms and the enterprise by its code."""

    uscc: Annotated[str, Required, Field(max_length=40)]


class EndInput(_Input):
    """An early end; the day is not asked for when the agreement was recorded in error."""

    end_reason: EndReason
    ended_on: date | None = None
    end_note: LongText = ""
