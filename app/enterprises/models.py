"""The register's tables. Money in integer 分 (`…_fen`), averages of people in ten-thousandths (`…_e4`)."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import NUMBERS_GIVEN_ONCE, Base, BigId, Code, Json, PrimaryKey, UtcDateTime

_MERGED: Any = {
    "sqlite_where": text("merged_into_id IS NOT NULL"),
    "postgresql_where": text("merged_into_id IS NOT NULL"),
}

Owner = Annotated[int, mapped_column(BigId, ForeignKey("enterprise.id"))]
OwnerKey = Annotated[int, mapped_column(BigId, ForeignKey("enterprise.id"), primary_key=True)]


def _known_or(column: str, substitute: Any) -> Callable[[DefaultExecutionContext], Any]:
    """The default of a sort key: lists page through columns that are never null, the unknown sorts lowest."""

    def key(context: DefaultExecutionContext) -> Any:
        value = context.get_current_parameters().get(column)  # type: ignore[no-untyped-call]
        return substitute if value is None else value

    return key


class Enterprise(Base):
    """One firm. Empty codes mean "not known"; `edited_fields` says which fields a person here set, and when.

    `unread_cells` keeps the text of imported cells that could not be read, by field. A firm that turned out to be another one is
    `merged_into_id`: it bears neither its code nor its name any more, they are former ones of the other.
    """

    __tablename__ = "enterprise"
    __table_args__ = (
        Index("ix_enterprise_by_name", "name_pinyin", "id"),
        Index("ix_enterprise_by_registration", "registered_key", "id"),
        Index("ix_enterprise_by_update", "updated_at", "id"),
        Index("ix_enterprise_by_capital", "capital_key", "id"),
        Index("ix_enterprise_by_region", "region_code", "name_pinyin", "id"),
        Index("ix_enterprise_by_park", "park_code", "name_pinyin", "id"),
        Index("ix_enterprise_by_field", "field_code", "name_pinyin", "id"),
        Index("ix_enterprise_by_industry", "industry_code", "name_pinyin", "id"),
        Index(
            "ix_enterprise_seen", "id", "region_code", "disabled_on"
        ),  # whether a list shows a firm that was found, without its row
        Index("ix_enterprise_merged", "merged_into_id", **_MERGED),
        NUMBERS_GIVEN_ONCE,
    )

    id: Mapped[PrimaryKey]
    uscc: Mapped[str] = mapped_column(Code(18), unique=True)
    uscc_confirmed: Mapped[bool] = mapped_column(default=True)
    uscc_note: Mapped[str] = mapped_column(String(300), default="")
    name: Mapped[str] = mapped_column(String(200))
    name_pinyin: Mapped[str] = mapped_column(Code(1200))
    name_initials: Mapped[str] = mapped_column(Code(200))
    search_text: Mapped[str] = mapped_column(Text, default="")
    registered_on: Mapped[date | None]
    registered_key: Mapped[date] = mapped_column(default=_known_or("registered_on", date.min))
    kind: Mapped[str] = mapped_column(String(120), default="")
    capital_fen: Mapped[int | None] = mapped_column(BigInteger)
    capital_key: Mapped[int] = mapped_column(BigInteger, default=_known_or("capital_fen", -1))
    capital_currency: Mapped[str] = mapped_column(Code(3), default="")
    capital_text: Mapped[str] = mapped_column(String(120), default="")
    capital_remark: Mapped[str] = mapped_column(String(300), default="")
    legal_representative: Mapped[str] = mapped_column(String(80), default="")
    website: Mapped[str] = mapped_column(String(200), default="")
    industry_code: Mapped[str] = mapped_column(Code(8), default="")
    field_code: Mapped[str] = mapped_column(Code(8), default="")
    field_detail: Mapped[str] = mapped_column(String(200), default="")
    region_code: Mapped[str] = mapped_column(Code(12), default="")
    park_code: Mapped[str] = mapped_column(Code(40), default="")
    address: Mapped[str] = mapped_column(String(400), default="")
    business_scope: Mapped[str] = mapped_column(Text, default="")
    scale: Mapped[str] = mapped_column(Code(20), default="")
    above_scale: Mapped[bool | None]
    business_status: Mapped[str] = mapped_column(Code(40), default="")
    business_status_on: Mapped[date | None]
    disabled_on: Mapped[date | None]
    disabled_reason: Mapped[str] = mapped_column(String(300), default="")
    merged_into_id: Mapped[int | None] = mapped_column(BigId)
    version: Mapped[int] = mapped_column(default=1)
    edited_fields: Mapped[dict[str, dict[str, str]]] = mapped_column(Json, default=dict)
    unread_cells: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def enterprise_id(self) -> int:
        """The firm as the subject of a permission."""
        return self.id


class FormerName(Base):
    """A name the firm bore before; it still finds the firm."""

    __tablename__ = "former_name"
    __table_args__ = (UniqueConstraint("enterprise_id", "name"),)

    id: Mapped[PrimaryKey]
    enterprise_id: Mapped[Owner]
    name: Mapped[str] = mapped_column(String(200))
    until_on: Mapped[date | None]


class FormerCode(Base):
    """A code the firm bore before; it still resolves to the firm."""

    __tablename__ = "former_code"

    id: Mapped[PrimaryKey]
    enterprise_id: Mapped[Owner] = mapped_column(index=True)
    uscc: Mapped[str] = mapped_column(Code(18), unique=True)
    until_on: Mapped[date | None]


class Contact(Base):
    """A person to call at the firm; personal values never enter the journal's open part."""

    __tablename__ = "contact"

    id: Mapped[PrimaryKey]
    enterprise_id: Mapped[Owner] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(80), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(120), default="")
    is_primary: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(String(300), default="")


class EnterpriseTag(Base):
    """A tag of the vocabulary `tag` (cultivation tier, 隐形冠军, 高新技术产业主体 …), with its validity where it has one."""

    __tablename__ = "enterprise_tag"
    __table_args__ = (Index("ix_enterprise_tag_by_tag", "tag", "enterprise_id"),)

    enterprise_id: Mapped[OwnerKey]
    tag: Mapped[str] = mapped_column(Code(40), primary_key=True)
    granted_on: Mapped[date | None]
    expires_on: Mapped[date | None]


class YearlyFigures(Base):
    """One year's figures on one basis (HTE, TAX, STAT) from one source; an empty cell is unknown, never zero.

    `imported` holds what an import wrote last: a value that differs from it was set by a person here. Null there means that one
    import told two values, so that none stands. `imported_in` says by field which import it was. `rd_total_fen` is the whole as it
    was told: it stands beside the items, and nothing is computed from it.
    """

    __tablename__ = "yearly_figures"
    __table_args__ = (UniqueConstraint("enterprise_id", "year", "basis", "source"),)

    id: Mapped[PrimaryKey]
    enterprise_id: Mapped[Owner]
    year: Mapped[int]
    basis: Mapped[str] = mapped_column(Code(4))
    source: Mapped[str] = mapped_column(Code(40))
    note: Mapped[str] = mapped_column(String(300), default="")
    sales_revenue_fen: Mapped[int | None] = mapped_column(BigInteger)
    total_income_fen: Mapped[int | None] = mapped_column(BigInteger)
    high_tech_income_fen: Mapped[int | None] = mapped_column(BigInteger)
    net_assets_fen: Mapped[int | None] = mapped_column(BigInteger)
    total_assets_fen: Mapped[int | None] = mapped_column(BigInteger)
    rd_personnel_fen: Mapped[int | None] = mapped_column(BigInteger)
    rd_direct_fen: Mapped[int | None] = mapped_column(BigInteger)
    rd_depreciation_fen: Mapped[int | None] = mapped_column(BigInteger)
    rd_amortisation_fen: Mapped[int | None] = mapped_column(BigInteger)
    rd_design_fen: Mapped[int | None] = mapped_column(BigInteger)
    rd_equipment_fen: Mapped[int | None] = mapped_column(BigInteger)
    rd_other_fen: Mapped[int | None] = mapped_column(BigInteger)
    rd_outsourced_domestic_fen: Mapped[int | None] = mapped_column(BigInteger)
    rd_outsourced_overseas_fen: Mapped[int | None] = mapped_column(BigInteger)
    rd_total_fen: Mapped[int | None] = mapped_column(BigInteger)
    staff_average_e4: Mapped[int | None] = mapped_column(BigInteger)
    rd_staff_average_e4: Mapped[int | None] = mapped_column(BigInteger)
    imported: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    imported_in: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    unread_cells: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class IntellectualProperty(Base):
    """One right; `used_before` counts certification uses made before this system (cases own the later ones).

    `state`: valid or lapsed, "" is not known. Joint holders that are firms of the register have a row of their own with the
    same number; `other_holders` are those that are not.
    """

    __tablename__ = "intellectual_property"
    __table_args__ = (UniqueConstraint("enterprise_id", "kind_code", "number"),)

    id: Mapped[PrimaryKey]
    enterprise_id: Mapped[Owner]
    kind_code: Mapped[str] = mapped_column(Code(40))
    ip_class: Mapped[int]
    number: Mapped[str] = mapped_column(Code(60))
    name: Mapped[str] = mapped_column(String(200))
    acquired_by: Mapped[str] = mapped_column(Code(40), default="")
    granted_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(Code(40), default="")
    other_holders: Mapped[str] = mapped_column(String(400), default="")
    used_before: Mapped[int] = mapped_column(default=0)


class Product(Base):
    """One product or service in one year, with the revenue it made that year."""

    __tablename__ = "product"
    __table_args__ = (UniqueConstraint("enterprise_id", "year", "name"),)

    id: Mapped[PrimaryKey]
    enterprise_id: Mapped[Owner]
    name: Mapped[str] = mapped_column(String(200))
    year: Mapped[int]
    is_high_tech: Mapped[bool] = mapped_column(default=False)
    is_main: Mapped[bool] = mapped_column(default=False)
    revenue_fen: Mapped[int | None] = mapped_column(BigInteger)
    field_code: Mapped[str] = mapped_column(Code(8), default="")


class ProductProperty(Base):
    """A right that gives a product its core technical support."""

    __tablename__ = "product_property"

    product_id: Mapped[int] = mapped_column(BigId, ForeignKey("product.id", ondelete="CASCADE"), primary_key=True)
    property_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("intellectual_property.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Conversion(Base):
    """One scientific result put to use in one year; a result converted several ways counts once."""

    __tablename__ = "conversion"
    __table_args__ = (UniqueConstraint("enterprise_id", "title"),)

    id: Mapped[PrimaryKey]
    enterprise_id: Mapped[Owner]
    year: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    result_kind: Mapped[str] = mapped_column(Code(40), default="")
    origin: Mapped[str] = mapped_column(Code(40), default="")
    outcome: Mapped[str] = mapped_column(Code(40), default="")
    form: Mapped[str] = mapped_column(Code(40), default="")


class StandardParticipation(Base):
    """A standard, test method or technical specification the firm helped to write.

    `role`: led or participated, "" is not known. `recognised` by a national authority: None is not known.
    """

    __tablename__ = "standard_participation"
    __table_args__ = (UniqueConstraint("enterprise_id", "title"),)

    id: Mapped[PrimaryKey]
    enterprise_id: Mapped[Owner]
    year: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    number: Mapped[str] = mapped_column(Code(60), default="")
    level: Mapped[str] = mapped_column(Code(40))
    role: Mapped[str] = mapped_column(Code(40), default="")
    recognised: Mapped[bool | None]


class ComplianceEvent(Base):
    """An accident, breach or listing on record; the absence of rows says nothing by itself."""

    __tablename__ = "compliance_event"

    id: Mapped[PrimaryKey]
    enterprise_id: Mapped[Owner] = mapped_column(index=True)
    happened_on: Mapped[date]
    kind: Mapped[str] = mapped_column(Code(40))
    severity: Mapped[str] = mapped_column(Code(40))
    summary: Mapped[str] = mapped_column(String(400))
    source: Mapped[str] = mapped_column(String(200), default="")


class Certificate(Base):
    """A certificate or filing the firm holds; valid from `issued_on` to `expires_on` unless revoked earlier.

    One whose day of issue nobody knows is on no day known to be valid.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("kind", "number"),
        Index("ix_certificate_by_enterprise", "enterprise_id", "kind", "expires_on"),
        Index("ix_certificate_by_validity", "kind", "expires_on", "issued_on"),
        Index("ix_certificate_by_issue", "kind", "issued_on", "id"),
    )

    id: Mapped[PrimaryKey]
    enterprise_id: Mapped[Owner]
    kind: Mapped[str] = mapped_column(Code(40))
    number: Mapped[str] = mapped_column(Code(60))
    issued_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    revoked_on: Mapped[date | None]
    case_number: Mapped[str | None] = mapped_column(Code(40))
