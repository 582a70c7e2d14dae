"""A step of a case as a form: the reason, and the fields that the programme asks for."""

from typing import Any

from pydantic import BaseModel, ConfigDict
from starlette.datastructures import FormData

from app.cases.schemas import TakeStep
from app.doors.casework.own_fields import own_values
from app.doors.forms.bound import Bound


class StepForm(BaseModel):
    """The part of a step's form that every step has."""

    model_config = ConfigDict(extra="ignore")

    version: int
    reason: str = ""


def step_command(given: StepForm, code: str, form: FormData, bound: Bound[Any], **more: Any) -> TakeStep:
    """The step `code` as its form says; `more` is what only one door asks for."""
    values = own_values(bound.raw, form.keys())
    return TakeStep(
        action=code[:40],
        version=given.version,
        reason=given.reason[:500],
        values={code[:40]: value[:4000] for code, value in values.items()},
        **more,
    )
