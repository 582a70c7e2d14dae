"""The shape of a policy file, as an officer writes it. Formulas are text here; `building` turns them into trees."""

import re
from datetime import date
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from app.kit.i18n import Bilingual
from app.kit.inputs import StrictModel
from app.policies.domain.language.policy import Confidence, PolicySubject
from app.policies.domain.values.units import Unit

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,47}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
ScoreId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,30}$")]

#: The units of what a bureau may set.
SETTABLE = (Unit.YUAN, Unit.PEOPLE, Unit.ITEMS, Unit.SHARE, Unit.GRADE, Unit.DAYS, Unit.YES_NO)


class ReferenceEntry(StrictModel):
    """Where something stands: a document of the file, by its name there, and the clause."""

    document: Name
    clause: Text


class DocumentEntry(StrictModel):
    """A document of the law; its day is left out where it was not found."""

    number: Text
    title: Bilingual
    issued_on: date | None = None


class _BandEnds(StrictModel):
    """The ends of a band: open ones are left out; `over` and `below` exclude the end, the other two include it."""

    over: Text | None = None
    at_least: Text | None = None
    below: Text | None = None
    up_to: Text | None = None

    @model_validator(mode="after")
    def _one_end_each(self) -> Self:
        if self.over and self.at_least:
            raise ValueError("write either 'over' or 'at_least', not both")
        if self.below and self.up_to:
            raise ValueError("write either 'below' or 'up_to', not both")
        return self


class BandEntry(_BandEnds):
    """A band of a parameter, and the value that holds in it."""

    value: Text


class ParameterEntry(StrictModel):
    """A value that the law sets: one `value`, or `bands` chosen `by` a formula; or one that the bureau sets, by its unit."""

    label: Bilingual
    reference: ReferenceEntry
    confidence: Confidence
    value: Text | None = None
    by: Text | None = None
    bands: tuple[BandEntry, ...] = Field(default=(), max_length=20)
    set_by_bureau: Unit | None = None

    @model_validator(mode="after")
    def _one_or_bands(self) -> "ParameterEntry":
        if self.set_by_bureau is not None:
            if self.value is not None or self.by is not None or self.bands:
                raise ValueError("'set_by_bureau' has no value here: the bureau enters it; leave the value out")
            if self.set_by_bureau not in SETTABLE:
                raise ValueError(f"'set_by_bureau' is a unit: write one of {', '.join(SETTABLE)}")
        elif (self.value is None) == (self.by is None) or (self.by is None) == bool(self.bands):
            raise ValueError("write either 'value', or 'by' with 'bands', or 'set_by_bureau'")
        return self


class DefinitionEntry(StrictModel):
    """A named formula."""

    label: Bilingual
    reference: ReferenceEntry
    confidence: Confidence
    formula: Text
    note: Bilingual | None = None


class ListEntry(StrictModel):
    """A list of codes; a code may be up to `deeper` digits longer than one of its lowest."""

    label: Bilingual
    reference: ReferenceEntry
    confidence: Confidence
    codes: tuple[str, ...] = Field(min_length=1)
    deeper: int = Field(default=0, ge=0, le=4)


class ConditionEntry(StrictModel):
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


def _points(written: object) -> tuple[int, int]:
    """`20` as 20 to 20, `7..8` as 7 to 8."""
    match = re.fullmatch(r"(\d{1,4})(?:\.\.(\d{1,4}))?", str(written)) if isinstance(written, (int, str)) else None
    if match is None:
        raise ValueError(f"points are whole and not negative, not '{written}'; write 20, or 7..8 where experts choose")
    low, high = int(match[1]), int(match[2] or match[1])
    if low > high:
        raise ValueError(f"'{written}' runs downwards; write {high}..{low}")
    return low, high


Points = Annotated[
    tuple[Annotated[int, Field(ge=0, le=1000)], Annotated[int, Field(le=1000)]], BeforeValidator(_points)
]


class LevelEntry(StrictModel):
    """What a range of an expert's grade is called."""

    points: Points
    label: Bilingual


class CaseEntry(StrictModel):
    """While `when` holds (left out: in every other case), `points`, or the grade that experts gave as the fact `grade`."""

    when: Text | None = None
    points: Points | None = None
    grade: Name | None = None
    levels: tuple[LevelEntry, ...] = Field(default=(), max_length=20)
    label: Bilingual | None = None

    @model_validator(mode="after")
    def _points_or_grade(self) -> "CaseEntry":
        if (self.points is None) == (self.grade is None):
            raise ValueError("write either 'points' or 'grade'")
        if self.levels and self.grade is None:
            raise ValueError("'levels' name the ranges of a grade; give the points a 'label'")
        return self


class PointsBandEntry(_BandEnds):
    """A band of what an item is measured `by`, and its points."""

    points: Points
    label: Bilingual | None = None


class ScoreItemEntry(StrictModel):
    """An item of a score: `cases` from the top, `bands` of what it is measured `by`, or the `best_of` some items."""

    id: ScoreId
    title: Bilingual
    reference: ReferenceEntry
    confidence: Confidence
    at_most: Text | None = None
    cases: tuple[CaseEntry, ...] = Field(default=(), max_length=20)
    by: Text | None = None
    bands: tuple[PointsBandEntry, ...] = Field(default=(), max_length=20)
    best_of: tuple["ScoreItemEntry", ...] = Field(default=(), max_length=10)
    note: Bilingual | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "ScoreItemEntry":
        if (self.by is None) == bool(self.bands):
            raise ValueError("'by' and 'bands' go together: write both or neither")
        if bool(self.best_of) == bool(self.cases or self.bands):
            raise ValueError("write 'cases' and 'by' with 'bands' (one of them or both), or 'best_of'")
        if any(option.best_of for option in self.best_of):
            raise ValueError("a 'best_of' stands inside another; put all its items into one")
        return self


class BlockEntry(StrictModel):
    """A block of a score: its items added up, `at_most` so many points."""

    id: ScoreId
    title: Bilingual
    at_most: Text
    reference: ReferenceEntry
    confidence: Confidence
    items: tuple[ScoreItemEntry, ...] = Field(min_length=1, max_length=40)
    note: Bilingual | None = None


class ScoreEntry(StrictModel):
    """The score that conditions compare as `score`."""

    title: Bilingual
    blocks: tuple[BlockEntry, ...] = Field(min_length=1, max_length=40)


class PolicyFile(StrictModel):
    """One version of one policy in one jurisdiction. `effective_confidence` where its first day was not read anywhere."""

    policy: str = Field(pattern=r"^[a-z][a-z0-9-]{1,47}$")
    jurisdiction: str = Field(pattern=r"^(CN|\d{2,12})$")
    version: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}(\.r[1-9]\d?)?$")
    title: Bilingual
    subject: PolicySubject
    issued_by: Bilingual
    effective_from: date
    effective_confidence: Confidence | None = None
    effective_to: date | None = None
    supersedes: str | None = None
    documents: dict[Name, DocumentEntry] = Field(min_length=1)
    parameters: dict[Name, ParameterEntry] = {}
    definitions: dict[Name, DefinitionEntry] = {}
    lists: dict[Name, ListEntry] = {}
    score: ScoreEntry | None = None
    conditions: tuple[ConditionEntry, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _dates_agree(self) -> "PolicyFile":
        if self.version[:10] != self.effective_from.isoformat():
            raise ValueError("the version is named after 'effective_from' (plus .r1, .r2 … for a correction)")
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise ValueError("'effective_to' lies before 'effective_from'")
        return self
