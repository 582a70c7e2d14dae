"""Inputs of the use cases, shared by form and JSON. Amounts come in 元 (or the `unit` named), averages as decimals."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationInfo

from app.enterprises.domain.figures import E4, FIGURES
from app.enterprises.domain.names import normalise_name
from app.kit.i18n import _
from app.kit.inputs import read_fen

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


Text3 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=3)]
Text12 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=12)]
Text40 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]
Text60 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]
Text64 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)]
Text80 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
Text120 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Text200 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Text300 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
Text400 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)]
Text6000 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=6000)]
Required40 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Required60 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Required80 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Required200 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Required300 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Required400 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
FirmName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200), AfterValidator(normalise_name)
]
Fen = Annotated[int | None, BeforeValidator(_amount)]
PositiveFen = Annotated[int | None, BeforeValidator(_amount), AfterValidator(_not_negative)]
People = Annotated[int | None, BeforeValidator(_people)]
Day = Annotated[date, AfterValidator(_reasonable)]
OptionalDay = Annotated[date | None, AfterValidator(_reasonable)]
Year = Annotated[int, Field(ge=1980, le=2100)]


class Input(BaseModel):
    """What every input shares: unknown keys of a form (tokens, buttons) are no error."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class EnterpriseFields(Input):
    """The register's fields that a person may write; the capital is read in 万元."""

    unit: Literal["元", "万元"] = "万元"
    name: FirmName
    registered_on: OptionalDay = None
    kind: Text120 = ""
    capital_fen: PositiveFen = Field(default=None, alias="capital")
    capital_currency: Text3 = ""
    legal_representative: Text80 = ""
    industry_code: Text40 = ""
    field_code: Text40 = ""
    field_detail: Text200 = ""
    region_code: Text12 = ""
    park_code: Text40 = ""
    address: Text400 = ""
    business_scope: Text6000 = ""
    scale: Text40 = ""
    above_scale: bool | None = None


class NewEnterprise(EnterpriseFields):
    """A firm to register. A code whose check character does not fit needs `uscc_note`: why it is right all the same."""

    uscc: Required60
    uscc_note: Text300 = ""


class EnterpriseEdit(EnterpriseFields):
    """The fields as they shall be; `version` is the one the editor saw."""

    version: int


class Reason(Input):
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


class ContactInput(PartInput):
    """A person to call."""

    name: Required80
    title: Text80 = ""
    phone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40, pattern=r"^[0-9+() \-、,转]*$")] = ""
    email: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=120, pattern=r"^$|^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$")
    ] = ""
    is_primary: bool = False
    note: Text300 = ""


class FiguresInput(PartInput):
    """One year's figures on one basis from one source; a figure left out is unknown."""

    unit: Literal["元", "万元"] = "元"
    year: Year
    basis: Literal["HTE", "TAX", "STAT"]
    source: Required40
    note: Text300 = ""
    sales_revenue_fen: PositiveFen = Field(default=None, alias="sales_revenue")
    total_income_fen: PositiveFen = Field(default=None, alias="total_income")
    high_tech_income_fen: PositiveFen = Field(default=None, alias="high_tech_income")
    net_assets_fen: Fen = Field(default=None, alias="net_assets")
    total_assets_fen: PositiveFen = Field(default=None, alias="total_assets")
    rd_personnel_fen: PositiveFen = Field(default=None, alias="rd_personnel")
    rd_direct_fen: PositiveFen = Field(default=None, alias="rd_direct")
    rd_depreciation_fen: PositiveFen = Field(default=None, alias="rd_depreciation")
    rd_amortisation_fen: PositiveFen = Field(default=None, alias="rd_amortisation")
    rd_design_fen: PositiveFen = Field(default=None, alias="rd_design")
    rd_equipment_fen: PositiveFen = Field(default=None, alias="rd_equipment")
    rd_other_fen: PositiveFen = Field(default=None, alias="rd_other")
    rd_outsourced_domestic_fen: PositiveFen = Field(default=None, alias="rd_outsourced_domestic")
    rd_outsourced_overseas_fen: PositiveFen = Field(default=None, alias="rd_outsourced_overseas")
    staff_average_e4: People = Field(default=None, alias="staff_average")
    rd_staff_average_e4: People = Field(default=None, alias="rd_staff_average")

    def figures(self) -> dict[str, int | None]:
        """The figures alone, by column."""
        return {name: getattr(self, name) for name in FIGURES}


class PropertyInput(PartInput):
    """An intellectual property right; its class follows from its kind."""

    kind_code: Required40
    number: Required60
    name: Required200
    acquired_by: Text40 = ""
    granted_on: OptionalDay = None
    expires_on: OptionalDay = None
    used_before: Annotated[int, Field(ge=0, le=99)] = 0


class ProductInput(PartInput):
    """A product or service in one year, with the rights that support it."""

    unit: Literal["元", "万元"] = "元"
    name: Required200
    year: Year
    is_high_tech: bool = False
    is_main: bool = False
    revenue_fen: PositiveFen = Field(default=None, alias="revenue")
    field_code: Text40 = ""
    properties: list[int] = []


class ConversionInput(PartInput):
    """A scientific result put to use."""

    year: Year
    title: Required200
    result_kind: Text40 = ""
    origin: Text40 = ""
    outcome: Text40 = ""
    form: Text40 = ""


class StandardInput(PartInput):
    """A standard the firm took part in."""

    year: Year
    title: Required200
    number: Text60 = ""
    level: Required40
    role: Text40 = ""
    recognised: bool | None = None


class ComplianceInput(PartInput):
    """An accident, breach or listing."""

    happened_on: Day
    kind: Required40
    severity: Required40
    summary: Required400
    source: Text200 = ""


class CertificateInput(PartInput):
    """A certificate or filing."""

    kind: Required40
    number: Required60
    issued_on: Day
    expires_on: OptionalDay = None
    revoked_on: OptionalDay = None
    case_number: Annotated[str | None, StringConstraints(max_length=40)] = None


class TagInput(Input):
    """One tag with its validity."""

    tag: Required40
    granted_on: OptionalDay = None
    expires_on: OptionalDay = None
