"""What the register holds about firms as far as facts rest on it, read for many firms at once: a query a table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from sqlalchemy import (
    Boolean,
    CompoundSelect,
    Date,
    Integer,
    Row,
    Select,
    and_,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from app.enterprises.models import (
    Certificate,
    ComplianceEvent,
    Conversion,
    Enterprise,
    EnterpriseTag,
    IntellectualProperty,
    Product,
    ProductProperty,
    StandardParticipation,
    YearlyFigures,
)
from app.enterprises.part_fields import FIGURE_NAMES
from app.reference.models import Industry, Term

Figures = dict[str, int | None]


class HeldRight(Protocol):
    """What the rules ask of a right: a row of the register, or the columns of one."""

    @property
    def ip_class(self) -> int:
        """Class I or II."""

    @property
    def acquired_by(self) -> str:
        """How it was acquired; "" is not known."""

    @property
    def granted_on(self) -> date | None:
        """When it was granted; None is not known."""

    @property
    def expires_on(self) -> date | None:
        """The last day on which it is in force."""


class DatedHolding(Protocol):
    """A certificate or tag with its time: a row of the register, or the columns of one."""

    @property
    def kind(self) -> str:
        """Which one it is."""

    @property
    def issued_on(self) -> date | None:
        """From when it is held; None is not known."""

    @property
    def expires_on(self) -> date | None:
        """The last day on which it is in force."""

    @property
    def revoked_on(self) -> date | None:
        """From when it is revoked."""


@dataclass
class ProductLine:
    """A product of a year, with the rights that give it its core technical support."""

    is_main: bool
    is_high_tech: bool
    revenue_fen: int | None
    rights: list[HeldRight] = field(default_factory=list)


@dataclass(frozen=True)
class Standard:
    """A standard the firm helped to write; `level` is what its level means, `role` "" and `recognised` None not known."""

    year: int
    code: str
    level: Mapping[str, object]
    role: str
    recognised: bool | None


@dataclass
class Holdings:
    """One firm's rows. `figures` by basis and year, `products` by year; `industry_section` is a letter of GB/T 4754."""

    uscc: str = ""
    name: str = ""
    registered_on: date | None = None
    field_code: str = ""
    region_code: str = ""
    industry_section: str = ""
    above_scale: bool | None = None
    figures: dict[str, dict[int, Figures]] = field(default_factory=dict)
    rights: list[HeldRight] = field(default_factory=list)
    products: dict[int, list[ProductLine]] = field(default_factory=dict)
    certificates: list[DatedHolding] = field(default_factory=list)
    tags: list[DatedHolding] = field(default_factory=list)
    conversions: dict[int, int] = field(default_factory=dict)
    standards: list[Standard] = field(default_factory=list)
    compliance: list[tuple[date, str, str, Mapping[str, object]]] = field(default_factory=list)


_RIGHT = (
    IntellectualProperty.ip_class,
    IntellectualProperty.acquired_by,
    IntellectualProperty.granted_on,
    IntellectualProperty.expires_on,
)


def read_holdings(session: Session, enterprise_ids: Sequence[int], years: range) -> dict[int, Holdings]:
    """What is on file about these firms; yearly figures of `years` only. As many queries for one firm as for thousands."""
    held = {key: Holdings() for key in enterprise_ids}
    for row in session.execute(_identities(enterprise_ids)):
        held[row.id] = _identified(row)
    for key, basis, year, figures in read_figures(session, list(held), years):
        held[key].figures.setdefault(basis, {})[year] = figures
    _read_rights(session, held)
    _read_products(session, held, years)
    _read_certificates(session, held)
    counted = select(Conversion.enterprise_id, Conversion.year, func.count()).where(Conversion.enterprise_id.in_(held))
    for key, year, number in session.execute(counted.group_by(Conversion.enterprise_id, Conversion.year)):
        held[key].conversions[year] = number
    _read_record(session, held)
    return held


def read_figures(
    session: Session, enterprise_ids: Sequence[int], years: range, basis: str = ""
) -> Iterator[tuple[int, str, int, Figures]]:
    """(firm, basis, year, figures); where sources differ, the more binding one speaks, figure by figure."""
    statement = _figures(enterprise_ids, years)
    if basis:
        statement = statement.where(YearlyFigures.basis == basis)
    last: tuple[int, str, int] | None = None
    found: Figures = {}
    for firm, of_basis, year, *values in session.execute(statement):
        key = (firm, of_basis, year)
        if key == last:
            for name, value in zip(FIGURE_NAMES, values, strict=True):
                if found[name] is None:
                    found[name] = value
            continue
        if last is not None:
            yield *last, found
        last, found = key, dict(zip(FIGURE_NAMES, values, strict=True))
    if last is not None:
        yield *last, found


def _identities(enterprise_ids: Sequence[int]) -> Select[Any]:
    columns = ("id", "uscc", "name", "registered_on", "field_code", "region_code", "above_scale")
    return (
        select(*(getattr(Enterprise, column) for column in columns), Industry.section)
        .outerjoin(Industry, Industry.code == Enterprise.industry_code)
        .where(Enterprise.id.in_(enterprise_ids))
    )


def _identified(row: Row[Any]) -> Holdings:
    return Holdings(
        uscc=row.uscc,
        name=row.name,
        registered_on=row.registered_on,
        field_code=row.field_code,
        region_code=row.region_code,
        industry_section=row.section or "",
        above_scale=row.above_scale,
    )


def _figures(enterprise_ids: Sequence[int], years: range) -> Select[Any]:
    """The figures of each firm, basis and year, the most binding source first."""
    key = (YearlyFigures.enterprise_id, YearlyFigures.basis, YearlyFigures.year)
    return (
        select(*key, *(getattr(YearlyFigures, name) for name in FIGURE_NAMES))
        .outerjoin(Term, (Term.vocabulary == "figure_source") & (Term.code == YearlyFigures.source))
        .where(YearlyFigures.enterprise_id.in_(enterprise_ids), YearlyFigures.year.between(years.start, years.stop - 1))
        .order_by(*key, func.coalesce(Term.position, 999), YearlyFigures.id)
    )


def _read_rights(session: Session, held: dict[int, Holdings]) -> None:
    rights = select(IntellectualProperty.enterprise_id, *_RIGHT).where(IntellectualProperty.enterprise_id.in_(held))
    for row in session.execute(rights):
        held[row.enterprise_id].rights.append(row)


def _read_products(session: Session, held: dict[int, Holdings], years: range) -> None:
    """The products of `years`, one row for each right that a main one rests on."""
    columns = (Product.id, Product.enterprise_id, Product.year, Product.is_main, Product.is_high_tech)
    statement = (
        select(*columns, Product.revenue_fen, ProductProperty.property_id, *_RIGHT)
        .outerjoin(ProductProperty, and_(ProductProperty.product_id == Product.id, Product.is_main))
        .outerjoin(IntellectualProperty, IntellectualProperty.id == ProductProperty.property_id)
        .where(Product.enterprise_id.in_(held), Product.year.between(years.start, years.stop - 1))
    )
    lines: dict[int, ProductLine] = {}
    for row in session.execute(statement):
        if row.id not in lines:
            lines[row.id] = ProductLine(row.is_main, row.is_high_tech, row.revenue_fen)
            held[row.enterprise_id].products.setdefault(row.year, []).append(lines[row.id])
        if row.property_id is not None:
            lines[row.id].rights.append(row)


def _read_certificates(session: Session, held: dict[int, Holdings]) -> None:
    """Certificates and tags: both are held for a time."""
    columns = (Certificate.kind, Certificate.issued_on, Certificate.expires_on, Certificate.revoked_on)
    certificates = select(Certificate.enterprise_id, literal(False).label("is_tag"), *columns)
    tags = select(
        EnterpriseTag.enterprise_id,
        literal(True),
        EnterpriseTag.tag,
        EnterpriseTag.granted_on,
        EnterpriseTag.expires_on,
        cast(null(), Date),
    )
    both: CompoundSelect[Any] = union_all(
        certificates.where(Certificate.enterprise_id.in_(held)), tags.where(EnterpriseTag.enterprise_id.in_(held))
    )
    for row in session.execute(both):
        firm = held[row.enterprise_id]
        (firm.tags if row.is_tag else firm.certificates).append(row)


def _read_record(session: Session, held: dict[int, Holdings]) -> None:
    """Standards and compliance events, each with what its level or kind means."""
    part, event = StandardParticipation, ComplianceEvent
    meaning = (Term.code, Term.data)
    standards = (
        select(part.enterprise_id, part.year, cast(null(), Date).label("day"), part.role.label("word"), part.recognised)
        .add_columns(*meaning)
        .join(Term, Term.code == part.level)
        .where(Term.vocabulary == "standard_level", part.enterprise_id.in_(held))
    )
    events = (
        select(event.enterprise_id, cast(null(), Integer), event.happened_on, event.severity, cast(null(), Boolean))
        .add_columns(*meaning)
        .join(Term, Term.code == event.kind)
        .where(Term.vocabulary == "compliance_kind", event.enterprise_id.in_(held))
    )
    for key, year, day, word, recognised, code, data in session.execute(union_all(standards, events)):
        if day is None:
            held[key].standards.append(Standard(year, code, data, word, recognised))
        else:
            held[key].compliance.append((day, word, code, data))
