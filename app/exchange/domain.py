"""What an exchange record is: resources, fields, types, units, personal-data classes, and what a partner decides. Pure."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from app.kit.i18n import Bilingual
from app.kit.inputs import StrictModel

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class FieldType(StrEnum):
    """How a value is written in JSON; amounts and averages are decimal strings, never floats."""

    TEXT = "text"
    CODE = "code"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DAY = "day"
    INSTANT = "instant"
    MONEY = "money"
    AVERAGE = "average"
    TEXTS = "texts"
    RECORDS = "records"


class PersonalData(StrEnum):
    """What a field says about a person; anything but `none` needs its reason in the mapping (`purpose`)."""

    NONE = "none"
    NAME = "name"
    CONTACT = "contact"
    IDENTITY = "identity"


#: What is written as a text.
TEXTUAL = (FieldType.TEXT, FieldType.CODE)
#: What is a list inside a record.
LISTS = (FieldType.TEXTS, FieldType.RECORDS)


class MoneyUnit(StrEnum):
    """The unit an amount is handed over in; it is kept in 分."""

    YUAN = "元"
    WAN = "万元"


class FieldDefinition(StrictModel):
    """One field: their name, our source, type, and what a reader of the data dictionary needs to know.

    `advised`: may be empty, but the partner asks for it. `codes` gives theirs for each of ours; with `by_prefix` a value
    takes the code of the longest of ours that it begins with (the third level of a tree that they know by its first).
    """

    name: Name
    source: Name
    type: FieldType
    title: Bilingual
    note: Bilingual | None = None
    required: bool = False
    advised: bool = False
    unit: MoneyUnit | None = None
    max_length: Annotated[int, Field(ge=1)] | None = None
    pattern: str | None = None
    values: tuple[str, ...] = ()
    codes: Mapping[str, str] = {}
    by_prefix: bool = False
    personal: PersonalData = PersonalData.NONE
    purpose: Bilingual | None = None
    example: Any = None
    fields: tuple["FieldDefinition", ...] = ()

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if (self.unit is not None) != (self.type is FieldType.MONEY):
            raise ValueError("a money field, and only a money field, names its unit (元 or 万元)")
        if bool(self.fields) != (self.type is FieldType.RECORDS):
            raise ValueError("a records field, and only a records field, lists its own fields")
        if (self.personal is not PersonalData.NONE) != (self.purpose is not None):
            raise ValueError("a field with personal data, and only such a field, states its purpose")
        if self.type not in (FieldType.RECORDS, FieldType.BOOLEAN) and self.required and self.example is None:
            raise ValueError("a required field gives an example")
        if self.required and self.advised:
            raise ValueError("a field is required or advised, not both")
        return self

    @model_validator(mode="after")
    def _limits_fit(self) -> Self:
        if (self.max_length or self.pattern) and self.type not in TEXTUAL:
            raise ValueError("only a text or code field has a max_length or a pattern")
        if self.codes and self.type is not FieldType.CODE:
            raise ValueError("only a code field maps codes")
        if self.by_prefix and not self.codes:
            raise ValueError("by_prefix needs the codes to begin with")
        if self.type in TEXTUAL and self.example is not None and not self.allows(str(self.example)):
            raise ValueError("the example does not keep to the field's own limits")
        return self

    def theirs(self, ours: str) -> str | None:
        """Their code for one of ours; None when the mapping knows none."""
        if self.by_prefix:
            fitting = [code for code in self.codes if ours.startswith(code)]
            return self.codes[max(fitting, key=len)] if fitting else None
        return self.codes.get(ours)

    def knows(self, ours: Any) -> bool:
        """Whether the partner knows this value of ours; a field without a list of codes takes any."""
        if self.codes:
            return self.theirs(str(ours)) is not None
        return not self.values or ours in self.values

    def allows(self, theirs: str) -> bool:
        """Whether a text, as it leaves, keeps to the partner's list, length and pattern."""
        allowed = set(self.codes.values()) or set(self.values)
        return (
            (not allowed or theirs in allowed)
            and (self.max_length is None or len(theirs) <= self.max_length)
            and (self.pattern is None or re.fullmatch(self.pattern, theirs) is not None)
        )


class SheetColumn(StrictModel):
    """One column of a sheet: the field in it, and its heading in each header row (empty: as the column before).

    Three rows are those of the Torch statistics: the group, the name, the code of the column.
    """

    field: Name
    headings: tuple[str, ...]


class SheetDefinition(StrictModel):
    """How a resource stands in the partner's workbook: the sheet's name, its header rows, its columns in their order."""

    name: Annotated[str, Field(min_length=1, max_length=31, pattern=r"^[^\[\]:*?/\\\']+$")]
    header_rows: Literal[1, 3]
    columns: Annotated[tuple[SheetColumn, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _columns_are_headed(self) -> Self:
        for column in self.columns:
            if len(column.headings) != self.header_rows:
                raise ValueError(f"the column '{column.field}' needs {self.header_rows} heading(s)")
            if not column.headings[-1]:
                raise ValueError(f"the column '{column.field}' needs a heading in the last header row")
        last = [column.headings[-1] for column in self.columns]
        if len(set(last)) != len(last):
            raise ValueError("two columns carry the same heading in the last header row")
        return self


class ResourceDefinition(StrictModel):
    """One kind of record: what it is called in events, the field that identifies it, its fields, its sheet."""

    kind: Name
    key: Name
    title: Bilingual
    note: Bilingual | None = None
    fields: tuple[FieldDefinition, ...]
    sheet: SheetDefinition | None = None

    @model_validator(mode="after")
    def _names_are_unique_and_hold_the_key(self) -> Self:
        names = [field.name for field in self.fields]
        if len(set(names)) != len(names):
            raise ValueError("two fields carry the same name")
        keys = [field for field in self.fields if field.name == self.key]
        if not keys or not keys[0].required:
            raise ValueError(f"the key '{self.key}' must be one of the fields, and required")
        return self

    @model_validator(mode="after")
    def _sheet_fits(self) -> Self:
        if self.sheet is None:
            return self
        flat = {field.name for field in self.fields if field.type not in LISTS}
        columns = [column.field for column in self.sheet.columns]
        unknown = [name for name in columns if name not in flat]
        if unknown:
            raise ValueError(f"the sheet's column '{unknown[0]}' is no field, or is a list")
        if len(set(columns)) != len(columns) or self.key not in columns:
            raise ValueError(f"the sheet holds each field once, the key '{self.key}' among them")
        return self

    def field(self, name: str) -> FieldDefinition:
        """The field called `name`."""
        return next(field for field in self.fields if field.name == name)


class PartnerDecision(StrEnum):
    """What a partner says of a case: something is to be corrected, it goes on, it ends there."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class DecisionRule(StrictModel):
    """The steps by which a partner's decisions are entered while a case of a programme stands in a stage."""

    programme: str
    stage: str
    requested: str | None = None
    accepted: str | None = None
    rejected: str | None = None

    @model_validator(mode="after")
    def _names_a_step(self) -> Self:
        if not (self.requested or self.accepted or self.rejected):
            raise ValueError("a rule names the step of at least one decision")
        return self

    def step_for(self, decision: PartnerDecision) -> str | None:
        """The code of the step that enters `decision`; None where the mapping has none."""
        return {
            PartnerDecision.REQUESTED: self.requested,
            PartnerDecision.ACCEPTED: self.accepted,
            PartnerDecision.REJECTED: self.rejected,
        }[decision]


class PartnerDefinition(StrictModel):
    """Everything one partner receives, in one version. Versions only grow; a narrowing is a new version."""

    partner: Name
    version: Annotated[str, Field(pattern=r"^v[0-9]+$")]
    title: Bilingual
    note: Bilingual | None = None
    decisions: tuple[DecisionRule, ...] = ()
    resources: Mapping[Name, ResourceDefinition]

    @model_validator(mode="after")
    def _one_rule_for_a_stage(self) -> Self:
        stages = [(rule.programme, rule.stage) for rule in self.decisions]
        twice = [stage for stage in stages if stages.count(stage) > 1]
        if twice:
            raise ValueError(f"the stage {'/'.join(twice[0])} has two rules")
        return self

    @property
    def sheets(self) -> dict[str, SheetDefinition]:
        """The sheets by resource, for those that are handed over as files."""
        return {name: resource.sheet for name, resource in self.resources.items() if resource.sheet}

    def rule_for(self, programme: str, stage: str) -> DecisionRule | None:
        """How the partner's decisions on a case of this programme in this stage are entered; None: not at all."""
        return next((rule for rule in self.decisions if (rule.programme, rule.stage) == (programme, stage)), None)
