"""What an exchange record is: resources, fields, types, units and personal-data classes. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.kit.i18n import Bilingual

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


class MoneyUnit(StrEnum):
    """The unit an amount is handed over in; it is kept in 分."""

    YUAN = "元"
    WAN = "万元"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldDefinition(_Strict):
    """One field: their name, our source, type, and what a reader of the data dictionary needs to know."""

    name: Name
    source: Name
    type: FieldType
    title: Bilingual
    note: Bilingual | None = None
    required: bool = False
    unit: MoneyUnit | None = None
    values: tuple[str, ...] = ()
    codes: Mapping[str, str] = {}
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
        return self


class ResourceDefinition(_Strict):
    """One kind of record: the journal's subject kind behind it, the field that identifies it, its fields."""

    kind: Name
    key: Name
    title: Bilingual
    note: Bilingual | None = None
    fields: tuple[FieldDefinition, ...]

    @model_validator(mode="after")
    def _names_are_unique_and_hold_the_key(self) -> Self:
        names = [field.name for field in self.fields]
        if len(set(names)) != len(names):
            raise ValueError("two fields carry the same name")
        keys = [field for field in self.fields if field.name == self.key]
        if not keys or not keys[0].required:
            raise ValueError(f"the key '{self.key}' must be one of the fields, and required")
        return self

    def field(self, name: str) -> FieldDefinition:
        """The field called `name`."""
        return next(field for field in self.fields if field.name == name)


class PartnerDefinition(_Strict):
    """Everything one partner receives, in one version. Versions only grow; a narrowing is a new version."""

    partner: Name
    version: Annotated[str, Field(pattern=r"^v[0-9]+$")]
    title: Bilingual
    resources: Mapping[Name, ResourceDefinition]
