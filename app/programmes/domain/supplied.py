"""What is asked for: the fields of a step, and the materials and questions that are supplied to a case."""

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator

from app.kit.i18n import Bilingual
from app.kit.inputs import StrictModel
from app.programmes.domain.citations import Cited, StageCode


class NeededField(StrictModel):
    """A value asked for when an action is taken."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
    label: Bilingual
    kind: Literal["text", "long-text", "date", "number", "amount", "share", "yes-no", "choice"] = "text"
    choices: tuple[Bilingual, ...] = ()
    required: bool = True
    pattern: str | None = None
    hint: Bilingual | None = None

    @property
    def options(self) -> dict[str, Bilingual]:
        """What may be answered, as it is kept, with its words; empty where anything of the kind may be."""
        if self.kind == "yes-no":
            return {"yes": Bilingual(zh="是", en="Yes"), "no": Bilingual(zh="否", en="No")}
        return {choice.zh: choice for choice in self.choices}

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"'{value}' is not a regular expression: {error}") from None
        return value


class When(StrictModel):
    """A material or question is needed only where an earlier question was answered so."""

    question: Annotated[str, Field(max_length=40)]
    answers: tuple[str, ...]


class Supplied(Cited):
    """Something that is supplied to a case before an action: a material or an answer."""

    needed_for: StageCode
    supplied_by: Literal["enterprise", "bureau"] = "enterprise"
    required: bool = True
    when: When | None = None


class MaterialTemplate(Supplied):
    """A document that a case needs. `document` is its kind in the evidence vault, where it may already lie.

    `years` asks for one per fiscal year before the year of the case; `valid` insists that it has not expired on the
    day of the step; `at_least` is how many are needed (of each year).
    """

    code: StageCode
    title: Bilingual
    hint: Bilingual | None = None
    document: StageCode
    years: Annotated[int, Field(ge=0, le=5)] = 0
    at_least: Annotated[int, Field(ge=1, le=20)] = 1
    valid: bool = False


class Question(Supplied, NeededField):
    """A figure or statement that the case's form asks for; `renews` says whether next year begins with this answer."""

    renews: bool = True
