"""Inputs of the use cases, shared by form and JSON."""

import re
from datetime import date
from typing import Annotated

from pydantic import Field, field_validator

from app.commissioners.domain import Degree, EndReason, ServiceMode
from app.kit.i18n import _
from app.kit.inputs import FrozenInput, Required, Trimmed, YuanAmount

_PHONE = re.compile(r"\+?[0-9][0-9 \-]{5,24}")


ShortText = Annotated[str, Trimmed, Field(max_length=60)]
LineText = Annotated[str, Trimmed, Field(max_length=120)]
LongText = Annotated[str, Trimmed, Field(max_length=2000)]


class CommissionerInput(FrozenInput):
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


class AgreementInput(FrozenInput):
    """The terms of an agreement; the amount is read in 元 under the name `amount`."""

    programme_code: Annotated[str, Required, Field(max_length=40)]
    number: ShortText = ""
    starts_on: date
    ends_on: date
    aim: LongText = ""
    mode: ServiceMode
    amount_fen: YuanAmount = Field(default=None, alias="amount", ge=0)


class ImportedTerms(AgreementInput):
    """The terms as a sheet tells them: old lists do not say how the expert serves, and nobody guesses it."""

    mode: ServiceMode | None = None  # type: ignore[assignment]


class SignInput(AgreementInput):
    """A new agreement: its terms and the enterprise by its code."""

    uscc: Annotated[str, Required, Field(max_length=40)]


class EndInput(FrozenInput):
    """An early end; the day is not asked for when the agreement was recorded in error."""

    end_reason: EndReason
    ended_on: date | None = None
    end_note: LongText = ""
