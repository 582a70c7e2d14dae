"""The shape of a policy file, as an officer writes it. Formulas are text here; `building` turns them into trees."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.kit.i18n import Bilingual
from app.policies.domain.policy import Confidence, Subject

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,47}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ReferenceEntry(_Strict):
    """Where something stands: a document of the file, by its name there, and the clause."""

    document: Name
    clause: Text


class DocumentEntry(_Strict):
    """A document of the law."""

    number: Text
    title: Bilingual
    issued_on: date


class BandEntry(_Strict):
    """A band of a value: open ends are left out; `over` and `below` exclude the end, the other two include it."""

    over: Text | None = None
    at_least: Text | None = None
    below: Text | None = None
    up_to: Text | None = None
    value: Text

    @model_validator(mode="after")
    def _one_end_each(self) -> "BandEntry":
        if self.over and self.at_least:
            raise ValueError("write either 'over' or 'at_least', not both")
        if self.below and self.up_to:
            raise ValueError("write either 'below' or 'up_to', not both")
        return self


class ParameterEntry(_Strict):
    """A value that the law sets: one `value`, or `bands` chosen `by` a formula."""

    label: Bilingual
    reference: ReferenceEntry
    confidence: Confidence
    value: Text | None = None
    by: Text | None = None
    bands: tuple[BandEntry, ...] = Field(default=(), max_length=20)

    @model_validator(mode="after")
    def _one_or_bands(self) -> "ParameterEntry":
        if (self.value is None) == (self.by is None) or (self.by is None) == bool(self.bands):
            raise ValueError("write either 'value', or 'by' with 'bands'")
        return self


class DefinitionEntry(_Strict):
    """A named formula."""

    label: Bilingual
    reference: ReferenceEntry
    confidence: Confidence
    formula: Text
    note: Bilingual | None = None


class ListEntry(_Strict):
    """A list of codes; a code may be up to `deeper` digits longer than one in the list."""

    label: Bilingual
    reference: ReferenceEntry
    confidence: Confidence
    codes: tuple[str, ...] = Field(min_length=1)
    deeper: int = Field(default=0, ge=0, le=4)


class ConditionEntry(_Strict):
    """A condition: a `formula`, or parts of which `all` must hold or `any` one."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,30}$")
    title: Bilingual
    reference: ReferenceEntry
    confidence: Confidence
    formula: Text | None = None
    all: tuple["ConditionEntry", ...] = ()
    any: tuple["ConditionEntry", ...] = ()
    note: Bilingual | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "ConditionEntry":
        if sum((self.formula is not None, bool(self.all), bool(self.any))) != 1:
            raise ValueError("write exactly one of 'formula', 'all' and 'any'")
        return self


class PolicyFile(_Strict):
    """One version of one policy in one jurisdiction."""

    policy: str = Field(pattern=r"^[a-z][a-z0-9-]{1,47}$")
    jurisdiction: str = Field(pattern=r"^(CN|\d{2,12})$")
    version: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}(\.r[1-9]\d?)?$")
    title: Bilingual
    subject: Subject
    issued_by: Bilingual
    effective_from: date
    effective_to: date | None = None
    supersedes: str | None = None
    documents: dict[Name, DocumentEntry] = Field(min_length=1)
    parameters: dict[Name, ParameterEntry] = {}
    definitions: dict[Name, DefinitionEntry] = {}
    lists: dict[Name, ListEntry] = {}
    conditions: tuple[ConditionEntry, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _dates_agree(self) -> "PolicyFile":
        if self.version[:10] != self.effective_from.isoformat():
            raise ValueError("the version is named after 'effective_from' (plus .r1, .r2 … for a correction)")
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise ValueError("'effective_to' lies before 'effective_from'")
        return self
