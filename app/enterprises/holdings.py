"""What the register holds about firms as far as facts rest on it, read for many firms at once: a query a table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.enterprises.domain.figures import FIGURES
from app.enterprises.models import (
    ComplianceEvent,
    Conversion,
    Enterprise,
    IntellectualProperty,
    Product,
    ProductProperty,
    StandardParticipation,
    YearlyFigures,
)
from app.reference.models import Term

Figures = dict[str, int | None]


class Right(Protocol):
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


@dataclass
class Holdings:
    """One firm's rows. `figures` by basis and year; `supporting` are the rights linked to a main product of a year."""

    registered_on: date | None = None
    field_code: str = ""
    figures: dict[str, dict[int, Figures]] = field(default_factory=dict)
    rights: list[Right] = field(default_factory=list)
    supporting: dict[int, list[Right]] = field(default_factory=dict)
    conversions: dict[int, int] = field(default_factory=dict)
    standards_led: list[tuple[int, Mapping[str, object]]] = field(default_factory=list)
    compliance: list[tuple[date, str, Mapping[str, object]]] = field(default_factory=list)


_RIGHT = (
    IntellectualProperty.ip_class,
    IntellectualProperty.acquired_by,
    IntellectualProperty.granted_on,
    IntellectualProperty.expires_on,
)


def read_holdings(session: Session, enterprise_ids: Sequence[int], years: range) -> dict[int, Holdings]:
    """What is on file about these firms; yearly figures of `years` only. As many queries for one firm as for thousands."""
    held = {key: Holdings() for key in enterprise_ids}
    columns = (Enterprise.id, Enterprise.registered_on, Enterprise.field_code)
    for key, registered_on, field_code in session.execute(select(*columns).where(Enterprise.id.in_(held))):
        held[key].registered_on, held[key].field_code = registered_on, field_code
    for key, basis, year, figures in read_figures(session, list(held), years):
        held[key].figures.setdefault(basis, {})[year] = figures
    _read_rights(session, held)
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
            for name, value in zip(FIGURES, values, strict=True):
                if found[name] is None:
                    found[name] = value
            continue
        if last is not None:
            yield *last, found
        last, found = key, dict(zip(FIGURES, values, strict=True))
    if last is not None:
        yield *last, found


def _figures(enterprise_ids: Sequence[int], years: range) -> Select[Any]:
    """The figures of each firm, basis and year, the most binding source first."""
    key = (YearlyFigures.enterprise_id, YearlyFigures.basis, YearlyFigures.year)
    return (
        select(*key, *(getattr(YearlyFigures, name) for name in FIGURES))
        .outerjoin(Term, (Term.vocabulary == "figure_source") & (Term.code == YearlyFigures.source))
        .where(YearlyFigures.enterprise_id.in_(enterprise_ids), YearlyFigures.year.between(years.start, years.stop - 1))
        .order_by(*key, func.coalesce(Term.position, 999), YearlyFigures.id)
    )


def _read_rights(session: Session, held: dict[int, Holdings]) -> None:
    rights = select(IntellectualProperty.enterprise_id, *_RIGHT).where(IntellectualProperty.enterprise_id.in_(held))
    for row in session.execute(rights):
        held[row.enterprise_id].rights.append(row)
    linked = (
        select(Product.enterprise_id, Product.year, *_RIGHT)
        .join(ProductProperty, ProductProperty.product_id == Product.id)
        .join(IntellectualProperty, IntellectualProperty.id == ProductProperty.property_id)
        .where(Product.enterprise_id.in_(held), Product.is_main)
    )
    for of_product in session.execute(linked):
        held[of_product.enterprise_id].supporting.setdefault(of_product.year, []).append(of_product)


def _read_record(session: Session, held: dict[int, Holdings]) -> None:
    """Standards with a lead part and compliance events, each with what its level or kind means."""
    led = (
        select(StandardParticipation.enterprise_id, StandardParticipation.year, Term.data)
        .join(Term, Term.code == StandardParticipation.level)
        .where(
            Term.vocabulary == "standard_level",
            StandardParticipation.enterprise_id.in_(held),
            StandardParticipation.led,
        )
    )
    for key, year, level in session.execute(led):
        held[key].standards_led.append((year, level))
    events = (
        select(ComplianceEvent.enterprise_id, ComplianceEvent.happened_on, ComplianceEvent.severity, Term.data)
        .join(Term, Term.code == ComplianceEvent.kind)
        .where(Term.vocabulary == "compliance_kind", ComplianceEvent.enterprise_id.in_(held))
    )
    for key, happened_on, severity, kind in session.execute(events):
        held[key].compliance.append((happened_on, severity, kind))
