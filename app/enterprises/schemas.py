"""Inputs of the use cases, shared by form and JSON. Amounts come in 元 (or the `unit` named), averages as decimals."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    create_model,
)

from app.enterprises import part_fields
from app.enterprises.domain.figures import E4
from app.enterprises.domain.names import normalise_name
from app.enterprises.fields import ENTERPRISE
from app.kit import fields
from app.kit.fields import FieldKind, web_address
from app.kit.i18n import _
from app.kit.inputs import read_fen

Model = TypeVar("Model", bound=BaseModel)
MAX_PEOPLE = 10_000_000
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2200, 1, 1)


def _amount(value: object, info: ValidationInfo) -> object:
    return read_fen(value, info.data.get("unit", "元"))


def _people(value: object) -> object:
    """A decimal text as ten-thousandths of a person."""
    if not isinstance(value, str):
        return value
    try:
        scaled = Decimal(value.replace(",", "").strip()) * E4
    except InvalidOperation:
        raise ValueError(_("请填写数字。")) from None
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise ValueError(_("人数最多四位小数。"))
    if scaled < 0:
        raise ValueError(_("人数不能为负数。"))
    if scaled > MAX_PEOPLE * E4:
        raise ValueError(_("人数过大，请核对。"))
    return int(scaled)


def _reasonable(value: date | None) -> date | None:
    if value is not None and not FIRST_DAY <= value <= LAST_DAY:
        raise ValueError(_("日期不在合理范围内（1900 年以后）。"))
    return value


def _not_negative(value: int | None) -> int | None:
    if value is not None and value < 0:
        raise ValueError(_("金额不能为负数。"))
    return value


def _text(longest: int, *, least: int = 0, pattern: str | None = None) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=least, max_length=longest, pattern=pattern)


Text3 = Annotated[str, _text(3)]
Text12 = Annotated[str, _text(12)]
Text40 = Annotated[str, _text(40)]
Text64 = Annotated[str, _text(64)]
Text300 = Annotated[str, _text(300)]
Required40 = Annotated[str, _text(40, least=1)]
Required60 = Annotated[str, _text(60, least=1)]
Required300 = Annotated[str, _text(300, least=1)]
FirmName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200), AfterValidator(normalise_name)
]
Fen = Annotated[int | None, BeforeValidator(_amount)]
PositiveFen = Annotated[int | None, BeforeValidator(_amount), AfterValidator(_not_negative)]
People = Annotated[int | None, BeforeValidator(_people)]
Day = Annotated[date, AfterValidator(_reasonable)]
OptionalDay = Annotated[date | None, AfterValidator(_reasonable)]
Year = Annotated[int, Field(ge=1980, le=2100)]


_PATTERNS = {FieldKind.PHONE: r"^[0-9+() \-、,转]*$", FieldKind.EMAIL: r"^$|^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$"}
#: What is read of each kind, and what stands where nothing was given.
_READ: dict[FieldKind, tuple[Any, Any]] = {
    FieldKind.DAY: (OptionalDay, None),
    FieldKind.FLAG: (bool | None, None),
    FieldKind.TICK: (bool, False),
    FieldKind.YEAR: (Year, ...),
}


def _read_as(field: fields.Field) -> tuple[Any, Any]:
    """The type that a field is read as, and its default (`...`: it must be given)."""
    if field.kind is FieldKind.MONEY:
        return (Fen if field.signed else PositiveFen), Field(default=None, alias=field.form_name)
    if field.kind is FieldKind.PEOPLE:
        return People, Field(default=None, alias=field.form_name)
    if field.kind in _READ:
        return _READ[field.kind]
    text: Any = Annotated[str, _text(field.length, least=int(field.required), pattern=_PATTERNS.get(field.kind))]
    if field.kind is FieldKind.WEB:
        text = Annotated[text, AfterValidator(web_address)]
    return text, (... if field.required else "")


def of_table(table: fields.FieldTable) -> Callable[[type[Model]], type[Model]]:
    """Add to an input every field of `table` that an officer writes; those that it names itself are left as they are."""

    def add(model: type[Model]) -> type[Model]:
        missing = {
            field.name: _read_as(field) for field in table if field.by_hand and field.name not in model.model_fields
        }
        made: type[Model] = create_model(model.__name__, __base__=model, __module__=model.__module__, **missing)  # type: ignore[call-overload]
        made.__doc__ = model.__doc__
        return made

    return add


class Input(BaseModel):
    """What every input shares: unknown keys of a form (tokens, buttons) are no error."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


@of_table(ENTERPRISE)
class EnterpriseFields(Input):
    """The register's fields that a person may write; the capital is read in 万元. Named here: what the services read."""

    unit: Literal["元", "万元"] = "万元"
    name: FirmName
    registered_on: OptionalDay = None
    capital_fen: PositiveFen = Field(default=None, alias="capital")
    capital_currency: Text3 = ""
    region_code: Text12 = ""


class NewEnterprise(EnterpriseFields):
    """A firm to register. A code whose check character does not fit needs `uscc_note`: why it is right all the same."""

    uscc: Required60
    uscc_note: Text300 = ""


class EnterpriseEdit(EnterpriseFields):
    """The fields as they shall be; `version` is the one the editor saw."""

    version: int


class ReasonInput(Input):
    """Why something is done that needs a reason."""

    reason: Required300


class NewCode(Input):
    """Another code for the firm; the old one keeps resolving."""

    uscc: Required60
    uscc_note: Text300 = ""
    until_on: OptionalDay = None


class PartInput(Input):
    """One record below a firm; `seen` is the fingerprint of what the editor saw, empty for a new one."""

    seen: Text64 = ""

    def values(self) -> dict[str, Any]:
        """The columns to write."""
        return self.model_dump(exclude={"seen", "unit"})


@of_table(part_fields.CONTACT)
class ContactInput(PartInput):
    """A person to call."""

    is_primary: bool = False


@of_table(part_fields.FIGURES)
class FiguresInput(PartInput):
    """One year's figures on one basis from one source; a figure left out is unknown."""

    unit: Literal["元", "万元"] = "元"
    year: Year
    basis: Literal["HTE", "TAX", "STAT"]
    source: Required40

    def figures(self) -> dict[str, int | None]:
        """The figures alone, by column."""
        return {name: getattr(self, name) for name in part_fields.FIGURE_NAMES}


@of_table(part_fields.PROPERTY)
class PropertyInput(PartInput):
    """An intellectual property right; its class follows from its kind."""

    granted_on: OptionalDay = None
    expires_on: OptionalDay = None
    used_before: Annotated[int, Field(ge=0, le=99)] = 0


@of_table(part_fields.PRODUCT)
class ProductInput(PartInput):
    """A product or service in one year, with the rights that support it."""

    unit: Literal["元", "万元"] = "元"
    field_code: Text40 = ""
    properties: list[int] = []


@of_table(part_fields.CONVERSION)
class ConversionInput(PartInput):
    """A scientific result put to use."""


@of_table(part_fields.STANDARD)
class StandardInput(PartInput):
    """A standard the firm took part in."""


@of_table(part_fields.COMPLIANCE)
class ComplianceInput(PartInput):
    """An accident, breach or listing."""

    happened_on: Day


@of_table(part_fields.CERTIFICATE)
class CertificateInput(PartInput):
    """A certificate or filing; `case_number` is told by the case that it came from."""

    issued_on: OptionalDay = None
    expires_on: OptionalDay = None
    revoked_on: OptionalDay = None
    case_number: Annotated[str | None, StringConstraints(max_length=40)] = None

    def values(self) -> dict[str, Any]:
        """The columns to write; a form does not ask for the case, which then stays as it is."""
        reported = "case_number" in self.model_fields_set
        return {name: value for name, value in super().values().items() if reported or name != "case_number"}


class TagInput(Input):
    """One tag with its validity."""

    tag: Required40
    granted_on: OptionalDay = None
    expires_on: OptionalDay = None
